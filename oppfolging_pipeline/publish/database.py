"""DuckDB connections of the published file: one to build it with, one to read it with.

Belongs here: how DuckDB is opened, and nothing else. Does not belong here: which tables there are (`tables`), or when
a file is replaced (`release`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.duckdb_session import open_duckdb
from oppfolging_pipeline.tables.ddl import quoted

if TYPE_CHECKING:
    import duckdb

# The attached file's name in SQL: unlike every schema and table in it, or `mart.grense` would be ambiguous.
CATALOG = "publisert"

# Every client back to DuckDB 1.0 opens this format; newer defaults shut BI tools out.
STORAGE_VERSION = "v1.0.0"

# Sorting a table larger than this goes by way of the disk: a run is to stay below one gigabyte in all.
BUILD_MEMORY = "500MB"

_LOCKED = {"autoload_known_extensions": False}


def open_for_build(path: Path, temporary: Path) -> duckdb.DuckDBPyConnection:
    """A session with a new file at `path` attached as `CATALOG`; what does not fit in memory goes to `temporary`.

    Raises `duckdb.Error` when the file cannot be made.
    """
    connection = open_duckdb({**_LOCKED, "temp_directory": str(temporary), "memory_limit": BUILD_MEMORY})
    try:
        connection.execute(f"ATTACH {_literal(path)} AS {CATALOG} (TYPE duckdb, STORAGE_VERSION '{STORAGE_VERSION}')")
    except BaseException:
        connection.close()
        raise
    return connection


def open_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """A locked-down session that reads the file at `path` and nothing else; `CATALOG` is its default catalog.

    The file is attached to a session of its own, not opened by `duckdb.connect(path)`: within one process the latter
    hands back the instance that is already open, which after a replacement is the file from before it. Raises
    `duckdb.Error` when the file is missing or is no whole DuckDB file.
    """
    connection = open_duckdb({**_LOCKED, "temp_directory": ""})
    try:
        connection.execute(f"ATTACH {_literal(path)} AS {CATALOG} (TYPE duckdb, READ_ONLY)")
        connection.execute(f"USE {CATALOG}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def open_beside_files(path: Path, temporary: Path) -> duckdb.DuckDBPyConnection:
    """A session with the file at `path` attached, to be read only, as `CATALOG`, that reads Parquet files as well; what
    does not fit in memory goes to `temporary`.

    Raises `duckdb.Error` when the file is missing or is no whole DuckDB file.
    """
    connection = open_duckdb({**_LOCKED, "temp_directory": str(temporary), "memory_limit": BUILD_MEMORY})
    try:
        connection.execute(f"ATTACH {_literal(path)} AS {CATALOG} (TYPE duckdb, READ_ONLY)")
    except BaseException:
        connection.close()
        raise
    return connection


def _literal(path: Path) -> str:
    # ATTACH takes no bound value. The path is absolute, so that no prefix in it is taken for a remote address.
    return quoted(str(path.absolute()))
