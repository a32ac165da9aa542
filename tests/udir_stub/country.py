"""The example country as plain tables, read from its own files with nothing of the pipeline's readers.

Belongs here: files → rows with codes, names and cells as text, and the schools abroad that the files lack. Does not
belong here: how an interface shows them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from oppfolging_pipeline.sources.example.calendar import GRUNNSKOLEPOENG_SKOLEAAR, SKOLEAAR
from oppfolging_pipeline.sources.example.final_marks import final_marks
from oppfolging_pipeline.sources.example.national_tests import national_tests
from oppfolging_pipeline.sources.example.register_files import register_files
from oppfolging_pipeline.sources.example.survey import survey
from tests.udir_stub.abroad import abroad_lines, abroad_survey

Path = tuple[str, ...]  # codes from the top: ("I", "66", "6601", "100000019")
Row = dict[str, str | None]

_UNIT_CELLS = 9


@dataclass(frozen=True)
class Line:
    """A unit's row in one report and school year."""

    path: Path
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Year:
    """A report's school year. `keys` are the columns, each the labels from the year down to the measure."""

    keys: tuple[tuple[str, ...], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Country:
    """Everything that is served. Years oldest first."""

    barnetrinn: Mapping[str, Year]
    ungdomstrinn: Mapping[str, Year]
    poeng: Mapping[str, Year]
    indikator: Mapping[str, list[Row]]
    mobbing: Mapping[str, list[Row]]
    deltakelse: Mapping[str, list[Row]]
    klass: Mapping[str, list[dict[str, str]]]


@cache
def country(years: tuple[str, ...] | None = None) -> Country:
    """The country, whole or with these school years only. It costs seconds, and is made once a process."""
    wanted = [year for year in SKOLEAAR if years is None or year in years]
    barn: dict[str, Year] = {}
    ungdom: dict[str, Year] = {}
    indikator: dict[str, list[Row]] = {}
    mobbing: dict[str, list[Row]] = {}
    deltakelse: dict[str, list[Row]] = {}
    tables = (("mobbing", mobbing), ("deltakelse", deltakelse), ("indikator", indikator))
    for year in wanted:
        files = national_tests(year)
        barn[year] = national(next(text for name, text in files.items() if "5._trinn" in name))
        ungdom[year] = national(next(text for name, text in files.items() if "ungdomstrinn" in name))
        for name, text in survey(year).items():
            kind, table = next((kind, table) for kind, table in tables if kind in name)
            rows = _flat(text, name.endswith(".csv"))
            table[year] = [*rows, *abroad_survey(rows, kind)]
    marks = _marks(next(iter(final_marks().values())))
    return Country(
        barn,
        ungdom,
        {year: marks[year] for year in GRUNNSKOLEPOENG_SKOLEAAR if years is None or year in years},
        indikator,
        mobbing,
        deltakelse,
        {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text.decode())))
            for name, text in register_files().items()
        },
    )


def national(content: bytes) -> Year:
    """A download of the national tests."""
    text = content.decode("utf-16-le").removeprefix("\ufeff").replace("\r\n", "\n")
    _, heading, *lines = text.removesuffix("\n").split("\n")
    keys = tuple(_key(name) for name in heading.split("\t")[_UNIT_CELLS:])
    found = []
    for line in lines:
        cells = line.split("\t")
        level, nation, fylke, kommune, orgnr, navn, fylkenavn, kommunenavn, enhetsnavn = cells[:_UNIT_CELLS]
        path = (nation, fylke, kommune, orgnr)[: int(level)]
        name = (navn, fylkenavn, kommunenavn, enhetsnavn)[int(level) - 1]
        found.append(Line(path, name, tuple(cells[_UNIT_CELLS:])))
    return Year(keys, (*found, *(Line(*line) for line in abroad_lines(keys))))


def _key(heading: str) -> tuple[str, ...]:
    """`2024-25.Lesing.5. årstrinn.Alle eierformer.Alle kjønn.Skalapoeng`, at its dots but not at the grade's own."""
    year, test, number, grade, *rest = heading.split(".")
    return (year, test, f"{number}.{grade}", *rest)


def _flat(content: bytes, is_csv: bool) -> list[Row]:
    rows: list[Row]
    if is_csv:
        rows = [
            {name: text or None for name, text in row.items()}
            for row in csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter=";")
        ]
    else:
        rows = json.loads(content)
    page = ("Sidenummer", "RaderSide", "RaderTotalt")
    return [{name: text for name, text in row.items() if name not in page} for row in rows]


def _marks(content: bytes) -> dict[str, Year]:
    """Each year of the workbook with all of its units: one without a figure has empty cells, as in the downloads.

    Notes on breaks are no part of a pivot.
    """
    import openpyxl

    heading, *rows = (
        openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
    )
    years: dict[str, Year] = {}
    for year in GRUNNSKOLEPOENG_SKOLEAAR:
        columns = [
            number
            for number, name in enumerate(heading)
            if str(name).startswith(f"{year}.") and not str(name).endswith(".Brudd")
        ]
        keys = tuple(tuple(str(heading[number]).split(".")) for number in columns)
        lines = []
        for row in rows:
            cells = tuple(_cell(row[number], keys[place][-1]) for place, number in enumerate(columns))
            lines.append(Line(tuple(_path(row)), str(row[4 + int(row[0])]), cells))
        years[year] = Year(keys, (*lines, *(Line(*line) for line in abroad_lines(keys))))
    return years


def _path(row: tuple[object, ...]) -> Iterator[str]:
    level, nation, fylke, kommune, orgnr = row[:5]
    widths = ((nation, 0), (fylke, 2), (kommune, 4), (orgnr, 9))
    for code, width in widths[: int(str(level))]:
        yield str(code).zfill(width)  # a spreadsheet loses leading zeros


def _cell(value: object, measure: str) -> str:
    if value is None or value == "*":
        return str(value or "")
    if measure == "Grunnskolepoeng":
        return f"{Decimal(str(value)):.1f}".replace(".", ",")
    return f"{value:,}".replace(",", " ")
