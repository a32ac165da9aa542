"""One download a year, and the same ones joined to one of three years: the same answer to the last row."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.tables.model import published_tables
from tests.e2e.joined import TOO_LONG
from tests.e2e.scenarios import query
from tests.support.shared import needs_shared

LONG = pytest.mark.skipif(TOO_LONG, reason="two long runs more each: `make joined`")
ANSWERS = [one.qualified_name for one in published_tables() if one.db_schema in ("mart", "intern", "dim")]


@pytest.mark.parametrize(
    "country",
    ["golden", pytest.param("invented", marks=LONG), pytest.param("real", marks=[needs_shared, LONG])],
)
def test_files_of_one_year_and_files_of_three_give_the_same_tables(joined, country):
    """With a row for each unit that stands in any of the years: schools that closed, moved or got another name, and
    municipalities under the numbers of before and after a change."""
    pair = joined[country]
    for done in (pair.apart_run, pair.together_run):
        assert done.code == 0, done.err
    assert len(ANSWERS) > 10
    for name in ANSWERS:
        apart, together = (query(home, f"SELECT * FROM {name}") for home in (pair.apart, pair.together))
        assert apart == together, name
        assert apart, name
