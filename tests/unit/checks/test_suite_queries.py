"""Every query of every carried suite is bound against the declared tables, empty: a typo cannot wait for bad data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import duckdb
import pytest

from assets.beside import _MAKERS, Known
from checks.suite import ROWS, Check, derived_checks
from checks.suite_files import Suite, suite_of
from oppfolging_pipeline.core.duckdb_session import open_duckdb
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.oppsett import read_oppsett
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.tables.model import all_tables, table
from tests.unit.register.country import code, country

AUDITED = "sjekk_0"
KEYS = [key for key in all_tables() if suite_of(key).checks]


def fact_columns(name: str) -> dict[str, str]:
    known = Known(
        [],
        [],
        default_catalog(),
        read_oppsett(None, default_catalog()),
        None,
        country([code("6101")], []),
        Archive(Path("finnes-ikke")),
    )
    columns, _ = _MAKERS[name](known)
    return dict(columns)


def empty(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str]) -> None:
    listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    connection.execute(f'CREATE TABLE IF NOT EXISTS "{name}" ({listed})')


def columns_of(key: str) -> dict[str, str]:
    return fact_columns(key) if key in _MAKERS else {column.name: column.type for column in table(key).columns}


class Bound:
    """A session with the audited table, and beside it only what is said to be read."""

    def __init__(self, key: str, suite: Suite, reads: Iterable[str]) -> None:
        self.connection = open_duckdb()
        helpers = {helper.name for helper in suite.helpers}
        empty(self.connection, AUDITED, columns_of(key))
        for name in reads:
            empty(self.connection, name, helper_columns(key, name) if name in helpers else columns_of(name))

    def columns(self, check: Check) -> dict[str, str]:
        """The columns that the query gives, with their types. Raises `duckdb.Error` for one that cannot be bound."""
        query = check.kwargs["unexpected_rows_query"].format(batch=f"(SELECT * FROM {AUDITED}) AS subselect")
        self.connection.execute(f"EXPLAIN {query}")
        return {name: kind for name, kind, *_ in self.connection.execute(f"DESCRIBE {query}").fetchall()}


@cache
def helper_columns(key: str, name: str) -> dict[str, str]:
    """The columns of a helper, bound over what it says it reads: to read the helper is no leave to read that too."""
    suite = suite_of(key)
    helper = next(one for one in suite.helpers if one.name == name)
    query = helper.sql.format(batch=AUDITED)
    described = Bound(key, suite, helper.reads).connection.execute(f"DESCRIBE {query}").fetchall()
    return {name: kind for name, kind, *_ in described}


def queries() -> Iterator[tuple[str, Check]]:
    for key in all_tables():
        for check in (*derived_checks(table(key), AUDITED), *suite_of(key).checks):
            if check.expectation == ROWS:
                yield key, check


QUERIES = list(queries())
NAMING = {name: {t.column(name).type for t in all_tables().values() if name in t.grain}
          for t in all_tables().values() for name in t.grain}  # fmt: skip


@pytest.mark.parametrize(("key", "check"), QUERIES, ids=[f"{key}.{check.name}" for key, check in QUERIES])
def test_a_query_is_valid_over_what_it_says_it_reads_and_names_its_offenders_by_key(key, check):
    found = Bound(key, suite_of(key), check.reads).columns(check)
    keys = {name: kind for name, kind in found.items() if name in NAMING}
    assert keys or set(found) == {"column_name"}, "without a key nobody finds the row"
    # A figure that is called by a key's name would be given away.
    assert {name: kind for name, kind in keys.items() if kind not in NAMING[name]} == {}
    assert set(found) - {"column_name"} <= set(NAMING) | set(columns_of(key)), "no new names for figures"


@pytest.mark.parametrize("key", KEYS)
def test_nothing_is_said_to_be_read_that_is_not(key):
    # A table that is named for nothing would have to be there for nothing: its absence is an error.
    suite = suite_of(key)
    for check in suite.checks:
        for name in check.reads:
            with pytest.raises(duckdb.CatalogException, match=name):
                Bound(key, suite, set(check.reads) - {name}).columns(check)
    for helper in suite.helpers:
        for name in helper.reads:
            with pytest.raises(duckdb.CatalogException, match=name):
                Bound(key, suite, set(helper.reads) - {name}).connection.execute(helper.sql.format(batch=AUDITED))


def test_a_typo_in_a_query_is_seen():
    broken = Check("x", ROWS, "", {"unexpected_rows_query": "SELECT orgnr FROM {batch} WHERE skolenamn = ''"})
    with pytest.raises(duckdb.BinderException, match="skolenamn"):
        Bound("skole", suite_of("skole"), ()).columns(broken)
    unread = Check("x", ROWS, "", {"unexpected_rows_query": "SELECT orgnr FROM {batch} JOIN kommune USING (kommunenr)"})
    with pytest.raises(duckdb.CatalogException, match="kommune"):
        Bound("skole", suite_of("skole"), ()).columns(unread)


def test_there_is_something_to_bind():
    assert len(QUERIES) > 150
