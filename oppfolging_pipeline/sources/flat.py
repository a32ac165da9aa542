"""Flat rows of Udir's export API (Elevundersøkelsen), saved as JSON or csv.

Belongs here: which rows and fields of a saved answer are figures. Does not belong here: the bytes of the two file types
(`flat_file`), fetching, or which of two rows counts (`staging`). DuckDB reads and filters, so that a large file takes
bounded memory; what a single text says is read by the same code as in the wide downloads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.rules.catalog import Catalog, Indikator
from oppfolging_pipeline.sources.figures import Cell, read_all, read_count, read_figure
from oppfolging_pipeline.sources.flat_file import SAVE_AGAIN, FlatFormat, load, quoted, text_of
from oppfolging_pipeline.sources.flat_sql import CHOOSE, CHOSEN, FIGURES, MISMATCHES, READ, ROW_RULES
from oppfolging_pipeline.sources.parsed import FORELOPIG, LAND, ParsedFile, figure_schema

if TYPE_CHECKING:
    import duckdb

KILDE = "elevundersokelsen"
COUNT_FIELD = "AntallBesvart"
FIELDS = (
    "Spoersmaalgruppekode", "Spoersmaalgruppe", "Spoersmaalkode", "Spoersmaalnavn", "Skoleaarnavn", "EnhetNivaa",
    "Fylkekode", "Fylke", "Kommunekode", "Kommune", "Organisasjonsnummer", "EnhetNavn", "TrinnKode", "EierformNavn",
    "KjoennKode", COUNT_FIELD,
)  # fmt: skip


def parse_flat(
    path: Path, file: str, form: FlatFormat, connection: duckdb.DuckDBPyConnection, catalog: Catalog
) -> ParsedFile:
    """Read the index rows of the catalogue's indicators, all owners, all pupils.

    Rows of other indicators, single questions, owners or genders are facts that are not asked for, and are left out.
    Rows are counted from 1; in a csv the heading is row 1. A national row is not demanded of one file: an answer comes
    in pages, and staging demands it of all files together. Raises `InvalidInput` with the file's faults.
    """
    indikatorer = {key: each for key, each in catalog.indikatorer.items() if each.kilde == KILDE}
    measures = _measure_fields(form.fields, file, indikatorer, catalog)
    rows = load(path, file, form, (*FIELDS, *measures.values()), (*measures.values(), COUNT_FIELD), connection)
    faults = FindingCollector()
    _choose(indikatorer, measures, file, connection, faults)
    _check_rows(file, connection, faults)
    for maal, field in measures.items():
        _read_texts(maal, "verdi", field, partial(read_figure, maal=catalog.maal[maal]), form, file, connection, faults)
        _read_texts(maal, "antall", COUNT_FIELD, read_count, form, file, connection, faults)
    faults.raise_if_any()
    constants = {"kilde": KILDE, "land": LAND, "forelopig": FORELOPIG}
    figures = connection.execute(FIGURES, constants).to_arrow_table().cast(figure_schema())
    if figures.num_rows == 0:
        names = ", ".join(sorted(each.kildenavn[0] for each in indikatorer.values()))
        expected = f"rows of {names} with EierformNavn 'Alle eierformer' and KjoennKode 'A'"
        faults.add(Finding(file=file, found="no row of an indicator", expected=expected, action=SAVE_AGAIN))
    faults.raise_if_any()
    return ParsedFile("flate_rader", KILDE, figures, rows)


def _measure_fields(
    fields: tuple[str, ...], file: str, indikatorer: dict[str, Indikator], catalog: Catalog
) -> dict[str, str]:
    """The field of each measure that the file has. Raises `InvalidInput` for fields that are missing or doubled."""
    faults = FindingCollector()

    def fault(column: str | None, found: str, expected: str) -> None:
        faults.add(Finding(file=file, row=1, column=column, found=found, expected=expected, action=SAVE_AGAIN))

    listed = ", ".join(fields)
    for name in FIELDS:
        if name not in fields:
            fault(name, f"the fields {listed}", f"also {name}")
    for name in sorted({name for name in fields if fields.count(name) > 1}):
        fault(name, "the field twice", "each field once")
    wanted = sorted({maal for indikator in indikatorer.values() for maal in indikator.maal})
    found: dict[str, str] = {}
    for maal in wanted:
        for field in fields:
            if re.search(catalog.maal[maal].kolonne, field) and found.setdefault(maal, field) != field:
                fault(field, f"a second field of {catalog.maal[maal].navn} beside {found[maal]}", "one field of it")
    if not found:
        patterns = " or ".join(catalog.maal[maal].kolonne.strip("^$") for maal in wanted)
        fault(None, f"the fields {listed}", f"also {patterns}")
    faults.raise_if_any()
    return found


def _choose(
    indikatorer: dict[str, Indikator],
    measures: dict[str, str],
    file: str,
    connection: duckdb.DuckDBPyConnection,
    faults: FindingCollector,
) -> None:
    """The temporary table `utvalg`: the rows asked for, each with its indicator, measure and the texts of its cells.

    An indicator's code and name must go together: Udir has moved codes before, and a name alone is no proof either.
    """
    connection.execute(CHOSEN)
    for key, indikator in indikatorer.items():
        asked = [maal for maal in indikator.maal if maal in measures]
        for maal in asked:
            connection.execute(
                CHOOSE.format(verdi=quoted(measures[maal]), antall=quoted(COUNT_FIELD)),
                {
                    "indikator": key,
                    "maal": maal,
                    "felt": measures[maal],
                    "kode": indikator.kode,
                    "trinn": list(indikator.trinn),
                },
            )
        names = list(indikator.kildenavn)
        found = connection.execute(MISMATCHES, {"kode": indikator.kode, "navn": names}).fetchall() if asked else []
        faults.extend(
            Finding(
                file=file,
                row=row,
                column="Spoersmaalgruppe",
                found=f"'{name}' with code {code}",
                expected=f"{' or '.join(names)} together with {indikator.kode}",
                action=SAVE_AGAIN,
            )
            for row, name, code in found
        )


def _check_rows(file: str, connection: duckdb.DuckDBPyConnection, faults: FindingCollector) -> None:
    for column, fault, expected in ROW_RULES:
        bad = connection.execute(
            f"SELECT DISTINCT rad, {column} FROM utvalg WHERE {fault} ORDER BY rad"  # noqa: S608
        ).fetchall()
        faults.extend(
            Finding(file=file, row=row, column=column, found=f"'{value or ''}'", expected=expected, action=SAVE_AGAIN)
            for row, value in bad
        )


def _read_texts(
    maal: str,
    part: str,
    field: str,
    read: Callable[[str], Cell],
    form: FlatFormat,
    file: str,
    connection: duckdb.DuckDBPyConnection,
    faults: FindingCollector,
) -> None:
    """Read every different text of one part (`verdi`, `antall`) of a measure's cells into the table `lest`."""
    import pyarrow as pa

    rows = connection.execute(
        f"SELECT {part}_tekst, list_sort(list(DISTINCT rad)) FROM utvalg "  # noqa: S608 (two names)
        "WHERE maal = $maal GROUP BY ALL",
        {"maal": maal},
    ).fetchall()
    text = {raw: text_of(raw, form) for raw, _ in rows}
    cells, unreadable = read_all(text.values(), read)
    faults.extend(
        Finding(
            file=file,
            row=row,
            column=field,
            found=f"'{text[raw]}'",
            expected=unreadable[text[raw]],
            action=SAVE_AGAIN,
        )
        for row, raw in sorted((row, raw) for raw, numbers in rows if text[raw] in unreadable for row in numbers)
    )
    readable = [(raw, cells[text[raw]]) for raw, _ in rows if text[raw] in cells]
    connection.register(
        "lest_naa",
        pa.table(
            {
                "tekst": pa.array([raw for raw, _ in readable], pa.string()),
                "status": pa.array([cell.status for _, cell in readable], pa.string()),
                "tall": pa.array([cell.number for _, cell in readable], pa.decimal128(12, 3)),
            }
        ),
    )
    connection.execute(READ, {"maal": maal, "del": part})
    connection.unregister("lest_naa")
