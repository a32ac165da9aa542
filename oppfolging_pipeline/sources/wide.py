"""Udir's wide downloads: one row per unit, measures of several years and tests in named columns.

Belongs here: checking rows and unfolding cells, for csv and xlsx alike. Does not belong here: the heading
(`wide_heading`), the bytes of the two file types (`wide_csv`, `wide_xlsx`), or which of two rows for one cell counts
(`staging`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.behov import Behov, every_cell
from oppfolging_pipeline.rules.catalog import Catalog, Maal
from oppfolging_pipeline.sources.figures import (
    MANGLER,
    SPACES,
    Cell,
    are_rounded,
    as_found,
    read_all,
    read_count,
    read_figure,
)
from oppfolging_pipeline.sources.parsed import (
    LAND,
    NAME_COLUMN,
    NIVAA,
    UNIT_COLUMNS,
    OtherReport,
    ParsedFile,
    figure_schema,
    figures_of,
)
from oppfolging_pipeline.sources.wide_heading import DOWNLOAD_AGAIN, Measure, read_heading
from oppfolging_pipeline.sources.wide_names import lost_names
from oppfolging_pipeline.sources.wide_needs import LEFT_OUT
from oppfolging_pipeline.sources.wide_rows import WideRows

if TYPE_CHECKING:
    import pyarrow as pa

CSV, XLSX = "udir_csv", "udir_xlsx"  # the kinds of a download
_MANY = 10  # rows with other cells than the heading, beyond which they are one fault
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


def parse_wide(table: WideRows, file: str, kind: str, catalog: Catalog, *, needed: Behov | None = None) -> ParsedFile:
    """Unfold a wide download. `needed`: what may stop the file; None: everything of the catalogue. A measure that
    nobody needs, and a row of a place that is no municipality, is left out as a whole when something of it cannot be
    read.

    Raises `InvalidInput` with every fault of the heading, or else with every fault of the rows: other cells than the
    heading has, a level or code that is none, a name that has lost letters, a figure or number of pupils that is none,
    figures that a program has rounded, other than one national row.
    """
    rows = table.rows
    heading = [cell.strip(SPACES) for cell in rows[0]]
    needs = every_cell(catalog) if needed is None else needed
    try:
        read = read_heading(heading, table.heading_row, file, catalog, needs)
    except OtherReport:
        raise  # whatever stands beside its table
    except InvalidInput as invalid:
        raise InvalidInput([*table.faults, *invalid.findings]) from None
    faults, left_out = FindingCollector(), FindingCollector()
    faults.extend(table.faults)
    left_out.extend(read.left_out)
    of_rows = FindingCollector()
    units = [
        unit
        for number, row in zip(table.numbers, rows[1:], strict=True)
        if (unit := _read_unit(row, number, len(heading), file, of_rows)) is not None
    ]
    faults.extend(_widths_told_once(of_rows.findings))
    faults.extend(lost_names([(unit.rad, unit.nivaa, unit.enhetsnavn) for unit in units], file))
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
    reading = _Reading(heading, file, faults, left_out, saved_again=kind == CSV, rounded=kind in (CSV, XLSX))
    figures = _unfold(units, read.measures, needs, reading, catalog)
    faults.raise_if_any()
    return ParsedFile(kind, read.kilde, figures, len(rows) - 1, read.ignored, tuple(left_out.findings))


def _widths_told_once(findings: Sequence[Finding]) -> list[Finding]:
    """Rows with other cells than the heading, told once where they are many: then something is wrong with all."""
    of_width = [finding for finding in findings if finding.column is None]
    if len(of_width) <= _MANY:
        return list(findings)
    found = f"{of_width[0].found}, and so other numbers of cells in {len(of_width) - 1} more rows"
    expected = f"{of_width[0].expected}; a comma or another separator within a cell must be quoted"
    rest = [finding for finding in findings if finding.column is not None]
    return [replace(of_width[0], found=found, expected=expected), *rest]


def _read_unit(row: Sequence[str], number: int, width: int, file: str, faults: FindingCollector) -> _Unit | None:
    """Level, codes and name of a row, or None when it cannot be read (the fault is then gathered)."""

    def fault(column: str | None, found: str, expected: str) -> None:
        faults.add(Finding(file=file, row=number, column=column, found=found, expected=expected, action=DOWNLOAD_AGAIN))

    if len(row) != width:
        fault(None, f"{len(row)} cells", f"{width}, as in the heading (a truncated file ends like this)")
        return None
    unit = {column: cell.strip(SPACES) for column, cell in zip(UNIT_COLUMNS, row, strict=False)}
    nivaa = NIVAA.get(unit["EnhetNivaa"])
    if nivaa is None:
        fault("EnhetNivaa", as_found(unit["EnhetNivaa"]), "1 (nation), 2 (county), 3 (municipality) or 4 (school)")
        return None
    wrong = [
        (column, digits)
        for column, digits in _NEEDED[nivaa]
        if not (len(unit[column]) == digits and unit[column].isdecimal())
    ]
    for column, digits in wrong:
        fault(column, as_found(unit[column]), f"{digits} digits")
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
    """Where the faults of a file's columns are gathered: those that stop it, and those of what is left out.

    `saved_again`: whether a program may have written a decimal point; `rounded`: whether one may have rounded figures.
    """

    heading: Sequence[str]
    file: str
    faults: FindingCollector
    left_out: FindingCollector
    saved_again: bool
    rounded: bool

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
                found=as_found(text),
                expected=expected,
                action=DOWNLOAD_AGAIN if stops else LEFT_OUT,
            )
            for unit, text, expected in (wrong if stops else wrong[:1])
        ]
        (self.faults if stops else self.left_out).extend(findings)

    def is_rounded(self, cells: Sequence[Cell], maal: Maal, position: int, *, stops: bool) -> bool:
        """Whether a measure with decimals has none in a whole column: a program has then rounded its figures. It is
        noted as a fault."""
        numbers = [cell.number for cell in cells if cell.number is not None]
        if not self.rounded or not are_rounded(numbers, maal):
            return False
        found = f"{len(numbers)} figures without a decimal, as a program leaves them that has rounded them"
        action = DOWNLOAD_AGAIN if stops else LEFT_OUT
        fault = Finding(found, f"{maal.navn} with decimals", action, file=self.file, column=self.heading[position])
        (self.faults if stops else self.left_out).add(fault)
        return True


def _unfold(
    units: Sequence[_Unit], measures: Sequence[Measure], needed: Behov, reading: _Reading, catalog: Catalog
) -> pa.Table:
    """The figures of every unit, measure by measure."""
    import pyarrow as pa

    names = ("rad", "nivaa", "enhet", "fylkesnr", "kommunenr", "enhetsnavn")
    read_by: dict[int, tuple[Callable[[str], Cell], bool]] = {
        measure.position: (
            partial(read_figure, maal=catalog.maal[measure.maal], point=reading.saved_again),
            _is_needed(measure, needed),
        )
        for measure in measures
    }
    count = partial(read_count, point=reading.saved_again)
    # Measures share a column of pupils: it is read once, so that a fault in it is told once.
    for measure in measures:
        before = read_by.get(measure.count_position, (count, False))[1]
        read_by[measure.count_position] = (count, before or _is_needed(measure, needed))
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
        stops = _is_needed(measure, needed)
        if reading.is_rounded(columns[measure.position], catalog.maal[measure.maal], measure.position, stops=stops):
            continue
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
