"""DuckDB DDL, comments and casts derived from the table declarations.

Belongs here: turning a declaration into SQL text. Identifiers come only from declarations. Does not belong here:
running it.
"""

from __future__ import annotations

from oppfolging_pipeline.tables.model import Table


def quoted(text: str) -> str:
    """A SQL string literal. Only for texts of the project's own declarations; values of data are bound."""
    return "'" + text.replace("'", "''") + "'"


def create_table(table: Table, catalog: str) -> str:
    """`CREATE TABLE` in the attached database `catalog`, with NOT NULL where declared."""
    columns = ",\n  ".join(
        f'"{column.name}" {column.type}{"" if column.nullable else " NOT NULL"}' for column in table.columns
    )
    return f"CREATE TABLE {catalog}.{table.qualified_name} (\n  {columns}\n)"


def comments(table: Table, catalog: str) -> list[str]:
    """`COMMENT ON` statements for the table and each column."""
    name = f"{catalog}.{table.qualified_name}"
    return [
        f"COMMENT ON TABLE {name} IS {quoted(table.text)}",
        *(f'COMMENT ON COLUMN {name}."{column.name}" IS {quoted(column.comment)}' for column in table.columns),
    ]


def select_declared(table: Table, source: str) -> str:
    """A query that gives the declared columns, in order and cast to their types, sorted by the grain.

    `source` is SQL of ours (a sub-query or a table function with a bound path), never text from a user.
    """
    columns = ", ".join(f'CAST("{column.name}" AS {column.type}) AS "{column.name}"' for column in table.columns)
    order = ", ".join(f'"{name}"' for name in table.grain)
    return f"SELECT {columns} FROM {source} ORDER BY {order}"  # noqa: S608 (identifiers come from declarations)
