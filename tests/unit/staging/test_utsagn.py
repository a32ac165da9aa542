"""What the sources said last of a cell: of later intakes that replace it, and of rows that say it twice."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.engine import Engine, open_engine
from oppfolging_pipeline.staging.observasjon import FileFigures
from oppfolging_pipeline.staging.utsagn import newest_statements
from oppfolging_pipeline.tables.model import table
from tests.unit.staging.build import Shown, observed
from tests.unit.staging.test_in_force import file_of

S1, S2 = "100000001", "100000002"


def said(engine: Engine, *files: FileFigures) -> dict[str, tuple[str, Shown, Shown]]:
    """Of each unit (status, figure, pupils); every row is of lesing on trinn 5."""
    rows = engine.fetch(newest_statements(engine, files))
    assert not rows or set(rows[0]) == set(table("siste_utsagn").column_names)
    return {row["enhet"]: (row["verdistatus"], row["verdi"], row["antall"]) for row in rows}


def test_a_later_intake_replaces_a_series_as_a_whole_and_what_it_lacks_is_gone():
    first = file_of(1, [observed("6101", 50, 20), observed(S1, 51, 9, kommunenr="6101"), observed("I", 50, 900)])
    other_year = file_of(1, [observed("6102", 40, 10, skoleaar="2023-24")], "b.csv")
    later = file_of(2, [observed("6101", "*", "*")], "c.csv")
    with open_engine() as engine:
        assert said(engine, first, other_year) == {
            "6101": ("vist", 50, 20), S1: ("vist", 51, 9), "6102": ("vist", 40, 10)
        }  # fmt: skip
        assert said(engine, later, first, other_year) == {"6101": ("skjermet", None, None), "6102": ("vist", 40, 10)}


def test_contents_of_one_inbox_speak_together():
    one, two = file_of(1, [observed("6101", 50, 20)]), file_of(2, [observed("6102", 40, 10)], "b.csv")
    old = FileFigures(one.parsed, one.sha256, one.file, 1, together=2)
    with open_engine() as engine:
        assert set(said(engine, old, two)) == {"6101", "6102"}
        assert set(said(engine, one, two)) == {"6102"}


@pytest.mark.parametrize("rows", [[("*", "*"), (50, 20)], [(50, 20), ("*", "*")]])
def test_a_school_that_stands_twice_is_shielded_when_one_row_says_so(rows):
    files = [file_of(1, [observed(S1, *cell, kommunenr="6101")], f"{number}.csv") for number, cell in enumerate(rows)]
    with open_engine() as engine:
        assert said(engine, *files) == {S1: ("skjermet", None, None)}


def test_statements_that_are_kept_and_contents_that_came_since_are_read_as_if_all_had_come_again():
    first = file_of(1, [observed("6101", 50, 20), observed("6102", 40, 10)])
    year = file_of(1, [observed("6101", 44, 20, skoleaar="2023-24")], "b.csv")
    later = file_of(2, [observed("6101", "*", "*"), observed("6102", 41, 10)], "c.csv")
    with open_engine() as engine:
        kept = newest_statements(engine, [first, year])
        since = newest_statements(engine, [later], before=(kept, 1)).order("ALL").fetchall()
        assert since == newest_statements(engine, [first, year, later]).order("ALL").fetchall()
        assert len(since) == 3


def test_what_came_again_does_not_speak_against_what_is_newer():
    """The figure that was starred since would be a statement again when its old file lay in the inbox once more."""
    old, starred = file_of(1, [observed("6101", 50, 20)]), file_of(2, [observed("6101", "*", "*")], "b.csv")
    again = FileFigures(old.parsed, old.sha256, old.file, 1, together=6)
    with open_engine() as engine:
        kept = newest_statements(engine, [old, starred])
        (row,) = engine.fetch(newest_statements(engine, [again], before=(kept, 5)))
        assert row["verdistatus"] == "skjermet"


def test_of_contents_that_say_the_same_the_digest_is_the_one_that_the_observations_name():
    """Held to the other, another figure that was published passed as one that was read from other contents."""
    cell = [observed("6101", 50, 20)]
    one, two = file_of(1, cell), file_of(1, cell, "b.csv")
    with open_engine() as engine:
        for files in ([one, two], [two, one]):
            (row,) = engine.fetch(newest_statements(engine, files))
            assert row["sha256"] == min(one.sha256, two.sha256)
