"""Udir's wide downloads: one row per unit, measures of several years and tests in named columns.

Belongs here: checking rows and unfolding cells, for csv and xlsx alike. Does not belong here: the heading
(`wide_heading`), the bytes of the two file types (`wide_csv`, `wide_xlsx`), or which of two rows for one cell counts
(`staging`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.behov import Behov, every_cell
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.figures import MANGLER, Cell, read_all, read_count, read_figure
from oppfolging_pipeline.sources.parsed import (
    LAND,
    NAME_COLUMN,
    NIVAA,
    UNIT_COLUMNS,
    ParsedFile,
    figure_schema,
    figures_of,
)
from oppfolging_pipeline.sources.wide_heading import DOWNLOAD_AGAIN, Measure, read_heading
from oppfolging_pipeline.sources.wide_needs import LEFT_OUT

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
    needed: Behov | None = None,
) -> ParsedFile:
    """Unfold a wide download. `rows[0]` is the heading, which is row `heading_row` of the file; all cells are text.
    `numbers`: the file's own numbers of the other rows, where they do not follow the heading one by one. `needed`: what
    may stop the file; None: everything of the catalogue. A measure that nobody needs, and a row of a place that is no
    municipality, is left out as a whole when something of it cannot be read.

    Raises `InvalidInput` with every fault of the heading, or else with every fault of the rows: other cells than the
    heading has, a level or code that is none, a figure or number of pupils that is none, other than one national row.
    """
    heading = [cell.strip(" ") for cell in rows[0]]
    needs = every_cell(catalog) if needed is None else needed
    read = read_heading(heading, heading_row, file, catalog, needs)
    faults, left_out = FindingCollector(), FindingCollector()
    left_out.extend(read.left_out)
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
    figures = _unfold(units, read.measures, needs, _Reading(heading, file, faults, left_out), catalog)
    faults.raise_if_any()
    return ParsedFile(kind, read.kilde, figures, len(rows) - 1, read.ignored, tuple(left_out.findings))


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


@dataclass(frozen=True)
class _Reading:
    """Where the faults of a file's columns are gathered: those that stop it, and those of what is left out."""

    heading: Sequence[str]
    file: str
    faults: FindingCollector
    left_out: FindingCollector

    def column(
        self, units: Sequence[_Unit], position: int, read: Callable[[str], Cell]
    ) -> tuple[list[Cell], list[tuple[_Unit, str, str]]]:
        """One column of figures, and its cells that are none: the row, the text, and what was expected."""
        texts = [unit.cells[position] for unit in units]
        cells, unreadable = read_all(texts, read)
        nothing = Cell(MANGLER)
        wrong = [
            (unit, text, unreadable[text]) for unit, text in zip(units, texts, strict=True) if text in unreadable
        ] if unreadable else []  # fmt: skip
        return [cells.get(text, nothing) for text in texts], wrong

    def tell(self, wrong: Sequence[tuple[_Unit, str, str]], position: int, *, stops: bool) -> None:
        """Note cells that cannot be read. Of what is left out the first says it for all."""
        findings = [
            Finding(
                file=self.file,
                row=unit.rad,
                column=self.heading[position],
                found=f"'{text}'",
                expected=expected,
                action=DOWNLOAD_AGAIN if stops else LEFT_OUT,
            )
            for unit, text, expected in (wrong if stops else wrong[:1])
        ]
        (self.faults if stops else self.left_out).extend(findings)


def _unfold(
    units: Sequence[_Unit], measures: Sequence[Measure], needed: Behov, reading: _Reading, catalog: Catalog
) -> pa.Table:
    """The figures of every unit, measure by measure."""
    import pyarrow as pa

    names = ("rad", "nivaa", "enhet", "fylkesnr", "kommunenr", "enhetsnavn")
    read_by: dict[int, tuple[Callable[[str], Cell], bool]] = {
        measure.position: (partial(read_figure, maal=catalog.maal[measure.maal]), _is_needed(measure, needed))
        for measure in measures
    }
    # Measures share a column of pupils: it is read once, so that a fault in it is told once.
    for measure in measures:
        before = read_by.get(measure.count_position, (read_count, False))[1]
        read_by[measure.count_position] = (read_count, before or _is_needed(measure, needed))
    units = _readable(units, {position: read for position, (read, _) in read_by.items()}, reading)
    columns: dict[int, list[Cell]] = {}
    unreadable: set[int] = set()
    for position, (read, is_needed) in sorted(read_by.items()):
        columns[position], wrong = reading.column(units, position, read)
        if wrong:
            reading.tell(wrong, position, stops=is_needed)
            unreadable.add(position)
    tables = []
    of_units = {name: [getattr(unit, name) for unit in units] for name in names}
    for measure in measures:
        if {measure.position, measure.count_position} & unreadable:
            continue  # told of; the file is refused when it is needed
        verdier, antall = columns[measure.position], columns[measure.count_position]
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
    return pa.concat_tables(tables).combine_chunks() if tables else figure_schema().empty_table()


def _readable(units: Sequence[_Unit], read_by: Mapping[int, Callable[[str], Cell]], reading: _Reading) -> list[_Unit]:
    """The units without those places that are no municipalities and of which some figure cannot be read."""
    outside = [unit for unit in units if unit.kommunenr and carried_register().er_utenfor(unit.kommunenr)]
    gone: set[int] = set()
    for position, read in sorted(read_by.items()) if outside else ():
        _, wrong = reading.column(outside, position, read)
        reading.tell(wrong, position, stops=False)
        gone |= {unit.rad for unit, _, _ in wrong}
    return [unit for unit in units if unit.rad not in gone]


def _is_needed(measure: Measure, needed: Behov) -> bool:
    return (measure.indikator, measure.maal, measure.trinn) in needed
