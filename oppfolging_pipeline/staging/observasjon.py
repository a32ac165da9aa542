"""Observations: one row per cell and school year, from all files of an intake.

Belongs here: choosing between rows that speak of one cell. Does not belong here: parsing (`sources`), wording what is
wrong (`observasjon_faults`), correcting (`rettelser`), or moving figures to another year's codes (`harmonisering`).

The one rule for rows that would count pupils twice (the grunnskolepoeng download has old and new municipality side by
side): a municipality counts with the code that was in force on the source's reference day of that school year
(`referansedato` in the catalogue). A row with another code counts only when no row of a municipality that it became,
or came from, has been counted. A school counts once; among its rows the one in a municipality that counts goes first,
then a row with a figure, then a final one, then the municipality that ended first (a school that moved stood in the
older one), then the lowest code. Rows for one cell that state different figures are refused.

A row that is empty for a school year is no row of that year: a file of several years has one for every unit that stands
in any of them, with the codes and the names of all of them. Nobody stood there that year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.rettelse import Rettelse
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.staging.completeness import incomplete
from oppfolging_pipeline.staging.kommunekoder import ranked_codes
from oppfolging_pipeline.staging.observasjon_faults import (
    CELL,
    contradictions,
    unknown_codes,
    without_national_figure,
    without_national_row,
)
from oppfolging_pipeline.staging.rettelser import Corrected, correct
from oppfolging_pipeline.staging.unneeded import Unneeded
from oppfolging_pipeline.tables.model import table

if TYPE_CHECKING:
    import duckdb

# Nothing is corrected yet (`rettelser`).
_COLUMNS = ", ".join(
    "CAST(NULL AS VARCHAR) AS rettelse" if name == "rettelse" else name for name in table("observasjon").column_names
)


@dataclass(frozen=True)
class FileFigures:
    """One parsed file with the digest and the name it is known by.

    `intake` is the number of the intake that brought it as news, `together` of the newest that brought it at all
    (None: the same one): files of one inbox have the same. `came` is the day in Norway that the content first came.
    """

    parsed: ParsedFile
    sha256: str
    file: str
    intake: int = 0
    together: int | None = None
    came: date | None = None


@dataclass(frozen=True)
class Counts:
    """What was put together: rows read, those of them that are empty for their year, rows left out because another row
    of the same cell counts, cells kept, and what came of the corrections. `left_out`: what was wrong with figures that
    nobody needs, and that are not kept."""

    read: int
    empty: int
    duplicates: int
    kept: int
    corrected: Corrected
    left_out: tuple[Finding, ...] = ()


def combine(
    files: Sequence[FileFigures],
    register: Register,
    catalog: Catalog,
    connection: duckdb.DuckDBPyConnection,
    corrections: Sequence[Rettelse] = (),
    *,
    overtaken_stop: bool = True,
    needed: Behov | None = None,
) -> Counts:
    """Fill the table `observasjon` of the connection (grain and columns as declared) from the files, at least one.

    `corrections` are those in force. Whether all is there is asked of the corrected figures: a number of pupils that is
    known to be wrong is no cut-off download. Raises `InvalidInput` with every unknown code, contradiction and missing
    national row of all the files; then with every correction that the source has overtaken (unless those are passed
    over); then with all that is not there. Of an indicator, measure and grade that nobody needs (`needed`, None: all
    of the catalogue is) the school year that is not sound is left out as a whole, and told of.
    """
    unneeded = Unneeded(catalog, needed, connection)
    faults = FindingCollector()
    _gather(files, connection)
    without = unneeded.sorted_out(without_national_row(connection))
    unneeded.sorted_out(without_national_figure(connection))  # of what is needed the audit says so
    contradicted = unneeded.sorted_out(contradictions(connection))
    unknown = dict.fromkeys(unneeded.sorted_out(unknown_codes(register, connection)))
    unneeded.leave_out("gransket")
    faults.extend([*unknown, *contradicted, *without])
    faults.raise_if_any()
    read = _count(connection, "gransket")
    _leave_out_what_is_empty(connection)
    filled = _count(connection, "gransket")
    present = connection.execute(
        "SELECT DISTINCT kilde, skoleaar, kommunenr FROM gransket WHERE kommunenr IS NOT NULL ORDER BY ALL"
    ).fetchall()
    connection.register("kommunekode", ranked_codes(present, register, catalog))
    _keep_one_row_a_cell(connection)
    connection.unregister("kommunekode")
    kept = _count(connection, "observasjon")
    connection.execute("DROP TABLE gransket")  # a second copy of every figure
    corrected = correct(corrections, connection)
    if overtaken_stop:
        faults.extend(corrected.overtaken)
        faults.raise_if_any()
    recounted = [one.id for one in corrections if one.replaces_pupils]
    faults.extend(unneeded.sorted_out(incomplete(register, catalog, connection, recounted)))
    faults.raise_if_any()
    unneeded.leave_out("observasjon")
    return Counts(read, read - filled, filled - kept, kept, corrected, unneeded.told)


def faults_between(
    files: Sequence[FileFigures],
    register: Register | None,
    catalog: Catalog,
    connection: duckdb.DuckDBPyConnection,
    needed: Behov | None = None,
) -> list[Finding]:
    """What is surely wrong between files that can be read, when others of the intake cannot.

    A missing national row may stand in one of those others, and so is not asked for; nor are codes without a register.
    """
    if not files:
        return []
    _gather(files, connection)
    unneeded = Unneeded(catalog, needed, connection)
    unknown = unneeded.sorted_out(unknown_codes(register, connection) if register else ())
    return [*dict.fromkeys(unknown), *unneeded.sorted_out(contradictions(connection))]


def skoleaar_and_kilder(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The (kilde, skoleaar) that `observasjon` holds, sorted."""
    return connection.execute("SELECT DISTINCT kilde, skoleaar FROM observasjon ORDER BY ALL").fetchall()


