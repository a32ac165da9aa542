"""Udir's wide downloads: one row per unit, measures of several years and tests in named columns.

Belongs here: checking rows and unfolding cells, for csv and xlsx alike. Does not belong here: the heading
(`wide_heading`), the bytes of the two file types (`wide_csv`, `wide_xlsx`), or which of two rows for one cell counts
(`staging`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.figures import MANGLER, Cell, read_all, read_count, read_figure
from oppfolging_pipeline.sources.parsed import LAND, NAME_COLUMN, NIVAA, UNIT_COLUMNS, ParsedFile, figures_of
from oppfolging_pipeline.sources.wide_heading import DOWNLOAD_AGAIN, Measure, read_heading

if TYPE_CHECKING:
    import pyarrow as pa

# Level → the codes that a row of it needs, with their digits.
_NEEDED = {
    "nasjonalt": (),
    "fylke": (("Fylkekode", 2),),
    "kommune": (("Fylkekode", 2), ("Kommunekode", 4)),
    "skole": (("Fylkekode", 2), ("Kommunekode", 4), ("Organisasjonsnummer", 9)),
}


@dataclass(frozen=True)
class _Unit:
    """One row: its number in the file, which unit it is about, and its cells."""

    rad: int
    nivaa: str
    enhet: str
    fylkesnr: str | None
    kommunenr: str | None
    enhetsnavn: str
    cells: Sequence[str]


def parse_wide(
    rows: Sequence[Sequence[str]],
    heading_row: int,
    file: str,
    kind: str,
    catalog: Catalog,
    numbers: Sequence[int] | None = None,
) -> ParsedFile:
    """Unfold a wide download. `rows[0]` is the heading, which is row `heading_row` of the file; all cells are text.
    `numbers`: the file's own numbers of the other rows, where they do not follow the heading one by one.

    Raises `InvalidInput` with every fault of the heading, or else with every fault of the rows: other cells than the
    heading has, a level or code that is none, a figure or number of pupils that is none, other than one national row.
    """
    heading = [cell.strip(" ") for cell in rows[0]]
    read = read_heading(heading, heading_row, file, catalog)
    faults = FindingCollector()
    units = [
        unit
        for number, row in zip(numbers or range(heading_row + 1, heading_row + len(rows)), rows[1:], strict=True)
        if (unit := _read_unit(row, number, len(heading), file, faults)) is not None
    ]
    national = [unit for unit in units if unit.nivaa == "nasjonalt"]
    if len(national) != 1:
        faults.add(
            Finding(
                file=file,
                row=national[1].rad if national else None,
                column="EnhetNivaa",
                found=f"{len(national)} national rows among {len(rows) - 1} rows",
                expected="exactly one row with EnhetNivaa 1",
                action=DOWNLOAD_AGAIN,
            )
        )
    figures = _unfold(units, read.measures, heading, file, catalog, faults)
    faults.raise_if_any()
    return ParsedFile(kind, read.kilde, figures, len(rows) - 1, read.ignored)


def _read_unit(row: Sequence[str], number: int, width: int, file: str, faults: FindingCollector) -> _Unit | None:
    """Level, codes and name of a row, or None when it cannot be read (the fault is then gathered)."""

    def fault(column: str | None, found: str, expected: str) -> None:
        faults.add(Finding(file=file, row=number, column=column, found=found, expected=expected, action=DOWNLOAD_AGAIN))

    if len(row) != width:
        fault(None, f"{len(row)} cells", f"{width}, as in the heading (a truncated file ends like this)")
        return None
    unit = {column: cell.strip(" ") for column, cell in zip(UNIT_COLUMNS, row, strict=False)}
    nivaa = NIVAA.get(unit["EnhetNivaa"])
    if nivaa is None:
        fault("EnhetNivaa", f"'{unit['EnhetNivaa']}'", "1 (nation), 2 (county), 3 (municipality) or 4 (school)")
        return None
    wrong = [
        (column, digits)
        for column, digits in _NEEDED[nivaa]
        if not (len(unit[column]) == digits and unit[column].isdecimal())
    ]
    for column, digits in wrong:
        fault(column, f"'{unit[column]}'", f"{digits} digits")
    if wrong:
        return None
    fylke, kommune = unit["Fylkekode"], unit["Kommunekode"]
    return _Unit(
        rad=number,
        nivaa=nivaa,
        enhet={"nasjonalt": LAND, "fylke": fylke, "kommune": kommune, "skole": unit["Organisasjonsnummer"]}[nivaa],
        fylkesnr=None if nivaa == "nasjonalt" else fylke,
        kommunenr=kommune if nivaa in ("kommune", "skole") else None,
        enhetsnavn=unit[NAME_COLUMN[nivaa]],
        cells=row,
    )


def _unfold(
    units: Sequence[_Unit],
    measures: Sequence[Measure],
    heading: Sequence[str],
    file: str,
    catalog: Catalog,
    faults: FindingCollector,
) -> pa.Table:
    """The figures of every unit, measure by measure."""
    import pyarrow as pa

    names = ("rad", "nivaa", "enhet", "fylkesnr", "kommunenr", "enhetsnavn")
    of_units = {name: [getattr(unit, name) for unit in units] for name in names}
    # Measures share a column of pupils: it is read once, so that a fault in it is told once.
    counts = {
        position: _read_column(units, position, read_count, heading, file, faults)
        for position in sorted({measure.count_position for measure in measures})
    }
    tables = []
    for measure in measures:
        read = partial(read_figure, maal=catalog.maal[measure.maal])
        verdier = _read_column(units, measure.position, read, heading, file, faults)
        antall = counts[measure.count_position]
        brudd = measure.break_position
        of_measure = {
            "kilde": measure.kilde,
            "skoleaar": measure.skoleaar,
            "indikator": measure.indikator,
            "maal": measure.maal,
            "trinn": measure.trinn,
            "verdi": [cell.number for cell in verdier],
            "verdistatus": [cell.status for cell in verdier],
            "antall": [None if cell.number is None else int(cell.number) for cell in antall],
            "antallstatus": [cell.status for cell in antall],
            "forelopig": measure.forelopig,
            "brudd": None if brudd is None else [unit.cells[brudd].strip() or None for unit in units],
            "kolonne": measure.heading,
        }
        tables.append(figures_of({**of_units, **of_measure}))
    return pa.concat_tables(tables).combine_chunks()


def _read_column(
    units: Sequence[_Unit],
    position: int,
    read: Callable[[str], Cell],
    heading: Sequence[str],
    file: str,
    faults: FindingCollector,
) -> list[Cell]:
    """One column of figures. A text that is none is gathered as a fault of its row."""
    texts = [unit.cells[position] for unit in units]
    cells, unreadable = read_all(texts, read)
    if unreadable:
        faults.extend(
            Finding(
                file=file,
                row=unit.rad,
                column=heading[position],
                found=f"'{text}'",
                expected=unreadable[text],
                action=DOWNLOAD_AGAIN,
            )
            for unit, text in zip(units, texts, strict=True)
            if text in unreadable
        )
    nothing = Cell(MANGLER)
    return [cells.get(text, nothing) for text in texts]
