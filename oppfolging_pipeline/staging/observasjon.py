"""Observations: one row per cell and school year, from all files of an intake.

Belongs here: choosing between rows that speak of one cell, and refusing what contradicts itself. Does not belong here:
parsing (`sources`), or moving figures to another year's codes (`harmonisering`).

The one rule for rows that would count pupils twice (the grunnskolepoeng download has old and new municipality side by
side): a municipality counts with the code that was in force on the source's reference day of that school year
(`referansedato` in the catalogue). A row with another code counts only when no row of a municipality that it became,
or came from, has been counted. A school counts once; among its rows the one in a municipality that counts goes first,
then a row with a figure, then the municipality that ended first (a school that moved stood in the older one), then
the lowest code. Rows for one cell that state different figures are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.tables.model import table

if TYPE_CHECKING:
    import duckdb

_SHOWN = 50
_CELL = ", ".join(table("observasjon").grain)
_KOMMUNEKODE = ("kilde", "skoleaar", "kommunenr", "teller", "slutt")
_COLUMNS = ", ".join(table("observasjon").column_names)


@dataclass(frozen=True)
class FileFigures:
    """One parsed file with the digest and the name it is known by."""

    parsed: ParsedFile
    sha256: str
    file: str


@dataclass(frozen=True)
class Counts:
    """What was put together: rows read, rows left out because another row of the same cell counts, cells kept."""

    read: int
    duplicates: int
    kept: int


def combine(files: Sequence[FileFigures], register: Register, catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> Counts:
    """Fill the table `observasjon` of the connection (grain and columns as declared) from the files.

    Raises `InvalidInput` with every unknown code, contradiction and missing national row of all the files.
    """
    faults = FindingCollector()
    _gather(files, connection)
    _check_codes(register, connection, faults)
    _rank_municipalities(register, catalog, connection)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE dobbel AS SELECT {_CELL} FROM gransket GROUP BY {_CELL} HAVING count(*) > 1"  # noqa: S608
    )
    faults.extend(_contradictions(connection))
    _keep_one_row_a_cell(connection)
    faults.extend(_without_national_row(connection))
    faults.raise_if_any()
    read, kept = _count(connection, "gransket"), _count(connection, "observasjon")
    return Counts(read, read - kept, kept)


def _keep_one_row_a_cell(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `observasjon`. Only the cells that stand more than once are ordered: they are few, and a sort is dear."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE observasjon AS
        WITH tellende AS (
          SELECT g.*, coalesce(k.teller, true) AS teller, k.slutt
          FROM gransket g LEFT JOIN kommunekode k USING (kilde, skoleaar, kommunenr)
          WHERE coalesce(k.teller, true) OR g.nivaa <> 'kommune'
        )
        SELECT {_COLUMNS} FROM tellende ANTI JOIN dobbel USING ({_CELL})
        UNION ALL
        SELECT {_COLUMNS} FROM tellende SEMI JOIN dobbel USING ({_CELL})
        QUALIFY row_number() OVER (
          PARTITION BY {_CELL}
          ORDER BY NOT teller, verdistatus = 'mangler', slutt NULLS LAST, kommunenr, fylkesnr DESC, sha256, rad, kolonne
        ) = 1"""  # noqa: S608 (column names come from the declaration)
    )


