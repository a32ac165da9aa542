"""The SQL that declarations become: DuckDB takes it, and gives back what was declared."""

from __future__ import annotations

from contextlib import closing

import duckdb
import pytest

from oppfolging_pipeline.tables import ddl
from oppfolging_pipeline.tables.model import Table, published_tables
from tests.support.declared import minimal_rows


@pytest.fixture
def connection():
    with closing(duckdb.connect()) as opened:
        opened.execute("ATTACH ':memory:' AS ut")
        for schema in ("mart", "dim", "intern", "drift"):
            opened.execute(f"CREATE SCHEMA ut.{schema}")
        yield opened


@pytest.mark.parametrize("declared", published_tables(), ids=lambda declared: declared.key)
def test_a_table_comes_out_as_it_was_declared(connection, declared):
    connection.execute(ddl.create_table(declared, "ut"))
    for statement in ddl.comments(declared, "ut"):
        connection.execute(statement)
    columns = connection.execute(
        "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE database_name = 'ut' "
        "ORDER BY column_index"
    ).fetchall()
    assert columns == [(column.name, column.type, column.nullable, column.comment) for column in declared.columns]
    tables = connection.execute("SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'ut'")
    assert tables.fetchall() == [(declared.name, declared.text)]


def test_a_null_where_none_may_be_does_not_go_in(connection):
    declared = next(declared for declared in published_tables() if declared.key == "grense")
    connection.execute(ddl.create_table(declared, "ut"))
    row = [None, *list(minimal_rows(declared, 1)[0].values())[1:]]
    marks = ", ".join("?" for _ in row)
    with pytest.raises(duckdb.ConstraintException, match="uttrekksaar"):
        connection.execute(f"INSERT INTO ut.mart.grense VALUES ({marks})", row)


@pytest.mark.parametrize("text", ["O'Hara", "''", "'; DROP TABLE x; --", "æøå", ""])
def test_a_text_is_quoted_whole(text):
    with closing(duckdb.connect()) as connection:
        assert connection.execute(f"SELECT {ddl.quoted(text)}").fetchone() == (text,)


def test_a_selection_gives_declared_columns_in_order_and_type_sorted_by_the_key():
    declared = Table.model_validate(
        {
            "key": "t",
            "name": "t",
            "schema": "mart",
            "text": "T.",
            "grain": ["b", "a"],
            "columns": [
                {"name": "a", "type": "INTEGER", "text": "A."},
                {"name": "b", "type": "VARCHAR", "text": "B."},
            ],
        }
    )
    with closing(duckdb.connect()) as connection:
        connection.execute("CREATE TABLE kilde AS FROM (VALUES ('y', 1, '2'), ('x', 2, '3'), ('x', 3, '1')) v(b, c, a)")
        rows = connection.sql(ddl.select_declared(declared, "kilde"))
        assert (rows.columns, [str(kind) for kind in rows.types]) == (["a", "b"], ["INTEGER", "VARCHAR"])
        assert rows.fetchall() == [(1, "x"), (3, "x"), (2, "y")]
