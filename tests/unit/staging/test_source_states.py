"""What `oppfolging sources` says of a source in each state that it can be in."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging.source_states import SourceRow, source_states
from tests.unit.staging.fetched import DAY, NOON, NP, Fetches

YEAR, BEFORE = "2024-25", "2023-24"
AGAIN = f"oppfolging fetch --source {NP}"
YEARS_AGAIN = f"{AGAIN} --years {YEAR}"


@pytest.fixture
def home(tmp_path: Path) -> Fetches:
    return Fetches(Archive(tmp_path / "arkiv"))


def row(home: Fetches, kilde: str = NP) -> SourceRow:
    return next(each for each in source_states(home.archive, default_catalog(), NOON + 10 * DAY) if each.kilde == kilde)


def test_every_source_and_the_register_have_a_row_and_looking_writes_nothing(home: Fetches) -> None:
    rows = source_states(home.archive, default_catalog(), NOON)
    assert [each.kilde for each in rows] == [*default_catalog().kilder, "klass"]
    assert [each.tilstand for each in rows] == [
        *["aldri hentet (ingen tall)"] * 3, "aldri hentet (følger med programmet)",
    ]  # fmt: skip
    assert [each.gjor for each in rows] == [f"oppfolging fetch --source {each.kilde}" for each in rows]
    assert not home.archive.root.exists()


def test_a_home_of_the_invented_country_is_told_to_fetch_elsewhere(home: Fetches, tmp_path: Path) -> None:
    """It refuses what is fetched: the advice was a command that fails."""
    home.archive.accept(home.archive.take_in(tmp_path, [], "eksempel", NOON), [])
    assert row(home).gjor == f"{AGAIN} --home EN_ANNEN_MAPPE"


def test_a_source_with_figures_that_were_not_fetched_is_never_fetched(home: Fetches) -> None:
    home.file(NP, YEAR)
    assert row(home) == SourceRow(NP, YEAR, 10, None, "aldri hentet (fra filer)", AGAIN, None)


@pytest.mark.parametrize(
    ("state", "tilstand", "age"),
    [
        ("hentet", "i orden", 7),
        ("uendret", "i orden, uendret sist", 7),  # it was as it is then
        ("ikke_publisert", "skoleåret er ikke publisert", 10),
    ],
)
def test_a_fetch_that_gave_what_there_is_needs_nothing(home: Fetches, state: str, tilstand: str, age: int) -> None:
    home.read(NP, f"{BEFORE} til {YEAR}")
    home.ended(NP, [(YEAR, state)], NOON + 3 * DAY)  # type: ignore[list-item]
    assert row(home) == SourceRow(NP, YEAR, age, NOON + 3 * DAY, tilstand, "", None)


@pytest.mark.parametrize(("state", "tilstand"), [("stoppet", "stoppet"), ("ikke_naadd", "ikke nådd")])
def test_a_fetch_that_failed_says_why_and_what_can_be_done(home: Fetches, state: str, tilstand: str) -> None:
    home.ended(NP, [(YEAR, state)], NOON + 3 * DAY, "the source's words")  # type: ignore[list-item]
    assert row(home) == SourceRow(
        NP, None, None, NOON + 3 * DAY, f"{tilstand} {YEAR}", YEARS_AGAIN, "the source's words"
    )
    home.read(NP, BEFORE, NOON + 2 * DAY)
    assert row(home).gjor == YEARS_AGAIN, "nothing of that year is there to be used instead"
    home.read(NP, f"{BEFORE} til {YEAR}", NOON + 2 * DAY)
    assert row(home).gjor == f"{YEARS_AGAIN}; eller oppfolging run --tillat-eldre"
    assert row(home).nyeste_skoleaar == YEAR
    home.read(NP, YEAR, NOON + 5 * DAY)
    assert (row(home).tilstand, row(home).gjor) == ("i orden (lest etter siste henting)", "")
    assert row(home).alder_dager == 5


def test_of_several_years_the_one_that_failed_counts(home: Fetches) -> None:
    home.read(NP, BEFORE)
    home.ended(NP, [(BEFORE, "hentet"), (YEAR, "stoppet")], message="moved")
    assert row(home).tilstand == f"stoppet {YEAR}"


def test_the_register_is_as_old_as_its_lists(home: Fetches) -> None:
    home.read("register", None, NOON + 8 * DAY)
    home.ended("klass", [("", "hentet")], NOON + 8 * DAY)
    assert row(home, "klass") == SourceRow("klass", None, 2, NOON + 8 * DAY, "i orden", "", None)


def test_a_fetch_that_was_killed_is_no_fetch_that_went_well(home: Fetches) -> None:
    home.read(NP, f"{BEFORE} til {YEAR}")
    home.ended(NP, [(BEFORE, "paabegynt"), (YEAR, "paabegynt"), (BEFORE, "hentet")], NOON + DAY)
    assert row(home).tilstand == f"avbrutt {YEAR}"
    assert row(home).gjor == f"{YEARS_AGAIN}; eller oppfolging run --tillat-eldre"


def test_a_file_that_lies_in_the_inbox_all_along_clears_no_failure(home: Fetches) -> None:
    home.file(NP, YEAR)
    home.ended(NP, [(YEAR, "stoppet")], NOON + DAY, "moved")
    home.file(NP, YEAR, NOON + 2 * DAY)
    assert (row(home).tilstand, row(home).melding, row(home).alder_dager) == (f"stoppet {YEAR}", "moved", 10)
