"""Figures moved to the register of the identification year, each worked out by hand in a comment."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Engine
from tests.support.golden_sets import Item, small_set
from tests.unit.staging.build import Shown, harmonised, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country

S1, S2, S3, S4 = "100000001", "100000002", "100000003", "100000004"
Cell = tuple[str, Shown, Shown, bool]
NOTHING: Cell = ("mangler", None, None, True)
HIDDEN: Cell = ("skjermet", None, None, True)


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


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # (48 · 30 + 52 · 10) / 40 = 1960 / 40 = 49
        ((48, 30), (52, 10), ("vist", 49, 40, True)),
        # (48 · 10 + 49 · 10) / 20 = 48,5: half is rounded up
        ((48, 10), (49, 10), ("vist", 49, 20, True)),
        # (48 · 51 + 49 · 49) / 100 = 48,49
        ((48, 51), (49, 49), ("vist", 48, 100, True)),
        # the mean of the one that has pupils
        ((48, 30), (None, 0), ("vist", 48, 30, True)),
        ((48, 30), (None, None), ("vist", 48, 30, True)),
        # one part with pupils cannot be seen
        ((48, 30), ("*", "*"), HIDDEN),
        ((48, 30), ("*", 10), HIDDEN),
        ((48, 30), ("*", 0), HIDDEN),
        ((48, 30), (None, 10), HIDDEN),
        ((48, 30), (None, "*"), HIDDEN),
        # a figure without its number of pupils has no weight
        ((48, 30), (52, "*"), HIDDEN),
        ((48, 30), (52, None), HIDDEN),
        ((48, 30), (52, 0), HIDDEN),
        (("*", "*"), ("*", "*"), HIDDEN),
        ((None, 0), (None, 0), NOTHING),
    ],
)
def test_a_merger_is_the_weighted_mean_of_its_parts_only_when_every_part_with_pupils_is_shown(
    engine: Engine, tmp_path: Path, a: tuple[Shown, Shown], b: tuple[Shown, Shown], expected: Cell
) -> None:
    rows = [observed("6104", *a, skoleaar=BEFORE), observed("6105", *b, skoleaar=BEFORE), observed("6106", 51, 41)]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert found.cell("6106", BEFORE) == expected
    assert found.cell("6106", AFTER) == ("vist", 51, 41, False)


def test_a_merger_of_figures_with_decimals_is_rounded_half_up_on_the_last_of_them(
    engine: Engine, tmp_path: Path
) -> None:
    marks = small_set([Item("grunnskolepoeng", "grunnskolepoeng", 10)])
    kind = {"kilde": "grunnskolepoeng", "indikator": "grunnskolepoeng", "maal": "grunnskolepoeng", "trinn": 10}
    # (41,2 · 10 + 41,3 · 10) / 20 = 41,25: 41,3, although 41,25 as a binary number would round to even
    rows = [observed(code, verdi, 10, skoleaar=BEFORE, **kind) for code, verdi in (("6104", 41.2), ("6105", 41.3))]
    found = harmonised(engine, tmp_path, rows, changing_country(), rule_set=marks)
    assert found.cell("6106", BEFORE, "grunnskolepoeng", 10) == ("vist", 41.3, 20, True)


def test_a_merger_of_which_one_part_is_not_in_the_file_is_the_other_part(engine: Engine, tmp_path: Path) -> None:
    found = harmonised(engine, tmp_path, [observed("6104", 48, "*", skoleaar=BEFORE)], changing_country())
    assert found.cell("6106", BEFORE) == ("vist", 48, None, False)


def school(orgnr: str, before: str, after: str, verdi: Shown, antall: Shown) -> list[dict[str, object]]:
    """A school's figure before the change, and that it stood under `after` afterwards (empty: it had closed)."""
    rows = [observed(orgnr, verdi, antall, kommunenr=before, skoleaar=BEFORE)]
    return [*rows, observed(orgnr, kommunenr=after)] if after else rows


DIVIDED = observed("6107", 50, 45, skoleaar=BEFORE)
# (50 · 20 + 53 · 10) / 30 = 1530 / 30 = 51
TWO_IN_6108 = [*school(S1, "6107", "6108", 50, 20), *school(S2, "6107", "6108", 53, 10)]
ONE_IN_6109 = school(S3, "6107", "6109", 47, 15)


IN_6108: Cell = ("vist", 51, 30, True)
IN_6109: Cell = ("vist", 47, 15, True)
NO_PART: Cell = ("mangler", None, None, False)


