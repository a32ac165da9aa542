"""Places, category 1 and category 2 of the second computation, worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.identification.etterregning.avgjorelse import (
    Enhet,
    choose_candidates,
    published_spread,
    rank_municipalities,
    rank_schools,
    spread_squared,
)
from tests.unit.identification.etterregning.build import parameters, unit


def test_places_go_by_share_then_by_the_tie_rules_in_their_order() -> None:
    kommuner = [
        unit("6105", 12, 36, beyond=2),
        unit("6104", 12, 36, beyond=2),
        unit("6103", 11, 33, beyond=2),
        unit("6102", 10, 30, beyond=3),
        unit("6101", 13, 36),
        unit("6106", 36, 36, judged=False),
    ]
    ordered = rank_municipalities(kommuner, parameters())
    assert [each.enhet for each in ordered] == ["6101", "6102", "6104", "6105", "6103"]
    turned = parameters(ved_likhet=("lavest_kommunenr", "flest_celler_forbi_absolutt", "flest_mulige_poeng"))
    assert [each.enhet for each in rank_municipalities(kommuner, turned)] == ["6101", "6102", "6103", "6104", "6105"]


def test_a_tie_rule_that_is_not_known_is_an_error_and_not_left_out() -> None:
    with pytest.raises(PermanentError, match="minst_elever"):
        rank_municipalities([unit("6101", 1)], parameters(ved_likhet=("minst_elever",)))


def test_margin_tie_and_nearness_are_measured_at_the_cut() -> None:
    # Two places. Shares 50, 25, 25, 23, 22.9…: the cut is 25, and 23 is exactly two percentage points from it.
    kommuner = [unit("6101", 50, 100), unit("6102", 25, 100), unit("6103", 25, 100), unit("6104", 23, 100)]
    kommuner.append(unit("6105", 229, 1000))
    rank_municipalities(kommuner, parameters(kategori1_antall=2))
    assert [(one.kategori, one.margin, one.delt_plassering, one.naer_grensen) for one in kommuner] == [
        (1, 25.0, False, False),
        (1, 0.0, True, True),
        (None, 0.0, False, True),
        (None, -2.0, False, True),
        (None, float(Fraction(-21, 10)), False, False),
    ]


@pytest.mark.parametrize("places", [2, 3])
def test_without_anyone_outside_there_is_no_margin_and_nothing_near(places: int) -> None:
    kommuner = [unit("6101", 2), unit("6102", 1)]
    rank_municipalities(kommuner, parameters(kategori1_antall=places))
    assert [(one.kategori, one.margin, one.naer_grensen) for one in kommuner] == [(1, None, False)] * 2


def test_schools_with_equal_shares_have_the_same_place_and_are_in_the_upper_part_together() -> None:
    # 25 percent of 5 is 1.25: the second counts, and with it the one that is equal to it.
    schools = [unit(f"10000000{n}", p, q, kommunenr="6101") for n, (p, q) in enumerate(
        [(36, 36), (12, 36), (10, 30), (5, 36), (0, 36)])]  # fmt: skip
    schools.append(unit("100000009", 36, 36, judged=False, kommunenr="6101"))
    rank_schools(schools, parameters())
    assert [(one.rangering, one.i_ovre_kvartil) for one in schools] == [
        (1, True), (2, True), (2, True), (4, False), (5, False), (None, None),
    ]  # fmt: skip


def country(*of_kommune: tuple[str, int, tuple[int, ...]], **changes: Any) -> tuple[list[Enhet], list[Enhet], Any]:
    """Municipalities with their own points of 100 and those of their schools, ranked."""
    p = parameters(**{"kategori1_antall": 1, "kategori2_antall": 2, "ovre_andel": Fraction(100), **changes})
    kommuner = [unit("6199", 100, 100), *(unit(code, points, 100) for code, points, _ in of_kommune)]
    schools = [
        unit(f"1{code}{n:04d}", points, 100, kommunenr=code)
        for code, _, own in of_kommune
        for n, points in enumerate(own)
    ]
    rank_municipalities(kommuner, p)
    rank_schools(schools, p)
    return kommuner, schools, p


def test_candidates_go_by_spread_then_own_share_then_number() -> None:
    kommuner, schools, p = country(
        ("6104", 10, (0, 60)), ("6103", 10, (0, 60)), ("6102", 20, (0, 60)), ("6101", 0, (0, 80)),
        ("6105", 50, (50,)),  # one school has no spread
        ("6106", 50, (30, 69)),  # 19.5
        ("6107", 50, (30, 70)),  # exactly 20
    )  # fmt: skip
    found = choose_candidates(kommuner, schools, p, {})
    assert [one.kommune.enhet for one in found] == ["6101", "6102", "6103", "6104", "6107"]
    assert [one.valgt for one in found] == [True, True, False, False, False]
    assert [one.kommune.kategori for one in found] == [2, 2, None, None, None]
    assert [one.margin for one in found] == [10.0, 0.0, 0.0, 0.0, -10.0]
    assert not found[1].delt_plassering  # its own share set it apart, not its number


def test_a_candidate_that_only_its_number_sets_apart_shares_its_place() -> None:
    kommuner, schools, p = country(("6101", 10, (0, 60)), ("6102", 10, (0, 60)), kategori2_antall=1)
    assert [one.delt_plassering for one in choose_candidates(kommuner, schools, p, {})] == [True, False]


def test_a_priority_goes_first_and_leaves_no_margin_between() -> None:
    kommuner, schools, p = country(("6101", 0, (0, 80)), ("6102", 0, (0, 70)), ("6103", 0, (0, 60)), kategori2_antall=1)
    found = choose_candidates(kommuner, schools, p, {"6103": 2, "6102": 1})
    assert [(one.kommune.enhet, one.prioritet, one.margin) for one in found] == [
        ("6102", 1, None), ("6103", 2, None), ("6101", None, None),
    ]  # fmt: skip


def test_who_is_in_category_1_or_has_no_school_in_the_upper_part_is_no_candidate() -> None:
    first = ("6101", 0, (100, 100, 100, 100))
    kommuner, schools, p = country(first, ("6102", 0, (0, 60)), ovre_andel=Fraction(25))
    assert choose_candidates(kommuner, schools, p, {}) == []
    kommuner, schools, p = country(("6101", 50, (0, 100)), ("6102", 0, (0, 100)), kategori1_antall=2)
    assert [one.kommune.enhet for one in choose_candidates(kommuner, schools, p, {})] == ["6102"]


@pytest.mark.parametrize(
    ("measure", "shares", "squared"),
    [("standardavvik", [20, 60], 400), ("standardavvik", [0, 30, 30, 60], 450), ("maks_min", [0, 30, 30, 60], 3600)],
)
def test_spread(measure: str, shares: list[int], squared: int) -> None:
    assert spread_squared([Fraction(share) for share in shares], parameters(spredning_maal=measure)) == squared


@pytest.mark.parametrize(
    ("spread", "digits"),
    [
        (Fraction(2015, 100), 202),  # as a binary number 20.15 is a hair less
        (Fraction(2005, 100), 201),
        (Fraction(20149, 1000), 201),
        (Fraction(0), 0),
        (Fraction(1, 20), 1),
    ],
)
def test_a_spread_is_published_with_the_exact_half_rounded_up(spread: Fraction, digits: int) -> None:
    assert published_spread(spread**2, parameters()) == digits


@given(st.fractions(min_value=0, max_value=10000, max_denominator=100000))
@settings(deadline=None)
def test_a_published_spread_is_the_nearest_one(squared: Fraction) -> None:
    tenths = Fraction(published_spread(squared, parameters()))
    assert (2 * tenths - 1) ** 2 <= 400 * squared < (2 * tenths + 1) ** 2 or tenths == 0
