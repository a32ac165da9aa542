"""Reading the published file: how it is opened, and the questions that the command line asks of it.

Belongs here: queries on published tables, with bound values. Does not belong here: how an answer is printed (`cli`).
Every answer is a list of rows by column name; a date is a `datetime.date`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.publish.database import open_read_only
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE
from oppfolging_pipeline.publish.read_choice import set_for_answer
from oppfolging_pipeline.tables.model import CONTRACT_VERSION, replaced_since

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]

# The tables that the questions below are asked of.
_ASKED = (
    "mart.identifisert_kommune", "mart.rangering_kommune", "mart.vurdering_kommune", "mart.kandidat_kategori2",
    "mart.pulje_faseplan", "mart.pulje_kommune", "dim.kommune",
)  # fmt: skip


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """The published file, read-only, with no way to other files and with its settings locked.

    A version of the contract with the same main number only adds: an older or newer one is read as it is, as long as
    the tables that are asked of it here are there. Raises `PermanentError` that says what to do when they are not, and
    when the file is missing, is not whole, is not one of ours, or follows a contract with another main number.
    """
    import duckdb

    if not path.is_file():
        raise PermanentError(f"{path}: found no published file; expected one. Run `oppfolging run` to make it.")
    try:
        connection = open_read_only(path)
    except duckdb.Error as error:
        raise PermanentError(
            f"{path}: found a file that DuckDB cannot open ({error}); expected a whole one. "
            "Run `oppfolging run` to make it anew."
        ) from error
    try:
        newest = connection.execute("SELECT kontraktversjon FROM drift.utgivelse ORDER BY versjon DESC LIMIT 1")
        found = newest.fetchone()
    except duckdb.Error as error:
        connection.close()
        raise PermanentError(
            f"{path}: found a DuckDB file without releases; expected one that `oppfolging run` has made. "
            "Choose the right home, or run `oppfolging run` in a new one."
        ) from error
    version = str(found[0]) if found else "none"
    try:
        if version.partition(".")[0] != CONTRACT_VERSION.partition(".")[0]:
            raise PermanentError(f"{path}: {other_contract(version)}")
        require_tables(connection, _ASKED)
        _require_marked(connection, path)
    except PermanentError:
        connection.close()
        raise
    return connection


def _require_marked(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """A file of an earlier draft does not say of its lists what they are: none is shown as if it were the scheme's."""
    columns = {row[0] for row in connection.execute("DESCRIBE mart.identifisert_kommune").fetchall()}
    if "offisielt" not in columns:
        raise PermanentError(
            f"{path}: Filen er laget av en tidligere versjon av programmet og sier ikke om listene er offisielle eller "
            "oppdiktede. Kjør `oppfolging run` med samme --home: da publiseres den på nytt."
        )


def other_contract(version: str) -> str:
    """What a reader is told of a file that follows a contract with another main number, in Norwegian: what to do, and
    what is used instead of what has gone since."""
    told = (
        f"Filen følger kontrakt {version}, og dette programmet leser kontrakt {CONTRACT_VERSION}. "
        "Kjør `oppfolging run`: da publiseres den på nytt; er filen den nyeste, må programmet oppdateres."
    )
    gone = [f"  - {name}: bruk {instead}" for name, instead in replaced_since(version).items()]
    return "\n".join([f"{told} Borte siden {version}:", *gone]) if gone else told


def utgivelse(connection: duckdb.DuckDBPyConnection) -> Row:
    """The release that the file is: the newest row of `drift.utgivelse`. A column that came after the file is not
    there."""
    (row,) = _rows(connection, "SELECT * FROM drift.utgivelse ORDER BY versjon DESC LIMIT 1", {})
    return row


def told_day(release: Row, today: date) -> str:
    """The day that the states of a release are of; empty for a release of before that was told.

    `release` is a row of `drift.utgivelse`.
    """
    per, til = release.get("per"), release.get("gjelder_til")
    if per is None:
        return ""
    if til is None:
        return f"Tilstandene er sett fra {per.isoformat()} og endrer seg ikke mer."
    if today > til:
        return (
            f"Tilstandene er sett fra {per.isoformat()} og gjaldt til {til.isoformat()}: kjør `oppfolging run` på nytt."
        )
    return f"Tilstandene er sett fra {per.isoformat()} og er de samme til {til.isoformat()}."


