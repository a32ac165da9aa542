"""Whether the Parquet files of a run can become the published tables: all that is wrong, before a row is written.

Belongs here: tables, columns, types, nulls, keys and emptiness of what comes in. Does not belong here: ranges and
vocabularies (the checks have seen to them before a table reached this point), or writing the file (`release`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.tables.model import Column, Table, published_tables

if TYPE_CHECKING:
    import duckdb

# The table that the release writes by itself, and the columns that it fills in for others.
RELEASE_TABLE = "utgivelse"
FILLED_IN = {"kontroll": "utgivelse"}

# What may be read into a declared type without losing anything. A fraction in an INTEGER column would be rounded
# silently by a cast, and a time with a zone would be moved by the session's: both are refused here.
_INTEGERS = r"(U?TINYINT|U?SMALLINT|U?INTEGER|BIGINT)"
_LOSSLESS = {
    "VARCHAR": r"VARCHAR",
    "INTEGER": _INTEGERS,
    "DOUBLE": rf"DOUBLE|DECIMAL\(\d+,\d+\)|{_INTEGERS}",
    "DECIMAL(9,3)": rf"DECIMAL\(\d+,[0-3]\)|{_INTEGERS}",
    "BOOLEAN": r"BOOLEAN",
    "DATE": r"DATE",
    "TIMESTAMP": r"TIMESTAMP(_S|_MS)?",
    "VARCHAR[]": r"VARCHAR\[\]",
    "INTEGER[]": rf"{_INTEGERS}\[\]",
}
_KEYS_SHOWN = 5


@dataclass(frozen=True)
class TableSource:
    """One published table and the files that hold its rows. `rows` is what they hold together."""

    table: Table
    files: tuple[Path, ...]
    rows: int

    @property
    def paths(self) -> list[str]:
        """The files as `read_parquet` wants them."""
        return [str(file) for file in self.files]


def check_sources(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Sequence[Path]]
) -> dict[str, TableSource]:
    """The sources by table key, in declared order, when every one of them can be published.

    `sources` maps the key of each published table except `utgivelse` to its files; `kontroll` comes without the column
    `utgivelse`. Raises `InvalidInput` with every fault: unknown or missing table, unreadable file, unknown or missing
    column, a type that would lose something, null where none is declared, a key that stands twice, no rows.
    """
    faults = FindingCollector()
    expected = {declared.key: declared for declared in published_tables() if declared.key != RELEASE_TABLE}
    for key in sources:
        if key not in expected:
            names = ", ".join(expected)
            faults.add(Finding("a table that is not published", f"one of {names}", "Remove it from the call.", key=key))
    checked: dict[str, TableSource] = {}
    for key, declared in expected.items():
        if key not in sources:
            faults.add(
                Finding("no source", "the Parquet files of the table", f"Run the step that writes {key}.", key=key)
            )
            continue
        before = len(faults.findings)
        source = TableSource(declared, tuple(sources[key]), rows=0)
        faults.extend(fault for file in source.files for fault in column_faults(connection, declared, file))
        if len(faults.findings) == before:
            checked[key], found = _rows(connection, source)
            faults.extend(found)
    faults.raise_if_any()
    return checked


def incoming_columns(declared: Table) -> tuple[Column, ...]:
    """The columns that the table's files hold: all but the one that the release fills in."""
    return tuple(column for column in declared.columns if column.name != FILLED_IN.get(declared.key))


def column_faults(connection: duckdb.DuckDBPyConnection, declared: Table, file: Path) -> list[Finding]:
    """What is wrong with the file's columns: it cannot be read, or has others than the table is declared with."""
    import duckdb

    name = "/".join(file.parts[-3:])
    again = f"Run the step that writes {declared.key} again."
    try:
        # Folders such as `uttrekksaar=2025` are a layout, not columns: the files hold every column themselves.
        described = connection.execute(
            "DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning = false)", [str(file)]
        ).fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        return [Finding(f"no readable Parquet file ({reason})", "a whole one", again, name, key=declared.key)]
    found: dict[str, str] = {row[0]: row[1] for row in described}
    wanted = {column.name: column for column in incoming_columns(declared)}
    faults = [
        Finding(
            "a column that is not declared", f"only {', '.join(wanted)}", again, name, column=extra, key=declared.key
        )
        for extra in found
        if extra not in wanted
    ]
    for column in wanted.values():
        kind = found.get(column.name)
        if kind is None or not re.fullmatch(_LOSSLESS[column.type], kind):
            what = f"the type {kind}" if kind else "no such column"
            faults.append(Finding(what, column.type, again, name, column=column.name, key=declared.key))
    return faults


def _rows(connection: duckdb.DuckDBPyConnection, source: TableSource) -> tuple[TableSource, list[Finding]]:
    declared = source.table
    if not source.files:
        return source, _empty(declared)
    grain = [column.name for column in incoming_columns(declared) if column.name in declared.grain]
    required = [column.name for column in incoming_columns(declared) if not column.nullable]
    files = [source.paths]
    rows = "read_parquet(?, hive_partitioning = false)"
    key = ", ".join(f'"{name}"' for name in grain)
    nulls = ", ".join(f'count(*) FILTER ("{name}" IS NULL)' for name in required)
    counts = connection.execute(f"SELECT count(*), {nulls} FROM {rows}", files).fetchall()[0]  # noqa: S608
    faults = [] if counts[0] else _empty(declared)
    again = f"Correct the step that writes {declared.key} and run it again."
    for name, missing in zip(required, counts[1:], strict=True):
        if missing:
            sql = f'SELECT {key} FROM {rows} WHERE "{name}" IS NULL ORDER BY ALL LIMIT {_KEYS_SHOWN}'  # noqa: S608
            keys = _keys(declared, grain, connection.execute(sql, files).fetchall())
            faults.append(
                Finding(f"{missing} rows without a value", "a value in every row", again, column=name, key=keys)
            )
    sql = f"SELECT {key} FROM {rows} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL"  # noqa: S608
    twice = connection.execute(sql, files).fetchall()
    if twice:
        keys = _keys(declared, grain, twice[:_KEYS_SHOWN])
        action = f"Two partitions of {declared.key} overlap, or one holds a row twice. {again}"
        faults.append(Finding(f"{len(twice)} keys that stand more than once", "one row for each key", action, key=keys))
    return TableSource(declared, source.files, rows=counts[0]), faults


def _empty(declared: Table) -> list[Finding]:
    if declared.empty_ok:
        return []
    action = f"Run the step that writes {declared.key}."
    return [Finding("no rows", "at least one", action, key=declared.qualified_name)]


def _keys(declared: Table, grain: Sequence[str], rows: Sequence[tuple[object, ...]]) -> str:
    shown = ("(" + ", ".join(f"{name}={value}" for name, value in zip(grain, row, strict=True)) + ")" for row in rows)
    return f"{declared.qualified_name} {', '.join(shown)}"
