"""Open points: how many they are, and whether they could have moved a municipality."""

from __future__ import annotations

from typing import Any

import pytest

from oppfolging_pipeline.identification import tables
from tests.support.golden_sets import small_set
from tests.unit.identification.build import KEY, andel_row, decided, names_of

SET = small_set(antall=1)


def told(rows: list[dict[str, Any]], kommunenr: str = "6102") -> tuple[int, bool, str]:
    found = {row["kommunenr"]: row for row in tables.rangering_kommune(decided(rows, SET), SET, names_of(rows), KEY)}
    row = found[kommunenr]
    return row["aapne_poeng"], row["aapne_kunne_endret_plassen"], row["begrunnelse"]


# 6102 has 12 of 24 (50 %) and two open cells, 6 points: from 12 of 30 (40 %) to 18 of 30 (60 %).
OPEN = andel_row("6102", 12, 24, beyond=1, open_weight=2)


@pytest.mark.parametrize(
    ("above", "below", "moved"),
    [
        pytest.param((61, 100), (39, 100), False, id="both-out-of-reach"),
        pytest.param((59, 100), (39, 100), True, id="past-the-one-above"),
        pytest.param((61, 100), (41, 100), True, id="behind-the-one-below"),
        # 60 % with 3 cells beyond (1 and the two open ones) against 60 % with 2, and with 3 but more possible points.
        pytest.param((60, 100, 2), (39, 100), True, id="equal-to-the-one-above-and-before-it-by-cells-beyond"),
        pytest.param((60, 100, 3), (39, 100), False, id="equal-to-the-one-above-and-after-it-by-possible-points"),
        # 40 % with 1 beyond against 40 % with 2, and with none.
        pytest.param((61, 100), (40, 100, 2), True, id="equal-to-the-one-below-and-after-it-by-cells-beyond"),
        pytest.param((61, 100), (40, 100, 0), False, id="equal-to-the-one-below-and-before-it-by-cells-beyond"),
    ],
)
def test_both_extremes_are_ranked_by_the_whole_rule(
    above: tuple[int, ...], below: tuple[int, ...], moved: bool
) -> None:
    rows = [
        OPEN,
        *(
            andel_row(number, points, possible, beyond=beyond[0] if beyond else 0, shown=30)
            for number, (points, possible, *beyond) in (("6101", above), ("6103", below))
        ),
    ]
    points, could, text = told(rows)
    assert (points, could) == (6, moved)
    so = "plassen kunne vært en annen" if moved else "plassen ville vært den samme"
    assert text.endswith(f" 6 mulige risikopoeng er åpne, for tallene kan ikke bygges etter en kommuneendring; {so}.")


WOULD, NOT = "med dem kunne kommunen vært vurdert.", "kommunen ville ikke vært vurdert med dem heller."


@pytest.mark.parametrize(
    ("row", "could", "so"),
    [
        # Half of the existing twelve are needed, in two years.
        ({"shown": 4, "exist": 12, "open_weight": 2}, True, WOULD),
        ({"shown": 4, "exist": 12, "open_weight": 1}, False, NOT),
        ({"shown": 6, "exist": 12, "open_weight": 6, "years": 1, "years_if_built": 2}, True, WOULD),
        ({"shown": 6, "exist": 12, "open_weight": 6, "years": 1, "years_if_built": 1}, False, NOT),
        ({"possible": 0, "shown": 0, "exist": 2, "open_weight": 2, "years": 0, "years_if_built": 2}, True, WOULD),
    ],
)
def test_one_that_is_not_judged_is_told_whether_it_would_be(row: dict[str, Any], could: bool, so: str) -> None:
    points, found, text = told([andel_row("6101", 12, 36), andel_row("6102", **row)])
    assert (points, found) == (3 * row["open_weight"], could)
    assert text.startswith("Ikke vurdert. ") and text.endswith(f"kommuneendring; {so}")


def test_nothing_open_is_not_spoken_of() -> None:
    points, could, text = told([andel_row("6101", 12, 36), andel_row("6102", 12, 36)])
    assert (points, could) == (0, False)
    assert "åpne" not in text


def test_points_are_those_of_the_set() -> None:
    """The absolute limit's points, not the number three."""
    rule_set = SET.model_copy(
        update={"poeng": SET.poeng.model_copy(update={"absolutt": SET.poeng.absolutt.model_copy(update={"verdi": 5})})}
    )
    rows = [OPEN, andel_row("6101", 1, 100, shown=30)]
    (first, _) = tables.rangering_kommune(decided(rows, rule_set), rule_set, names_of(rows), KEY)[::-1]
    assert first["aapne_poeng"] == 10
