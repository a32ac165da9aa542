"""Udir's wide downloads: one row per unit, measures of several years and tests in named columns.

Belongs here: reading the heading, checking rows and unfolding cells, for csv and xlsx alike. Does not belong here: the
bytes of the two file types (`wide_csv`, `wide_xlsx`), or which of two rows for one cell counts (`staging`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.core.skoleaar import is_skoleaar
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.figures import Cell, UnreadableFigure, read_count, read_figure
from oppfolging_pipeline.sources.parsed import FORELOPIG, LAND, NAME_COLUMN, NIVAA, UNIT_COLUMNS, ParsedFile

if TYPE_CHECKING:
    import pyarrow as pa

_NASJONALE_PROVER = re.compile(
    r"(?P<aar>(?:Foreløpige tall )?\d{4}-\d{2})\.(?P<proeve>[^.]+)\.(?P<trinn>\d{1,2})\. årstrinn"
    r"\.(?P<eierform>[^.]+)\.(?P<kjonn>[^.]+)\.(?P<maal>.+?)(?P<brudd>\.Brudd)?"
)
_GRUNNSKOLEPOENG = re.compile(
    r"(?P<aar>(?:Foreløpige tall )?\d{4}-\d{2})\.(?P<eierform>[^.]+)\.(?P<kjonn>[^.]+)\.(?P<maal>[^.]+)(?P<brudd>\.Brudd)?"
)
_ALLE_EIERFORMER = "Alle eierformer"
_ALLE_KJONN = frozenset({"Alle kjønn", "Begge kjønn"})
_DOWNLOAD_AGAIN = "Download the report again from Udir and put the new file in the inbox."


@dataclass(frozen=True)
class _Measure:
    """One measure of one year, indicator and grade, and the columns that belong to it (positions in the row)."""

    skoleaar: str
    forelopig: bool
    indikator: str
    trinn: int
    maal: str
    heading: str
    position: int
    count_position: int
    break_position: int | None


def parse_wide(rows: Sequence[Sequence[str]], heading_row: int, file: str, kind: str, catalog: Catalog) -> ParsedFile:
    """Unfold a wide download. `rows[0]` is the heading, which is row `heading_row` of the file; all cells are text.

    Raises `InvalidInput` with every fault of the file.
    """
    faults = FindingCollector()
    heading = [cell.strip(" ") for cell in rows[0]]
    measures, kilde, ignored = _read_heading(heading, heading_row, file, catalog, faults)
    faults.raise_if_any()
    units = [
        unit
        for number, row in enumerate(rows[1:], start=heading_row + 1)
        if (unit := _read_unit(row, number, len(heading), file, faults)) is not None
    ]
    national = [unit for unit in units if unit["nivaa"] == "nasjonalt"]
    if len(national) != 1:
        faults.add(
            Finding(
                file=file,
                column="EnhetNivaa",
                found=f"{len(national)} national rows among {len(rows) - 1} rows",
                expected="exactly one row with EnhetNivaa 1",
                action=_DOWNLOAD_AGAIN,
            )
        )
    columns = _unfold(rows, heading_row, units, measures, file, catalog, faults)
    faults.raise_if_any()
    return ParsedFile(kind, kilde, _to_arrow(columns), len(rows) - 1, ignored)


def _read_heading(
    heading: list[str], row: int, file: str, catalog: Catalog, faults: FindingCollector
) -> tuple[list[_Measure], str, tuple[str, ...]]:
    def fault(column: str | None, found: str, expected: str) -> None:
        faults.add(Finding(file=file, row=row, column=column, found=found, expected=expected, action=_DOWNLOAD_AGAIN))

    if tuple(heading[: len(UNIT_COLUMNS)]) != UNIT_COLUMNS:
        for position, expected in enumerate(UNIT_COLUMNS):
            found = heading[position] if position < len(heading) else "nothing"
            if found != expected:
                fault(expected, f"heading '{found}' in column {position + 1}", f"'{expected}'")
        return [], "", ()
    for name in sorted({name for name in heading if heading.count(name) > 1}):
        fault(name, "the heading twice", "each heading once")

    by_group: dict[tuple[str, str, int], dict[str, tuple[int, str]]] = {}
    ignored: list[str] = []
    kilder: set[str] = set()
    for position, name in enumerate(heading[len(UNIT_COLUMNS) :], start=len(UNIT_COLUMNS)):
        match = _NASJONALE_PROVER.fullmatch(name) or _GRUNNSKOLEPOENG.fullmatch(name)
        indikator = _indikator_of(match, catalog) if match else None
        if match is None or indikator is None or not is_skoleaar(match["aar"].removeprefix(FORELOPIG)):
            fault(name, f"heading '{name}'", "a measure of Nasjonale prøver or Grunnskolepoeng, named as Udir names it")
            continue
        if match["eierform"] != _ALLE_EIERFORMER or match["kjonn"] not in _ALLE_KJONN:
            ignored.append(name)
            continue
        kilder.add(catalog.indikatorer[indikator].kilde)
        trinn = int(match.groupdict().get("trinn") or catalog.indikatorer[indikator].trinn[0])
        if trinn not in catalog.indikatorer[indikator].trinn:
            fault(name, f"trinn {trinn}", f"one of {list(catalog.indikatorer[indikator].trinn)} for {indikator}")
            continue
        role = _role_of(match["maal"], indikator, catalog)
        if role is None:
            fault(name, f"measure '{match['maal']}'", "a measure of the catalogue, the number of pupils or a known column")
        elif role == "uten_bruk":
            ignored.append(name)
        else:
            key = role + (".brudd" if match["brudd"] else "")
            by_group.setdefault((match["aar"], indikator, trinn), {})[key] = (position, name)
    if len(kilder) > 1:
        fault(None, f"columns of {sorted(kilder)}", "columns of one report")
    return _measures(by_group, fault), min(kilder, default=""), tuple(ignored)


def _indikator_of(match: re.Match[str], catalog: Catalog) -> str | None:
    groups = match.groupdict()
    for key, indikator in catalog.indikatorer.items():
        if "proeve" in groups:
            if indikator.kilde == "nasjonale_prover" and groups["proeve"] in indikator.kildenavn:
                return key
        elif indikator.kilde == "grunnskolepoeng":
            return key
    return None


def _role_of(maal: str, indikator: str, catalog: Catalog) -> str | None:
    found = catalog.maal_of_column(indikator, maal)
    if found is not None:
        return found
    if re.search(catalog.kolonner.antall, maal):
        return "antall"
    return "uten_bruk" if any(re.search(pattern, maal) for pattern in catalog.kolonner.uten_bruk) else None


def _measures(by_group: dict[tuple[str, str, int], dict[str, tuple[int, str]]], fault: Any) -> list[_Measure]:
    measures = []
    for (aar, indikator, trinn), roles in by_group.items():
        label = f"{aar}.{indikator}.{trinn}"
        names = [role for role in roles if role != "antall" and not role.endswith(".brudd")]
        if "antall" not in roles:
            fault(label, "no column with the number of pupils", "one beside each measure")
            continue
        if not names:
            fault(label, "no measure", "at least one measure of the catalogue")
        for role in names:
            position, heading = roles[role]
            measures.append(
                _Measure(
                    skoleaar=aar.removeprefix(FORELOPIG),
                    forelopig=aar.startswith(FORELOPIG),
                    indikator=indikator,
                    trinn=trinn,
                    maal=role,
                    heading=heading,
                    position=position,
                    count_position=roles["antall"][0],
                    break_position=roles[f"{role}.brudd"][0] if f"{role}.brudd" in roles else None,
                )
            )
    return measures


def _read_unit(
    row: Sequence[str], number: int, width: int, file: str, faults: FindingCollector
) -> dict[str, Any] | None:
    """Level, codes and name of a row, or None when it cannot be read (the fault is then gathered)."""

    def fault(column: str | None, found: str, expected: str) -> None:
        faults.add(Finding(file=file, row=number, column=column, found=found, expected=expected, action=_DOWNLOAD_AGAIN))

    if len(row) != width:
        fault(None, f"{len(row)} cells", f"{width}, as in the heading (a truncated file ends like this)")
        return None
    unit = {column: cell.strip(" ") for column, cell in zip(UNIT_COLUMNS, row, strict=False)}
    level, fylke, kommune = unit["EnhetNivaa"], unit["Fylkekode"], unit["Kommunekode"]
    orgnr = unit["Organisasjonsnummer"]
    nivaa = NIVAA.get(level)
    if nivaa is None:
        fault("EnhetNivaa", f"'{level}'", "1 (nation), 2 (county), 3 (municipality) or 4 (school)")
        return None
    needed = {"fylke": (("Fylkekode", fylke, 2),), "kommune": (("Fylkekode", fylke, 2), ("Kommunekode", kommune, 4))}
    needed["skole"] = (*needed["kommune"], ("Organisasjonsnummer", orgnr, 9))
    for column, code, digits in needed.get(nivaa, ()):
        if not (len(code) == digits and code.isdecimal()):
            fault(column, f"'{code}'", f"{digits} digits")
            return None
    enhet = {"nasjonalt": LAND, "fylke": fylke, "kommune": kommune, "skole": orgnr}[nivaa]
    return {
        "row": number,
        "nivaa": nivaa,
        "enhet": enhet,
        "fylkesnr": None if nivaa == "nasjonalt" else fylke,
        "kommunenr": kommune if nivaa in ("kommune", "skole") else None,
        "enhetsnavn": unit[NAME_COLUMN[nivaa]],
    }


def _unfold(
    rows: Sequence[Sequence[str]],
    heading_row: int,
    units: list[dict[str, Any]],
    measures: list[_Measure],
    file: str,
    catalog: Catalog,
    faults: FindingCollector,
) -> dict[str, list[Any]]:
    """Columns of `observasjon` (without `sha256`), one entry per unit and measure."""
    count = lru_cache(maxsize=None)(read_count)
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    append = [columns[name].append for name in _COLUMNS]
    for measure in measures:
        kilde = catalog.indikatorer[measure.indikator].kilde
        definition = catalog.maal[measure.maal]
        figure = lru_cache(maxsize=None)(lambda text, definition=definition: read_figure(text, definition))
        for unit in units:
            row = rows[unit["row"] - heading_row]
            text, count_text = row[measure.position], row[measure.count_position]
            value = _read(figure, text, unit["row"], measure.heading, file, faults)
            antall = _read(count, count_text, unit["row"], rows[0][measure.count_position], file, faults)
            brudd = row[measure.break_position].strip() if measure.break_position is not None else ""
            values = (
                kilde, measure.skoleaar, unit["nivaa"], unit["enhet"], unit["fylkesnr"], unit["kommunenr"],
                unit["enhetsnavn"], measure.indikator, measure.maal, measure.trinn, value.number, value.status,
                None if antall.number is None else int(antall.number), antall.status, measure.forelopig,
                brudd or None, unit["row"], measure.heading,
            )  # fmt: skip
            for add, item in zip(append, values, strict=True):
                add(item)
    return columns


def _read(reader: Any, text: str, row: int, column: str, file: str, faults: FindingCollector) -> Cell:
    try:
        cell: Cell = reader(text)
    except UnreadableFigure as unreadable:
        faults.add(
            Finding(file=file, row=row, column=column, found=f"'{text}'", expected=str(unreadable), action=_DOWNLOAD_AGAIN)
        )
        return Cell("mangler")
    return cell


_COLUMNS = (
    "kilde", "skoleaar", "nivaa", "enhet", "fylkesnr", "kommunenr", "enhetsnavn", "indikator", "maal", "trinn",
    "verdi", "verdistatus", "antall", "antallstatus", "forelopig", "brudd", "rad", "kolonne",
)  # fmt: skip


def _to_arrow(columns: dict[str, list[Any]]) -> pa.Table:
    import pyarrow as pa

    types = {
        "trinn": pa.int32(), "verdi": pa.decimal128(9, 3), "antall": pa.int32(), "forelopig": pa.bool_(), "rad": pa.int32(),
    }  # fmt: skip
    return pa.table({name: pa.array(columns[name], types.get(name, pa.string())) for name in _COLUMNS})


def decimal_text(number: Decimal | float | int) -> str:
    """A spreadsheet's number as the csv downloads write it: `41.2` → `41,2`."""
    return f"{Decimal(str(number)).normalize():f}".replace(".", ",")
