"""Which school years a fetch without any brings: what the run after it needs, whichever figures are preliminary."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.core.skoleaar import span
from oppfolging_pipeline.rules.brudd import default_breaks, load_breaks_text
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import carried_rule_sets, load_rule_set
from oppfolging_pipeline.sources.default_years import default_years
from oppfolging_pipeline.sources.published import Published

NP, GS, EU = "nasjonale_prover", "grunnskolepoeng", "elevundersokelsen"
OFFICIAL, TESTS = load_rule_set("udir-2020"), load_rule_set("np-skalapoeng")


def years(rule_sets=(OFFICIAL,), breaks=None, **published: list[str]) -> dict[str, list[str]]:
    answered = [Published(kilde, tuple(of), {}, (), 1) for kilde, of in published.items()]
    found = default_years(answered, rule_sets, breaks or default_breaks(), default_catalog(), 3)
    return {kilde: list(of) for kilde, of in found.items()}


AUTUMN, SPRING = span("2016-17", "2025-26"), span("2015-16", "2024-25")


def test_a_source_that_lags_is_fetched_from_a_year_earlier_and_the_run_has_a_year_to_fall_back_on():
    """Guards against a fetch of the newest three, after which the newest year was preliminary and none was whole."""
    found = years(nasjonale_prover=AUTUMN, grunnskolepoeng=SPRING, elevundersokelsen=AUTUMN)
    assert found == {NP: span("2022-23", "2025-26"), GS: span("2021-22", "2024-25"), EU: span("2022-23", "2025-26")}
    for year in (2025, 2026):
        assert all(set(OFFICIAL.vindu(kilde, year)) <= set(of) for kilde, of in found.items())


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        # the marks of the newest year are late: the windows that are whole are of the year before, and the one
        # before that would rest on withdrawn tests
        (
            {NP: AUTUMN, GS: SPRING[:-1], EU: AUTUMN},
            {NP: span("2022-23", "2024-25"), GS: span("2021-22", "2023-24"), EU: span("2022-23", "2024-25")},
        ),
        # no year is whole: the newest three of each
        (
            {NP: span("2024-25", "2025-26"), GS: SPRING, EU: AUTUMN},
            {NP: span("2024-25", "2025-26"), GS: SPRING[-3:], EU: AUTUMN[-3:]},
        ),
        # a source that is not asked hinders none of the others
        ({GS: SPRING}, {GS: span("2021-22", "2024-25")}),
        ({NP: []}, {NP: []}),
    ],
)
def test_only_whole_windows_over_no_break_are_fetched(published, expected):
    assert years(**published) == expected


def test_every_set_of_the_home_gets_its_own():
    late = {NP: AUTUMN, GS: SPRING[:-1], EU: AUTUMN}
    found = years(carried_rule_sets(), **late)
    assert found[NP] == span("2022-23", "2025-26"), "the tests alone are whole a year before the rest"
    assert found[EU] == span("2022-23", "2024-25")


def test_a_break_of_the_homes_own_is_minded():
    breaks = load_breaks_text(
        "brudd:\n  - {id: b, kilde: nasjonale_prover, slag: trukket_tilbake, fra_skoleaar: 2025-26, tekst: T, "
        "referanse: R}",
        "brudd.yaml",
    )
    assert years([TESTS], breaks, nasjonale_prover=AUTUMN) == {NP: span("2021-22", "2024-25")}
