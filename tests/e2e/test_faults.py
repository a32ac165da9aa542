"""What bad input, another run and a kill get: nothing is published, and what was published stays whole."""

from __future__ import annotations

import json

import pytest

from oppfolging_pipeline.core.files import read_content
from tests.e2e.faulty import SKALAPOENG
from tests.e2e.scenarios import MOMENTS, look


def test_every_unreadable_file_is_named_in_one_go(faulty):
    assert faulty.unreadable.code == 1
    for said in (
        "avkuttet.csv",
        "tom.csv: found an empty file",
        "ukjent.csv",
        "overskrift.csv, row 2, column 'Kommunekode'",
        "annen_rapport.csv, row 2, column 'IndikatorNivaa'",
    ):
        assert said in faulty.unreadable.err
    assert f"ikke_tall.csv, row 6, column '{SKALAPOENG}': found 'femti'; expected a number" in faulty.unreadable.err
    assert "koder.csv" not in faulty.unreadable.err, "a good file is not blamed"


def test_two_figures_for_one_cell_name_both_places(faulty):
    assert faulty.contradicting.code == 1
    assert "motsagt.csv" in faulty.contradicting.err and "2024-25_trinn_5.csv" in faulty.contradicting.err
    assert "expected one value for one cell" in faulty.contradicting.err


@pytest.mark.parametrize("which", ["unreadable", "contradicting"])
def test_a_fault_is_a_message_and_says_that_nothing_was_published(faulty, which):
    done = getattr(faulty, which)
    assert "Traceback" not in done.err and done.out == ""
    assert "Nothing was published; the last published file, if any, is as it was." in done.err


def test_the_published_file_is_the_same_to_the_byte_and_can_be_read(faulty, warm):
    assert faulty.before == faulty.after
    done = warm.run("show", "identifisert", "--home", faulty.home, "--json", cwd=faulty.inbox)
    assert done.code == 0 and len(json.loads(done.out)) == 5


def test_the_bad_files_are_kept_in_the_archive(faulty):
    kept = {read_content(path) for path in (faulty.home / "arkiv" / "innhold").iterdir()}
    for name in ("avkuttet.csv", "tom.csv", "ukjent.csv", "overskrift.csv", "ikke_tall.csv", "annen_rapport.csv"):
        assert (faulty.inbox / name).read_bytes() in kept


def test_a_home_with_files_goes_on_from_its_archive_and_from_no_refused_inbox(faulty):
    # Without an inbox: the newest intake that was read without fault, and never the invented example.
    assert faulty.archive_only.code == 0, faulty.archive_only.err
    answer = json.loads(faulty.archive_only.out)
    assert answer["ny_utgivelse"] is False
    assert [count["kommuner"] for count in answer["antall"]] == [5]
    assert faulty.after_archive_only == faulty.before


def test_the_same_files_under_other_names_and_one_of_them_twice_change_nothing(later):
    assert later.renamed.code == 0, later.renamed.err
    assert "(uendret" in later.renamed.out
    assert later.after == later.before


def test_the_same_content_gives_the_same_bytes_in_every_table(later):
    # Written anew by another process, from files in another order: what is left to chance would show.
    assert len(later.lake_before) > 20
    assert later.lake_after == later.lake_before


def test_a_second_run_at_the_same_time_says_so_and_leaves_the_first_alone(later):
    assert later.beside.code == 1
    assert "found another run writing to this home" in later.beside.err and "Traceback" not in later.beside.err
    assert later.renamed.code == 0


def test_a_kill_at_any_moment_leaves_a_whole_file(killed):
    assert set(killed.ended) == {-9}, "every run was killed before it ended by itself"
    assert [faults for _, _, faults in killed.found if faults] == []
    # What a reader sees is what was there before, or all of what the run made: never something between.
    assert {tuple(years) for _, years, _ in killed.found} <= {(2025,), (2025, 2026, 2027)}


def test_the_kills_are_many_and_spread_over_the_run():
    assert len(MOMENTS) >= 8 and len({step for step, _ in MOMENTS}) >= 7


def test_the_run_after_the_kills_completes_and_leaves_nothing_lying_about(killed):
    assert killed.after.code == 0, killed.after.err
    assert look(killed.home) == ([2025, 2026, 2027], [])
    published = {path.name for path in (killed.home / "publisert").iterdir()}
    assert published <= {"oppfolging.duckdb", "manifest.json", "kontroll.html", "tidligere"}
    assert not [path for path in (killed.home / "neste").rglob("*") if path.is_file()]
    hidden = [path for path in killed.home.rglob(".*.next") if path.is_file()]
    assert hidden == []
