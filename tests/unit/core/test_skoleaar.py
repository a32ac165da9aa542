"""School years and terms, at the turns where arithmetic on years goes wrong."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.core import skoleaar as years
from oppfolging_pipeline.core.errors import PermanentError

STARTS = st.integers(min_value=1900, max_value=2200)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2024-25", True),
        ("1999-00", True),  # the turn of a century
        ("2099-00", True),
        ("2024-26", False),
        ("2024-24", False),
        ("2025-24", False),
        ("2024-2025", False),
        ("24-25", False),
        ("2024-25 ", False),
        ("2024–25", False),  # a dash that is no hyphen
        ("Foreløpige tall 2024-25", False),
        ("", False),
    ],
)
def test_only_a_year_and_the_next_are_a_school_year(text, is_one):
    assert years.is_skoleaar(text) is is_one


@pytest.mark.parametrize("text", ["2024-26", "2024", "", "2024-25\n"])
def test_a_start_of_no_school_year_is_an_error_that_names_it(text):
    with pytest.raises(PermanentError, match="expected a school year such as 2024-25"):
        years.start_year(text)


@given(STARTS)
def test_a_year_written_and_read_is_the_same(start):
    text = years.from_start_year(start)
    assert years.is_skoleaar(text)
    assert years.start_year(text) == start


@given(STARTS)
def test_a_school_year_ends_the_day_before_the_next_begins(start):
    this, after = years.from_start_year(start), years.from_start_year(start + 1)
    assert years.last_day(this) + timedelta(days=1) == years.first_day(after)


@given(STARTS, st.dates(min_value=date(2023, 8, 1), max_value=date(2024, 7, 31)))
def test_a_day_of_the_year_lies_in_the_school_year(start, day):
    this = years.from_start_year(start)
    month_day = "02-28" if (day.month, day.day) == (2, 29) else f"{day:%m-%d}"
    assert years.first_day(this) <= years.day_in(this, month_day) <= years.last_day(this)


@pytest.mark.parametrize(
    ("month_day", "expected"),
    [
        ("08-01", date(2024, 8, 1)),
        ("10-01", date(2024, 10, 1)),
        ("12-31", date(2024, 12, 31)),
        ("01-01", date(2025, 1, 1)),  # a change of codes on 1 January falls in the spring of the year that began
        ("06-30", date(2025, 6, 30)),
        ("07-31", date(2025, 7, 31)),
    ],
)
def test_autumn_lies_in_the_first_calendar_year_and_spring_in_the_second(month_day, expected):
    assert years.day_in("2024-25", month_day) == expected


def test_a_span_holds_both_ends():
    assert years.span("2023-24", "2025-26") == ["2023-24", "2024-25", "2025-26"]
    assert years.span("2023-24", "2023-24") == ["2023-24"]
    assert years.span("2024-25", "2023-24") == []


@pytest.mark.parametrize(
    ("uttrekksaar", "lag", "count", "expected"),
    [
        (2025, 0, 3, ["2022-23", "2023-24", "2024-25"]),  # survey and tests, as the contract says
        (2025, 1, 3, ["2021-22", "2022-23", "2023-24"]),  # grunnskolepoeng, as the contract says
        (2025, 0, 1, ["2024-25"]),
        (2001, 0, 3, ["1998-99", "1999-00", "2000-01"]),
    ],
)
def test_a_window_is_that_of_the_contract(uttrekksaar, lag, count, expected):
    assert years.window(uttrekksaar, lag, count) == expected


@given(STARTS, st.integers(min_value=0, max_value=3), st.integers(min_value=1, max_value=6))
def test_a_window_is_unbroken_and_rises(uttrekksaar, lag, count):
    window = years.window(uttrekksaar, lag, count)
    assert len(window) == count
    assert window == years.span(window[0], window[-1])
    assert years.start_year(window[-1]) == uttrekksaar - 1 - lag


TERMS = [
    (1, "Høst 25", date(2025, 8, 1), date(2025, 12, 31)),
    (2, "Vår 26", date(2026, 1, 1), date(2026, 7, 31)),
    (3, "Høst 26", date(2026, 8, 1), date(2026, 12, 31)),
    (4, "Vår 27", date(2027, 1, 1), date(2027, 7, 31)),
    (5, "Høst 27", date(2027, 8, 1), date(2027, 12, 31)),
    (6, "Vår 28", date(2028, 1, 1), date(2028, 7, 31)),
]


@pytest.mark.parametrize(("number", "name", "first", "last"), TERMS, ids=[term[1] for term in TERMS])
def test_a_term_has_its_name_and_dates(number, name, first, last):
    assert years.halvaar_name(2025, number) == name
    assert years.halvaar_dates(2025, number) == (first, last)


def test_a_term_over_the_century_keeps_two_digits():
    assert years.halvaar_name(2099, 2) == "Vår 00"


@given(STARTS)
def test_six_terms_cover_three_years_without_a_gap(pulje):
    dates = [years.halvaar_dates(pulje, number) for number in range(1, 7)]
    assert dates[0][0] == date(pulje, 8, 1) and dates[-1][1] == date(pulje + 3, 7, 31)
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(dates))