@pytest.mark.parametrize(
    ("schools", "in_6108", "in_6109"),
    [
        pytest.param([*TWO_IN_6108, *ONE_IN_6109], IN_6108, IN_6109, id="all shown"),
        # one shielded school hides both parts: the whole less the one that is shown would give the other
        pytest.param([*TWO_IN_6108, *school(S3, "6107", "6109", "*", "*")], HIDDEN, HIDDEN, id="one shielded"),
        pytest.param(
            [*TWO_IN_6108, *school(S4, "6107", "6108", "*", "*"), *ONE_IN_6109], HIDDEN, HIDDEN, id="one of three"
        ),
        pytest.param(
            [*TWO_IN_6108, *school(S4, "6107", "6108", 40, "*"), *ONE_IN_6109], HIDDEN, HIDDEN, id="one without weight"
        ),
        # a school without pupils in the cell hides nothing
        pytest.param(
            [*TWO_IN_6108, *school(S4, "6107", "6108", None, 0), *ONE_IN_6109], IN_6108, IN_6109, id="no pupils"
        ),
        # a closed school may have lain in either
        pytest.param([*TWO_IN_6108, *ONE_IN_6109, *school(S4, "6107", "", 40, 12)], HIDDEN, HIDDEN, id="closed"),
        pytest.param(
            [*TWO_IN_6108, *ONE_IN_6109, *school(S4, "6107", "", None, 0)], IN_6108, IN_6109, id="closed, no pupils"
        ),
        # no school accounts for the pupils of the one that was divided
        pytest.param([], HIDDEN, HIDDEN, id="no schools"),
        pytest.param(school(S1, "6107", "6108", None, 0), HIDDEN, HIDDEN, id="schools without pupils"),
        # 15 pupils that no school accounts for may belong to either
        pytest.param(TWO_IN_6108, HIDDEN, HIDDEN, id="a school without a row"),
        pytest.param([*TWO_IN_6108, *school(S3, "6107", "6109", 47, 16)], HIDDEN, HIDDEN, id="a pupil too many"),
    ],
)
def test_a_division_is_rebuilt_from_its_schools_only_when_all_with_pupils_are_shown(
    engine: Engine, tmp_path: Path, schools: list[dict[str, object]], in_6108: Cell, in_6109: Cell
) -> None:
    rows = [DIVIDED, *schools, observed("6108"), observed("6109")]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (in_6108, in_6109)


@pytest.mark.parametrize(
    ("whole", "in_6108", "in_6109"),
    [
        ((50, 45), IN_6108, IN_6109),
        # (51 · 30 + 47 · 15) / 45 = 49.7 would be the shielded figure, of 30 + 15 pupils
        (("*", "*"), HIDDEN, HIDDEN),
        (("*", 45), HIDDEN, HIDDEN),
        ((50, "*"), HIDDEN, HIDDEN),
        ((50, None), HIDDEN, HIDDEN),
        ((None, 45), HIDDEN, HIDDEN),
        ((None, 0), HIDDEN, HIDDEN),
        # a school of 15 pupils is not in the file: 6109's figure would be that of half of its pupils
        ((50, 60), HIDDEN, HIDDEN),
    ],
)
def test_a_division_is_not_seen_through_unless_the_whole_is_shown_and_its_schools_have_all_of_its_pupils(
    engine: Engine, tmp_path: Path, whole: tuple[Shown, Shown], in_6108: Cell, in_6109: Cell
) -> None:
    rows = [observed("6107", *whole, skoleaar=BEFORE), *TWO_IN_6108, *ONE_IN_6109]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (in_6108, in_6109)


def test_a_divided_municipality_that_has_another_cell_but_not_this_one_hides_its_parts(
    engine: Engine, tmp_path: Path
) -> None:
    """Nothing says then whether all of its schools are in the file."""
    both = small_set([Item(), Item("regning")])
    rows = [observed("6107", 50, 45, skoleaar=BEFORE, indikator="regning"), *TWO_IN_6108, *ONE_IN_6109]
    found = harmonised(engine, tmp_path, rows, changing_country(), rule_set=both)
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (HIDDEN, HIDDEN)


