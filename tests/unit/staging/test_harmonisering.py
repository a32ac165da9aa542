"""Figures moved to the register of the identification year, and what a cell without one is."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Engine
from tests.support.golden_sets import Item, small_set
from tests.unit.staging.build import Shown, harmonised, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country

S1, S2 = "100000001", "100000002"
Cell = tuple[str, Shown, Shown, bool]


@pytest.mark.parametrize(("old", "new"), [("6101", "6101"), ("6102", "6202"), ("6103", "6103")])
@pytest.mark.parametrize(
    ("verdi", "antall", "expected"),
    [
        (48, 30, ("vist", 48, 30, False)),
        (48, "*", ("vist", 48, None, False)),
        ("*", 30, ("skjermet", None, 30, False)),
        (None, 0, ("mangler", None, 0, False)),
    ],
)
def test_an_unchanged_a_renumbered_and_a_renamed_municipality_keep_their_figures(
    engine: Engine, tmp_path: Path, old: str, new: str, verdi: Shown, antall: Shown, expected: Cell
) -> None:
    rows = [observed(old, verdi, antall, skoleaar=BEFORE)]
    assert harmonised(engine, tmp_path, rows, changing_country()).cell(new, BEFORE) == expected


def test_a_figure_that_was_cast_back_to_a_later_code_stays_there(engine: Engine, tmp_path: Path) -> None:
    rows = [observed("6106", 48, 30, skoleaar=BEFORE), observed("6108", 47, 20, skoleaar=BEFORE)]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert found.cell("6106", BEFORE) == ("vist", 48, 30, False)
    assert found.cell("6108", BEFORE) == ("vist", 47, 20, False)


@pytest.mark.parametrize(
    ("of_second", "expected"),
    [
        ((50, 30), ("vist", 49, 50, True)),  # (47 × 20 + 50 × 30) / 50 = 48.8
        (("*", "*"), ("kan_ikke_bygges", None, None, True)),
        (None, ("kan_ikke_bygges", None, None, True)),
    ],
    ids=["both schools", "one is shielded", "one is not there"],
)
def test_the_parts_of_a_later_division_are_no_whole_and_no_fault(
    engine: Engine, tmp_path: Path, of_second: tuple[Shown, Shown] | None, expected: Cell
) -> None:
    """Figures of an earlier year in codes of today stopped the identification of that year for good."""
    rows = [observed("6108", 47, 20, skoleaar=BEFORE), observed("6109", 50, 30, skoleaar=BEFORE)]
    rows += [observed(S1, 47, 20, kommunenr="6108", skoleaar=BEFORE)]
    rows += [observed(S2, *of_second, kommunenr="6109", skoleaar=BEFORE)] if of_second else []
    found = harmonised(engine, tmp_path, rows, changing_country(), uttrekksaar=2023)
    assert found.cell("6107", BEFORE) == expected
    assert found.units.placed[S1] == "6107"


def test_a_school_under_the_later_code_does_not_make_a_merger_of_a_renumbering(engine: Engine, tmp_path: Path) -> None:
    """The figure has no number of pupils: as a merger of one part it would be lost."""
    rows = [observed("6102", 48, "*", skoleaar=BEFORE), observed(S1, kommunenr="6202", skoleaar=BEFORE)]
    assert harmonised(engine, tmp_path, rows, changing_country()).cell("6202", BEFORE) == ("vist", 48, None, False)


def test_a_school_left_under_the_divided_code_does_not_undo_the_parts_own_figures(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [observed("6108", 47, "*", skoleaar=BEFORE), observed(S1, kommunenr="6107", skoleaar=BEFORE)]
    assert harmonised(engine, tmp_path, rows, changing_country()).cell("6108", BEFORE) == ("vist", 47, None, False)


def test_a_grade_that_a_unit_never_has_is_not_asked_of_it_and_a_missing_year_is_missing(
    engine: Engine, tmp_path: Path
) -> None:
    both_grades = small_set([Item(), Item(trinn=8), Item("regning")])
    rows = [observed("6101"), observed(S1, kommunenr="6101"), observed("6102", trinn=8, skoleaar=BEFORE)]
    found = harmonised(engine, tmp_path, rows, changing_country(), rule_set=both_grades)
    for enhet in ("6101", S1):
        assert found.cell(enhet, AFTER)[0] == "vist"
        assert found.cell(enhet, BEFORE) == ("mangler", None, None, False)
        assert found.cell(enhet, AFTER, "regning")[0] == "mangler"  # it has the grade, by another indicator
        assert found.cell(enhet, AFTER, trinn=8)[0] == "ikke_aktuelt"
    assert found.cell("6202", AFTER, trinn=8)[0] == "mangler"  # it had the grade under its old code
    assert found.cell("6202", AFTER)[0] == "ikke_aktuelt"
    assert found.cell("6120", AFTER)[0] == "ikke_aktuelt"  # in the register and in no figure


def test_each_source_has_its_own_lag(engine: Engine, tmp_path: Path) -> None:
    rule_set = small_set([Item(), Item("grunnskolepoeng", "grunnskolepoeng", 10)])
    found = harmonised(engine, tmp_path, [observed("6101")], changing_country(), rule_set=rule_set)
    years = {
        indikator: [
            (row["skoleaar"], row["vindusaar"])
            for (enhet, _, key, _), row in sorted(found.cells.items())
            if (enhet, key) == ("6101", indikator)
        ]
        for indikator in ("lesing", "grunnskolepoeng")
    }
    assert years == {
        "lesing": [("2022-23", 1), ("2023-24", 2), ("2024-25", 3)],
        "grunnskolepoeng": [("2021-22", 1), ("2022-23", 2), ("2023-24", 3)],
    }


def test_figures_of_other_measures_and_years_are_left_out(engine: Engine, tmp_path: Path) -> None:
    rows = [
        observed("6101", 24.1, maal="andel_mestringsnivaa_1"),
        observed("6101", skoleaar="2021-22"),
        observed("6101", indikator="engelsk"),
    ]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert {found.cell("6101", year)[0] for year in ("2022-23", "2023-24", "2024-25")} == {"mangler"}
