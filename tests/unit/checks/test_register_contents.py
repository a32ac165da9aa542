"""A list of changes without a row is of a period without changes; any other content without one is a fault."""

from __future__ import annotations

from contextlib import closing

import pytest

from checks.suite_files import suite_of
from oppfolging_pipeline.core.duckdb_session import open_duckdb
from oppfolging_pipeline.tables.model import table
from tests.unit.checks.test_suite_queries import fact_columns

CONTENT = {"sha256": "'a'", "kilde": "'register'", "rader": "0", "lisens": "'CC BY 4.0'"}
KNOWN = {"sha256": "'a'", "kilde": "'register'", "rader": "0", "lisenser": "['CC BY 4.0']"}


@pytest.mark.parametrize(
    ("kind", "found"), [("kommune_endringer", []), ("kommune_koder", [("a",)]), ("udir_csv", [("a",)])]
)
def test_only_a_list_of_changes_may_be_without_a_row(kind: str, found: list[tuple[str]]) -> None:
    """Else a run with an empty list of changes, fetched or from the inbox, would fail when it was all done."""
    (check,) = (one for one in suite_of("datagrunnlag").checks if one.name == "som_arkivet_og_sporingen")
    tables = {
        "datagrunnlag": {one.name: one.type for one in table("datagrunnlag").columns},
        "innhold_i_arkivet": fact_columns("innhold_i_arkivet"),
        "sporing": {one.name: one.type for one in table("sporing").columns},
    }
    values = {"datagrunnlag": CONTENT, "innhold_i_arkivet": KNOWN, "sporing": {}}
    with closing(open_duckdb()) as connection:
        for name, columns in tables.items():
            cells = {**values[name], "innholdstype": f"'{kind}'"}
            listed = ", ".join(f"CAST({cells.get(one, 'NULL')} AS {of}) AS {one}" for one, of in columns.items())
            connection.execute(
                f"CREATE TABLE {name} AS SELECT {listed} WHERE {'false' if name == 'sporing' else 'true'}"
            )
        query = check.kwargs["unexpected_rows_query"].format(batch="(SELECT * FROM datagrunnlag) AS subselect")
        assert connection.execute(query).fetchall() == found
