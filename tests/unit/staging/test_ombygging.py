"""Figures rebuilt after mergers and divisions, each worked out by hand in a comment, or why they are not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.staging.ombygging import Hinder
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import Item, small_set
from tests.unit.staging.build import Row, Shown, harmonised, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country

S1, S2, S3, S4 = "100000001", "100000002", "100000003", "100000004"
Cell = tuple[str, Shown, Shown, bool]
NOTHING: Cell = ("mangler", None, None, True)
NO_PART: Cell = ("mangler", None, None, False)
UNKNOWN: Cell = ("kan_ikke_bygges", None, None, True)

STARRED = "En av kommunene som er slått sammen, er skjermet i kilden."
NO_FIGURE = "En av kommunene som er slått sammen, har elever, men ikke noe tall i kilden."
NO_WEIGHT = "En av kommunene som er slått sammen, har ikke noe vist elevtall, så tallet kan ikke veies."
UNPLACED = (
    "En skole med elever i kommunen som tallene er fra, kan ikke plasseres i noen kommune på identifikasjonsdagen."
)
OUTSIDE = "En skole med elever i kommunen som tallene er fra, står i en annen kommune enn dem tallene skal fordeles på."
NOT_ALL = "Skolene i kommunen som tallene er fra, har til sammen et annet elevtall enn kommunen hadde."
NO_SCHOOLS = "Kommunen som tallene er fra, har elever, men ingen av skolene i kilden har det."
SCHOOL_STARRED = "En av skolene som tallet måtte bygges av, er skjermet i kilden."
SCHOOL_NO_FIGURE = "En av skolene som tallet måtte bygges av, har elever, men ikke noe tall i kilden."
SCHOOL_NO_WEIGHT = "En av skolene som tallet måtte bygges av, har ikke noe vist elevtall, så tallet kan ikke veies."


def test_every_declared_reason_is_one_that_is_given() -> None:
    given = (
        STARRED, NO_FIGURE, NO_WEIGHT, UNPLACED, OUTSIDE, NOT_ALL, NO_SCHOOLS, SCHOOL_STARRED, SCHOOL_NO_FIGURE,
        SCHOOL_NO_WEIGHT,
    )  # fmt: skip
    assert table("harmonisert").column("ikke_bygd_grunn").values == given == tuple(one.tekst for one in Hinder)


@pytest.mark.parametrize(
    ("a", "b", "expected", "why"),
    [
        # (48 · 30 + 52 · 10) / 40 = 1960 / 40 = 49
        ((48, 30), (52, 10), ("vist", 49, 40, True), None),
        # (48 · 10 + 49 · 10) / 20 = 48,5: half is rounded up
        ((48, 10), (49, 10), ("vist", 49, 20, True), None),
        # (48 · 51 + 49 · 49) / 100 = 48,49
        ((48, 51), (49, 49), ("vist", 48, 100, True), None),
        # the mean of the one that has pupils
        ((48, 30), (None, 0), ("vist", 48, 30, True), None),
        ((48, 30), (None, None), ("vist", 48, 30, True), None),
        ((48, 30), ("*", 0), ("vist", 48, 30, True), None),
        # one part with pupils cannot be seen
        ((48, 30), ("*", "*"), UNKNOWN, STARRED),
        ((48, 30), ("*", 10), UNKNOWN, STARRED),
        ((48, 30), ("*", None), UNKNOWN, STARRED),
        ((48, 30), (None, 10), UNKNOWN, NO_FIGURE),
        ((48, 30), (None, "*"), UNKNOWN, NO_FIGURE),
        # a figure without its number of pupils has no weight
        ((48, 30), (52, "*"), UNKNOWN, NO_WEIGHT),
        ((48, 30), (52, None), UNKNOWN, NO_WEIGHT),
        (("*", "*"), ("*", "*"), UNKNOWN, STARRED),
        ((None, 10), ("*", "*"), UNKNOWN, STARRED),
        ((48, "*"), (None, 10), UNKNOWN, NO_FIGURE),
        ((None, 0), (None, 0), NOTHING, None),
        ((None, 0), (None, None), NOTHING, None),
    ],
)
def test_a_merger_is_the_weighted_mean_of_its_parts_when_every_part_with_pupils_is_shown(
    engine: Engine, tmp_path: Path, a: tuple[Shown, Shown], b: tuple[Shown, Shown], expected: Cell, why: str | None
) -> None:
    for first, second in (("6104", "6105"), ("6105", "6104")):
        rows = [observed(first, *a, skoleaar=BEFORE), observed(second, *b, skoleaar=BEFORE), observed("6106", 51, 41)]
        found = harmonised(engine, tmp_path, rows, changing_country())
        assert (found.cell("6106", BEFORE), found.grunn("6106", BEFORE)) == (expected, why)
        assert (found.cell("6106", AFTER), found.grunn("6106", AFTER)) == (("vist", 51, 41, False), None)


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


def school(orgnr: str, before: str, after: str, verdi: Shown, antall: Shown, **more: str) -> list[Row]:
    """A school's figure before the change, and that it stood under `after` afterwards (empty: it had closed)."""
    rows = [observed(orgnr, verdi, antall, kommunenr=before, skoleaar=BEFORE, **more)]
    return [*rows, observed(orgnr, kommunenr=after)] if after else rows


