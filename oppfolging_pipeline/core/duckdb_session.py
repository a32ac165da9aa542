"""How a DuckDB session is opened, wherever the pipeline opens one.

Belongs here: the settings that every session has. Does not belong here: memory, threads and files of a session (whoever
opens it), or SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

# Where the main module is no file (`python -c`, a worker process of Dagster's, a notebook) DuckDB takes the session for
# one that a person looks at, and writes a progress bar into stdout, where the command line's JSON stands.
QUIET = "SET enable_progress_bar = false"
_OFFLINE = {"autoinstall_known_extensions": False}


def open_duckdb(config: Mapping[str, Any] | None = None, database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A session that downloads no extension and writes nothing to stdout. Raises `duckdb.Error`."""
    import duckdb

    connection = duckdb.connect(database, config={**_OFFLINE, **(config or {})})
    connection.execute(QUIET)
    return connection
