"""Which breaks the window of an identification year spans, and that one that is not permitted stops the run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.rules.brudd import Bruddliste, default_breaks, load_breaks_text
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.vindusbrudd import break_note, refused_breaks, spanned_breaks
from tests.support.golden_sets import Item, small_set

EXAMS, TESTS = "avlyst-eksamen-2020-2022", "nasjonale-prover-foer-2022"
MARKS = Item("grunnskolepoeng", "grunnskolepoeng", 10)


def request(year: int, rule_set) -> Request:
    return Request(year, rule_set, default_catalog())


def carried(year: int, name: str) -> list[tuple[str, tuple[str, ...]]]:
    """Id and affected years of the carried breaks that the carried set's window spans."""
    found = spanned_breaks(request(year, load_rule_set(name)), default_breaks())
    return [(one.brudd.id, one.skoleaar) for one in found]


def break_in(years: str, slag: str = "ny_skala", kilde: str = "nasjonale_prover", **chosen: str) -> Bruddliste:
    lines = [f"    {key}: {value}" for key, value in chosen.items()]
    text = f"brudd:\n  - id: b\n    kilde: {kilde}\n    slag: {slag}\n    tekst: Brudd.\n    referanse: Prøve.\n"
    return load_breaks_text("\n".join([text.rstrip(), f"    fra_skoleaar: {years}", *lines]), "breaks.yaml")


# Worked by hand. Grunnskolepoeng lie a year behind: 2024 uses those of 2020-21, 2021-22 and 2022-23.
UDIR = {
    2019: [(TESTS, ("2016-17", "2017-18", "2018-19"))],
    2020: [(TESTS, ("2017-18", "2018-19", "2019-20"))],
    2021: [(EXAMS, ("2019-20",)), (TESTS, ("2018-19", "2019-20", "2020-21"))],
    2022: [(EXAMS, ("2019-20", "2020-21")), (TESTS, ("2019-20", "2020-21", "2021-22"))],
    # 2023 uses the marks of 2019-20 to 2021-22: none of them rests on exams, and they can be compared.
    2023: [(TESTS, ("2020-21", "2021-22"))],
    2024: [(EXAMS, ("2020-21", "2021-22")), (TESTS, ("2021-22",))],
    2025: [(EXAMS, ("2021-22",))],
    2026: [],
}


@pytest.mark.parametrize(("year", "spanned"), UDIR.items())
def test_what_the_official_window_spans_and_that_of_the_tests_alone(year, spanned):
    assert carried(year, "udir-2020") == spanned
    assert carried(year, "np-skalapoeng") == [one for one in spanned if one[0] == TESTS]


def test_the_official_set_permits_the_cancelled_exams_and_no_set_the_withdrawn_tests():
    assert load_rule_set("udir-2020").brudd.verdi == (EXAMS,)
    assert load_rule_set("np-skalapoeng").brudd.verdi == ()
    for name in ("udir-2020", "np-skalapoeng"):
        refused = {
            year: [one.brudd.id for one in refused_breaks(request(year, load_rule_set(name)), default_breaks())]
            for year in (2024, 2025)
        }
        assert refused == {2024: [TESTS], 2025: []}


def test_a_permitted_break_stops_nothing_and_is_said_to_the_analyst():
    only_marks = request(2022, small_set([MARKS], brudd=[EXAMS]))
    assert refused_breaks(only_marks, default_breaks()) == []
    text = default_breaks().by_id()[EXAMS].tekst
    assert (
        break_note(only_marks, default_breaks())
        == f"Brudd i tidsserien (Grunnskolepoeng 10. trinn, 2019-20 og 2020-21): {text}"
    )


def test_the_note_names_every_indicator_and_grade_of_the_set_that_the_break_is_in():
    breaks = break_in("2024-25", trinn="[5, 8]")
    items = [Item(), Item(trinn=8), Item(trinn=9), Item("regning"), Item("engelsk")]
    note = break_note(request(2025, small_set(items, brudd=["b"], breaks=breaks)), breaks)
    assert note == "Brudd i tidsserien (Lesing 5. og 8. trinn, Regning 5. trinn og Engelsk 5. trinn, 2024-25): Brudd."
    assert break_note(request(2024, small_set(items, brudd=["b"], breaks=breaks)), breaks) is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"kilde": "grunnskolepoeng"},
        {"indikatorer": "[regning]"},
        {"trinn": "[8]"},
        {"maal": "[andel_mestringsnivaa_1]"},
    ],
)
def test_a_break_in_other_figures_than_the_sets_own_is_none_of_its_business(elsewhere):
    lesing_5 = request(2025, small_set())
    assert [one.skoleaar for one in spanned_breaks(lesing_5, break_in("2024-25"))] == [("2024-25",)]
    assert spanned_breaks(lesing_5, break_in("2024-25", **elsewhere)) == []
    assert refused_breaks(lesing_5, break_in("2024-25", **elsewhere)) == []


@given(st.integers(2016, 2040), st.booleans(), st.lists(st.sampled_from([EXAMS, TESTS]), unique=True))
def test_a_run_goes_on_exactly_when_every_break_that_it_spans_is_permitted(year, with_tests, permitted):
    items: Sequence[Item] = [MARKS, Item()] if with_tests else [MARKS]
    permitted = [one for one in permitted if with_tests or one == EXAMS]
    asked = request(year, small_set(items, brudd=permitted))
    met = {one.brudd.id for one in spanned_breaks(asked, default_breaks())}
    # From the windows themselves: the marks of year - 4 to year - 2, the tests of year - 3 to year - 1.
    marks, tests = set(range(year - 4, year - 1)), set(range(year - 3, year))
    without_exams = marks & {2019, 2020, 2021}
    expected = {EXAMS} if without_exams and without_exams != marks else set()
    expected |= {TESTS} if with_tests and min(tests) <= 2021 else set()
    assert met == expected
    assert {one.brudd.id for one in refused_breaks(asked, default_breaks())} == met - set(permitted)
    assert (break_note(asked, default_breaks()) is None) == (not met)
