"""The last look at a file before readers see it: opened as a reader would, held against the declarations and against
the audited files that it was built from.

Belongs here: tables, columns, types, comments, keys and rows of a built file. Does not belong here: whether the rows of
the audited files are right (the checks), or moving the file (`release`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.publish.database import CATALOG, open_beside_files, open_read_only
from oppfolging_pipeline.publish.parquet_sources import FILLED_IN, TableSource
from oppfolging_pipeline.tables.model import Table, published_tables

if TYPE_CHECKING:
    import duckdb

_Column = tuple[object, ...]  # name, type, nullable, comment


def verify_file(path: Path, rows: Mapping[str, int], sources: Iterable[TableSource] = ()) -> None:
    """Hold the file against the declared tables, the number of `rows` that each table key was given, and the rows of
    its `sources`.

    Raises `PermanentError` that lists everything that differs, `duckdb.Error` when the file does not open.
    """
    faults = file_faults(path, rows) or _other_rows(path, sources)
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        raise PermanentError(
            f"The built file is not as declared, and has not been published:\n{listed}\n"
            "The program's declarations, the audited files and DuckDB disagree: install the locked versions and run "
            "again; if it comes back, report it."
        )


def file_faults(path: Path, rows: Mapping[str, int] | None = None) -> list[str]:
    """Everything that differs from the declarations, and from the number of `rows` by table key where it is given.

    Raises `duckdb.Error` when the file does not open.
    """
    with closing(open_read_only(path)) as connection:
        faults = _tables(connection)
        if not faults:
            found = _columns(connection)
            faults = [f for declared in published_tables() for f in _rows(connection, declared, found, rows)]
    return faults


def _other_rows(path: Path, sources: Iterable[TableSource]) -> list[str]:
    """The tables whose rows are not those of the files that they were filled from, column by column by name.

    What wrote the rows is not asked how it does: a column filled with another's values would be of the right type.
    """
    faults = []
    with closing(open_beside_files(path, path.with_name(f"{path.name}.tmp"))) as connection:
        for source in sources:
            if not source.files:
                continue
            filled = [column for column in source.table.columns if column.name != FILLED_IN.get(source.table.key)]
            columns = ", ".join(f'CAST("{column.name}" AS {column.type}) AS "{column.name}"' for column in filled)
            built = f"SELECT {columns} FROM {CATALOG}.{source.table.qualified_name}"  # noqa: S608 (declared names)
            audited = f"SELECT {columns} FROM read_parquet($files, hive_partitioning = false)"  # noqa: S608
            ((differ,),) = connection.execute(
                f"SELECT count(*) FROM (({built} EXCEPT ALL {audited}) UNION ALL ({audited} EXCEPT ALL {built}))",  # noqa: S608
                {"files": source.paths},
            ).fetchall()
            if differ:
                faults.append(f"{source.table.qualified_name}: found rows that are not those of the audited files")
    return faults


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = {
        f"{schema}.{name}": comment
        for schema, name, comment in connection.execute(
            "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
    }
    expected = {declared.qualified_name: declared.text for declared in published_tables()}
    faults = [f"{name}: unknown table" for name in sorted(found.keys() - expected.keys())]
    faults += [f"{name}: no such table" for name in sorted(expected.keys() - found.keys())]
    faults += [f"{name}: comment missing" for name in expected if name in found and found[name] != expected[name]]
    return faults


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[_Column]]:
    """The columns of every table, in order, by the table's qualified name."""
    found: dict[str, list[_Column]] = {}
    for name, *column in connection.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
        "WHERE database_name = current_database() ORDER BY schema_name, table_name, column_index"
    ).fetchall():
        found.setdefault(name, []).append(tuple(column))
    return found


def _rows(
    connection: duckdb.DuckDBPyConnection,
    declared: Table,
    columns: Mapping[str, Sequence[_Column]],
    rows: Mapping[str, int] | None,
) -> list[str]:
    name = declared.qualified_name
    found = columns.get(name, [])
    expected = [(column.name, column.type, column.nullable, column.comment) for column in declared.columns]
    faults = [f"{name}: found column {f}; expected {e}" for f, e in zip(found, expected, strict=False) if f != e]
    if len(found) != len(expected):
        faults.append(f"{name}: found {len(found)} columns; expected {len(expected)}")
    if faults:
        return faults
    key = ", ".join(f'"{column}"' for column in declared.grain)
    count, keys = connection.execute(
        f"SELECT count(*), count(DISTINCT ({key})) FROM {name}"  # noqa: S608 (identifiers come from declarations)
    ).fetchall()[0]
    if rows is not None and count != rows[declared.key]:
        faults.append(f"{name}: found {count} rows; expected {rows[declared.key]}")
    if count != keys:
        faults.append(f"{name}: found {keys} keys in {count} rows; expected one row for each key")
    return faults
