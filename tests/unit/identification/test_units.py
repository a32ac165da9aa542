"""Who may be judged: exactly at the limits of coverage and years."""

from __future__ import annotations

from typing import Any

import pytest

from oppfolging_pipeline.identification.units import read_unit
from tests.support.golden_sets import small_set
from tests.unit.identification.build import andel_row


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param({"shown": 6, "exist": 12}, None, id="exactly-half-is-enough"),
        pytest.param(
            {"shown": 5, "exist": 12},
            # 100 · 5 / 12 = 41.66… → 41,7
            "5 av 12 tall som finnes, er vist. Vektet som poengene er det 41,7 prosent, og minst 50 prosent kreves.",
            id="a-hair-less-than-half",
        ),
        pytest.param({"shown": 4, "exist": 4, "years": 2}, None, id="two-years-of-three"),
        pytest.param(
            {"shown": 4, "exist": 4, "years": 1},
            "Viste tall i 1 av 3 år; minst 2 kreves.",
            id="one-year-is-not-over-time",
        ),
        pytest.param(
            {"points": 0, "possible": 0, "shown": 0, "exist": 8, "years": 0},
            "Ingen av tallene som finnes, er vist.",
            id="everything-shielded",
        ),
        pytest.param(
            {"points": 0, "possible": 0, "shown": 0, "exist": 0, "years": 0},
            "Ingen tall finnes for enheten i perioden.",
            id="nothing-exists",
        ),
    ],
)
def test_assessment(row: dict[str, Any], reason: str | None) -> None:
    unit = read_unit(andel_row("6101", **row), small_set())
    assert unit.ikke_vurdert_grunn == reason
    assert unit.vurdert is (reason is None)


@pytest.mark.parametrize(
    ("least", "shown", "exist", "told"),
    [
        ("0.625", 7, 12, "Vektet som poengene er det 58,3 prosent, og minst 62,5 prosent kreves."),
        ("0.6666", 19, 30, "Vektet som poengene er det 63,3 prosent, og minst 66,66 prosent kreves."),
    ],
)
def test_the_least_coverage_is_a_parameter_and_is_written_with_its_decimals(
    least: str, shown: int, exist: int, told: str
) -> None:
    """62.5 % written without decimals would be a limit that the set does not have."""
    unit = read_unit(andel_row("6101", shown=shown, exist=exist), small_set(min_dekning=least))
    assert unit.ikke_vurdert_grunn == f"{shown} av {exist} tall som finnes, er vist. {told}"


def test_what_is_too_little_never_reads_as_enough() -> None:
    """999 of 2000 is 49.95 %: rounded half up it would be 50,0, of which 50 is required."""
    unit = read_unit(andel_row("6101", shown=999, exist=2000), small_set())
    assert unit.ikke_vurdert_grunn is not None and "det 49,95 prosent, og minst 50 prosent" in unit.ikke_vurdert_grunn


def test_figures_are_counted_as_figures_and_weighed_as_points() -> None:
    """30 of 52 figures are 57.7 % of them, though their weights are 19 of 39: the sentence called that a share of the
    figures."""
    row = andel_row("6101", shown=19, exist=39) | {"celler_vist": 30, "celler_finnes": 52}
    assert read_unit(row, small_set()).ikke_vurdert_grunn == (
        "30 av 52 tall som finnes, er vist. Vektet som poengene er det 48,7 prosent, og minst 50 prosent kreves."
    )


def test_seven_of_ten_is_not_less_than_0_7() -> None:
    """0.7 · 10 is 7.000…1 as floats: the comparison is on fractions."""
    assert read_unit(andel_row("6101", shown=7, exist=10), small_set(min_dekning="0.7")).vurdert


def test_share_and_coverage_without_a_denominator_are_null_and_never_zero() -> None:
    unit = read_unit(andel_row("6101", 0, 0, shown=0, exist=0, years=0), small_set())
    assert (unit.andel_or_none, unit.dekningsgrad) == (None, None)
