"""Category 2: spread, the upper quarter, who is a candidate, and the order of choice."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.identification.kategori2 import Candidate, upper_share
from oppfolging_pipeline.identification.spredning import Spread, difference, spread_of
from tests.support.golden_sets import small_set
from tests.unit.identification.build import andel_row, decided, school_row, units


def candidates(
    rows: list[dict[str, Any]], priorities: dict[str, int] | None = None, **parameters: Any
) -> list[Candidate]:
    # One place in category 1, which the municipality 6199 takes; it has no school.
    first = [andel_row("6199", 36, 36)]
    return list(decided(first + rows, small_set(antall=1, **parameters), priorities).candidates)


def schools(kommunenr: str, *points: int, **other: Any) -> list[dict[str, Any]]:
    """A municipality with a school for each number of points of 100 possible."""
    made = [school_row(f"1{kommunenr}{n:04d}", kommunenr, p, 100, shown=30, **other) for n, p in enumerate(points)]
    return [andel_row(kommunenr, sum(points), 100 * len(points), shown=30), *made]


@pytest.mark.parametrize(
    ("measure", "shares", "squared"),
    [
        # Population: mean 40, deviations ±20, (400 + 400) / 2 = 400; of a sample it would be 800.
        pytest.param("standardavvik", [20, 60], 400, id="population-not-sample"),
        # Mean 30: (900 + 0 + 0 + 900) / 4 = 450.
        pytest.param("standardavvik", [0, 30, 30, 60], 450, id="four-schools"),
        pytest.param("maks_min", [0, 30, 30, 60], 3600, id="highest-minus-lowest"),
        pytest.param("standardavvik", [50, 50], 0, id="no-spread"),
    ],
)
def test_spread(measure: str, shares: list[int], squared: int) -> None:
    spread = spread_of([Fraction(share) for share in shares], measure)
    assert spread.squared == squared
    assert spread.points == pytest.approx(math.sqrt(squared), abs=0.05)  # published with one decimal
    assert spread.points == round(spread.points, 1)


@pytest.mark.parametrize(
    ("spread", "published"),
    [
        (Fraction(2015, 100), 20.2),  # as a binary number 20.15 is a hair less
        (Fraction(2005, 100), 20.1),
        (Fraction(20149, 1000), 20.1),
        (Fraction(0), 0.0),
    ],
)
def test_a_spread_is_published_with_the_exact_half_rounded_up(spread: Fraction, published: float) -> None:
    assert Spread(spread**2).points == published


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        # 20.14 and 20.06 are published as 20.1 and 20.1, and 20.16 and 20.04 as 20.2 and 20.0.
        (Fraction(2014, 100), Fraction(2006, 100), 0.1),
        (Fraction(2016, 100), Fraction(2004, 100), 0.1),
        (Fraction(2005, 100), Fraction(20), 0.1),  # exactly a half
        (Fraction(20), Fraction(2005, 100), -0.1),
        (Fraction(20049, 1000), Fraction(20), 0.0),
        (Fraction(20), Fraction(20049, 1000), 0.0),
        (Fraction(50), Fraction(50), 0.0),
        (Fraction(50), Fraction(0), 50.0),
    ],
)
def test_a_margin_is_the_exact_difference_and_not_that_of_two_rounded_ones(
    one: Fraction, other: Fraction, published: float
) -> None:
    found = difference(Spread(one**2), Spread(other**2))
    assert (found, math.copysign(1, found)) == (published, math.copysign(1, published))


@given(squares=st.tuples(st.fractions(0, 2500, max_denominator=10**6), st.fractions(0, 2500, max_denominator=10**6)))
def test_a_margin_of_roots_is_within_half_a_decimal_of_them(squares: tuple[Fraction, Fraction]) -> None:
    one, other = (Spread(square) for square in squares)
    exact = math.sqrt(one.squared) - math.sqrt(other.squared)
    assert abs(difference(one, other) - exact) <= 0.05 + 1e-9
    assert difference(one, other) == -difference(other, one)


@pytest.mark.parametrize(
    ("measure", "points", "is_candidate"),
    [
        pytest.param("standardavvik", (20, 60), True, id="std-exactly-at-20"),
        pytest.param("standardavvik", (21, 60), False, id="std-19.5"),
        pytest.param("maks_min", (20, 40), True, id="range-exactly-at-20"),
        pytest.param("maks_min", (21, 40), False, id="range-19"),
        # Std of (0, 20, 40): sqrt(800 / 3) = 16.3, range 40: the measure decides.
        pytest.param("standardavvik", (0, 20, 40), False, id="std-of-three"),
        pytest.param("maks_min", (0, 20, 40), True, id="range-of-three"),
    ],
)
def test_the_level_of_spread_is_reached_at_exactly_the_level(
    measure: str, points: tuple[int, ...], is_candidate: bool
) -> None:
    assert bool(candidates(schools("6101", *points), spredning=measure)) is is_candidate


def test_an_irrational_level_is_compared_exactly() -> None:
    """Shares of 1 and 2 thirds: (100/3)² / 4 = 277.77…; a level of 16.6667 is a hair more than 16.666…"""
    rows = [
        andel_row("6101", 36, 72),
        school_row("100000001", "6101", 12),
        school_row("100000002", "6101", 24),
    ]
    assert candidates(rows, nivaa="16.6666")
    assert not candidates(rows, nivaa="16.6667")


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        # ⌈25 % of 4⌉ = 1, of 5: ⌈1.25⌉ = 2, of 8: 2, of 9: ⌈2.25⌉ = 3.
        pytest.param([90, 80, 70, 60], 90, id="a-quarter-of-4"),
        pytest.param([90, 80, 70, 60, 50], 80, id="rounded-up-for-5"),
        pytest.param([90, 80, 70, 60, 50, 40, 30, 20], 80, id="a-quarter-of-8"),
        pytest.param([90, 80, 70, 60, 50, 40, 30, 20, 10], 70, id="rounded-up-for-9"),
        pytest.param([90, 80, 80, 80, 50], 80, id="ties-at-the-edge"),
        pytest.param([90], 90, id="one-school"),
        pytest.param([], None, id="no-school"),
    ],
)
def test_the_upper_quarter(points: list[int], expected: int | None) -> None:
    rule_set = small_set()
    rows = [school_row(f"1{n:08d}", "6101", p, 100, shown=30) for n, p in enumerate(points)]
    hidden = school_row("199999999", "6101", 100, 100, shown=3, exist=30)  # not judged: no part of the quarter
    assert upper_share(units([*rows, hidden], rule_set), rule_set) == expected


def test_a_school_tied_with_the_last_of_the_upper_quarter_counts() -> None:
    """Of 8 schools 2 make the quarter: 90 and 80. The other 80 counts too, so 6102 is a candidate by it."""
    rows = [
        *schools("6101", 90, 30),
        *schools("6102", 80, 20),
        *schools("6103", 80, 10),
        *schools("6104", 79, 5),
    ]
    found = candidates(rows)
    assert {c.kommune.enhet: c.antall_skoler_i_ovre_kvartil for c in found} == {"6101": 1, "6102": 1, "6103": 1}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param(schools("6101", 90), [], id="one-school-municipality-never"),
        pytest.param(
            [*schools("6101", 90), school_row("100000002", "6101", 0, 100, shown=3, exist=30)],
            [],
            id="one-judged-of-two-schools-never",
        ),
        pytest.param(
            [*schools("6101", 90, 10), school_row("100000002", "6101", 0, 0, shown=0, exist=30)],
            ["6101"],
            id="a-school-that-is-not-judged-does-not-hinder",
        ),
        pytest.param(
            # 6102's own highest school is 50; the quarter of 4 schools is the one with 90.
            [*schools("6101", 90, 10), *schools("6102", 50, 0)],
            ["6101"],
            id="spread-without-a-school-in-the-upper-quarter",
        ),
        pytest.param(
            [andel_row("6101", 36, 36, shown=3, exist=12), *schools("6101", 90, 10)[1:]],
            ["6101"],
            id="a-municipality-that-is-not-judged-can-be-a-candidate",
        ),
    ],
)
def test_who_is_a_candidate(rows: list[dict[str, Any]], found: list[str]) -> None:
    assert [c.kommune.enhet for c in candidates(rows)] == found


def test_whether_one_that_is_not_judged_may_be_a_candidate_is_the_sets_own() -> None:
    rows = [andel_row("6101", 36, 36, shown=3, exist=12), *schools("6101", 90, 10)[1:], *schools("6102", 90, 10)]
    assert [c.kommune.enhet for c in candidates(rows, ikke_vurdert_kan_vaere_kandidat=False)] == ["6102"]
    assert {c.kommune.enhet for c in candidates(rows)} == {"6101", "6102"}


def test_category_1_is_never_in_category_2() -> None:
    rows = [*schools("6101", 100, 40), *schools("6102", 100, 20)]
    # 6101 has the higher share, 140 of 200, and takes the one place of category 1; its spread is 30.
    decision = decided(rows, small_set(antall=1))
    assert [c.kommune.enhet for c in decision.candidates] == ["6102"]


def test_how_many_schools_are_counted() -> None:
    rows = [*schools("6101", 90, 80, 10), school_row("100000002", "6101", 0, 0, shown=0, exist=30)]
    # Three judged schools; ⌈0.75⌉ = 1 makes the quarter.
    (found,) = candidates(rows)
    assert (found.antall_skoler, found.antall_skoler_vurdert, found.antall_skoler_i_ovre_kvartil) == (4, 3, 1)


@pytest.mark.parametrize(
    ("rows", "priorities", "order"),
    [
        pytest.param([*schools("6101", 100, 20), *schools("6102", 100, 0)], {}, ["6102", "6101"], id="spread-first"),
        pytest.param(
            # Both 0 and 100 apart from each other by 100; 6102 has one more school at 100 … same std only if equal:
            # (0, 100) twice: std 50 for both; shares of the municipalities are made different by hand.
            [
                andel_row("6101", 40, 100, shown=30), *schools("6101", 100, 0)[1:],
                andel_row("6102", 60, 100, shown=30), *schools("6102", 100, 0)[1:],
            ],
            {},
            ["6102", "6101"],
            id="then-the-share-of-the-municipality",
        ),
        pytest.param(
            [
                andel_row("6101", 90, 100, shown=3, exist=30), *schools("6101", 100, 0)[1:],
                andel_row("6102", 0, 100, shown=30), *schools("6102", 100, 0)[1:],
            ],
            {},
            ["6102", "6101"],
            id="a-share-that-may-not-be-judged-comes-last",
        ),
        pytest.param([*schools("6102", 100, 0), *schools("6101", 100, 0)], {}, ["6101", "6102"], id="then-kommunenr"),
        pytest.param(
            [*schools("6101", 100, 20), *schools("6102", 100, 0)], {"6101": 7}, ["6101", "6102"], id="priority-first"
        ),
        pytest.param(
            [*schools("6101", 100, 20), *schools("6102", 100, 0), *schools("6103", 100, 40)],
            {"6103": 1, "6101": 2},
            ["6103", "6101", "6102"],
            id="priority-1-before-2-before-none",
        ),
        pytest.param(
            [*schools("6101", 100, 20), *schools("6102", 100, 0)],
            {"6101": 1, "6102": 1},
            ["6102", "6101"],
            id="equal-priorities-go-on-to-spread",
        ),
        pytest.param(
            [*schools("6101", 100, 20)], {"6150": 1}, ["6101"], id="a-priority-makes-nobody-a-candidate"
        ),
    ],
)  # fmt: skip
def test_order_of_choice(rows: list[dict[str, Any]], priorities: dict[str, int], order: list[str]) -> None:
    for given_order in (rows, rows[::-1]):
        found = candidates(given_order, priorities, nivaa="10", ovre_andel="100")
        assert [c.kommune.enhet for c in found] == order
        assert [c.rangering for c in found] == list(range(1, len(order) + 1))
        assert [c.valgt for c in found] == [place == 1 for place in range(1, len(order) + 1)]


def test_up_to_ten_are_chosen_and_the_margin_is_of_spread() -> None:
    # Spreads 50, 49.5, … : (0, 100), (1, 100), … for 12 municipalities.
    rows = [row for n in range(12) for row in schools(f"61{n:02d}", 100, n)]
    found = candidates(rows, antall_2=10, ovre_andel="50")
    assert [c.valgt for c in found] == [True] * 10 + [False] * 2
    # The first not chosen is number 11: (100 − 10) / 2 = 45.
    assert [c.margin for c in found[:2]] == [5.0, 4.5]
    assert not any(c.delt_plassering for c in found)


def test_only_the_number_sets_two_apart() -> None:
    found = candidates([*schools("6101", 100, 0), *schools("6102", 100, 0)])
    assert [(c.valgt, c.delt_plassering, c.margin) for c in found] == [(True, True, 0.0), (False, False, 0.0)]
    assert {c.avgjort_av for c in found} == {"lavest_kommunenr"}


# Both with a spread of 50. 6101 has the higher share and is judged unless it is said not to be.
ALIKE = [
    andel_row("6101", 60, 100, shown=30), *schools("6101", 100, 0)[1:],
    andel_row("6102", 40, 100, shown=30), *schools("6102", 100, 0)[1:],
]  # fmt: skip
UNJUDGED = [andel_row("6101", 60, 100, shown=3, exist=30), *ALIKE[1:]]


@pytest.mark.parametrize(
    ("rows", "priorities", "order", "chosen", "decided_by"),
    [
        pytest.param(ALIKE, {}, {}, "6101", "hoyest_andel", id="share"),
        pytest.param(ALIKE, {}, {"ved_likhet_2": ["lavest_kommunenr"]}, "6101", "lavest_kommunenr", id="number"),
        pytest.param(UNJUDGED, {}, {}, "6102", "vurdert_foran_ikke_vurdert", id="judged-first"),
        pytest.param(ALIKE, {"6102": 1}, {}, "6102", "statsforvalterens_prioritet", id="priority"),
        pytest.param(
            ALIKE,
            {"6102": 1},
            {"rekkefolge": ["storst_spredning"]},
            "6101",
            "hoyest_andel",
            id="no-priority",
        ),
    ],
)
def test_equal_spread_is_a_shared_place_and_what_decided_is_named(
    rows: list[dict[str, Any]], priorities: dict[str, int], order: dict[str, Any], chosen: str, decided_by: str
) -> None:
    found = candidates(rows, priorities, **order)
    assert [(c.kommune.enhet == chosen, c.delt_plassering) for c in found] == [(True, True), (False, False)]
    assert {c.avgjort_av for c in found} == {decided_by}


def test_spread_before_priority_leaves_the_priority_to_those_that_are_equal() -> None:
    order = ["storst_spredning", "statsforvalterens_prioritet"]
    rows = [*schools("6101", 100, 20), *schools("6102", 100, 0), *schools("6103", 100, 0)]
    found = candidates(rows, {"6101": 1, "6103": 2}, rekkefolge=order, ovre_andel="50")
    assert [c.kommune.enhet for c in found] == ["6103", "6102", "6101"]
    assert [(c.etter_prioritet, c.margin) for c in found] == [(False, 0.0), (False, 0.0), (False, -10.0)]
    assert found[0].avgjort_av == "statsforvalterens_prioritet"


def test_a_shared_place_is_with_any_outside_and_not_the_next_in_line_alone() -> None:
    """A priority took 6101 in before 6102 with more spread; outside stands 6103 with exactly its own."""
    rows = [*schools("6101", 100, 20), *schools("6102", 100, 0), *schools("6103", 100, 20)]
    found = candidates(rows, {"6101": 1}, ovre_andel="50")
    assert [(c.kommune.enhet, c.avgjort_av) for c in found] == [
        ("6101", "statsforvalterens_prioritet"), ("6102", None), ("6103", "statsforvalterens_prioritet"),
    ]  # fmt: skip


def test_no_margin_when_a_priority_decided() -> None:
    found = candidates([*schools("6101", 100, 20), *schools("6102", 100, 0)], {"6101": 1}, ovre_andel="50")
    assert [(c.kommune.enhet, c.margin) for c in found] == [("6101", None), ("6102", 0.0)]


def test_no_place_no_choice() -> None:
    assert [c.valgt for c in candidates(schools("6101", 100, 0), antall_2=0)] == [False]


many = st.lists(st.lists(st.integers(0, 100), min_size=1, max_size=4), min_size=1, max_size=6)


@given(many=many, seed=st.integers(0, 99))
def test_the_order_of_the_input_decides_nothing(many: list[list[int]], seed: int) -> None:
    rows = [row for n, points in enumerate(many) for row in schools(f"61{n:02d}", *points)]
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 (no secret)
    assert candidates(rows) == candidates(shuffled)


@given(many=many)
def test_every_candidate_meets_both_conditions_and_nobody_else_does(many: list[list[int]]) -> None:
    rows = [row for n, points in enumerate(many) for row in schools(f"61{n:02d}", *points)]
    every = sorted((p for points in many for p in points), reverse=True)
    edge = every[-(-len(every) // 4) - 1]
    expected = set()
    for n, points in enumerate(many):
        mean = Fraction(sum(points), len(points))
        variance = sum((p - mean) ** 2 for p in points) / len(points)
        if len(points) > 1 and variance >= 400 and max(points) >= edge:
            expected.add(f"61{n:02d}")
    assert {c.kommune.enhet for c in candidates(rows)} == expected
