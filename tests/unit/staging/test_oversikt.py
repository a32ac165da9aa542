"""The way from what is there to a list: what is proposed always works, and nothing that works is left out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.core.skoleaar import from_start_year, start_year
from oppfolging_pipeline.rules.brudd import Bruddliste, default_breaks
from oppfolging_pipeline.rules.loader import carried_rule_sets, load_rule_set
from oppfolging_pipeline.staging.coverage import Figures, newest_complete_year
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.oversikt import Hinder, Vei, hinder, naermest, rapporter, veier
from tests.support.golden_sets import Item, small_set
from tests.unit.staging.there import (
    ALL_REAL,
    CATALOG,
    EU,
    FINAL,
    GS,
    LESING,
    MARKS,
    NP,
    POENG,
    PRELIMINARY,
    UNSHOWN,
    YEARS,
    cells_of,
    every,
)

breaks_drawn = st.lists(
    st.tuples(
        st.sampled_from([NP, GS]),
        st.sampled_from(["ny_skala", "trukket_tilbake"]),
        st.integers(2014, 2025),
        st.integers(0, 3),
    ),
    max_size=3,
    unique=True,
)
presence = st.dictionaries(st.sampled_from(YEARS), st.sampled_from([FINAL, PRELIMINARY, UNSHOWN]), max_size=12)


def as_breaks(drawn: list[tuple[str, str, int, int]]) -> Bruddliste:
    brudd = [
        {
            "id": f"b-{number}", "kilde": kilde, "slag": slag, "fra_skoleaar": from_start_year(first),
            "til_skoleaar": from_start_year(first + more), "indikatorer": None, "trinn": None, "maal": None,
            "tekst": "Brudd.", "referanse": "Prøve.",
        }
        for number, (kilde, slag, first, more) in enumerate(drawn)
    ]  # fmt: skip
    return Bruddliste.model_validate({"brudd": [{k: v for k, v in one.items() if v} for one in brudd]})


def works(
    year: int, tests: bool, lesing: Mapping[str, Figures], poeng: Mapping[str, Figures], drawn, permitted
) -> bool:
    """Whether a run of the year has every figure and no break, from the windows themselves."""
    windows = {GS: set(range(year - 4, year - 1)), **({NP: set(range(year - 3, year))} if tests else {})}
    for kilde, window in windows.items():
        there = lesing if kilde == NP else poeng
        if not all((facts := there.get(from_start_year(one))) is not None and facts.landet for one in window):
            return False
    for number, (kilde, slag, first, more) in enumerate(drawn):
        affected = windows.get(kilde, set()) & set(range(first, first + more + 1))
        spans = affected and (slag == "trukket_tilbake" or affected != windows[kilde])
        if spans and f"b-{number}" not in permitted:
            return False
    return True


@given(presence, presence, breaks_drawn, st.data())
def test_exactly_what_a_run_would_do_is_proposed(lesing, poeng, drawn, data):
    breaks = as_breaks(drawn)
    cells = cells_of({LESING: lesing, POENG: poeng})
    permitted = data.draw(st.lists(st.sampled_from([f"b-{n}" for n in range(len(drawn))] or ["-"]), unique=True))
    permitted = [one for one in permitted if one != "-"]
    of_marks = [one for one in permitted if drawn[int(one[2:])][0] == GS]
    both = small_set([Item(), MARKS], brudd=permitted, breaks=breaks)
    marks = small_set([MARKS], brudd=of_marks, breaks=breaks)
    for rule_set, tests, allowed in ((both, True, permitted), (marks, False, of_marks)):
        ways = veier(cells, [rule_set], breaks, CATALOG)
        expected = {y for y in range(2010, 2035) if works(y, tests, lesing, poeng, drawn, allowed)}
        assert {one.uttrekk for one in ways} == expected
        for one in ways:
            in_window = {
                from_start_year(aar) for aar in range(one.uttrekk - 4, one.uttrekk - 1)
            }, {from_start_year(aar) for aar in range(one.uttrekk - 3, one.uttrekk) if tests}  # fmt: skip
            figures = [poeng[aar] for aar in in_window[0]] + [lesing[aar] for aar in in_window[1]]
            assert one.forelopig == any(each.forelopig for each in figures)
        final = [one.uttrekk for one in ways if not one.forelopig]
        assert newest_complete_year(cells, rule_set, CATALOG, breaks) == max(final, default=None)
        nearest = naermest(cells, rule_set, breaks, CATALOG)
        assert nearest is None or not nearest.brudd, "a year over a break is proposed"
        if expected:
            assert nearest is not None and not nearest.stopper


def test_the_real_downloads_lead_to_the_tests_alone_and_never_to_a_year_over_a_break():
    """Guards against what a new user met: 2022 was proposed, where the tests are withdrawn, and then refused."""
    sets = carried_rule_sets(CATALOG)
    assert veier(ALL_REAL, sets, default_breaks(), CATALOG) == [Vei("np-skalapoeng", 2025, forelopig=False)]
    nearest = naermest(ALL_REAL, load_rule_set("udir-2020"), default_breaks(), CATALOG)
    assert nearest is not None and nearest.request.uttrekksaar == 2025
    assert sorted(nearest.mangler) == [
        *((EU, year) for year in ("2022-23", "2023-24", "2024-25")),
        *((GS, year) for year in ("2021-22", "2022-23", "2023-24")),
        *((NP, year) for year in ("2022-23", "2023-24", "2024-25")),
    ]


def test_where_every_year_that_is_here_is_over_a_break_the_first_one_past_it_is_the_nearest():
    only_marks = every("udir-2020", GS, "2015-16", "2016-17", "2017-18")
    nearest = naermest(only_marks, load_rule_set("udir-2020"), default_breaks(), CATALOG)
    assert nearest is not None and nearest.request.uttrekksaar == 2025 and not nearest.brudd


def test_every_report_of_every_year_has_one_state():
    cells = {
        **ALL_REAL,
        **every("np-skalapoeng", NP, "2025-26", facts=PRELIMINARY),
        **every("np-skalapoeng", NP, "2021-22"),
    }
    sets = carried_rule_sets(CATALOG)
    asked = [Request(2027, load_rule_set("np-skalapoeng"), CATALOG)]
    table = rapporter(cells, sets, default_breaks(), CATALOG, asked)
    state = {(one.kilde, one.skoleaar): one.tilstand for one in table}
    assert len(state) == len(table) == 12 * 3
    assert [state[NP, year] for year in ("2020-21", "2021-22")] == ["trukket tilbake"] * 2
    assert [state[NP, year] for year in ("2024-25", "2025-26", "2026-27")] == ["her", "foreløpig", "mangler"]
    assert [state[GS, year] for year in ("2015-16", "2020-21", "2021-22")] == ["her", "her", "mangler"]
    assert {state[EU, year] for _, year in state} == {"mangler"}
    assert [one.skoleaar for one in table] == sorted(one.skoleaar for one in table)


@pytest.mark.parametrize(("year", "stops"), [(2024, True), (2025, False), (2026, True)])
def test_a_year_asked_for_by_name_is_stopped_by_breaks_and_what_is_missing_and_not_by_preliminary_figures(year, stops):
    cells = every("np-skalapoeng", NP, *YEARS[6:10]) | every("np-skalapoeng", NP, YEARS[10], facts=PRELIMINARY)
    one: Hinder = hinder(cells, Request(year, load_rule_set("np-skalapoeng"), CATALOG), default_breaks())
    assert one.stopper == stops
    assert start_year(YEARS[10]) == 2024
    assert bool(one.brudd) == (year == 2024) and bool(one.mangler) == (year == 2026)
    assert bool(one.forelopig) == (year > 2024)
