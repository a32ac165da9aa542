"""What a list says of itself before anything else: nobody is to take it for what it is not."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.rules.merking import Merking, merking_av, merking_av_rad, merking_av_uttrekk

UNOFFICIAL = "Ikke ordningens offisielle indikatorsett (np-skalapoeng)."


@pytest.mark.parametrize(
    ("navn", "eksempel", "forelopig", "words"),
    [
        ("udir-2020", False, False, ""),
        ("udir-2020", True, False, "Oppdiktet eksempel."),
        ("udir-2020", False, True, "Foreløpige tall."),
        ("np-skalapoeng", False, False, UNOFFICIAL),
        ("np-skalapoeng", True, True, f"Oppdiktet eksempel. {UNOFFICIAL} Foreløpige tall."),
    ],
)
def test_the_first_words_say_what_the_list_is_not(navn: str, eksempel: bool, forelopig: bool, words: str) -> None:
    merking = merking_av(load_rule_set(navn), eksempel=eksempel, forelopig=forelopig)
    assert merking.ord == words
    assert merking.foran("Nr. 1.") == (f"{words} Nr. 1." if words else "Nr. 1.")


def test_every_sentence_of_a_row_begins_with_them_and_the_columns_come_with_it() -> None:
    merking = Merking("mitt", offisielt=False, eksempel=True)
    rows = [{"begrunnelse": "Nr. 1.", "kommunenr": "6101"}, {"grunn": "Valgt.", "kommunenr": "6102"}]
    first = "Oppdiktet eksempel. Ikke ordningens offisielle indikatorsett (mitt)."
    assert merking.merket(rows) == [
        {"begrunnelse": f"{first} Nr. 1.", "kommunenr": "6101", "offisielt": False, "eksempel": True},
        {"grunn": f"{first} Valgt.", "kommunenr": "6102", "offisielt": False, "eksempel": True},
    ]
    assert rows[0]["begrunnelse"] == "Nr. 1.", "what was handed in is as it was"


def test_a_row_of_a_cohort_names_no_set_and_one_of_before_says_nothing() -> None:
    """`mart.pulje_faseplan` has no set, and a file of an earlier draft of the contract has no such column."""
    cohort = {"pulje": 2025, "offisielt": False, "eksempel": False}
    assert merking_av_rad(cohort).ord == "Ikke ordningens offisielle indikatorsett."
    assert merking_av_rad({"indikatorsett": "np-skalapoeng", "status": "beregnet"}).ord == ""
    of_2025 = {"indikatorsett": "mitt", "status": "foreløpig", "offisielt": True, "eksempel": False}
    assert merking_av_rad(of_2025).ord == "Foreløpige tall."


OFFICIAL, OTHER = (
    Merking("udir-2020", offisielt=True, eksempel=False),
    Merking("mitt", offisielt=False, eksempel=False),
)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([(2025, OFFICIAL)], ""),
        ([], ""),
        (
            [(2025, OFFICIAL), (2026, OTHER), (2025, OTHER), (2024, Merking("annet", offisielt=False, eksempel=True))],
            "Oppdiktet eksempel. Ikke ordningens offisielle indikatorsett (annet): uttrekk 2024. "
            "Ikke ordningens offisielle indikatorsett (mitt): uttrekk 2025 og 2026.",
        ),
    ],
)
def test_what_holds_several_results_names_those_that_are_not_official(
    found: list[tuple[int, Merking]], words: str
) -> None:
    assert merking_av_uttrekk(found) == merking_av_uttrekk(reversed(found)) == words
