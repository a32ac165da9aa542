"""Small valid rows of any declared table, and Parquet files of them.

Belongs here: values that satisfy a declaration and nothing more. Does not belong here: rows that make sense together;
a test that needs those writes them out and passes them as `rows`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from oppfolging_pipeline.publish.parquet_sources import RELEASE_TABLE, incoming_columns
from oppfolging_pipeline.tables.model import Column, Table, published_tables

Row = dict[str, Any]


def minimal_row(declared: Table, number: int = 0, **overrides: object) -> Row:
    """A valid row; rows with different `number` (0–80) have different keys. Nullable columns are null."""
    unknown = overrides.keys() - set(declared.column_names)
    assert not unknown, f"{declared.key} has no column {unknown}"
    row = {column.name: None if column.nullable else _value(column, number) for column in declared.columns}
    return {**row, **overrides}


def minimal_rows(declared: Table, count: int = 3, **overrides: object) -> list[Row]:
    """`count` valid rows with different keys."""
    return [minimal_row(declared, number, **overrides) for number in range(count)]


def write_parquet(path: Path, columns: Sequence[Column], rows: Sequence[Mapping[str, object]]) -> Path:
    """The rows as a Parquet file with the declared types, in the order given; keys that are no column are left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(duckdb.connect()) as connection:
        types = ", ".join(f'"{column.name}" {column.type}' for column in columns)
        connection.execute(f"CREATE TABLE rows ({types})")
        marks = ", ".join("?" for _ in columns)
        for row in rows:
            connection.execute(f"INSERT INTO rows VALUES ({marks})", [row[column.name] for column in columns])
        target = str(path).replace("'", "''")
        connection.execute(f"COPY rows TO '{target}' (FORMAT parquet)")
    return path


def declared_sources(
    folder: Path,
    rows: Mapping[str, Sequence[Row]] | None = None,
    *,
    files: int = 1,
    shuffled: int | None = None,
) -> dict[str, list[Path]]:
    """Parquet files for every published table that is published from files: three minimal rows, or those in `rows`.

    `files` spreads each table over that many; `shuffled` is the seed of another order of rows and files.
    """
    sources: dict[str, list[Path]] = {}
    for declared in published_tables():
        if declared.key == RELEASE_TABLE:
            continue
        content = list((rows or {}).get(declared.key, minimal_rows(declared)))
        if shuffled is not None:
            random.Random(shuffled).shuffle(content)  # noqa: S311 (no secret)
        columns = incoming_columns(declared)
        parts = [
            write_parquet(folder / declared.key / f"del={part}" / "rader.parquet", columns, content[part::files])
            for part in range(files)
        ]
        sources[declared.key] = parts[::-1] if shuffled is not None else parts
    return sources


def _value(column: Column, number: int) -> object:
    if column.values:
        return column.values[number % len(column.values)]
    if column.pattern:
        return _matching(column.pattern, number)
    lowest = int(column.min or 0)
    highest = int(column.max) if column.max is not None else lowest + 1000
    count = lowest + number % (highest - lowest + 1)
    values: dict[str, object] = {
        "VARCHAR": f"{column.name} æøå {number}",
        "INTEGER": count,
        "DOUBLE": count / 1,
        "DECIMAL(9,3)": count,
        "BOOLEAN": number % 2 == 0,
        "DATE": date(2025, 8, 1) + timedelta(days=number),
        "TIMESTAMP": datetime(2025, 8, 1, 12) + timedelta(hours=number),  # noqa: DTZ001 (the column has no zone)
        "VARCHAR[]": [f"{column.name} {number}"],
        "INTEGER[]": [number],
    }
    return values[column.type]


def _matching(pattern: str, number: int) -> str:
    if pattern == r"\d{4}-\d{2}":
        return f"{2000 + number}-{(number + 1) % 100:02d}"
    if pattern == r"\S(.*\S)?":
        return f"navn {number}"
    digits = re.fullmatch(r"(?:\\d|\[0-9a-f\])\{(\d+)\}", pattern)
    assert digits, f"no value known for the pattern {pattern}"
    return str(number).rjust(int(digits[1]), "1")
