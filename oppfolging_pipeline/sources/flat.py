"""Flat rows of Udir's export API (Elevundersøkelsen), saved as JSON or csv.

Belongs here: from one saved answer to figures, read by DuckDB so that a large file takes bounded memory. Does not
belong here: fetching, or which of two rows counts (`staging`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.parsed import FORELOPIG, LAND, NIVAA, ParsedFile

if TYPE_CHECKING:
    import duckdb

KILDE = "elevundersokelsen"
FIELDS = (
    "Spoersmaalgruppekode", "Spoersmaalgruppe", "Spoersmaalkode", "Spoersmaalnavn", "Skoleaarnavn", "EnhetNivaa",
    "Fylkekode", "Fylke", "Kommunekode", "Kommune", "Organisasjonsnummer", "EnhetNavn", "TrinnKode", "EierformNavn",
    "KjoennKode", "AntallBesvart",
)  # fmt: skip
ALL_QUESTIONS = "Alle spørsmål"
_AGAIN = "Save the answer of the export API again, with every field, and put it in the inbox."
_SHOWN_FAULTS = 50


@dataclass(frozen=True)
class FlatFormat:
    """How the file is written: `json`, or `csv` with its delimiter and encoding."""

    kind: str
    delimiter: str = ","
    encoding: str = "utf-8"


def parse_flat(
    path: Path, file: str, form: FlatFormat, fields: tuple[str, ...], connection: duckdb.DuckDBPyConnection, catalog: Catalog
) -> ParsedFile:
    """Read the index rows of the catalogue's indicators, all owners, all pupils. `fields` are the file's own, in order.

    Rows of other indicators, single questions, owners or genders are facts that are not asked for, and are left out.
    Raises `InvalidInput` with the file's faults.
    """
    missing = [name for name in FIELDS if name not in fields]
    measures = {
        maal: [field for field in fields if re.search(catalog.maal[maal].kolonne, field)]
        for indikator in catalog.indikatorer.values()
        if indikator.kilde == KILDE
        for maal in indikator.maal
    }
    measures = {maal: found for maal, found in measures.items() if found}
    if missing or not measures:
        wanted = ", ".join(missing) if missing else "one of the measures Score or AndelMobbet"
        raise InvalidInput(
            [Finding(file=file, row=1, found=f"fields {', '.join(fields)}", expected=f"also {wanted}", action=_AGAIN)]
        )
    _load(path, file, form, fields, connection)
    rows = _count(connection)
    faults = FindingCollector()
    _check_rows(connection, file, faults)
    selects = [
        _select(connection, indikator, maal, found[0], file, catalog, faults)
        for maal, found in measures.items()
        for indikator, definition in catalog.indikatorer.items()
        if definition.kilde == KILDE and maal in definition.maal
    ]
    faults.raise_if_any()
    figures = connection.execute(" UNION ALL ".join(selects)).to_arrow_table()
    if figures.num_rows == 0:
        names = sorted(i.kildenavn[0] for i in catalog.indikatorer.values() if i.kilde == KILDE)
        faults.add(Finding(file=file, found="no row of an indicator", expected=f"one of {', '.join(names)}", action=_AGAIN))
    national = connection.execute("SELECT count(*) FROM flate WHERE EnhetNivaa = '1'").fetchone()
    if figures.num_rows and national == (0,):
        faults.add(
            Finding(file=file, column="EnhetNivaa", found="no national row", expected="EnhetNivaa 1 for each grade", action=_AGAIN)
        )
    faults.raise_if_any()
    return ParsedFile("flate_rader", KILDE, figures, rows)


def _load(path: Path, file: str, form: FlatFormat, fields: tuple[str, ...], connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the temporary table `flate`, every field as text, with the row's number in the file."""
    import duckdb

    try:
        if form.kind == "json":
            source = connection.read_json(str(path), columns=dict.fromkeys(fields, "VARCHAR"), format="array", maximum_object_size=1 << 20)
            first = 1
        else:
            source = connection.read_csv(
                str(path), sep=form.delimiter, encoding=form.encoding, header=True, all_varchar=True, null_padding=False, strict_mode=True
            )
            first = 2
        connection.register("flate_kilde", source)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE flate AS SELECT CAST(row_number() OVER () + {first - 1} AS INTEGER) AS rad, * FROM flate_kilde"  # noqa: S608
        )
        connection.unregister("flate_kilde")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].replace(str(path), file)
        raise InvalidInput(
            [Finding(file=file, found=f"a file that cannot be read to its end ({reason})", expected="whole flat rows", action=_AGAIN)]
        ) from error
    if not _count(connection):
        raise InvalidInput([Finding(file=file, found="no row", expected="flat rows", action=_AGAIN)])


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT count(*) FROM flate").fetchone()
    return int(row[0]) if row else 0


_ROW_RULES = (
    ("EnhetNivaa", "coalesce(EnhetNivaa, '') NOT IN ('1', '2', '3', '4')", "1, 2, 3 or 4"),
    ("Fylkekode", "EnhetNivaa IN ('2', '3', '4') AND NOT regexp_full_match(coalesce(Fylkekode, ''), '\\d{2}')", "two digits"),
    ("Kommunekode", "EnhetNivaa IN ('3', '4') AND NOT regexp_full_match(coalesce(Kommunekode, ''), '\\d{4}')", "four digits"),
    (
        "Organisasjonsnummer",
        "EnhetNivaa = '4' AND NOT regexp_full_match(coalesce(Organisasjonsnummer, ''), '\\d{9}')",
        "nine digits",
    ),
    (
        "Skoleaarnavn",
        f"NOT regexp_full_match(coalesce(Skoleaarnavn, ''), '({FORELOPIG})?\\d{{4}}-\\d{{2}}') "
        "OR (CAST(right(Skoleaarnavn, 2) AS INTEGER) + 99) % 100 <> CAST(substr(right(Skoleaarnavn, 7), 3, 2) AS INTEGER)",
        "a school year such as 2024-25",
    ),
    ("TrinnKode", "NOT regexp_full_match(coalesce(TrinnKode, ''), '\\d{1,2}')", "a grade"),
)


