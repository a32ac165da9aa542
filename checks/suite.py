"""The basic checks of a table, derived from its declaration: schema, grain, ranges, vocabularies.

Belongs here: from a declaration to expectations by Great Expectations' own names and arguments. Does not belong here:
running them (`runner`). Nothing is written twice: what the declaration says is not repeated in a check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from oppfolging_pipeline.tables.ddl import quoted
from oppfolging_pipeline.tables.model import Column, Table

# Great Expectations' name for a query of rows that must not be there.
ROWS = "unexpected_rows_expectation"

_SEE_SOURCE = "Se kilden til radene som er nevnt."
_REGEX_GUIDE = "Se kilden til radene som er nevnt; koden er ikke skrevet slik tabellen krever."


@dataclass(frozen=True)
class Check:
    """One expectation. `guidance` is the Norwegian text of what is wrong and what to do; `reads` names the other tables
    and the facts that it reads; `count_only`: what is published of its offenders is how many there are."""

    name: str
    expectation: str
    guidance: str
    kwargs: dict[str, Any] = field(default_factory=dict)
    severity: Literal["critical", "warning"] = "critical"
    reads: tuple[str, ...] = ()
    count_only: bool = False


@dataclass(frozen=True)
class Helper:
    """A query (see `over_table`) whose rows several checks read by its name."""

    name: str
    sql: str
    reads: tuple[str, ...] = ()


def over_table(query: str) -> str:
    """The query with `tabellen` standing for the table that is checked.

    Great Expectations puts a sub-query with a name of its own in the place of `{batch}`: it can have no other, and
    cannot be joined with itself. Not materialized, or every column of the table would be read for each check.
    """
    table = "tabellen AS NOT MATERIALIZED (SELECT * FROM {batch})"
    head, rest = query[:5].upper(), query[5:]
    return f"WITH {table}, {rest}" if head == "WITH " else f"WITH {table} {query}"


def rows_check(name: str, table: Table, where: str, guidance: str) -> Check:
    """A check that no row meets `where` (SQL of the project's own); offenders are named by the table's grain."""
    keys = ", ".join(f'"{column}"' for column in table.grain)
    # Great Expectations fills in {batch} with str.format: every other brace is doubled.
    condition = where.replace("{", "{{").replace("}", "}}")
    query = f"SELECT {keys} FROM {{batch}} WHERE {condition}"  # noqa: S608
    return Check(name, ROWS, guidance, {"unexpected_rows_query": query})


def derived_checks(table: Table, view: str) -> list[Check]:
    """Every check that follows from the declaration. `view` is the name of the view that reads the staged file."""
    checks = [_schema_check(table, view), _grain_check(table)]
    for column in table.columns:
        checks += _column_checks(table, column)
    names = table.column_names
    if "verdi" in names and "verdistatus" in names:
        checks.append(
            rows_check(
                "status_foer_tall",
                table,
                "(verdistatus = 'vist') <> (verdi IS NOT NULL)",
                "Et tall står bare der statusen er vist, og alltid der. Se lesingen av kilden.",
            )
        )
    if {"risikopoeng", "verdistatus"} <= set(names):
        checks.append(
            rows_check(
                "poeng_bare_for_vist",
                table,
                "(verdistatus = 'vist') <> (risikopoeng IS NOT NULL) "
                "OR (verdistatus <> 'vist' AND mulige_risikopoeng <> 0)",
                "En celle som ikke er vist, gir verken poeng eller mulige poeng. Se beregningen av poeng.",
            )
        )
    if {"risikopoeng", "mulige_risikopoeng"} <= set(names):
        checks.append(
            rows_check(
                "poeng_innen_mulige",
                table,
                "risikopoeng > mulige_risikopoeng",
                "Det er gitt flere poeng enn mulig. Se regelsettet og beregningen av poeng.",
            )
        )
    return checks


def expected_rows(count: int, what: str) -> Check:
    """A check that the table holds as many rows as expected. `what` says in Norwegian what makes the number."""
    return Check(
        "forventet_antall",
        "expect_table_row_count_to_equal",
        f"Tabellen skal ha nøyaktig {count} rader: {what}. Noe mangler eller står dobbelt.",
        {"value": count},
    )


def _schema_check(table: Table, view: str) -> Check:
    declared = ", ".join(
        f"({number}, {quoted(column.name)}, {quoted(column.type)})"
        for number, column in enumerate(table.columns, start=1)
    )
    found = f"SELECT column_index, column_name, data_type FROM duckdb_columns() WHERE table_name = {quoted(view)}"  # noqa: S608
    query = (
        f"SELECT column_name FROM ((VALUES {declared}) EXCEPT ({found}) "  # noqa: S608
        f"UNION ALL (({found}) EXCEPT (VALUES {declared}))) "
        "AS d(column_index, column_name, data_type) WHERE (SELECT count(*) FROM {batch}) >= 0"
    )
    return Check(
        "skjema",
        ROWS,
        "Kolonnene (navn, type eller rekkefølge) er ikke som deklarert. Kjør på nytt; kommer det igjen, meld fra.",
        {"unexpected_rows_query": query},
    )


def _grain_check(table: Table) -> Check:
    guidance = f"To rader har samme nøkkel ({', '.join(table.grain)}). Se etter dobbelt innhold i kilden."
    if len(table.grain) == 1:
        return Check("unik_noekkel", "expect_column_values_to_be_unique", guidance, {"column": table.grain[0]})
    # Great Expectations' own check of several columns together does not name the keys that stand twice.
    keys = ", ".join(f'"{column}"' for column in table.grain)
    query = f"SELECT {keys} FROM {{batch}} GROUP BY {keys} HAVING count(*) > 1"  # noqa: S608
    return Check("unik_noekkel", ROWS, guidance, {"unexpected_rows_query": query})


def _column_checks(table: Table, column: Column) -> list[Check]:
    checks = []
    if not column.nullable:
        checks.append(
            Check(
                f"{column.name}.ikke_null",
                "expect_column_values_to_not_be_null",
                f"Kolonnen {column.name} mangler verdi i en rad der den alltid skal ha en. {_SEE_SOURCE}",
                {"column": column.name},
            )
        )
    if column.values is not None:
        checks.append(
            Check(
                f"{column.name}.lovlig_verdi",
                "expect_column_values_to_be_in_set",
                f"Kolonnen {column.name} har en verdi utenfor {', '.join(map(str, column.values))}. {_SEE_SOURCE}",
                {"column": column.name, "value_set": list(column.values)},
            )
        )
    if column.min is not None or column.max is not None:
        checks.append(
            Check(
                f"{column.name}.i_omraadet",
                "expect_column_values_to_be_between",
                f"Kolonnen {column.name} har en verdi utenfor området som er deklarert. {_SEE_SOURCE}",
                {"column": column.name, "min_value": column.min, "max_value": column.max},
            )
        )
    if column.pattern is not None:
        where = f"NOT regexp_full_match(\"{column.name}\", '{column.pattern}')"
        checks.append(rows_check(f"{column.name}.form", table, where, _REGEX_GUIDE))
    return checks


def merge(*parts: Sequence[Check]) -> list[Check]:
    """All checks in order. Raises `ValueError` on a name that stands twice: one outcome would hide the other."""
    merged = [check for part in parts for check in part]
    names = [check.name for check in merged]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"checks with the same name: {twice}")
    return merged
