"""What can be wrong between the files of an intake, or between them and the register.

Belongs here: finding and wording it, over `gransket` (every figure of every file), `filer` (the files' names) and
`dobbel` (the cells that stand more than once). Does not belong here: what is wrong inside one file (`sources`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.sources.figures import SKJERMET, VIST, number_text
from oppfolging_pipeline.staging.completeness import Serie
from oppfolging_pipeline.tables.model import table

if TYPE_CHECKING:
    import duckdb

CELL = ", ".join(table("observasjon").grain)
_SERIE = ("kilde", "skoleaar", "indikator", "maal", "trinn")


def unknown_codes(register: Register, connection: duckdb.DuckDBPyConnection) -> list[tuple[Serie, Finding]]:
    """A municipality code or county code that the register has never had, in each series that it stands in: the same
    finding once a file, on a row of its own level where there is one."""
    asked = (
        ("Kommunekode", "kommunenr", "nivaa IN ('kommune', 'skole')", "kommune", register.kjent),
        ("Fylkekode", "fylkesnr", "nivaa = 'fylke'", "fylke", register.kjent_fylke),
    )
    findings: list[tuple[Serie, Finding]] = []
    for column, code_column, where, own_level, is_known in asked:
        rows = connection.execute(
            f"SELECT fil, {code_column}, min((nivaa <> $nivaa, rad, enhetsnavn)) AS sted, "  # noqa: S608
            f"list(DISTINCT ({', '.join(_SERIE)})) AS serier "
            f"FROM gransket JOIN filer USING (filnr) WHERE {where} GROUP BY ALL ORDER BY fil, {code_column}",
            {"nivaa": own_level},
        ).fetchall()
        for fil, code, (_, rad, name), series in rows:
            if not is_known(code):
                finding = Finding(
                    file=fil,
                    row=rad,
                    column=column,
                    found=f"code {code} ({name})",
                    expected=f"a code of the register ({register.beskrivelse})",
                    action="Put newer KLASS files (codes and changes) in the inbox.",
                )
                findings += [(one, finding) for one in sorted(series)]
    return findings


def contradictions(connection: duckdb.DuckDBPyConnection) -> list[tuple[Serie, Finding]]:
    """Cells of which rows state different figures or numbers of pupils, each with what it is of. A row without a figure
    states nothing."""
    rows = connection.execute(
        f"""
        WITH utsagn AS (
          SELECT {CELL}, verdistatus, verdi, antallstatus, antall, min((fil, rad, kolonne)) AS sted
          FROM gransket SEMI JOIN dobbel USING ({CELL}) JOIN filer USING (filnr)
          WHERE verdistatus <> 'mangler' GROUP BY ALL
        )
        SELECT {CELL}, list((sted, verdistatus, verdi, antallstatus, antall) ORDER BY sted) FROM utsagn
        GROUP BY {CELL} HAVING count(*) > 1 ORDER BY {CELL}"""  # noqa: S608 (column names come from the declaration)
    ).fetchall()
    findings = []
    for *cell, statements in rows:
        (file, row, column), *first = statements[0]
        others = [f"{_stated(*rest)} in {other}, row {number}" for (other, number, _), *rest in statements[1:]]
        named = dict(zip(table("observasjon").grain, cell, strict=True))
        finding = Finding(
            file=file,
            row=row,
            column=column,
            key=" ".join(str(part) for part in cell),
            found=f"{_stated(*first)}, and {', and '.join(others)}",
            expected="one value for one cell",
            action="Keep the file that is right in the inbox and take the other one out.",
        )
        findings.append((tuple(named[name] for name in _SERIE), finding))
    return findings


def _stated(verdistatus: str, verdi: Decimal | None, antallstatus: str, antall: int | None) -> str:
    return f"{_shown(verdistatus, verdi)} ({_shown(antallstatus, antall)} pupils)"


def _shown(status: str, number: Decimal | int | None) -> str:
    if status == VIST and number is not None:
        return number_text(number)
    return "*" if status == SKJERMET else "nothing"


def without_national_row(connection: duckdb.DuckDBPyConnection) -> list[tuple[Serie, Finding]]:
    """Figures of a source, year, indicator, measure and grade that come without the nation's: no limit could be set for
    them."""
    rows = connection.execute(
        "SELECT kilde, skoleaar, indikator, maal, trinn, min(fil) FROM gransket JOIN filer USING (filnr) "
        "GROUP BY ALL HAVING NOT bool_or(nivaa = 'nasjonalt') ORDER BY ALL"
    ).fetchall()
    return [
        (
            (kilde, skoleaar, indikator, maal, trinn),
            Finding(
                file=fil,
                column="EnhetNivaa",
                key=f"{kilde} {skoleaar} {indikator} {maal} trinn {trinn}",
                found="figures without a national row",
                expected="the national figure (EnhetNivaa 1) beside those of municipalities and schools",
                action="Download the report with the whole country included.",
            ),
        )
        for kilde, skoleaar, indikator, maal, trinn, fil in rows
    ]


def without_national_figure(connection: duckdb.DuckDBPyConnection) -> list[tuple[Serie, Finding]]:
    """Figures of which the nation's own is not shown, or its number of pupils is not."""
    rows = connection.execute(
        "SELECT kilde, skoleaar, indikator, maal, trinn, min(fil), bool_or(verdistatus = 'vist') "
        "FROM gransket JOIN filer USING (filnr) WHERE nivaa = 'nasjonalt' GROUP BY ALL "
        "HAVING NOT bool_or(verdistatus = 'vist') OR NOT bool_or(antall IS NOT NULL) ORDER BY ALL"
    ).fetchall()
    return [
        (
            (kilde, skoleaar, indikator, maal, trinn),
            Finding(
                file=fil,
                key=f"{kilde} {skoleaar} {indikator} {maal} trinn {trinn}",
                found=f"no {'number of pupils' if is_shown else 'figure'} in the national row",
                expected="one that is shown",
                action="Download the report with the whole country included.",
            ),
        )
        for kilde, skoleaar, indikator, maal, trinn, fil, is_shown in rows
    ]
