"""What a school year's figures say about their source: how many there are, against the year before and what is needed.

Belongs here: counting and comparing parsed figures. Does not belong here: reading them (the parsers), remembering the
counts (`source_memory`), or whether every municipality is there (`staging`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.rules.behov import Behov, Celle
from oppfolging_pipeline.sources.drift import Drift, Severity
from oppfolging_pipeline.sources.figures import MANGLER, SKJERMET
from oppfolging_pipeline.sources.live import Limit, YearOnYear
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.wide_needs import LEFT_OUT
from oppfolging_pipeline.sources.year_figures import YearFigures

if TYPE_CHECKING:
    import pyarrow as pa

_UNIT = ("nivaa", "enhet")
_CELL = (*_UNIT, "indikator", "maal", "trinn")
_KIND = ("indikator", "maal", "trinn")
_MOVED = "Look at the answers that were kept: the measure has moved or is not published for this year."
_LOOK = "Compare the answer with the statistics on udir.no before it is used."


def figures_of_year(parsed: Sequence[ParsedFile], needed: Behov | None = None) -> YearFigures:
    """Count the figures of one school year of a source, from all of its files; only those needed (None: all are).

    A figure is a cell that is shown or shielded; one that stands in two rows is one. A unit counts with any row.
    """
    if needed is not None:
        parsed = [replace(each, figures=_of_cells(each.figures, needed)) for each in parsed]
    units = _distinct(parsed, _UNIT, filled=False)
    cells = _distinct(parsed, (*_CELL, "verdistatus"))
    shielded = sum(status == SKJERMET for status in cells["verdistatus"].to_pylist()) if cells else 0
    distinct = cells.select(_CELL).group_by(list(_CELL)).aggregate([]).num_rows if cells else 0
    return YearFigures(units.num_rows if units else 0, distinct, shielded)


def compare(
    kilde: str, skoleaar: str, now: YearFigures, before: tuple[str, YearFigures] | None, limits: YearOnYear
) -> list[Drift]:
    """What has changed too much since the year before (its name and its figures); nothing when there is none.

    `radtall_langt_fra`: the number of units, as a share of the year before; `skjerming_langt_fra`: the difference
    between the shares of shielded figures.
    """
    if before is None:
        return []
    year, then = before
    key = f"{kilde} {skoleaar}"
    drifts: list[Drift] = []
    change = abs(now.rows - then.rows) / then.rows if then.rows else 0.0
    if severity := _severity(change, limits.rader):
        finding = Finding(
            key=key,
            found=f"{_count(now.rows)} units in {skoleaar} against {_count(then.rows)} in {year}",
            expected=f"a change of at most {_percent(_limit(severity, limits.rader))}",
            action=_LOOK,
        )
        drifts.append(Drift(severity, "radtall_langt_fra", finding))
    change = abs(now.shielded_share - then.shielded_share)
    if severity := _severity(change, limits.skjermet):
        shares = (f"{_percent(now.shielded_share)} of the figures shielded in {skoleaar}",
                  f"{_percent(then.shielded_share)} in {year}")  # fmt: skip
        finding = Finding(
            key=key,
            found=" against ".join(shares),
            expected=f"a change of at most {_limit(severity, limits.skjermet) * 100:g} percentage points",
            action=_LOOK,
        )
        drifts.append(Drift(severity, "skjerming_langt_fra", finding))
    return drifts


def missing_cells(parsed: Sequence[ParsedFile], expected: Iterable[Celle], needed: Behov | None = None) -> list[Drift]:
    """`maal_mangler` for (indikator, maal, trinn) without any figure, shown or shielded: critical for each that is
    needed (None: all are), and a warning for the others of an indicator and grade together."""
    kinds = _distinct(parsed, _KIND)
    there = {tuple(row.values()) for row in kinds.to_pylist()} if kinds else set()
    listed = "; ".join(f"{indikator}, {maal}, grade {trinn}" for indikator, maal, trinn in sorted(there)) or "none"
    drifts: list[Drift] = []
    unneeded: dict[tuple[str, int], list[str]] = {}
    for indikator, maal, trinn in expected:
        if (indikator, maal, trinn) in there:
            continue
        if needed is not None and (indikator, maal, trinn) not in needed:
            unneeded.setdefault((indikator, trinn), []).append(maal)
            continue
        key, found = f"{indikator}, {maal}, grade {trinn}", f"no figure (there are: {listed})"
        drifts.append(Drift("kritisk", "maal_mangler", Finding(found, "figures of it", _MOVED, key=key)))
    for (indikator, trinn), names in unneeded.items():
        finding = Finding(f"no figure of {', '.join(names)}", "figures", LEFT_OUT, key=f"{indikator}, grade {trinn}")
        drifts.append(Drift("advarsel", "maal_mangler", finding))
    return drifts


def _distinct(parsed: Sequence[ParsedFile], columns: Sequence[str], *, filled: bool = True) -> pa.Table | None:
    """The different rows of the columns over all files; `filled`: only of cells that are shown or shielded."""
    import pyarrow as pa
    import pyarrow.compute as pc

    tables = []
    for each in parsed:
        figures = each.figures
        if filled:
            figures = figures.filter(pc.not_equal(figures["verdistatus"], MANGLER))
        tables.append(figures.select(list(columns)))
    return pa.concat_tables(tables).group_by(list(columns)).aggregate([]) if tables else None


def _of_cells(figures: pa.Table, needed: Behov) -> pa.Table:
    import pyarrow as pa

    kinds = zip(*(figures[name].to_pylist() for name in _KIND), strict=True)
    return figures.filter(pa.array([kind in needed for kind in kinds], pa.bool_()))


def _severity(change: float, limit: Limit) -> Severity | None:
    change = round(change, 9)  # 0.4 - 0.3 is no more than 0.1
    if change > limit.kritisk:
        return "kritisk"
    return "advarsel" if change > limit.advarsel else None


def _limit(severity: Severity, limit: Limit) -> float:
    return limit.kritisk if severity == "kritisk" else limit.advarsel


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _percent(share: float) -> str:
    return f"{share * 100:.1f} per cent"