DIVIDED = observed("6107", 50, 45, skoleaar=BEFORE)
# (50 · 20 + 53 · 10) / 30 = 1530 / 30 = 51
TWO_IN_6108 = [*school(S1, "6107", "6108", 50, 20), *school(S2, "6107", "6108", 53, 10)]
ONE_IN_6109 = school(S3, "6107", "6109", 47, 15)
IN_6108: Cell = ("vist", 51, 30, True)
IN_6109: Cell = ("vist", 47, 15, True)
Why = tuple[str | None, str | None]
KNOWN: Why = (None, None)


@pytest.mark.parametrize(
    ("schools", "in_6108", "in_6109", "why"),
    [
        pytest.param([*TWO_IN_6108, *ONE_IN_6109], IN_6108, IN_6109, KNOWN, id="all shown"),
        # what a school hides concerns the part that it is in, and not the other
        pytest.param(
            [*TWO_IN_6108, *school(S3, "6107", "6109", "*", "*")], IN_6108, UNKNOWN, (None, SCHOOL_STARRED),
            id="one starred",
        ),
        pytest.param(
            [*TWO_IN_6108, *school(S3, "6107", "6109", "*", 15)], IN_6108, UNKNOWN, (None, SCHOOL_STARRED),
            id="starred, with its pupils",
        ),
        pytest.param(
            [*TWO_IN_6108, *school(S4, "6107", "6108", "*", "*"), *ONE_IN_6109], UNKNOWN, IN_6109,
            (SCHOOL_STARRED, None), id="one of three starred",
        ),
        pytest.param(
            [*TWO_IN_6108, *school(S4, "6107", "6108", 40, "*"), *ONE_IN_6109], UNKNOWN, IN_6109,
            (SCHOOL_NO_WEIGHT, None), id="one without weight",
        ),
        pytest.param(
            [*TWO_IN_6108, *school(S4, "6107", "6108", None, "*"), *ONE_IN_6109], UNKNOWN, IN_6109,
            (SCHOOL_NO_FIGURE, None), id="one without a figure",
        ),
        pytest.param(
            [*TWO_IN_6108, *school(S4, "6107", "6108", None, 0), *ONE_IN_6109], IN_6108, IN_6109, KNOWN, id="no pupils"
        ),
        pytest.param(
            [*TWO_IN_6108, *school(S4, "6107", "6108", None, None), *ONE_IN_6109], IN_6108, IN_6109, KNOWN,
            id="neither figure nor count",
        ),
        # a closed school may have lain in either
        pytest.param(
            [*TWO_IN_6108, *ONE_IN_6109, *school(S4, "6107", "", 40, 12)], UNKNOWN, UNKNOWN, (UNPLACED, UNPLACED),
            id="closed",
        ),
        pytest.param(
            [*TWO_IN_6108, *ONE_IN_6109, *school(S4, "6107", "", "*", "*")], UNKNOWN, UNKNOWN, (UNPLACED, UNPLACED),
            id="closed, starred",
        ),
        pytest.param(
            [*TWO_IN_6108, *ONE_IN_6109, *school(S4, "6107", "", None, 0)], IN_6108, IN_6109, KNOWN,
            id="closed, no pupils",
        ),
        # a school that went elsewhere is in the whole, and in none of the parts
        pytest.param(
            [*TWO_IN_6108, *ONE_IN_6109, *school(S4, "6107", "6101", 40, 12)], UNKNOWN, UNKNOWN, (OUTSIDE, OUTSIDE),
            id="in a third municipality",
        ),
        pytest.param(
            [*TWO_IN_6108, *ONE_IN_6109, *school(S4, "6107", "6101", None, 0)], IN_6108, IN_6109, KNOWN,
            id="in a third municipality, no pupils",
        ),
        # the part has no pupils in the cell when all of them are in the other
        pytest.param([], UNKNOWN, UNKNOWN, (NOT_ALL, NOT_ALL), id="no schools"),
        pytest.param(school(S1, "6107", "6108", None, 0), UNKNOWN, UNKNOWN, (NOT_ALL, NOT_ALL), id="no pupils at all"),
        # 15 pupils that no school accounts for may belong to either
        pytest.param(TWO_IN_6108, UNKNOWN, UNKNOWN, (NOT_ALL, NOT_ALL), id="a school without a row"),
        pytest.param(
            [*TWO_IN_6108, *school(S3, "6107", "6109", 47, 16)], UNKNOWN, UNKNOWN, (NOT_ALL, NOT_ALL),
            id="a pupil too many",
        ),
    ],
)  # fmt: skip
def test_a_part_of_a_division_is_made_of_its_schools_when_all_of_them_are_shown_and_none_is_astray(
    engine: Engine, tmp_path: Path, schools: list[Row], in_6108: Cell, in_6109: Cell, why: Why
) -> None:
    rows = [DIVIDED, *schools, observed("6108"), observed("6109")]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (in_6108, in_6109)
    assert (found.grunn("6108", BEFORE), found.grunn("6109", BEFORE)) == why