def require_tables(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
    """Raise `PermanentError` unless the published file has those tables (`drift.sporing`): an older one may not."""
    there = {
        name
        for (name,) in connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    }
    missing = sorted(set(names) - there)
    if missing:
        raise PermanentError(
            f"{PUBLISHED_FILE}: found no {', '.join(missing)}; expected the tables of contract version "
            f"{CONTRACT_VERSION}. Run `oppfolging run` to publish it with this version of the program."
        )


def identifisert(
    connection: duckdb.DuckDBPyConnection,
    uttrekksaar: int | None = None,
    indikatorsett: str | None = None,
    chosen: str | None = None,
    command: str = "oppfolging show identifisert",
) -> list[Row]:
    """Rows of `mart.identifisert_kommune` of one year and set, in order of kategori and rangering.

    Without `uttrekksaar` the newest year of the set; without `indikatorsett` the scheme's own, or the one that the home
    has `chosen`. Raises `PermanentError` when there is no such year or set, and as `set_for_answer` does; `command` is
    the one that asked, as it was given.
    """
    table = "mart.rangering_kommune"
    _require(connection, f"SELECT DISTINCT indikatorsett FROM {table}", "indikatorsett", indikatorsett)  # noqa: S608
    _require(connection, f"SELECT DISTINCT uttrekksaar FROM {table}", "uttrekksaar", uttrekksaar)  # noqa: S608
    sett = indikatorsett or set_for_answer(connection, uttrekksaar, chosen, command)
    return _rows(
        connection,
        """
        SELECT * FROM mart.identifisert_kommune
        WHERE indikatorsett = $sett AND uttrekksaar = coalesce(
          $aar, (SELECT max(uttrekksaar) FROM mart.rangering_kommune WHERE indikatorsett = $sett))
        ORDER BY kategori, rangering, kommunenr
        """,
        {"sett": sett, "aar": uttrekksaar},
    )


def faseplan(connection: duckdb.DuckDBPyConnection, pulje: int | None = None) -> list[Row]:
    """Rows of `mart.pulje_faseplan` in order of pulje and term: of every pulje unless one is given.

    Raises `PermanentError` when there is no such pulje.
    """
    _require(connection, "SELECT DISTINCT pulje FROM mart.pulje_faseplan", "pulje", pulje)
    sql = "SELECT * FROM mart.pulje_faseplan WHERE $pulje IS NULL OR pulje = $pulje ORDER BY pulje, halvaar_nr"
    return _rows(connection, sql, {"pulje": pulje})


def kommune(
    connection: duckdb.DuckDBPyConnection,
    kommunenr: str,
    indikatorsett: str | None = None,
    chosen: str | None = None,
    command: str = "oppfolging show kommune",
) -> dict[str, list[Row]]:
    """Everything that is published about one municipality under one set, in every year, and its cohorts.

    The set as in `identifisert`. Keys: `rangering` (mart.rangering_kommune), `vurdering` (mart.vurdering_kommune),
    `kandidat` (mart.kandidat_kategori2; empty when it never was one) and `pulje` (mart.pulje_kommune, also by the
    number that it had when identified). Rows in the order of the grain. Raises `PermanentError` when no table has the
    number; where the register knows what it became, the message says so.
    """
    known = "SELECT DISTINCT indikatorsett FROM mart.rangering_kommune"
    _require(connection, known, "indikatorsett", indikatorsett)
    sett = indikatorsett or set_for_answer(connection, None, chosen, command)
    of_set = {
        name: f"SELECT * FROM mart.{table} WHERE kommunenr = $nr AND indikatorsett = $sett ORDER BY {order}"  # noqa: S608 (names of this module)
        for name, table, order in (
            ("rangering", "rangering_kommune", "uttrekksaar"),
            ("vurdering", "vurdering_kommune", "uttrekksaar, indikator, trinn, skoleaar"),
            ("kandidat", "kandidat_kategori2", "uttrekksaar"),
        )
    }
    answer = {name: _rows(connection, sql, {"nr": kommunenr, "sett": sett}) for name, sql in of_set.items()}
    answer["pulje"] = _rows(
        connection,
        "SELECT * FROM mart.pulje_kommune WHERE kommunenr = $nr OR kommunenr_ved_uttrekk = $nr "
        "ORDER BY pulje, kommunenr",
        {"nr": kommunenr},
    )
    if not any(answer.values()):
        raise PermanentError(
            f"found kommunenr '{kommunenr}', which is in no published table; expected the four digits of a "
            f"municipality in the register of an uttrekksaar. {_advice(connection, kommunenr)}"
        )
    return answer


def vurdering(
    connection: duckdb.DuckDBPyConnection,
    kommunenr: str,
    uttrekksaar: int | None = None,
    indikatorsett: str | None = None,
    indikator: str | None = None,
    chosen: str | None = None,
    command: str = "oppfolging trace",
) -> list[Row]:
    """Rows of `mart.vurdering_kommune` of one municipality, year and set, in order of the grain.

    Years and sets as in `identifisert`; without `indikator` every one. Raises `PermanentError` when there is no such
    municipality, year, set or indicator in the file, or no figures for them together.
    """
    table = "mart.vurdering_kommune"
    for what, wanted in (("uttrekksaar", uttrekksaar), ("indikatorsett", indikatorsett), ("indikator", indikator)):
        _require(connection, f"SELECT DISTINCT {what} FROM {table}", what, wanted)  # noqa: S608 (names of this module)
    sett = indikatorsett or set_for_answer(connection, uttrekksaar, chosen, command)
    rows = _rows(
        connection,
        """
        SELECT * FROM mart.vurdering_kommune
        WHERE kommunenr = $nr AND indikatorsett = $sett AND ($ind IS NULL OR indikator = $ind)
          AND uttrekksaar = coalesce(
            $aar, (SELECT max(uttrekksaar) FROM mart.vurdering_kommune WHERE indikatorsett = $sett))
        ORDER BY indikator, trinn, skoleaar
        """,
        {"nr": kommunenr, "sett": sett, "ind": indikator, "aar": uttrekksaar},
    )
    if not rows:
        raise PermanentError(
            f"found no figure of kommunenr '{kommunenr}' in what is asked for; expected the four digits of a "
            f"municipality in the register of the uttrekksaar. {_advice(connection, kommunenr)}"
        )
    return rows


def sporing(
    connection: duckdb.DuckDBPyConnection, uttrekksaar: int, indikatorsett: str
) -> set[tuple[str, str, int, str]]:
    """(sha256, indikator, trinn, skoleaar) of `drift.sporing`: what the figures of one year and set were read from."""
    rows = connection.execute(
        "SELECT sha256, indikator, trinn, skoleaar FROM drift.sporing WHERE uttrekksaar = ? AND indikatorsett = ?",
        [uttrekksaar, indikatorsett],
    )
    return set(rows.fetchall())


def _advice(connection: duckdb.DuckDBPyConnection, kommunenr: str) -> str:
    sql = (
        "SELECT DISTINCT nr FROM (SELECT unnest(gaatt_over_i) AS nr FROM dim.kommune WHERE kommunenr = $nr) "
        "WHERE nr <> $nr ORDER BY nr"  # a change of name alone leads to the number itself
    )
    successors = [str(row["nr"]) for row in _rows(connection, sql, {"nr": kommunenr})]
    if successors:
        return f"It has become {', '.join(successors)}: ask for that."
    return "`SELECT kommunenr, kommunenavn FROM mart.rangering_kommune` lists them."


def _require(connection: duckdb.DuckDBPyConnection, sql: str, what: str, wanted: object) -> None:
    if wanted is None:
        return
    there = sorted(row[0] for row in connection.execute(sql).fetchall())
    if wanted not in there:
        listed = ", ".join(str(value) for value in there) or "none yet"
        raise PermanentError(
            f"found {what} {wanted}, which is not published; expected one of: {listed}. "
            "Ask for one of them, or make it with `oppfolging run`."
        )


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, object]) -> list[Row]:
    cursor = connection.execute(sql, values)
    names: Sequence[str] = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
