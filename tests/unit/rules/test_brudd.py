"""What a break may say, which windows span it, and that an impossible one is refused with the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.core.skoleaar import from_start_year
from oppfolging_pipeline.rules.brudd import TRUKKET_TILBAKE, Brudd, default_breaks, load_breaks_text
from oppfolging_pipeline.rules.catalog import default_catalog

TEXT = """\
brudd:
  - id: ny-skala
    kilde: nasjonale_prover
    indikatorer: [lesing, engelsk]
    trinn: [8, 9]
    maal: [skalapoeng]
    slag: ny_skala
    fra_skoleaar: 2022-23
    til_skoleaar: 2023-24
    tekst: Ny skala.
    referanse: Prøve.
  - id: uten-eksamen
    kilde: grunnskolepoeng
    slag: avlyst_eksamen
    til_skoleaar: 2020-21
    tekst: Uten eksamen.
    referanse: Prøve.
"""
# What is written instead, the key of the fault, and what was expected.
IMPOSSIBLE = {
    "unknown source": (("kilde: nasjonale_prover", "kilde: fravaer"), "kilde", "one of elevundersokelsen"),
    "indicator of another source": (("lesing,", "mobbing,"), "indikatorer[0]", "one of engelsk, lesing, regning"),
    "no indicator": (("[lesing, engelsk]", "[]"), "indikatorer", "at least 1"),
    "grade named twice": (("[8, 9]", "[8, 8]"), "trinn[1]", "each once"),
    "grade that none of them has": (("[8, 9]", "[8, 7]"), "trinn[1]", "one of 5, 8, 9"),
    "grade as text": (("[8, 9]", "[8, '9']"), "trinn[1]", "valid integer"),
    "measure of another source": (("[skalapoeng]", "[score]"), "maal[0]", "skalapoeng, of what is named before it"),
    "measure that the grade has not": (
        ("trinn: [8, 9]\n    maal: [skalapoeng]", "trinn: [5]\n    maal: [andel_mestringsnivaa_4]"),
        "maal[0]",
        "andel_mestringsnivaa_3, skalapoeng",
    ),
    "unknown kind": (("slag: ny_skala", "slag: rar"), "slag", "'trukket_tilbake'"),
    "no school year": (("fra_skoleaar: 2022-23", "fra_skoleaar: 2022-24"), "fra_skoleaar", "such as 2024-25"),
    "year as a number": (("fra_skoleaar: 2022-23", "fra_skoleaar: 2022"), "fra_skoleaar", "valid string"),
    "no end of no years": (("til_skoleaar: 2023-24", "til_skoleaar: 2023-2024"), "til_skoleaar", "such as 2024-25"),
    "ends before it starts": (
        ("til_skoleaar: 2023-24", "til_skoleaar: 2021-22"),
        "til_skoleaar",
        "2022-23) or a",
    ),
    "lies nowhere": (
        ("    fra_skoleaar: 2022-23\n    til_skoleaar: 2023-24\n", ""),
        "til_skoleaar",
        "fra_skoleaar, til_skoleaar or both",
    ),
    "no text": (("tekst: Ny skala.", "tekst: ' '"), "tekst", "one line of text"),
    "no reference": (("Ny skala.\n    referanse: Prøve.", "Ny skala."), "referanse", "the key 'referanse'"),
    "unknown key": (("slag: ny_skala", "aar: 2022\n    slag: ny_skala"), "aar", "one of fra_skoleaar"),
    "id that is no name": (("id: ny-skala", "id: Ny skala"), "id", "pattern"),
}


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


def findings(text: str):
    with pytest.raises(InvalidInput) as caught:
        load_breaks_text(text, "breaks.yaml")
    return caught.value.findings


@pytest.mark.parametrize(("replacement", "key", "expected"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_an_impossible_break_is_refused_with_file_row_key_and_what_was_expected(replacement, key, expected):
    text = changed(*replacement)
    (found,) = findings(text)
    assert (found.file, found.key) == ("breaks.yaml", f"brudd[0].{key}")
    assert expected in found.expected
    assert found.row is not None and 2 <= found.row <= 11


def test_an_id_that_stands_twice_is_refused_where_it_stands_again():
    (found,) = findings(changed("id: uten-eksamen", "id: ny-skala"))
    assert (found.row, found.key, found.found) == (12, "brudd[1].id", "'ny-skala' for the second time")


def test_a_break_under_two_ids_is_refused_for_a_set_that_permits_one_would_be_stopped_by_the_other():
    (found,) = findings(TEXT + TEXT.removeprefix("brudd:\n").replace("ny-skala", "skala").split("  - id: uten")[0]
                        .replace("[lesing, engelsk]", "[engelsk, lesing]"))  # fmt: skip
    assert (found.row, found.key, found.found) == (18, "brudd[2].id", "the same figures and years as 'ny-skala'")


def test_all_faults_come_at_once():
    text = changed("kilde: grunnskolepoeng", "kilde: fravaer").replace("slag: ny_skala", "slag: rar")
    assert [found.key for found in findings(text)] == ["brudd[0].slag", "brudd[1].kilde"]


def test_a_break_concerns_what_it_names_and_nothing_else_of_its_source():
    narrow, whole = load_breaks_text(TEXT, "f").brudd
    catalog = default_catalog()
    asked = [
        ("lesing", 8, "skalapoeng"),
        ("lesing", 5, "skalapoeng"),
        ("regning", 8, "skalapoeng"),
        ("lesing", 8, "andel_mestringsnivaa_1"),
        ("grunnskolepoeng", 10, "grunnskolepoeng"),
    ]
    assert [narrow.concerns(*one, catalog) for one in asked] == [True, False, False, False, False]
    assert [whole.concerns(*one, catalog) for one in asked] == [False, False, False, False, True]


def a_break(first: int | None, last: int | None, slag: str = "ny_skala") -> Brudd:
    return Brudd(
        id="b",
        kilde="nasjonale_prover",
        slag=slag,
        fra_skoleaar=None if first is None else from_start_year(first),
        til_skoleaar=None if last is None else from_start_year(last),
        tekst="Brudd.",
        referanse="Prøve.",
    )


WINDOW = ["2020-21", "2021-22", "2022-23"]
# First and last affected year; which of the window are met by a change of scale, and by withdrawn figures.
SPANS = {
    "the oldest": ((None, 2020), ["2020-21"], ["2020-21"]),
    "all but the newest": ((2010, 2021), ["2020-21", "2021-22"], ["2020-21", "2021-22"]),
    "one in the middle": ((2021, 2021), ["2021-22"], ["2021-22"]),
    "the newest, and on": ((2022, None), ["2022-23"], ["2022-23"]),
    "the whole window": ((2020, 2022), [], WINDOW),
    "everything from before it": ((2015, None), [], WINDOW),
    "ended before it": ((None, 2019), [], []),
    "begins after it": ((2023, None), [], []),
}


@pytest.mark.parametrize(("years", "scale", "withdrawn"), SPANS.values(), ids=SPANS.keys())
def test_a_window_spans_a_break_with_years_on_both_sides_and_withdrawn_figures_with_any(years, scale, withdrawn):
    assert list(a_break(*years).spanned_in(WINDOW)) == scale
    assert list(a_break(*years, slag=TRUKKET_TILBAKE).spanned_in(WINDOW)) == withdrawn


def test_what_is_no_school_year_is_no_year_before_or_after_a_break():
    with pytest.raises(PermanentError, match="found '2020-2021'"):
        a_break(2020, None).spanned_in(["2020-2021"])


_YEAR = st.integers(2000, 2030)
_ENDS = st.tuples(st.none() | _YEAR, st.none() | _YEAR).filter(
    lambda ends: ends != (None, None) and (None in ends or ends[0] <= ends[1])
)


@given(_ENDS, _YEAR, st.integers(1, 5))
def test_of_every_window_the_affected_years_are_named_or_the_series_in_it_is_whole(ends, start, length):
    first, last = ends
    years = list(range(start, start + length))
    window = [from_start_year(year) for year in years]
    # By counting the years of the break, open ends beyond every year there is.
    inside = set(range(1900 if first is None else first, (2100 if last is None else last) + 1))
    affected = [from_start_year(year) for year in years if year in inside]
    spanned = list(a_break(first, last).spanned_in(window))
    assert spanned == ([] if len(affected) == length else affected)
    assert list(a_break(first, last, slag=TRUKKET_TILBAKE).spanned_in(window)) == affected
    # The same break seen from its other side: what is affected and what is not change places.
    if first is None and last is not None:
        assert bool(spanned) == bool(a_break(last + 1, None).spanned_in(window))


def test_the_carried_breaks_are_the_cancelled_exams_and_the_withdrawn_tests():
    exams, tests = default_breaks().brudd[:2]
    years = [from_start_year(year) for year in range(2011, 2027)]
    assert (exams.kilde, exams.slag) == ("grunnskolepoeng", "avlyst_eksamen")
    assert [year for year in years if exams.affects(year)] == ["2019-20", "2020-21", "2021-22"]
    assert (tests.kilde, tests.slag) == ("nasjonale_prover", TRUKKET_TILBAKE)
    assert next(year for year in years if not tests.affects(year)) == "2022-23"
    assert not any(tests.affects(year) for year in years if year >= "2022-23")


@pytest.mark.parametrize(
    ("first", "spanned"),
    [
        (2009, []),  # all of before
        (2010, []),  # 2010-11 to 2012-13
        (2011, ["mobbing-foer-2013"]),
        (2012, ["mobbing-foer-2013"]),  # 2012-13 stands beside 2013-14
        (2013, []),  # 2013-14 to 2015-16: asked alike
        (2014, ["mobbing-foer-2016"]),
        (2015, ["mobbing-foer-2016"]),  # 2015-16 stands beside 2016-17
        (2016, []),
        (2022, []),
    ],
)
def test_bullying_was_asked_anew_in_the_autumns_of_2013_and_2016(first, spanned):
    """The survey of an autumn belongs to the school year that begins then; both breaks once stood nowhere."""
    window = [from_start_year(first + number) for number in range(3)]
    of_bullying = [
        one for one in default_breaks().brudd if one.concerns("mobbing", 7, "andel_mobbet", default_catalog())
    ]
    assert [one.id for one in of_bullying if one.spanned_in(window)] == spanned
    assert {one.slag for one in of_bullying} == {"omdefinering"}


@pytest.mark.parametrize("indikator", ["stotte_fra_larer", "motivasjon"])
def test_the_other_indices_of_the_survey_have_no_known_break(indikator):
    breaks = default_breaks().brudd
    assert not any(one.concerns(indikator, trinn, "score", default_catalog()) for one in breaks for trinn in (7, 10))