@pytest.mark.parametrize(
    ("whole", "built"),
    [
        ((50, 45), True),
        # its own star, or its own figure, says nothing of what the schools show
        (("*", "*"), True),
        (("*", 45), True),
        ((50, "*"), True),
        ((50, None), True),
        ((None, 45), True),
        # a school of 15 pupils is not in the file: 6109's figure would be that of half of its pupils
        ((50, 60), False),
        (("*", 60), False),
        ((None, 0), False),
    ],
)
def test_of_the_divided_municipality_only_its_number_of_pupils_counts(
    engine: Engine, tmp_path: Path, whole: tuple[Shown, Shown], built: bool
) -> None:
    rows = [observed("6107", *whole, skoleaar=BEFORE), *TWO_IN_6108, *ONE_IN_6109]
    found = harmonised(engine, tmp_path, rows, changing_country())
    expected = (IN_6108, IN_6109) if built else (UNKNOWN, UNKNOWN)
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == expected
    assert {found.grunn("6108", BEFORE), found.grunn("6109", BEFORE)} == {None if built else NOT_ALL}


def test_a_divided_municipality_that_has_another_cell_but_not_this_one_is_built_of_its_schools(
    engine: Engine, tmp_path: Path
) -> None:
    both = small_set([Item(), Item("regning")])
    rows = [observed("6107", 50, 45, skoleaar=BEFORE, indikator="regning"), *TWO_IN_6108, *ONE_IN_6109]
    found = harmonised(engine, tmp_path, rows, changing_country(), rule_set=both)
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (IN_6108, IN_6109)


@pytest.mark.parametrize("whole", [(51, "*"), ("*", "*"), (51, None)])
def test_pupils_of_a_divided_municipality_that_no_school_has_may_be_in_either_part(
    engine: Engine, tmp_path: Path, whole: tuple[Shown, Shown]
) -> None:
    rows = [observed("6107", *whole, skoleaar=BEFORE), *school(S1, "6107", "6108", None, 0), observed("6109")]
    found = harmonised(engine, tmp_path, rows, changing_country())
    for part in ("6108", "6109"):
        assert (found.cell(part, BEFORE), found.grunn(part, BEFORE)) == (UNKNOWN, NO_SCHOOLS)


