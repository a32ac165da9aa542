"""Places, category 1 and open points of the second computation, worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.identification.etterregning.avgjorelse import (
    ask_of_open_points,
    rank_municipalities,
    rank_schools,
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
    # Two places. Shares 50, 25, 25, 23, 22.9…: the last one selected has 25, and 23 is exactly two points from it.
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


def test_nearness_is_measured_to_what_would_change_the_side() -> None:
    """From inside to the first that was not selected, from outside to the last that was: not to the own side's last."""
    # 40, 39 | 30, 29: nobody would change side by ten points less or more, but for the two at the cut by nine.
    kommuner = [unit(f"610{n}", points, 100) for n, points in enumerate([40, 39, 30, 29])]
    rank_municipalities(kommuner, parameters(kategori1_antall=2, naer_grensen=Fraction(9)))
    assert [one.naer_grensen for one in kommuner] == [False, True, True, False]
    rank_municipalities(kommuner, parameters(kategori1_antall=2, naer_grensen=Fraction(10)))
    assert [one.naer_grensen for one in kommuner] == [True, True, True, True]


@pytest.mark.parametrize(
    ("points", "open_cells", "could"),
    [
        (20, 0, False),
        (20, 1, True),  # 20 of 100 is place 2; with 3 of 3 more 22.3 would be 1, before 22
        (15, 1, False),  # from 14.6 to 17.5: place 2 all the same, between 22 and 10
        (10, 1, True),  # 9.7 at the least: below 10
    ],
)
def test_open_points_are_asked_of_at_both_of_their_ends(points: int, open_cells: int, could: bool) -> None:
    one = unit("6101", points, 100, open_cells=open_cells)
    kommuner = [one, unit("6102", 22, 100), unit("6103", 10, 100)]
    rank_municipalities(kommuner, parameters())
    ask_of_open_points(kommuner, parameters())
    assert [each.aapne_kunne_endret_plassen for each in kommuner] == [could, False, False]


def test_open_cells_decide_between_equals_too() -> None:
    """Both have no points; with its open cell shown 6101 would have more possible ones than 6102, and stand first."""
    kommuner = [unit("6101", 0, 100, open_cells=1), unit("6102", 0, 102)]
    p = parameters(ved_likhet=("flest_mulige_poeng", "lavest_kommunenr"))
    rank_municipalities(kommuner, p)
    ask_of_open_points(kommuner, p)
    assert [one.rangering for one in kommuner] == [2, 1]
    assert kommuner[0].aapne_kunne_endret_plassen


@pytest.mark.parametrize("would_be", [True, False])
def test_who_is_not_judged_could_have_had_a_place_when_the_open_cells_had_made_it_judged(would_be: bool) -> None:
    kommuner = [unit("6101", 1, judged=False, open_cells=2, would_be=would_be), unit("6102", 1, judged=False)]
    rank_municipalities(kommuner, parameters())
    ask_of_open_points(kommuner, parameters())
    assert [one.aapne_kunne_endret_plassen for one in kommuner] == [would_be, False]
