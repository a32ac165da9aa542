"""The small DuckDB file that an audit reads through: views of the Parquet files, and the facts that checks ask for.

Belongs here: making the file, and what must be there before any check may run. Does not belong here: running checks
(`runner`), or what the facts are (whoever hands them in).

A table that is empty, unreadable or lacks a column makes checks pass on nothing: it is an error of the check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from checks.deadline import TIMEOUT, in_time
from checks.errors import CheckError, without_figures
from checks.suite import Check, Helper
from oppfolging_pipeline.core.duckdb_session import open_duckdb
from oppfolging_pipeline.tables.ddl import quoted
from oppfolging_pipeline.tables.model import Table, table

if TYPE_CHECKING:
    import duckdb

# What the queries may hold in memory together; the rest goes to disk beside the file.
MEMORY = "1GB"
THREADS = 2


def session_settings(catalogue: Path) -> dict[str, str | int]:
    """How a session on the catalogue is bounded, whether it makes it or reads it."""
    return {"memory_limit": MEMORY, "threads": THREADS, "temp_directory": str(catalogue.parent / "spill")}


@dataclass(frozen=True)
class Facts:
    """Rows that checks compare with, such as the units that must be there. `columns` gives each name its SQL type.

    Without a row everything that is compared with them would pass: only where `empty_ok` may there be none.
    """

    columns: Mapping[str, str]
    rows: Sequence[tuple[object, ...]]
    empty_ok: bool = False


@dataclass(frozen=True)
class Target:
    """Staged files of one table, checked together through the view `view`."""

    table: Table
    files: tuple[Path, ...]
    view: str
    checks: tuple[Check, ...]
    helpers: tuple[Helper, ...] = ()

    @property
    def reads(self) -> frozenset[str]:
        """The names of the tables and facts that its checks read, without its own helpers."""
        own = {helper.name for helper in self.helpers}
        parts: tuple[Check | Helper, ...] = (*self.checks, *self.helpers)
        return frozenset(name for one in parts for name in one.reads) - own


@dataclass(frozen=True)
class Beside:
    """What the checks of an audit may read beside their own table: other tables' files and facts, by name."""

    tables: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    facts: Mapping[str, Facts] = field(default_factory=dict)


def view_name(number: int) -> str:
    """The name of the view that a target is read through."""
    return f"sjekk_{number}"


def make_catalogue(path: Path, targets: Sequence[Target], beside: Beside, timeout: float = TIMEOUT) -> None:
    """Make the file, within `timeout` seconds. Raises `CheckError` that names every table that no check may pass on."""
    what = ", ".join(sorted({target.table.key for target in targets}))
    with open_duckdb(session_settings(path), str(path)) as connection, in_time(what, [connection], timeout):
        asked = {name for target in targets for name in target.reads}
        faults = [f"{name}: found no such table or facts beside the audit" for name in sorted(asked - _names(beside))]
        for name in sorted(asked & set(beside.tables)):
            faults += _view(connection, name, name, beside.tables[name]) or _unfit(
                connection, table(name), name, beside.tables[name]
            )
        for name in sorted(asked & set(beside.facts)):
            faults += _table(connection, name, beside.facts[name])
        for target in targets:
            declared = target.table
            faults += _view(connection, target.view, declared.key, target.files) or _unfit(
                connection, declared, target.view, target.files
            )
        for target in targets if not faults else ():
            faults += _help(connection, target)
    if faults:
        raise CheckError("no check was run, as none may pass on this:\n" + "\n".join(f"  - {one}" for one in faults))


def _names(beside: Beside) -> set[str]:
    return {*beside.tables, *beside.facts}


def _view(connection: duckdb.DuckDBPyConnection, view: str, key: str, files: Sequence[Path]) -> list[str]:
    import duckdb

    absent = [file.name for file in files if not file.exists()]
    if absent or not files:
        return [f"{key}: found no file {', '.join(absent)}".rstrip() + "; expected one to check"]
    paths = ", ".join(quoted(str(file)) for file in files)
    try:
        connection.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet([{paths}], hive_partitioning = false)")  # noqa: S608
    except duckdb.Error as error:
        return [f"{key}: found a file that is no whole Parquet file ({_short(error)})"]
    return []


def _unfit(connection: duckdb.DuckDBPyConnection, declared: Table, view: str, files: Sequence[Path]) -> list[str]:
    """Why no check may pass on the view: a declared column is not there, or a file has no row, where rows must be."""
    import duckdb

    found = {row[0] for row in connection.execute(f"DESCRIBE {view}").fetchall()}
    missing = [column.name for column in declared.columns if column.name not in found]
    if missing:
        return [f"{declared.key}: found no column {', '.join(missing)}; expected every declared one"]
    try:
        # One file's rows would hide that another one has none.
        empty = [file.name for file in files if not declared.empty_ok and not _rows(connection, file)]
    except duckdb.Error as error:
        return [f"{declared.key}: found a file that cannot be read ({_short(error)})"]
    if empty:
        return [
            f"{declared.key}: found no row in {', '.join(empty)}; expected some. See whether the source or the step "
            "before gave any"
        ]
    return []


def _rows(connection: duckdb.DuckDBPyConnection, file: Path) -> int:
    counted = connection.execute("SELECT count(*) FROM read_parquet($1)", [str(file)]).fetchone()
    return int(counted[0]) if counted else 0


def _help(connection: duckdb.DuckDBPyConnection, target: Target) -> list[str]:
    import duckdb

    for helper in target.helpers:
        try:
            connection.execute(f'CREATE TABLE "{helper.name}" AS {helper.sql.format(batch=target.view)}')
        except duckdb.Error as error:
            return [f"{target.table.key}: the query {helper.name} could not be run ({_short(error)})"]
    return []


def _table(connection: duckdb.DuckDBPyConnection, name: str, facts: Facts) -> list[str]:
    import duckdb

    columns = ", ".join(f'"{column}" {kind}' for column, kind in facts.columns.items())
    if any(len(row) != len(facts.columns) for row in facts.rows):
        return [f"{name}: found a row of these facts with more or fewer values than the {len(facts.columns)} columns"]
    connection.execute(f'CREATE TABLE "{name}" ({columns})')
    if facts.rows:
        # One bound parameter for all rows: a statement for each would take longer than the checks.
        given = [dict(zip(facts.columns, row, strict=True)) for row in facts.rows]
        try:
            connection.execute(
                f'INSERT INTO "{name}" SELECT unnest(CAST($1 AS STRUCT({columns})[]), recursive := true)',
                [given],
            )
        except duckdb.Error as error:
            return [f"{name}: found facts that are not of their columns' types ({_short(error)})"]
    elif not facts.empty_ok:
        return [f"{name}: found no row of these facts; expected some to compare with"]
    return []


def _short(error: Exception) -> str:
    return without_figures(str(error)).splitlines()[0]
