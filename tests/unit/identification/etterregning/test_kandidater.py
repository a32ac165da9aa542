"""Candidates of category 2 in the second computation, worked out by hand."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.identification.etterregning.avgjorelse import Enhet, rank_municipalities, rank_schools
from oppfolging_pipeline.identification.etterregning.kandidater import (
    choose_candidates,
    published_difference,
    spread_squared,
)
from tests.unit.identification.etterregning.build import parameters, unit


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
    assert [one.delt_plassering for one in found] == [False, True, False, False, False]


def test_a_place_is_shared_with_anyone_outside_who_has_the_very_spread_whatever_set_them_apart() -> None:
    kommuner, schools, p = country(("6101", 10, (0, 60)), ("6102", 20, (0, 60)), kategori2_antall=1)
    assert [one.delt_plassering for one in choose_candidates(kommuner, schools, p, {})] == [True, False]
    found = choose_candidates(
        *country(("6101", 0, (0, 60)), ("6102", 0, (0, 70)), ("6103", 0, (0, 60)))[:2], p, {"6101": 1}
    )
    assert [(one.kommune.enhet, one.valgt, one.delt_plassering) for one in found] == [
        ("6101", True, True), ("6102", False, False), ("6103", False, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rekkefolge", "ved_likhet", "order"),
    [
        (["statsforvalterens_prioritet", "storst_spredning"], ["hoyest_andel"], ["6104", "6103", "6102", "6101"]),
        (["storst_spredning"], ["hoyest_andel"], ["6103", "6102", "6101", "6104"]),
        (["storst_spredning", "statsforvalterens_prioritet"], ["hoyest_andel"], ["6103", "6102", "6101", "6104"]),
        (["storst_spredning"], [], ["6103", "6101", "6102", "6104"]),
    ],
)
def test_the_order_of_candidates_is_the_one_that_the_set_has(
    rekkefolge: list[str], ved_likhet: list[str], order: list[str]
) -> None:
    kommuner, schools, p = country(
        ("6101", 10, (0, 60)), ("6102", 20, (0, 60)), ("6103", 0, (0, 70)), ("6104", 0, (0, 50)),
        kategori2_rekkefolge=tuple(rekkefolge), kategori2_ved_likhet=(*ved_likhet, "lavest_kommunenr"),
    )  # fmt: skip
    found = choose_candidates(kommuner, schools, p, {"6104": 1})
    assert [one.kommune.enhet for one in found] == order
    # A priority stands between only where it goes before the spread.
    assert (found[0].margin is None) == (rekkefolge[0] == "statsforvalterens_prioritet")


def test_a_rule_of_order_that_is_not_known_is_an_error_and_not_left_out() -> None:
    kommuner, schools, p = country(("6101", 10, (0, 60)), kategori2_ved_likhet=("flest_skoler",))
    with pytest.raises(PermanentError, match="flest_skoler"):
        choose_candidates(kommuner, schools, p, {})


@pytest.mark.parametrize("may_be", [True, False])
def test_one_that_is_not_judged_is_a_candidate_only_where_the_set_says_so(may_be: bool) -> None:
    kommuner, schools, p = country(("6101", 10, (0, 60)), ikke_vurdert_kan_vaere_kandidat=may_be)
    kommuner[1].vurdert = False
    assert [one.kommune.enhet for one in choose_candidates(kommuner, schools, p, {})] == ["6101"] * may_be


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
    ("one", "other", "tenths"),
    [
        (Fraction(2015, 100) ** 2, 0, 202),  # as a binary number 20.15 is a hair less
        (Fraction(2005, 100) ** 2, 0, 201),
        (Fraction(20149, 1000) ** 2, 0, 201),
        (0, 0, 0),
        (Fraction(1, 20) ** 2, 0, 1),
        (450, 450, 0),
        (2, 1, 4),  # 0.414…
        (1, 2, -4),
        (Fraction(2015, 100) ** 2, 20**2, 2),  # exactly 0.15: half is rounded away from zero, both ways
        (20**2, Fraction(2015, 100) ** 2, -2),
        (Fraction(2455, 100) ** 2, Fraction(24549, 1000) ** 2, 0),  # published 24.6 and 24.5
    ],
)
def test_spreads_differ_by_what_they_are_and_not_by_what_is_published(
    one: Fraction | int, other: Fraction | int, tenths: int
) -> None:
    assert published_difference(Fraction(one), Fraction(other), parameters()) == tenths


SQUARES = st.fractions(min_value=0, max_value=10000, max_denominator=100000)


@given(SQUARES, SQUARES)
@settings(deadline=None)
def test_a_published_difference_is_the_nearest_one(one: Fraction, other: Fraction) -> None:
    with localcontext() as context:
        context.prec = 60
        roots = [(Decimal(each.numerator) / each.denominator).sqrt() for each in (one, other)]
        nearest = (10 * (roots[0] - roots[1])).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert published_difference(one, other, parameters()) == nearest
