"""A changed question of a used index stops the years that it may be in, until a person has judged it."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.rules.brudd import Bruddliste, load_breaks_text
from tests.contract.fetch_home import Fetched, FetchHome
from tests.udir_stub import Fault, StubServer

EU, OLD, YEAR, NEWEST = "elevundersokelsen", "2023-24", "2024-25", "2025-26"
CHANGED = Fault("another_question", "150/filterVerdier", detail="EUIndeks_1398")
WORDS = "Er du blitt mobbet av andre elever på skolen de siste månedene i dette skoleåret?"
OTHERS = [
    "Er du blitt mobbet av voksne på skolen de siste månedene?",
    "Er du blitt mobbet digitalt (mobil, iPad, PC) de siste månedene?",
]


def listed(text: str) -> Bruddliste:
    return load_breaks_text(text, "breaks.yaml")


def broken(fra: str, indikator: str = "mobbing") -> Bruddliste:
    return listed(
        f"""brudd:
          - {{id: ny-tekst, kilde: {EU}, indikatorer: [{indikator}], slag: omdefinering, fra_skoleaar: {fra},
              tekst: Ny tekst., referanse: Prøve.}}"""
    )


def same(*tekster: str) -> Bruddliste:
    lines = "".join(f'\n            - "{text}"' for text in tekster)
    return listed(
        f"""brudd: []
samme_spoersmaal:
          - indikator: mobbing
            fra_skoleaar: {NEWEST}
            grunn: Bare tidsrommet er skrevet ut.
            referanse: Prøve.
            tekster:{lines}"""
    )


def stopped(done: Fetched) -> dict[str, set[str]]:
    return {one.skoleaar: {drift.kode for drift in one.warnings} for one in done.report.failures}


def test_the_first_fetch_has_nothing_to_compare_with_and_the_same_questions_are_no_change(
    home: FetchHome, stub: StubServer
) -> None:
    for _ in range(2):
        done = home.fetch("klass", EU, years=[NEWEST])
        assert not done.report.failures and done.koder() == set()


def test_a_changed_question_stops_the_newest_year_and_no_older_one_and_is_not_forgotten(
    home: FetchHome, stub: StubServer
) -> None:
    home.fetch("klass", EU, years=[NEWEST])
    stub.faults = [CHANGED]
    done = home.fetch(EU, years=[YEAR, NEWEST])
    assert stopped(done) == {NEWEST: {"sporsmaal_endret"}}
    assert done.states[EU, YEAR] == "hentet", "an older year was asked with the old words"
    (drift,) = done.outcomes[EU, NEWEST].warnings
    assert WORDS in drift.finding.found and drift.answers <= home.contents()
    assert not home.fetch(EU, years=[YEAR]).report.failures
    assert stopped(home.fetch(EU, years=[NEWEST])) == {NEWEST: {"sporsmaal_endret"}}


@pytest.mark.parametrize(
    ("breaks", "goes_on"),
    [
        (broken(NEWEST), True),
        (broken(YEAR), False),
        (broken(NEWEST, "motivasjon"), False),
        (same(WORDS, *OTHERS), True),
        (same(*OTHERS), False),
    ],
    ids=["a break", "a break of another year", "a break of another index", "the same", "other texts the same"],
)
def test_a_break_or_a_word_that_it_is_the_same_lets_the_source_go_on(
    home: FetchHome, stub: StubServer, breaks: Bruddliste, goes_on: bool
) -> None:
    home.fetch("klass", EU, years=[NEWEST])
    stub.faults = [CHANGED]
    home.breaks = breaks
    assert stopped(home.fetch(EU, years=[NEWEST])) == ({} if goes_on else {NEWEST: {"sporsmaal_endret"}})
    if goes_on:  # and is then what the next fetch is compared with
        home.breaks = listed("brudd: []")
        assert not home.fetch(EU, years=[NEWEST]).report.failures


def test_a_year_that_fails_for_another_reason_does_not_make_the_questions_unknown(
    home: FetchHome, stub: StubServer
) -> None:
    """Guards against a home of which one old year never comes: a change of the questions was never seen in it."""
    fault = Fault("doubled_rows", "TidID(202412)")
    stub.faults = [fault]
    assert set(stopped(home.fetch("klass", EU, years=[YEAR, NEWEST]))) == {YEAR}
    stub.faults = [fault, CHANGED]
    done = home.fetch(EU, years=[YEAR, NEWEST])
    assert stopped(done)[NEWEST] == {"sporsmaal_endret"}
    assert "sporsmaal_endret" not in stopped(done)[YEAR]