def test_a_part_without_a_school_in_the_cell_has_none_when_the_others_have_all_pupils(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [observed("6107", 51, 30, skoleaar=BEFORE), *TWO_IN_6108, observed("6109")]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (IN_6108, NO_PART)


@pytest.mark.parametrize(
    ("moved", "in_6108", "in_6109"),
    [
        ((40, 12), IN_6108, IN_6109),
        # the whole less both parts would be the shielded school
        (("*", "*"), HIDDEN, HIDDEN),
        (("*", 12), HIDDEN, HIDDEN),
    ],
)
def test_a_school_that_has_moved_to_a_third_municipality_is_no_part_but_must_be_shown(
    engine: Engine, tmp_path: Path, moved: tuple[Shown, Shown], in_6108: Cell, in_6109: Cell
) -> None:
    rows = [observed("6107", 48, 57, skoleaar=BEFORE), *TWO_IN_6108, *ONE_IN_6109]
    found = harmonised(engine, tmp_path, [*rows, *school(S4, "6107", "6101", *moved)], changing_country())
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (in_6108, in_6109)


def test_a_divided_municipality_without_pupils_and_schools_gives_nothing_to_its_parts(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [observed("6107", None, 0, skoleaar=BEFORE), observed("6108"), observed("6109")]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert {found.cell("6108", BEFORE), found.cell("6109", BEFORE)} == {NOTHING}


@pytest.mark.parametrize(
    ("in_6113", "expected"),
    [
        # (50 · 10 + 44 · 20) / 30 = 1380 / 30 = 46
        ((44, 20), ("vist", 46, 30, True)),
        (("*", "*"), HIDDEN),
        ((None, 0), ("vist", 50, 10, True)),
        # shown by its school, shielded itself: 6112 less the part of 6110 in it would give it away
        (("*", 20), HIDDEN),
    ],
)
def test_a_municipality_that_is_part_division_part_merger_is_rebuilt_from_the_schools_of_both(
    engine: Engine, tmp_path: Path, in_6113: tuple[Shown, Shown], expected: Cell
) -> None:
    of_school = (44, 20) if in_6113 == ("*", 20) else in_6113
    rows = [
        observed("6110", 48, 35, skoleaar=BEFORE),
        observed("6113", *in_6113, skoleaar=BEFORE),
        *school(S1, "6110", "6111", 47, 25),
        *school(S2, "6110", "6112", 50, 10),
        *school(S3, "6113", "6112", *of_school),
    ]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert found.cell("6112", BEFORE) == expected
    assert found.cell("6111", BEFORE) == ("vist", 47, 25, True)


def test_a_figure_that_was_cast_back_to_a_later_code_stays_there(engine: Engine, tmp_path: Path) -> None:
    rows = [observed("6106", 48, 30, skoleaar=BEFORE), observed("6108", 47, 20, skoleaar=BEFORE)]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert found.cell("6106", BEFORE) == ("vist", 48, 30, False)
    assert found.cell("6108", BEFORE) == ("vist", 47, 20, False)


def test_a_school_under_the_later_code_does_not_make_a_merger_of_a_renumbering(engine: Engine, tmp_path: Path) -> None:
    """The figure has no number of pupils: as a merger of one part it would be lost."""
    rows = [observed("6102", 48, "*", skoleaar=BEFORE), observed(S1, kommunenr="6202", skoleaar=BEFORE)]
    assert harmonised(engine, tmp_path, rows, changing_country()).cell("6202", BEFORE) == ("vist", 48, None, False)


def test_a_school_left_under_the_divided_code_does_not_undo_the_parts_own_figures(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [observed("6108", 47, "*", skoleaar=BEFORE), observed(S1, kommunenr="6107", skoleaar=BEFORE)]
    assert harmonised(engine, tmp_path, rows, changing_country()).cell("6108", BEFORE) == ("vist", 47, None, False)


@pytest.mark.parametrize(
    ("pupils_of_whole", "expected"),
    [
        # (50 · 20 + 44 · 10) / 30 = 1440 / 30 = 48
        (35, ("vist", 48, 30, True)),
        # the ten may be counted in the whole as well, or others may be missing
        (45, HIDDEN),
    ],
)
def test_a_school_under_a_part_already_before_the_division_is_a_school_of_that_part(
    engine: Engine, tmp_path: Path, pupils_of_whole: int, expected: Cell
) -> None:
    rows = [observed("6107", 49, pupils_of_whole, skoleaar=BEFORE), *school(S1, "6107", "6108", 50, 20), *ONE_IN_6109]
    found = harmonised(engine, tmp_path, [*rows, *school(S2, "6108", "6108", 44, 10)], changing_country())
    assert found.cell("6108", BEFORE) == expected


def test_a_rebuilt_figure_is_preliminary_when_one_of_its_parts_is(engine: Engine, tmp_path: Path) -> None:
    rows = [observed("6104", skoleaar=BEFORE), observed("6105", skoleaar=BEFORE, forelopig=True), observed("6106")]
    cells = harmonised(engine, tmp_path, rows, changing_country()).cells
    assert cells["6106", BEFORE, "lesing", 5]["forelopig"] is True
    assert cells["6106", AFTER, "lesing", 5]["forelopig"] is False


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