def _gather(files: Sequence[FileFigures], connection: duckdb.DuckDBPyConnection) -> None:
    """All files' figures as `gransket`, numbered by their file in `filer`; in `dobbel` the cells that stand more than
    once."""
    import pyarrow as pa

    numbered = [
        one.parsed.figures.append_column("filnr", pa.repeat(pa.scalar(number, pa.int32()), one.parsed.figures.num_rows))
        for number, one in enumerate(files)
    ]
    names = pa.table(
        {
            "filnr": pa.array(range(len(files)), pa.int32()),
            "sha256": [one.sha256 for one in files],
            "fil": [one.file for one in files],
            "kom": pa.array([one.came for one in files], pa.date32()),
            "inntak": pa.array([one.intake for one in files], pa.int32()),
            "sammen": pa.array([one.intake if one.together is None else one.together for one in files], pa.int32()),
        }
    )
    for name, content in (("gransket", pa.concat_tables(numbered)), ("filer", names)):
        connection.register("innhold", content)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM innhold")  # noqa: S608 (two names)
        connection.unregister("innhold")
    if len({one.intake for one in files}) > 1:
        _leave_out_what_is_replaced(connection)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE dobbel AS SELECT {CELL} FROM gransket GROUP BY {CELL} HAVING count(*) > 1"  # noqa: S608
    )


def _leave_out_what_is_replaced(connection: duckdb.DuckDBPyConnection) -> None:
    """A later intake replaces what it speaks of: an indicator, measure and grade of a school year, as a whole.

    Files that lie in one inbox together are one statement, as new as the newest of them that speaks of it: when they
    contradict each other, nobody can tell which is right.
    """
    whole = "kilde, skoleaar, indikator, maal, trinn"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE utsagn AS
        SELECT {whole}, sammen, max(inntak) AS inntak FROM gransket JOIN filer USING (filnr) GROUP BY ALL"""  # noqa: S608
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE gransket AS
        WITH i_kraft AS (
          SELECT {whole}, sammen FROM utsagn
          SEMI JOIN (SELECT {whole}, max(inntak) AS inntak FROM utsagn GROUP BY ALL) USING ({whole}, inntak)
        )
        SELECT g.* EXCLUDE (sammen) FROM (SELECT g.*, f.sammen FROM gransket g JOIN filer f USING (filnr)) g
        SEMI JOIN i_kraft USING ({whole}, sammen)"""  # noqa: S608 (names of this module)
    )


def _leave_out_what_is_empty(connection: duckdb.DuckDBPyConnection) -> None:
    """Take away the rows of a unit under one code and name in which every cell of a school year and grade is empty: no
    figure, no number of pupils, neither shown nor shielded."""
    row = ("kilde", "skoleaar", "nivaa", "enhet", "kommunenr", "enhetsnavn", "trinn")
    same_row = " AND ".join(f"g.{name} IS NOT DISTINCT FROM t.{name}" for name in row)
    connection.execute(
        f"""
        DELETE FROM gransket g USING (
          SELECT {", ".join(row)} FROM gransket GROUP BY ALL
          HAVING bool_and(verdistatus = 'mangler' AND antallstatus = 'mangler')
        ) t WHERE {same_row}"""  # noqa: S608 (names of this module)
    )


def _keep_one_row_a_cell(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `observasjon`. Only the cells that stand more than once are ordered: they are few, and a sort is dear."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE observasjon AS
        WITH utelatt AS (
          SELECT kilde, skoleaar, 'kommune' AS nivaa, kommunenr FROM kommunekode WHERE NOT teller
        ), tellende AS NOT MATERIALIZED (
          SELECT * FROM gransket JOIN filer USING (filnr) ANTI JOIN utelatt USING (kilde, skoleaar, nivaa, kommunenr)
        )
        SELECT {_COLUMNS} FROM tellende ANTI JOIN dobbel USING ({CELL})
        UNION ALL
        SELECT {_COLUMNS} FROM tellende SEMI JOIN dobbel USING ({CELL})
          LEFT JOIN kommunekode USING (kilde, skoleaar, kommunenr)
        QUALIFY row_number() OVER (
          PARTITION BY {CELL}
          ORDER BY NOT coalesce(teller, true), verdistatus = 'mangler',
            verdistatus = 'mangler' AND antallstatus = 'mangler', forelopig, slutt NULLS LAST, kommunenr,
            fylkesnr DESC, sha256, rad, kolonne
        ) = 1"""  # noqa: S608 (column names come from the declaration)
    )


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608 (names of this module)
    return int(row[0]) if row else 0
