"""Lineage where real history since 2015 has no case: numbers used again, parts that keep the number or meet again."""

from __future__ import annotations

from datetime import date

import pytest

from oppfolging_pipeline.register.model import Opphav, Register
from tests.unit.register.country import change, code, country

D = date.fromisoformat


def reused_number() -> Register:
    """6101 becomes 6102 in 2018; from 2020 the number 6101 is what 6103 was."""
    return country(
        [
            code("6101", end="2018-01-01"),
            code("6102", "2018-01-01"),
            code("6103", end="2020-01-01"),
            code("6101", "2020-01-01"),
        ],
        [change("2018-01-01", "6101", "6102"), change("2020-01-01", "6103", "6101")],
    )


@pytest.mark.parametrize(
    ("kode", "dato", "expected"),
    [
        ("6101", "2017-06-30", ("6102",)),
        ("6101", "2018-06-30", ("6101",)),
        ("6101", "2021-06-30", ("6101",)),
        ("6103", "2019-06-30", ("6101",)),
    ],
)
def test_a_number_that_is_used_again_is_two_municipalities(kode: str, dato: str, expected: tuple[str, ...]) -> None:
    assert reused_number().etterfolgere(kode, D(dato), D("2022-06-30")) == expected


def test_relatives_of_a_number_that_is_used_again_are_those_of_both_its_validities() -> None:
    register = reused_number()
    assert register.slektninger("6101", D("2017-06-30")) == {"6101", "6103"}
    assert register.slektninger("6102", D("2017-06-30")) == {"6101"}
    assert register.opphav(D("2019-06-30"), D("2021-06-30"))["6101"] == Opphav(("6103",), "flyttet")


def test_a_code_cast_back_is_its_first_validity_after_the_date_and_not_its_newest() -> None:
    register = country(
        [
            code("6101", end="2017-01-01"),
            code("6102", "2017-01-01", "2018-01-01"),
            code("6103", "2018-01-01"),
            code("6104", end="2020-01-01"),
            code("6102", "2020-01-01"),
        ],
        [
            change("2017-01-01", "6101", "6102"),
            change("2018-01-01", "6102", "6103"),
            change("2020-01-01", "6104", "6102"),
        ],
    )
    assert register.etterfolgere("6102", D("2016-06-30"), D("2021-06-30")) == ("6103",)
    assert register.etterfolgere("6102", D("2019-06-30"), D("2021-06-30")) == ("6102",)


def test_two_municipalities_that_swap_numbers_are_moved_and_not_unchanged() -> None:
    register = country(
        [code(k, a, b) for k in ("6101", "6102") for a, b in (("2015-01-01", "2020-01-01"), ("2020-01-01", ""))],
        [change("2020-01-01", "6101", "6102"), change("2020-01-01", "6102", "6101")],
    )
    assert register.opphav(D("2019-06-30"), D("2021-06-30")) == {
        "6101": Opphav(("6102",), "flyttet"),
        "6102": Opphav(("6101",), "flyttet"),
    }
    assert [row["gaatt_over_i"] for row in register.rader()] == [["6102"], [], ["6101"], []]


def test_a_municipality_that_gives_a_part_away_and_keeps_its_number_is_divided() -> None:
    codes = [code("6101", end="2020-01-01"), code("6101", "2020-01-01"), code("6102", "2020-01-01")]
    kept = change("2020-01-01", "6101", "6101")
    register = country(codes, [kept, change("2020-01-01", "6101", "6102")])
    assert register.opphav(D("2019-06-30"), D("2021-06-30")) == {
        "6101": Opphav(("6101",), "delt"),
        "6102": Opphav(("6101",), "delt"),
    }
    assert [row["gaatt_over_i"] for row in register.rader()] == [["6101", "6102"], [], []]


def test_a_municipality_that_takes_in_another_and_keeps_its_number_is_merged() -> None:
    codes = [code("6101", end="2020-01-01"), code("6101", "2020-01-01"), code("6102", end="2020-01-01")]
    register = country(codes, [change("2020-01-01", "6102", "6101")])
    assert register.opphav(D("2019-06-30"), D("2021-06-30")) == {"6101": Opphav(("6101", "6102"), "sammenslaatt")}
    assert [row["oppstaatt_av"] for row in register.rader()] == [[], ["6101", "6102"], []]


def test_parts_that_have_come_together_again_were_not_divided() -> None:
    register = country(
        [
            code("6101", end="2018-01-01"),
            code("6102", "2018-01-01", "2020-01-01"),
            code("6103", "2018-01-01", "2020-01-01"),
            code("6104", "2020-01-01"),
        ],
        [
            change("2018-01-01", "6101", "6102"),
            change("2018-01-01", "6101", "6103"),
            change("2020-01-01", "6102", "6104"),
            change("2020-01-01", "6103", "6104"),
        ],
    )
    assert register.opphav(D("2017-06-30"), D("2021-06-30")) == {"6104": Opphav(("6101",), "flyttet")}
    assert register.etterfolgere("6104", D("2021-06-30"), D("2017-06-30")) == ("6101",)


def test_a_new_name_without_a_change_row_is_the_same_municipality() -> None:
    register = country([code("6101", end="2020-01-01"), code("6101", "2020-01-01", name="Nytt Sted")], [])
    assert register.opphav(D("2019-06-30"), D("2021-06-30")) == {"6101": Opphav(("6101",), "uendret")}
