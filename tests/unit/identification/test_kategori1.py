"""The ranking of municipalities: every level of the tie rule, the cut and what lies near it."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.identification.kategori1 import Placing, rank_municipalities
from tests.support.golden_sets import small_set
from tests.unit.identification.build import andel_row, units

BEYOND, POSSIBLE, NUMBER = "flest_celler_forbi_absolutt", "flest_mulige_poeng", "lavest_kommunenr"


def ranked(rows: list[dict[str, Any]], **parameters: Any) -> list[Placing]:
    rule_set = small_set(**parameters)
    return rank_municipalities(units(rows, rule_set), rule_set)


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        pytest.param(
            [andel_row("6101", 12, 36), andel_row("6102", 13, 36)], ["6102", "6101"], id="highest-share-first"
        ),
        pytest.param(
            # 12 of 33 (36.4 %) is more than 13 of 36 (36.1 %), though 13 points are more.
            [andel_row("6101", 13, 36), andel_row("6102", 12, 33)],
            ["6102", "6101"],
            id="the-share-not-the-sum",
        ),
        pytest.param(
            [andel_row("6101", 12, 36, beyond=2), andel_row("6102", 12, 36, beyond=3)],
            ["6102", "6101"],
            id="tie-1-more-cells-beyond-the-absolute-limit",
        ),
        pytest.param(
            # 11 of 33 and 12 of 36 are both a third; floats of 100·11/33 and 100·12/36 must not differ.
            [andel_row("6101", 11, 33, beyond=3), andel_row("6102", 12, 36, beyond=3)],
            ["6102", "6101"],
            id="tie-2-more-possible-points",
        ),
        pytest.param(
            [andel_row("6101", 12, 36, beyond=2), andel_row("6102", 11, 33, beyond=3)],
            ["6102", "6101"],
            id="cells-beyond-go-before-possible-points",
        ),
        pytest.param(
            [andel_row("6103", 12, 36), andel_row("6102", 12, 36)], ["6102", "6103"], id="tie-3-lowest-kommunenr"
        ),
        pytest.param(
            [andel_row("6101", 36, 36, shown=4, exist=12), andel_row("6102", 1, 36)],
            ["6102"],
            id="not-judged-has-no-place",
        ),
    ],
)
def test_order(rows: list[dict[str, Any]], order: list[str]) -> None:
    for given_order in (rows, rows[::-1]):
        assert [placing.unit.enhet for placing in ranked(given_order)] == order


def test_a_share_equal_to_one_outside_is_flagged_and_only_for_those_selected() -> None:
    rows = [andel_row("6101", 20), andel_row("6102", 12), andel_row("6103", 12), andel_row("6104", 11)]
    found = ranked(rows, antall=2, naer_grensen="0")
    assert [(p.unit.enhet, p.identifisert, p.delt_plassering, p.lik_over_grensen) for p in found] == [
        ("6101", True, False, False),
        ("6102", True, True, True),
        ("6103", False, False, True),
        ("6104", False, False, False),
    ]
    # From the first that was not selected, 12 of 36: (20 − 12) / 36 = 22.2 points; 0 for the two equal ones.
    assert [p.margin for p in found] == [Fraction(800, 36), 0, 0, Fraction(-100, 36)]


@pytest.mark.parametrize(
    ("order", "selected", "rule"),
    [
        # 6101 has more cells beyond, 6102 more possible points, and both a third.
        ([BEYOND, POSSIBLE, NUMBER], "6101", BEYOND),
        ([POSSIBLE, BEYOND, NUMBER], "6102", POSSIBLE),
        ([NUMBER], "6101", NUMBER),
    ],
)
def test_the_tie_rules_are_the_sets_own_and_the_one_that_decided_is_named(
    order: list[str], selected: str, rule: str
) -> None:
    rows = [andel_row("6101", 11, 33, beyond=3), andel_row("6102", 12, 36, beyond=2)]
    found = ranked(rows, antall=1, ved_likhet=order)
    assert (found[0].unit.enhet, found[0].avgjort_av) == (selected, rule)
    assert {p.avgjort_av for p in found} == {rule}, "it is told on both sides of the cut"


def test_each_is_told_what_set_it_apart_from_the_nearest_on_the_other_side() -> None:
    rows = [andel_row("6101", 12, beyond=3), andel_row("6102", 12, beyond=2), andel_row("6103", 12, beyond=2)]
    assert [p.avgjort_av for p in ranked(rows, antall=2)] == [
        "flest_celler_forbi_absolutt", "lavest_kommunenr", "lavest_kommunenr",
    ]  # fmt: skip


def test_no_flag_when_the_cut_falls_between_two_shares() -> None:
    rows = [andel_row("6101", 20), andel_row("6102", 20), andel_row("6103", 12)]
    assert not any(p.lik_over_grensen for p in ranked(rows, antall=2))


@pytest.mark.parametrize(
    ("points", "near"),
    [
        # Three are selected. From 28, the first that is not, to 30; from 30, the last that is, to 28: 2 included.
        pytest.param([40, 31, 30, 28, 27], [False, False, True, True, False], id="exactly-2-points-on-both-sides"),
        pytest.param([33, 31, 30, 29, 20], [False, True, True, True, False], id="within"),
        # The last selected would have to lose 20 points: it was called near because it is at no distance from itself.
        pytest.param([60, 50, 30, 10, 5], [False] * 5, id="the-last-selected-is-not-near-what-is-far-below"),
        pytest.param([60, 30, 30, 30, 29], [False, True, True, True, True], id="ties-across-the-cut-are-near"),
    ],
)
def test_near_the_cut(points: list[int], near: list[bool]) -> None:
    rows = [andel_row(f"61{n:02d}", p, 100, shown=30) for n, p in enumerate(points)]
    assert [p.naer_grensen for p in ranked(rows, antall=3)] == near


@pytest.mark.parametrize("count", [1, 2])
def test_no_more_units_than_places_means_no_cut(count: int) -> None:
    """With nobody outside there is no margin, and nothing is near a cut that does not exist."""
    found = ranked([andel_row(f"61{n:02d}", n) for n in range(count)], antall=2)
    assert all(p.identifisert for p in found)
    assert {(p.margin, p.delt_plassering, p.naer_grensen) for p in found} == {(None, False, False)}


def test_nobody_to_rank() -> None:
    assert ranked([]) == []


shares = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([33, 36]), st.integers(0, 3)), min_size=1, max_size=15)


@given(shares=shares, seed=st.integers(0, 99))
def test_the_order_of_the_input_decides_nothing(shares: list[tuple[int, int, int]], seed: int) -> None:
    rows = [andel_row(f"{6101 + n}", p, possible, beyond=b) for n, (p, possible, b) in enumerate(shares)]
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 (no secret)
    assert ranked(rows) == ranked(shuffled)


@given(shares=shares)
def test_a_new_number_moves_a_municipality_only_among_those_equal_in_everything_else(
    shares: list[tuple[int, int, int]],
) -> None:
    rows = [andel_row(f"{6101 + n}", p, possible, beyond=b) for n, (p, possible, b) in enumerate(shares)]
    renamed = [
        andel_row(f"{7200 - n}", p, possible, beyond=b) for n, (p, possible, b) in enumerate(shares)
    ]  # the opposite order of codes

    def grades(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        return [
            (p.unit.andel, p.unit.celler_forbi_absolutt, p.unit.mulige_risikopoeng, p.identifisert, p.naer_grensen)
            for p in ranked(rows)
        ]

    assert grades(rows) == grades(renamed)


@given(shares=shares)
def test_selected_are_never_worse_placed_than_anyone_outside(shares: list[tuple[int, int, int]]) -> None:
    found = ranked([andel_row(f"{6101 + n}", p, possible, beyond=b) for n, (p, possible, b) in enumerate(shares)])
    inside = [p.unit.andel for p in found if p.identifisert]
    outside = [p.unit.andel for p in found if not p.identifisert]
    assert len(inside) == min(2, len(found))
    assert all(a >= b for a in inside for b in outside)
    assert all(p.margin is None or (p.margin >= 0) >= p.identifisert for p in found)
