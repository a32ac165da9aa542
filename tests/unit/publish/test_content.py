"""The digest of a release: rows that differ never look alike, and nothing but the rows counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppfolging_pipeline.publish.content import content_sha256, content_tables
from oppfolging_pipeline.tables import ddl
from oppfolging_pipeline.tables.model import published_tables

CATALOG = "minne"


@contextmanager
def _empty_release() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect()) as connection:
        connection.execute(f"ATTACH ':memory:' AS {CATALOG}")
        for schema in {declared.db_schema for declared in published_tables()}:
            connection.execute(f"CREATE SCHEMA {CATALOG}.{schema}")
        for declared in content_tables():
            connection.execute(ddl.create_table(declared, CATALOG))
        yield connection


def _digest(*fylker: list[str | None], embete: str = "A") -> str:
    with _empty_release() as connection:
        for number, fylke in enumerate(fylker):
            connection.execute(
                f"INSERT INTO {CATALOG}.dim.statsforvalter VALUES (?, ?, NULL)", [f"{embete}{number}", fylke]
            )
        return content_sha256(connection, CATALOG, "identity")


def _sett(navn: str, merknad: str | None) -> str:
    with _empty_release() as connection:
        connection.execute(
            f"INSERT INTO {CATALOG}.dim.indikatorsett VALUES ('a', ?, ?, true, false, ?, '{{}}', 'navn: a')",
            [navn, "0" * 64, merknad],
        )
        return content_sha256(connection, CATALOG, "identity")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_sett("navn", None), _sett("navn", "")),
        (_sett("navn", None), _sett("navn", "-")),
        (_sett("ab", "c"), _sett("a", "bc")),
        (_digest(["a", "b"]), _digest(["a, b"])),
        (_digest([None]), _digest(["NULL"])),
        (_digest([]), _digest([""])),
        (_digest(["a"], ["b"]), _digest(["a"])),
    ],
    ids=["null or empty", "null or dash", "border", "list or text", "null in list", "empty list", "a row less"],
)
def test_contents_that_look_alike_have_different_digests(one, other):
    assert one != other


@pytest.fixture(scope="module")
def release():
    with _empty_release() as connection:
        yield connection


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.text(), max_size=3), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_order_in_which_rows_were_written_does_not_count(release, fylker, shuffle):
    def digest(order: list[int]) -> str:
        release.execute(f"TRUNCATE {CATALOG}.dim.statsforvalter")
        for number in order:
            row = [f"E{number}", fylker[number]]
            release.execute(f"INSERT INTO {CATALOG}.dim.statsforvalter VALUES (?, ?, NULL)", row)
        return content_sha256(release, CATALOG, "identity")

    order = list(range(len(fylker)))
    expected = digest(order)
    shuffle.shuffle(order)
    assert digest(order) == expected


def test_identity_counts(release):
    assert content_sha256(release, CATALOG, "1.0") != content_sha256(release, CATALOG, "1.1")
