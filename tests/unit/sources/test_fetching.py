"""A fetch as a whole: which years, in which order, and that a failure is its source's own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from oppfolging_pipeline.core.errors import InvalidInput, TransientError
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.drift import Drift, DriftError
from oppfolging_pipeline.sources.evidence import Evidence
from tests.unit.sources.fetching_home import MOVED, NOW, YEARS, Home, Reception, Register, Source


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(Archive(tmp_path / "arkiv"))


def states(outcomes) -> dict[tuple[str, str], str]:
    return {key: outcome.state for key, outcome in outcomes.items()}


def test_without_a_choice_the_newest_three_years_are_fetched_oldest_first(home):
    source = Source("a")
    home.fetch([source])
    assert source.asked == ["published", "2022-23", "2023-24", "2024-25"]


def test_a_year_that_a_source_has_not_published_is_told_of_and_not_asked_for(home):
    a, b = Source("a"), Source("b", years=YEARS[:3])
    outcomes = home.fetch([a, b], years=["2024-25", "2021-22"])
    assert states(outcomes) == {
        ("a", "2021-22"): "uendret", ("a", "2024-25"): "uendret",
        ("b", "2021-22"): "uendret", ("b", "2024-25"): "ikke_publisert",
    }  # fmt: skip
    assert b.asked == ["published", "2021-22"]


def test_the_register_comes_before_the_figures_that_are_read_against_it(home):
    reception, register = Reception(), Register()
    home.fetch([Source("a", years=YEARS[:1])], register, reception)
    assert reception.accepted == [("klass", ""), ("a", "2021-22")]
    assert register.asked == [(date(2015, 1, 1), date(2026, 3, 1))]


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (TransientError("no answer in 4 attempts"), "ikke_naadd"),
        (DriftError([Drift("kritisk", "maal_mangler", MOVED)]), "stoppet"),
        (InvalidInput([MOVED]), "stoppet"),
    ],
    ids=["unreachable", "drift", "invalid"],
)
@pytest.mark.parametrize("where", ["published", "fetch", "reception", "register"])
def test_a_source_that_fails_does_not_keep_the_others_from_being_fetched(home, where, fault, state):
    a, b, reception, register = Source("a"), Source("b"), Reception(), Register()
    if where == "published":
        a.closed = fault
        failed = {("a", ""): state}
    elif where == "register":
        register.fault = fault
        failed = {("klass", ""): state}
    else:
        failed = {("a", "2023-24"): state}
        if where == "fetch":
            a.faults["2023-24"] = fault
        else:
            reception.refused["a", "2023-24"] = fault
    outcomes = home.fetch([a, b], register, reception)
    assert {key: value for key, value in states(outcomes).items() if value in ("ikke_naadd", "stoppet")} == failed
    assert b.asked == ["published", "2022-23", "2023-24", "2024-25"]
    assert all(outcome.transient == (state == "ikke_naadd") for key, outcome in outcomes.items() if key in failed)
    assert str(fault) in [outcome.message for outcome in outcomes.values()]


@pytest.mark.parametrize("fault", [TransientError("down"), InvalidInput([MOVED])], ids=["unanswered", "refused"])
def test_one_year_that_fails_does_not_keep_the_others_from_being_asked_for(home, fault):
    source = Source("a", faults={"2022-23": fault})
    outcomes = home.fetch([source])
    assert source.asked == ["published", "2022-23", "2023-24", "2024-25"]
    assert [outcomes["a", year].state for year in ("2023-24", "2024-25")] == ["uendret", "uendret"]


def test_a_source_that_leaves_two_years_unanswered_is_asked_for_no_more(home):
    source = Source("a", faults=dict.fromkeys(YEARS, TransientError("down")))
    outcomes = home.fetch([source], years=YEARS)
    assert source.asked == ["published", "2021-22", "2022-23"]
    assert set(states(outcomes).values()) == {"ikke_naadd"}
    said = "not asked for after the source did not answer for 2021-22 and 2022-23"
    assert [outcomes["a", year].message for year in YEARS[2:]] == [said, said]
    assert outcomes["a", YEARS[-1]].transient, "it is worth another try"


def test_a_source_that_refuses_every_year_for_its_content_is_asked_for_all_of_them(home):
    source = Source("a", faults=dict.fromkeys(YEARS, InvalidInput([MOVED])))
    home.fetch([source], years=YEARS)
    assert source.asked == ["published", *YEARS]


def test_the_same_fetch_goes_on_and_asks_only_for_what_is_missing(home):
    a, b = Source("a", faults={"2023-24": TransientError("down")}), Source("b")
    home.fetch([a, b])
    a.faults.clear()
    a.asked.clear()
    b.asked.clear()
    outcomes = home.fetch([a, b], now=NOW + timedelta(hours=1))
    assert a.asked == ["published", "2023-24"]
    assert b.asked == ["published"]
    assert outcomes["a", "2022-23"].earlier and outcomes["a", "2024-25"].earlier
    assert set(states(outcomes).values()) == {"uendret"}


@pytest.mark.parametrize(
    ("key", "later"), [("other", timedelta(hours=1)), ("k", timedelta(hours=13))], ids=["another fetch", "too old"]
)
def test_another_fetch_or_an_old_one_is_not_gone_on_with(home, key, later):
    home.fetch([Source("a", faults={"2023-24": TransientError("down")})])
    source = Source("a")
    home.fetch([source], key=key, now=NOW + later)
    assert source.asked == ["published", "2022-23", "2023-24", "2024-25"]


def test_a_fetch_that_got_everything_is_over_and_the_next_one_asks_anew(home):
    home.fetch([Source("a")])
    source = Source("a")
    home.fetch([source])
    assert source.asked == ["published", "2022-23", "2023-24", "2024-25"]


def test_an_answer_that_shows_a_fault_is_not_taken_for_arrived_the_next_time(home):
    reception = Reception(refused={("a", "2024-25"): InvalidInput([MOVED])})
    home.fetch([Source("a", years=YEARS[-1:])], reception=reception)
    evidence = Evidence(home.archive)
    campaign = evidence.begin("k", NOW, "0.1.0", None, timedelta(hours=12))
    assert campaign.resumed
    assert evidence.arrived(campaign, "http://127.0.0.1/a/2024-25", NOW) is None


def test_an_answer_that_came_before_the_connection_was_lost_is_kept_for_the_next_time(home):
    reception = Reception(refused={("a", "2024-25"): TransientError("down")})
    home.fetch([Source("a", years=YEARS[-1:])], reception=reception)
    evidence = Evidence(home.archive)
    campaign = evidence.begin("k", NOW, "0.1.0", None, timedelta(hours=12))
    assert evidence.arrived(campaign, "http://127.0.0.1/a/2024-25", NOW) is not None


def test_a_version_that_moved_is_told_of_once_with_both_versions(home):
    years = YEARS[-1:]
    home.fetch([Source("a", years=years, facts={"side endepunkt": "X/1/1"})])
    (outcome,) = home.fetch([Source("a", years=years, facts={"side endepunkt": "X/2/1"})]).values()
    (drift,) = outcome.warnings
    assert (drift.kode, drift.finding.found) == ("versjon_flyttet", "X/2/1")
    assert "X/1/1" in drift.finding.expected
    (outcome,) = home.fetch([Source("a", years=years, facts={"side endepunkt": "X/2/1"})]).values()
    assert outcome.warnings == ()


def test_the_first_time_a_version_is_held_against_the_declared_one(home):
    declared = {"side endepunkt": "X/1/1"}
    source = Source("a", years=YEARS[-1:], facts={"side endepunkt": "X/2/1", "tabell": "148"}, declared=declared)
    (outcome,) = home.fetch([source]).values()
    (drift,) = outcome.warnings
    assert (drift.kode, drift.finding.found) == ("versjon_flyttet", "X/2/1")
    assert drift.finding.expected == "X/1/1, as it is declared"
    (outcome,) = home.fetch([source]).values()
    assert outcome.warnings == (), "it was as it is at the last fetch"


@pytest.mark.parametrize("fails", [False, True])
def test_what_only_a_fetch_of_figures_sees_is_told_of_with_its_year(home, fails):
    seen = Drift("advarsel", "tabell_flyttet", MOVED)
    faults = {"2023-24": TransientError("down")} if fails else {}
    outcomes = home.fetch([Source("a", seen={"2023-24": seen}, faults=faults)])
    assert {year: outcome.warnings for (_, year), outcome in outcomes.items()} == {
        "2022-23": (), "2023-24": (seen,), "2024-25": (),
    }  # fmt: skip


def test_what_a_failed_source_looked_like_is_not_remembered(home):
    years = YEARS[-1:]
    home.fetch([Source("a", years=years, facts={"side endepunkt": "X/1/1"})])
    moved = {"side endepunkt": "X/2/1"}
    home.fetch([Source("a", years=years, facts=moved, faults={"2024-25": InvalidInput([MOVED])})])
    assert Evidence(home.archive).facts("a") == {"side endepunkt": "X/1/1"}


def test_every_unit_is_told_of_as_it_ends(home):
    home.fetch([Source("a", years=YEARS[-1:])], Register())
    assert [(outcome.kilde, outcome.state) for outcome in home.told] == [("klass", "uendret"), ("a", "uendret")]
