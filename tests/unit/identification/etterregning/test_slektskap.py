"""What a code has become, read off the table `kommune`: on small registers by hand, and on the whole carried one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.identification.etterregning.slektskap import Slektskap
from oppfolging_pipeline.register.reference import carried_register
from tests.unit.staging.country import changing_country

BEFORE, AFTER = date(2022, 10, 1), date(2025, 3, 1)
CHANGE, LATER = date(2024, 1, 1), date(2024, 6, 1)


def row(code: str, *became: str, start: date = date(2015, 1, 1), end: date | None = None) -> dict[str, Any]:
    return {"kommunenr": code, "gyldig_fra": start, "gyldig_til": end, "gaatt_over_i": list(became)}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("6101", {"6101"}),
        ("6102", {"6202"}),  # renumbered
        ("6103", {"6103"}),  # renamed: two validities, one municipality
        ("6104", {"6106"}),  # merged
        ("6107", {"6108", "6109"}),  # divided
        ("6110", {"6111", "6112"}),
        ("6113", {"6112"}),
        ("6106", {"6106"}),  # a figure that was cast back to a later code
    ],
)
def test_every_kind_of_change(code: str, expected: set[str]) -> None:
    assert Slektskap(changing_country().rader()).etterfolgere(code, BEFORE, AFTER) == expected


@pytest.mark.parametrize(("code", "expected"), [("6202", {"6102"}), ("6106", {"6104", "6105"}), ("6101", {"6101"})])
def test_a_code_of_after_the_register_s_day_is_what_became_it(code: str, expected: set[str]) -> None:
    assert Slektskap(changing_country().rader()).etterfolgere(code, AFTER, BEFORE) == expected


def test_a_part_is_followed_back_to_the_whole_and_known_as_a_part() -> None:
    slektskap = Slektskap(changing_country().rader())
    assert slektskap.etterfolgere("6108", AFTER, BEFORE) == {"6107"}
    assert slektskap.er_del("6108", AFTER, BEFORE) and not slektskap.er_del("6202", AFTER, BEFORE)
    assert not slektskap.er_del("6107", BEFORE, AFTER)


def test_a_code_that_the_register_does_not_know_is_an_error() -> None:
    with pytest.raises(PermanentError, match="6999"):
        Slektskap(changing_country().rader()).etterfolgere("6999", BEFORE, AFTER)


def test_a_chain_is_followed_to_its_end_and_a_number_that_is_used_again_is_kept_apart() -> None:
    rows = [
        row("6101", "6102", end=CHANGE),
        row("6102", "6103", end=CHANGE),
        row("6102", "6201", start=CHANGE, end=LATER),
        row("6103", start=CHANGE),
        row("6201", start=LATER),
    ]
    slektskap = Slektskap(rows)
    assert slektskap.etterfolgere("6101", BEFORE, AFTER) == {"6201"}
    assert slektskap.etterfolgere("6102", BEFORE, AFTER) == {"6103"}
    assert slektskap.gjeldende(BEFORE) == ["6101", "6102"]
    assert slektskap.gjeldende(CHANGE) == ["6102", "6103"]
    assert slektskap.gjeldende(AFTER) == ["6103", "6201"]


def test_a_part_that_is_given_away_leaves_the_old_number_to_the_rest() -> None:
    rows = [row("6101", "6101", "6102", end=CHANGE), row("6101", start=CHANGE), row("6102", start=CHANGE)]
    slektskap = Slektskap(rows)
    assert slektskap.etterfolgere("6101", BEFORE, AFTER) == {"6101", "6102"}
    assert slektskap.etterfolgere("6101", CHANGE, AFTER) == {"6101"}
    assert slektskap.delt_dag("6101", BEFORE, AFTER) == CHANGE


@pytest.mark.parametrize(
    "rows",
    [
        [row("6101", "6102"), row("6102", start=CHANGE)],
        [row("6101", "6102"), row("6102")],
        [row("6101", "6102", end=CHANGE), row("6102")],
    ],
    ids=["who gives runs on", "both run on", "who takes runs on"],
)
def test_rows_that_do_not_tell_the_day_of_a_change_are_refused_and_not_guessed(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(PermanentError, match=r"6101.*6102"):
        Slektskap(rows)


def test_the_day_of_a_division_is_the_first_on_which_there_were_several() -> None:
    slektskap = Slektskap(changing_country().rader())
    assert slektskap.delt_dag("6107", BEFORE, AFTER) == CHANGE
    assert slektskap.delt_dag("6104", BEFORE, AFTER) == date.min
    assert slektskap.delt_dag("6108", AFTER, BEFORE) == date.min


def test_every_code_of_the_carried_register_becomes_what_the_register_itself_says() -> None:
    register = carried_register()
    slektskap = Slektskap(register.rader())
    days = [date(2016, 10, 1), date(2019, 6, 30), date(2019, 10, 1), date(2022, 10, 1), date(2024, 6, 30)]
    ends = [date(2020, 3, 1), date(2023, 3, 1), date(2025, 3, 1)]
    compared = 0
    for per in ends:
        assert slektskap.gjeldende(per) == sorted(register.gjeldende(per))
        for code in sorted({each.kommunenr for each in register.kommuner}):
            for day in days:
                expected = set(register.etterfolgere(code, day, per))
                assert slektskap.etterfolgere(code, day, per) == expected, (code, day, per)
                whole = len(expected) == 1 and not slektskap.er_del(code, day, per)
                assert register.hel(code, day, per) == whole, (code, day, per)
                compared += 1
    assert compared > 5000
