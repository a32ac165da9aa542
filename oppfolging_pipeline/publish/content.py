"""What a release is, as one digest: the same content gives the same digest, however its Parquet files were cut.

Belongs here: the canonical text of a table's rows. Does not belong here: what happens when two digests are equal
(`release`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from oppfolging_pipeline.tables.model import Column, Table, published_tables

if TYPE_CHECKING:
    import duckdb

# How the release came to be (when, how long it took) is no part of what it says.
OPERATIONAL_SCHEMA = "drift"

_ROWS_AT_A_TIME = 20_000


def content_tables() -> list[Table]:
    """The published tables that make up the content, in declared order: all but those of schema `drift`."""
    return [declared for declared in published_tables() if declared.db_schema != OPERATIONAL_SCHEMA]


def identity_of(
    code: str, contract: str, rule_sets: Mapping[str, str], kjent_per: date | None, merknad: str | None
) -> str:
    """Canonical text of what makes two releases of equal rows different. When it was made is no part of it."""
    parts = {
        "code": code,
        "contract": contract,
        "rules": dict(rule_sets),
        "kjent_per": kjent_per.isoformat() if kjent_per else None,
        "merknad": merknad,
    }
    return json.dumps(parts, ensure_ascii=False, sort_keys=True)


def content_sha256(connection: duckdb.DuckDBPyConnection, catalog: str, identity: str) -> str:
    """Digest of every declaration with its texts, of the rows of every content table in `catalog` (in the order of the
    grain), and of `identity`.

    `identity` is what `identity_of` says of the release. The texts are a part, those of schema `drift` too: readers see
    them, and while a version of the contract is open they change under it.
    """
    digest = hashlib.sha256(identity.encode())
    for declared in published_tables():
        columns = "\n".join(f"{column.name} {column.type} {column.comment}" for column in declared.columns)
        digest.update(f"\n{declared.qualified_name}: {declared.text}\n{columns}\n".encode())
    for declared in content_tables():
        digest.update(f"\n{declared.qualified_name}\n".encode())
        text = " || ".join(_netstring(column) for column in declared.columns)
        order = ", ".join(f'"{name}"' for name in declared.grain)
        cursor = connection.execute(
            f"SELECT {text} FROM {catalog}.{declared.qualified_name} ORDER BY {order}"  # noqa: S608 (declared names)
        )
        while rows := cursor.fetchmany(_ROWS_AT_A_TIME):
            digest.update("".join(f"{row[0]}\n" for row in rows).encode())
    return digest.hexdigest()


def _netstring(column: Column) -> str:
    # `4:Oslo`: a length before each value, so that no value can be mistaken for the border between two.
    name = f'"{column.name}"'
    text = f"CAST({name} AS VARCHAR)"
    return f"CASE WHEN {name} IS NULL THEN '-' ELSE strlen({text}) || ':' || {text} END"
