"""Half-up rounding: exact where binary floats are not, and away from zero on both sides."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.core.rounding import half_up, norwegian, norwegian_below, norwegian_exact

DECIMALS = st.integers(min_value=0, max_value=6)
FRACTIONS = st.fractions(min_value=-10_000, max_value=10_000, max_denominator=10_000)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (Decimal("0.5"), 0, "1"),
        (Decimal("2.5"), 0, "3"),  # half to even would give 2
        (Decimal("-2.5"), 0, "-3"),
        (Decimal("1.005"), 2, "1.01"),  # the float 1.005 is a little less and would give 1.00
        (Decimal("2.675"), 2, "2.68"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(-1, 8), 2, "-0.13"),
        (Fraction(2900, 36), 2, "80.56"),
        (7, 2, "7.00"),
        (Fraction(0), 1, "0.0"),
        (Decimal("44"), 0, "44"),
    ],
)
def test_a_half_goes_away_from_zero(value, decimals, expected):
    assert half_up(value, decimals) == Decimal(expected)
    assert -half_up(value, decimals).as_tuple().exponent == decimals


@given(FRACTIONS, DECIMALS)
def test_the_result_is_the_nearest_and_never_over_half_a_unit_away(value, decimals):
    distance = abs(Fraction(half_up(value, decimals)) - value)
    assert distance <= Fraction(1, 2 * 10**decimals)


@given(FRACTIONS, DECIMALS)
def test_of_two_equally_near_the_one_further_from_zero_is_chosen(value, decimals):
    rounded = Fraction(half_up(value, decimals))
    if abs(rounded - value) == Fraction(1, 2 * 10**decimals):
        assert abs(rounded) > abs(value)


@given(st.decimals(min_value=-10_000, max_value=10_000, places=6), DECIMALS)
def test_a_decimal_and_its_fraction_give_the_same(value, decimals):
    assert half_up(value, decimals) == half_up(Fraction(value), decimals)


@given(FRACTIONS, DECIMALS)
def test_the_sign_does_not_matter(value, decimals):
    assert half_up(-value, decimals) == -half_up(value, decimals)


@given(FRACTIONS, FRACTIONS, DECIMALS)
def test_order_is_kept(one, other, decimals):
    low, high = sorted((one, other))
    assert half_up(low, decimals) <= half_up(high, decimals)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction(2900, 36), 2, "80,56"),
        (Decimal("100"), 2, "100,00"),
        (Decimal("0.0000001"), 7, "0,0000001"),  # never 1E-7
        (5, 0, "5"),
        (Fraction(-1, 2), 0, "-1"),
    ],
)
def test_norwegian_has_a_comma_and_all_decimals(value, decimals, text):
    assert norwegian(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (Fraction(500, 12), 50, "41,7"),
        (Fraction(4996, 100), 50, "49,96"),
        (Fraction(49999, 1000), 50, "49,999"),
        (Fraction(0), 50, "0,0"),
    ],
)
def test_what_is_less_reads_as_less(value, bound, text):
    assert norwegian_below(value, Fraction(bound), 1) == text


@pytest.mark.parametrize("value", [Fraction(50), Fraction(5001, 100)])
def test_what_is_not_less_is_refused_and_not_tried_for_ever(value):
    with pytest.raises(ValueError, match="is not less than 50"):
        norwegian_below(value, Fraction(50), 1)


@pytest.mark.parametrize(("value", "text"), [("50.0", "50"), ("62.50", "62,5"), ("100", "100"), ("66.66", "66,66")])
def test_a_parameter_is_written_with_all_its_decimals_and_no_more(value, text):
    assert norwegian_exact(Decimal(value)) == text
