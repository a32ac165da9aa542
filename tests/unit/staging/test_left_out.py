"""What becomes of mergers and divisions of which a correction leaves a figure out."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Engine
from tests.unit.staging.build import harmonised, observed
from tests.unit.staging.country import BEFORE, changing_country
from tests.unit.staging.left_out import LEFT_OUT_OF_A_DIVISION, LEFT_OUT_OF_A_MERGER, Cell, Part

S1, S2, S3 = "100000001", "100000002", "100000003"


@pytest.mark.parametrize(("a", "b", "expected"), LEFT_OUT_OF_A_MERGER.values(), ids=LEFT_OUT_OF_A_MERGER)
def test_a_merger_of_which_a_figure_is_left_out_is_missing(
    engine: Engine, tmp_path: Path, a: Part, b: Part, expected: Cell
) -> None:
    rows = [
        observed(code, verdi, antall, skoleaar=BEFORE, rettelse=rettelse)
        for code, (verdi, antall, rettelse) in (("6104", a), ("6105", b))
    ]
    found = harmonised(engine, tmp_path, [*rows, observed("6106", 51, 41)], changing_country())
    assert found.cell("6106", BEFORE) == expected


@pytest.mark.parametrize(("whole", "in_6109", "expected"), LEFT_OUT_OF_A_DIVISION.values(), ids=LEFT_OUT_OF_A_DIVISION)
def test_a_part_of_a_division_is_missing_where_a_figure_of_its_own_schools_is_left_out(
    engine: Engine, tmp_path: Path, whole: Part, in_6109: Part, expected: tuple[Cell, Cell]
) -> None:
    rows = [observed("6107", *whole[:2], skoleaar=BEFORE, rettelse=whole[2]), observed("6108"), observed("6109")]
    for orgnr, after, (verdi, antall, rettelse) in (
        (S1, "6108", (50, 20, None)),
        (S2, "6108", (53, 10, None)),
        (S3, "6109", in_6109),
    ):
        rows.append(observed(orgnr, verdi, antall, kommunenr="6107", skoleaar=BEFORE, rettelse=rettelse))
        rows.append(observed(orgnr, kommunenr=after))
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == expected