def skoleaar_and_kilder(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The (kilde, skoleaar) that `observasjon` holds, sorted."""
    return connection.execute("SELECT DISTINCT kilde, skoleaar FROM observasjon ORDER BY ALL").fetchall()


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608 (names of this module)
    return int(row[0]) if row else 0


def _gather(files: Sequence[FileFigures], connection: duckdb.DuckDBPyConnection) -> None:
    """All files' figures in the temporary table `gransket`, with digest and file name."""
    connection.execute("DROP TABLE IF EXISTS gransket")
    for number, one in enumerate(sorted(files, key=lambda one: one.sha256)):
        connection.register("fil", one.parsed.figures)
        verb = "CREATE TEMP TABLE gransket AS" if number == 0 else "INSERT INTO gransket"
        connection.execute(f"{verb} SELECT *, $digest AS sha256, $file AS fil FROM fil", {"digest": one.sha256, "file": one.file})
        connection.unregister("fil")


def _check_codes(register: Register, connection: duckdb.DuckDBPyConnection, faults: FindingCollector) -> None:
    """Every municipality code and county code must be known to the register."""
    for fil, rad, code, name in connection.execute(
        "SELECT fil, min(rad), kommunenr, arg_min(enhetsnavn, (nivaa <> 'kommune', rad)) FROM gransket "
        "WHERE kommunenr IS NOT NULL GROUP BY fil, kommunenr ORDER BY fil, kommunenr"
    ).fetchall():
        if not register.kjent(code):
            faults.add(_unknown_code(fil, rad, "Kommunekode", code, name, register))
    for fil, rad, code, name in connection.execute(
        "SELECT fil, min(rad), fylkesnr, any_value(enhetsnavn ORDER BY rad) FROM gransket WHERE nivaa = 'fylke' "
        "GROUP BY fil, fylkesnr ORDER BY fil, fylkesnr"
    ).fetchall():
        if not register.kjent_fylke(code):
            faults.add(_unknown_code(fil, rad, "Fylkekode", code, name, register))


def _unknown_code(fil: str, rad: int, column: str, code: str, name: str, register: Register) -> Finding:
    return Finding(
        file=fil,
        row=rad,
        column=column,
        found=f"code {code} ({name})",
        expected=f"a code of the register ({register.beskrivelse})",
        action="Put newer KLASS files (codes and changes) in the inbox.",
    )


def _rank_municipalities(register: Register, catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> None:
    """The temporary table `kommunekode`: for each source, year and code of a municipality row, whether it counts."""
    import pyarrow as pa

    present: dict[tuple[str, str], list[str]] = {}
    for kilde, skoleaar, code in connection.execute(
        "SELECT DISTINCT kilde, skoleaar, kommunenr FROM gransket WHERE kommunenr IS NOT NULL ORDER BY ALL"
    ).fetchall():
        present.setdefault((kilde, skoleaar), []).append(code)
    rows = []
    for (kilde, skoleaar), codes in present.items():
        day = day_in(skoleaar, catalog.kilder[kilde].referansedato)
        counting = codes_that_count(codes, register, day)
        rows += [(kilde, skoleaar, code, code in counting, register.slutt(code, day)) for code in codes]
    columns = dict(zip(_KOMMUNEKODE, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_KOMMUNEKODE, ())
    types = {"teller": pa.bool_(), "slutt": pa.date32()}
    connection.register(
        "koder", pa.table({name: pa.array(values, types.get(name, pa.string())) for name, values in columns.items()})
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE kommunekode AS SELECT * FROM koder")
    connection.unregister("koder")


def codes_that_count(codes: Sequence[str], register: Register, day: date) -> frozenset[str]:
    """Which of the codes that stand in one file and year count, so that no municipality is counted twice.

    Codes in force on `day` count. Another code counts only when nothing that it became, or came from, on that day is
    covered by one that counts; among such codes the one in force nearest to the day goes first.
    """
    counting: set[str] = set()
    covered: set[str] = set()
    for code in sorted(codes, key=lambda code: (register.avstand(code, day), code)):
        if register.er_utenfor(code) or not register.kjent(code):
            counting.add(code)
            continue
        family = register.slektninger(code, day) | {code}
        if not family & covered:
            counting.add(code)
            covered |= family
    return frozenset(counting)


def _contradictions(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    rows = connection.execute(
        f"""
        SELECT {_CELL}, arg_min((fil, rad, kolonne), (fil, rad)) AS en, arg_max((fil, rad, kolonne), (fil, rad)) AS to_,
          list_sort(list(DISTINCT CASE verdistatus WHEN 'vist' THEN CAST(verdi AS VARCHAR) ELSE verdistatus END)) AS verdier,
          list_sort(list(DISTINCT CASE antallstatus WHEN 'vist' THEN CAST(antall AS VARCHAR) ELSE antallstatus END)) AS antall_
        FROM gransket SEMI JOIN dobbel USING ({_CELL}) WHERE verdistatus <> 'mangler' GROUP BY {_CELL} HAVING len(verdier) > 1 OR len(antall_) > 1
        ORDER BY {_CELL} LIMIT {_SHOWN}"""  # noqa: S608 (column names come from the declaration)
    ).fetchall()
    findings = []
    for *cell, first, last, values, counts in rows:
        found = f"{' and '.join(values)} for {' '.join(str(part) for part in cell)}"
        if len(values) == 1:
            found = f"{' and '.join(counts)} pupils for {' '.join(str(part) for part in cell)}"
        (file, row, column), (other_file, other_row, _) = first.values(), last.values()
        findings.append(
            Finding(
                file=file,
                row=row,
                column=column,
                found=f"{found} (the other in {other_file}, row {other_row})",
                expected="one value for one cell",
                action="Keep the file that is right in the inbox and take the other one out.",
            )
        )
    return findings


def _without_national_row(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    rows = connection.execute(
        "SELECT kilde, skoleaar, indikator, maal, trinn, min(f.fil) FROM observasjon o JOIN (SELECT DISTINCT sha256, fil FROM gransket) f "
        "USING (sha256) GROUP BY kilde, skoleaar, indikator, maal, trinn HAVING count(*) FILTER (nivaa = 'nasjonalt') = 0 "
        f"ORDER BY ALL LIMIT {_SHOWN}"
    ).fetchall()
    return [
        Finding(
            file=fil,
            key=f"{kilde} {skoleaar} {indikator} {maal} trinn {trinn}",
            found="figures without a national row",
            expected="the national figure beside those of municipalities and schools",
            action="Download the report with the whole country included.",
        )
        for kilde, skoleaar, indikator, maal, trinn, fil in rows
    ]