def test_a_part_without_a_school_in_the_cell_has_none_when_the_others_have_all_pupils(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [observed("6107", 51, 30, skoleaar=BEFORE), *TWO_IN_6108, observed("6109")]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (IN_6108, NO_PART)


def test_a_divided_municipality_without_pupils_and_schools_gives_nothing_to_its_parts(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [observed("6107", None, 0, skoleaar=BEFORE), observed("6108"), observed("6109")]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert {found.cell("6108", BEFORE), found.cell("6109", BEFORE)} == {NO_PART}


@pytest.mark.parametrize(
    ("in_6113", "school_there", "expected", "why"),
    [
        # (50 · 10 + 44 · 20) / 30 = 1380 / 30 = 46
        ((44, 20), (44, 20), ("vist", 46, 30, True), None),
        (("*", 20), (44, 20), ("vist", 46, 30, True), None),
        (("*", "*"), ("*", "*"), UNKNOWN, SCHOOL_STARRED),
        ((None, 0), (None, 0), ("vist", 50, 10, True), None),
        ((44, 21), (44, 20), UNKNOWN, NOT_ALL),
    ],
)
def test_a_municipality_that_is_part_division_part_merger_is_rebuilt_from_the_schools_of_both(
    engine: Engine,
    tmp_path: Path,
    in_6113: tuple[Shown, Shown],
    school_there: tuple[Shown, Shown],
    expected: Cell,
    why: str | None,
) -> None:
    rows = [
        observed("6110", 48, 35, skoleaar=BEFORE),
        observed("6113", *in_6113, skoleaar=BEFORE),
        *school(S1, "6110", "6111", 47, 25),
        *school(S2, "6110", "6112", 50, 10),
        *school(S3, "6113", "6112", *school_there),
    ]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert (found.cell("6112", BEFORE), found.grunn("6112", BEFORE)) == (expected, why)
    # The other part of 6110 has no pupils of 6113's.
    assert found.cell("6111", BEFORE) == ("vist", 47, 25, True)


@pytest.mark.parametrize(
    ("pupils_of_whole", "expected"),
    [
        # (50 · 20 + 44 · 10) / 30 = 1440 / 30 = 48
        (35, ("vist", 48, 30, True)),
        # the ten may be counted in the whole as well, or others may be missing
        (45, UNKNOWN),
    ],
)
def test_a_school_under_a_part_already_before_the_division_is_a_school_of_that_part(
    engine: Engine, tmp_path: Path, pupils_of_whole: int, expected: Cell
) -> None:
    rows = [observed("6107", 49, pupils_of_whole, skoleaar=BEFORE), *school(S1, "6107", "6108", 50, 20), *ONE_IN_6109]
    found = harmonised(engine, tmp_path, [*rows, *school(S2, "6108", "6108", 44, 10)], changing_country())
    assert found.cell("6108", BEFORE) == expected


def left_out(row: Row) -> Row:
    """The row after a correction has left its figure out: the number of pupils stays."""
    return {**row, "verdi": None, "verdistatus": "mangler", "rettelse": "feil-tall"}


@pytest.mark.parametrize(
    ("other", "status"),
    [((52, 10), "mangler"), ((None, 0), "mangler"), (("*", 10), "kan_ikke_bygges"), ((52, "*"), "kan_ikke_bygges")],
)
def test_a_merger_is_missing_where_only_a_correction_stands_in_the_way(
    engine: Engine, tmp_path: Path, other: tuple[Shown, Shown], status: str
) -> None:
    rows = [left_out(observed("6104", 48, 30, skoleaar=BEFORE)), observed("6105", *other, skoleaar=BEFORE)]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert found.cell("6106", BEFORE) == (status, None, None, True)
    assert (found.grunn("6106", BEFORE) is None) == (status == "mangler")


@pytest.mark.parametrize(
    ("schools", "in_6108", "in_6109"),
    [
        pytest.param([left_out(TWO_IN_6108[0]), *TWO_IN_6108[1:]], NOTHING, IN_6109, id="one"),
        pytest.param(
            [*TWO_IN_6108[1:], left_out(TWO_IN_6108[0]), *school(S4, "6107", "6108", "*", "*")], UNKNOWN, IN_6109,
            id="one beside a starred one",
        ),
        # where a school is nobody knows, whatever its figure was
        pytest.param(
            [*TWO_IN_6108, left_out(school(S4, "6107", "", 40, 12)[0])], UNKNOWN, UNKNOWN, id="one that has closed"
        ),
    ],
)  # fmt: skip
def test_a_part_is_missing_where_only_a_correction_of_one_of_its_schools_stands_in_the_way(
    engine: Engine, tmp_path: Path, schools: list[Row], in_6108: Cell, in_6109: Cell
) -> None:
    rows = [observed("6107", "*", "*", skoleaar=BEFORE), *schools, *ONE_IN_6109]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (in_6108, in_6109)


def test_a_correction_of_the_wholes_own_figure_stands_in_nobodys_way(engine: Engine, tmp_path: Path) -> None:
    found = harmonised(engine, tmp_path, [left_out(DIVIDED), *TWO_IN_6108, *ONE_IN_6109], changing_country())
    assert (found.cell("6108", BEFORE), found.cell("6109", BEFORE)) == (IN_6108, IN_6109)


def test_a_rebuilt_figure_is_preliminary_when_one_of_its_parts_is(engine: Engine, tmp_path: Path) -> None:
    rows = [observed("6104", skoleaar=BEFORE), observed("6105", skoleaar=BEFORE, forelopig=True), observed("6106")]
    cells = harmonised(engine, tmp_path, rows, changing_country()).cells
    assert cells["6106", BEFORE, "lesing", 5]["forelopig"] is True
    assert cells["6106", AFTER, "lesing", 5]["forelopig"] is False


SHOWN: list[tuple[Shown, Shown]] = [(40, 5), (47, 12), (61, 33), ("*", 9), ("*", "*"), (55, "*"), (None, 0), (None, 7)]


@pytest.mark.parametrize("seed", range(25))
def test_whatever_the_schools_show_a_part_is_the_mean_of_its_own_or_says_why_not(
    engine: Engine, tmp_path: Path, seed: int
) -> None:
    """The rule in other words: whole lists of schools rather than rows, for figures drawn by chance."""
    dice = random.Random(seed)  # noqa: S311 (a test that can be run again)
    drawn = [(f"10000010{n}", dice.choice(["6108", "6109", "6109", "6101", ""]), *dice.choice(SHOWN)) for n in range(5)]
    counts = [0 if antall is None else antall for _, _, _, antall in drawn]
    total = dice.choice([sum(c for c in counts if isinstance(c, int)), 40, "*", None])
    rows = [observed("6107", dice.choice([50, "*"]), total, skoleaar=BEFORE), observed("6108"), observed("6109")]
    for orgnr, after, verdi, antall in drawn:
        rows += school(orgnr, "6107", after, verdi, antall)
    found = harmonised(engine, tmp_path, rows, changing_country())

    with_pupils = [one for one in drawn if one[3] != 0]
    astray = any(after not in ("6108", "6109") for _, after, _, _ in with_pupils)
    adds_up = not isinstance(total, int) or any(c == "*" for c in counts) or sum(counts) == total  # type: ignore[arg-type]
    nobody = total != 0 and not with_pupils
    for part in ("6108", "6109"):
        own = [one for one in with_pupils if one[1] == part]
        good = [(verdi, antall) for _, _, verdi, antall in own if isinstance(verdi, int) and isinstance(antall, int)]
        cell, why = found.cell(part, BEFORE), found.grunn(part, BEFORE)
        if astray or not adds_up or nobody or len(good) < len(own):
            assert cell == UNKNOWN and why is not None
        elif not own:
            assert cell[:3] == ("mangler", None, None) and why is None
        else:
            pupils = sum(antall for _, antall in good)
            mean = (2 * sum(verdi * antall for verdi, antall in good) + pupils) // (2 * pupils)
            assert (cell, why) == (("vist", mean, pupils, True), None)
