"""Reading a published file in a test.

Belongs here: queries on the file, as plain rows. Does not belong here: any expectation.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

Query = Callable[..., list[dict[str, Any]]]


def published_file(home: Path) -> Path:
    """The published file of a home."""
    return home / "publisert" / "oppfolging.duckdb"


def open_published(home: Path) -> Query:
    """A function of a query and its bound values that gives rows by column name, in the file's order."""

    def query(text: str, *values: object) -> list[dict[str, Any]]:
        with closing(duckdb.connect(str(published_file(home)), read_only=True)) as connection:
            found = connection.execute(text, list(values))
            columns = [column[0] for column in found.description]
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    return query


def published_tables_of(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table of the published file: `schema.name` → its rows in the order they are stored in."""
    with closing(duckdb.connect(str(published_file(home)), read_only=True)) as connection:
        names = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL"
        ).fetchall()
        return {
            f"{schema}.{name}": connection.execute(f'SELECT * FROM "{schema}"."{name}"').fetchall()
            for schema, name in names
        }