def _check_rows(connection: duckdb.DuckDBPyConnection, file: str, faults: FindingCollector) -> None:
    for column, fault, expected in _ROW_RULES:
        bad = connection.execute(f'SELECT rad, "{column}" FROM flate WHERE {fault} LIMIT {_SHOWN_FAULTS}').fetchall()  # noqa: S608
        faults.extend(
            Finding(file=file, row=row, column=column, found=f"'{value}'", expected=expected, action=_AGAIN) for row, value in bad
        )


def _select(
    connection: duckdb.DuckDBPyConnection, indikator: str, maal: str, field: str, file: str, catalog: Catalog, faults: FindingCollector
) -> str:
    """SQL for the figures of one indicator. Its names, codes and patterns come from the catalogue."""
    definition, measure = catalog.indikatorer[indikator], catalog.maal[maal]
    of_indicator = (
        f"(Spoersmaalkode = '{definition.kode}' OR (Spoersmaalgruppekode = '{definition.kode}' AND Spoersmaalnavn = '{ALL_QUESTIONS}')) "
        "AND EierformNavn = 'Alle eierformer' AND KjoennKode = 'A'"
    )
    names = ", ".join(f"'{name}'" for name in definition.kildenavn)
    renamed = connection.execute(
        f"SELECT min(rad), Spoersmaalgruppe FROM flate WHERE {of_indicator} AND coalesce(Spoersmaalgruppe, '') NOT IN ({names}) "  # noqa: S608
        "GROUP BY Spoersmaalgruppe"
    ).fetchall()
    for row, name in renamed:
        faults.add(
            Finding(file=file, row=row, column="Spoersmaalgruppe", found=f"'{name}' with code {definition.kode}", expected=names, action=_AGAIN)
        )
    trinn = ", ".join(str(grade) for grade in definition.trinn)
    where = f"{of_indicator} AND CAST(TrinnKode AS INTEGER) IN ({trinn})"
    text, count = f"trim(coalesce(\"{field}\", ''))", "trim(coalesce(AntallBesvart, ''))"
    number = f"TRY_CAST(replace(replace({text}, ' ', ''), ',', '.') AS DECIMAL(18, 6))"
    shape = r"'(\d{1,3}( \d{3})+|\d+)([,.]\d{1," + str(max(measure.desimaler, 1)) + "})?'"
    bad_figures = (
        f"{text} NOT IN ('', '*') AND (NOT regexp_full_match({text}, {shape}) OR {number} IS NULL "
        f"OR {number} NOT BETWEEN {measure.min} AND {measure.maks})"
    )
    bad_counts = rf"{count} NOT IN ('', '*') AND NOT regexp_full_match({count}, '\d{{1,3}}( \d{{3}})+|\d+')"
    expected = f"{measure.navn} between {measure.min:g} and {measure.maks:g}, or * or nothing"
    for column, fault, wanted in ((field, bad_figures, expected), ("AntallBesvart", bad_counts, "a whole number, or * or nothing")):
        bad = connection.execute(f'SELECT rad, "{column}" FROM flate WHERE {where} AND ({fault}) LIMIT {_SHOWN_FAULTS}').fetchall()  # noqa: S608
        faults.extend(Finding(file=file, row=row, column=column, found=f"'{value}'", expected=wanted, action=_AGAIN) for row, value in bad)
    nivaa = " ".join(f"WHEN '{level}' THEN '{name}'" for level, name in NIVAA.items())
    status = "CASE {0} WHEN '*' THEN 'skjermet' WHEN '' THEN 'mangler' ELSE 'vist' END"
    return f"""
        SELECT '{KILDE}' AS kilde, right(Skoleaarnavn, 7) AS skoleaar, CASE EnhetNivaa {nivaa} END AS nivaa,
          CASE EnhetNivaa WHEN '1' THEN '{LAND}' WHEN '2' THEN Fylkekode WHEN '3' THEN Kommunekode ELSE Organisasjonsnummer END AS enhet,
          CASE WHEN EnhetNivaa <> '1' THEN Fylkekode END AS fylkesnr,
          CASE WHEN EnhetNivaa IN ('3', '4') THEN Kommunekode END AS kommunenr,
          trim(CASE EnhetNivaa WHEN '2' THEN Fylke WHEN '3' THEN Kommune ELSE EnhetNavn END) AS enhetsnavn,
          '{indikator}' AS indikator, '{maal}' AS maal, CAST(TrinnKode AS INTEGER) AS trinn,
          CAST(TRY_CAST(replace(replace({text}, ' ', ''), ',', '.') AS DECIMAL(18, 6)) AS DECIMAL(9, 3)) AS verdi,
          {status.format(text)} AS verdistatus, TRY_CAST(replace({count}, ' ', '') AS INTEGER) AS antall,
          {status.format(count)} AS antallstatus, starts_with(Skoleaarnavn, '{FORELOPIG}') AS forelopig,
          CAST(NULL AS VARCHAR) AS brudd, rad, '{field}' AS kolonne
        FROM flate WHERE {where}"""  # noqa: S608 (everything stands in the catalogue or in this module)
