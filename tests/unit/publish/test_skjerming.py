"""Which cells of schools are hidden beside the shielded ones, so that none follows from a municipality and the rest."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.publish.skjerming import hidden_beside
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table
from tests.support.declared import minimal_row
from tests.support.golden_sets import small_set
from tests.unit.register.country import code, country
from tests.unit.staging.build import Row, Shown, harmonised, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country

S1, S2, S3, S4 = "100000001", "100000002", "100000003", "100000004"
Cell = tuple[Shown, Shown]
Found = dict[tuple[str, str], bool]  # (orgnr, skoleaar) → whether the figure is hidden, and not only the pupils
HIDDEN: Cell = ("*", "*")


def hidden(
    folder: Path,
    rows: Sequence[Row],
    register: Register,
    years: Sequence[int] = (2025,),
    told: Sequence[Row] = (),
) -> Found:
    """What is hidden where the results of those identification years are published, with the corrections `told`. The
    set: lesing on trinn 5."""
    with open_engine() as engine:
        judged: list[dict[str, Any]] = []
        for year in years:
            judged += harmonised(engine, folder, rows, register, uttrekksaar=year).cells.values()
        requests = [Request(year, small_set(), default_catalog()) for year in years]
        observasjon = engine.rows(table("observasjon"), rows)
        found = engine.fetch(
            hidden_beside(
                engine,
                engine.rows(table("harmonisert"), judged),
                observasjon,
                engine.rows(table("rettelse"), told),
                requests,
                register,
            )
        )
    cells = {(row["orgnr"], row["skoleaar"]): row["verdi_skjules"] for row in found}
    assert len(cells) == len(found), "each cell once"
    return cells


CASES: dict[str, tuple[Cell, Sequence[Cell], Found]] = {
    "all are shown": ((50, 60), [(50, 20), (50, 40)], {}),
    "a single one is hidden": ((50, 60), [HIDDEN, (50, 30), (50, 20)], {(S3, AFTER): True}),
    "a single one, and equally many pupils": ((50, 60), [(50, 20), (50, 20), HIDDEN], {(S1, AFTER): True}),
    "two are hidden": ((50, 60), [HIDDEN, HIDDEN, (50, 20)], {}),
    "the only one is hidden": ((50, 20), [HIDDEN], {}),  # nothing helps: the check on what is published stops the run
    "a shielded municipality of shown schools": (HIDDEN, [(50, 30), (50, 20)], {(S2, AFTER): True}),
    "a shielded municipality of one shown school": (HIDDEN, [(50, 30)], {(S1, AFTER): True}),
    "a shielded municipality with a hidden school": (HIDDEN, [(50, 30), HIDDEN], {}),
    "a municipality without a figure has none to give away": ((None, None), [(50, 30), (50, 20)], {}),
    "a school without pupils hides nothing": ((50, 60), [HIDDEN, (None, 0), (50, 20)], {(S3, AFTER): True}),
    "a single number of pupils is hidden": ((50, 60), [(50, "*"), (50, 30), (50, 20)], {(S3, AFTER): False}),
    "a number of pupils without a figure": ((50, 60), [(None, "*"), (50, 30), (50, 20)], {(S3, AFTER): False}),
    "the municipality's number of pupils is hidden": ((50, "*"), [(50, 30), (50, 20)], {(S2, AFTER): False}),
    "no number of pupils to give away": ((50, None), [(50, 30), (50, 20)], {}),
    "a figure hides its number of pupils": ((50, "*"), [HIDDEN, (50, 30), (50, 20)], {(S3, AFTER): True}),
    "without a number of pupils chosen last": ((50, 60), [HIDDEN, (50, "*"), (50, 20)], {(S3, AFTER): True}),
}  # fmt: skip


@pytest.mark.parametrize(("kommune", "schools", "expected"), CASES.values(), ids=CASES)
def test_in_a_municipality_that_is_what_it_was(
    tmp_path: Path, kommune: Cell, schools: Sequence[Cell], expected: Found
) -> None:
    rows = [observed("6101", *kommune)]
    rows += [observed(orgnr, *cell, kommunenr="6101") for orgnr, cell in zip((S1, S2, S3), schools, strict=False)]
    assert hidden(tmp_path, rows, changing_country()) == expected


def school(orgnr: str, before: str, after: str, cell: Cell) -> list[Row]:
    """A school's cell before the change, and that it stood under `after` afterwards (empty: it had closed)."""
    rows = [observed(orgnr, *cell, kommunenr=before, skoleaar=BEFORE)]
    return [*rows, observed(orgnr, kommunenr=after)] if after else rows


def test_a_school_that_has_closed_is_counted_but_cannot_be_chosen(tmp_path: Path) -> None:
    closed = school(S2, "6101", "", (50, 10))
    rows = [observed("6101", 50, 60, skoleaar=BEFORE), *school(S1, "6101", "6101", HIDDEN), *closed]
    assert hidden(tmp_path, rows, changing_country()) == {}
    with_another = [*rows, *school(S3, "6101", "6101", (50, 30))]
    assert hidden(tmp_path, with_another, changing_country()) == {(S3, BEFORE): True}
    both_hidden = [*rows, *school(S3, "6101", "6101", (50, 30)), *school(S4, "6101", "", HIDDEN)]
    assert hidden(tmp_path, both_hidden, changing_country()) == {}


def test_a_school_that_has_moved_is_one_of_those_that_it_stood_among(tmp_path: Path) -> None:
    """Its old municipality is 50 of 60 pupils with it, wherever it stands today."""
    rows = [observed("6101", 50, 60, skoleaar=BEFORE), *school(S1, "6101", "6101", HIDDEN)]
    rows += [*school(S2, "6101", "6120", (50, 30)), observed("6120")]
    assert hidden(tmp_path, rows, changing_country()) == {(S2, BEFORE): True}


def test_a_part_of_a_divided_municipality_that_we_shield_ourselves_does_not_follow_from_its_schools(
    tmp_path: Path,
) -> None:
    rows = [observed("6107", 50, 60, skoleaar=BEFORE), observed("6108"), observed("6109")]
    rows += [*school(S1, "6107", "6108", (50, 20)), *school(S2, "6107", "6108", (53, 10))]
    rows += [*school(S3, "6107", "6109", HIDDEN), *school(S4, "6107", "6109", HIDDEN)]
    assert hidden(tmp_path, rows, changing_country()) == {(S2, BEFORE): True}


def test_schools_of_a_half_of_a_merger_that_has_no_cell_are_no_company(tmp_path: Path) -> None:
    """6105 has no row: the figure of 6106 is that of 6104, and gave its one hidden school away beside S3."""
    rows = [observed("6104", 50, 60, skoleaar=BEFORE), observed("6106")]
    rows += [*school(S1, "6104", "6106", HIDDEN), *school(S2, "6104", "6106", (50, 40))]
    rows += school(S3, "6105", "6106", HIDDEN)
    assert hidden(tmp_path, rows, changing_country()) == {(S2, BEFORE): True}


def test_what_is_hidden_in_one_identification_year_is_hidden_in_all_and_gets_company_there_too(tmp_path: Path) -> None:
    """6104 and 6105 are published apart in 2023 and merged in 2025. In 6104 S2 joins S1; in the merged one, where S1
    is alone, S3 is the smallest; and then S3 is alone in 6105 of 2023, and S4 joins it."""
    rows = [observed("6104", 50, 60, skoleaar=BEFORE), observed("6105", 50, 40, skoleaar=BEFORE), observed("6106")]
    rows += [*school(S1, "6104", "6106", HIDDEN), *school(S2, "6104", "6106", (50, 40))]
    rows += [*school(S3, "6105", "6106", (50, 10)), *school(S4, "6105", "6106", (50, 30))]
    assert hidden(tmp_path, rows, changing_country(), [2025]) == {(S3, BEFORE): True}
    assert hidden(tmp_path, rows, changing_country(), [2023, 2025]) == {(orgnr, BEFORE): True for orgnr in (S2, S3, S4)}


def told_of(kommunenr: str, verdi: Shown, antall: Shown, skoleaar: str = AFTER) -> Row:
    """A published correction of a municipality of which the source shows that."""
    row = observed(kommunenr, verdi, antall, skoleaar=skoleaar)
    expected = {f"forvent_{name}": row[name] for name in ("verdi", "verdistatus", "antall")}
    return minimal_row(table("rettelse"), **{name: row[name] for name in table("observasjon").grain}, **expected)


LEFT_OUT = observed("6101", None, 60, rettelse="x")
TOLD: dict[str, tuple[Row, Row, Sequence[Cell], Found]] = {
    "left out, and a single school is hidden": (
        LEFT_OUT, told_of("6101", 50, 60), [HIDDEN, (50, 30), (50, 20)], {(S3, AFTER): True},
    ),
    "left out, and a single number of pupils": (
        observed("6101", None, "*", rettelse="x"), told_of("6101", 50, None), [HIDDEN, (50, 30), (50, 20)],
        {(S3, AFTER): True},
    ),
    "left out, and all are shown": (LEFT_OUT, told_of("6101", 50, 60), [(50, 40), (50, 20)], {}),
    "left out, and two are hidden": (LEFT_OUT, told_of("6101", 50, 60), [HIDDEN, HIDDEN, (50, 20)], {}),
    "flagged, and there is no figure to tell": (
        observed("6101", None, None, rettelse="x"), told_of("6101", None, None), [HIDDEN, (50, 30), (50, 20)], {},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kommune", "told", "schools", "expected"), TOLD.values(), ids=TOLD)
def test_a_figure_that_a_published_correction_tells_gives_no_school_away(
    tmp_path: Path, kommune: Row, told: Row, schools: Sequence[Cell], expected: Found
) -> None:
    rows = [observed(orgnr, *cell, kommunenr="6101") for orgnr, cell in zip((S1, S2, S3), schools, strict=False)]
    assert hidden(tmp_path, [kommune, *rows], changing_country(), told=[told]) == expected


def test_the_figure_of_a_part_that_a_correction_tells_gives_none_of_its_own_schools_away(tmp_path: Path) -> None:
    """In the merged municipality two are hidden, one of each part: S1 follows from what is told of 6104, and S2."""
    rows = [observed("6104", None, 60, skoleaar=BEFORE, rettelse="x"), observed("6105", 50, 40, skoleaar=BEFORE)]
    rows += [observed("6106"), *school(S1, "6104", "6106", HIDDEN), *school(S2, "6104", "6106", (50, 40))]
    rows += [*school(S3, "6105", "6106", (50, 10)), *school(S4, "6105", "6106", HIDDEN)]
    assert hidden(tmp_path, rows, changing_country()) == {}
    told = told_of("6104", 50, 60, BEFORE)
    assert hidden(tmp_path, rows, changing_country(), told=[told]) == {(S2, BEFORE): True}
    pupils_alone = told_of("6104", "*", 60, BEFORE)
    assert hidden(tmp_path, rows, changing_country(), told=[pupils_alone]) == {(S2, BEFORE): False}


def test_the_pupils_of_a_school_whose_figure_is_left_out_do_not_tell_those_of_a_hidden_one(tmp_path: Path) -> None:
    rows = [observed("6101", 50, 60), observed(S1, *HIDDEN, kommunenr="6101")]
    rows += [observed(S2, None, 40, kommunenr="6101", rettelse="x")]
    assert hidden(tmp_path, rows, changing_country()) == {(S2, AFTER): False}


def test_no_cell_follows_in_any_of_many_municipalities(tmp_path: Path) -> None:
    draw = random.Random(7)  # noqa: S311 (reproducible on purpose; nothing is kept secret)
    codes = [f"61{number:02d}" for number in range(1, 61)]
    cells: list[Cell] = [HIDDEN, (50, 10), (50, 20), (50, 20), (50, "*"), (None, 0), (None, "*")]
    rows = []
    for number, kommune in enumerate(codes):
        rows.append(observed(kommune, *draw.choice([HIDDEN, (50, 90), (50, 90), (50, "*")])))
        rows += [
            observed(f"1{number:04d}{school:04d}", *draw.choice(cells), kommunenr=kommune)
            for school in range(draw.randint(2, 6))
        ]
    found = hidden(tmp_path, rows, country([code(each) for each in codes], []))
    assert {True, False} == set(found.values())
    for kommune in codes:
        (own,) = [row for row in rows if row["enhet"] == kommune]
        schools = [row for row in rows if row["nivaa"] == "skole" and row["kommunenr"] == kommune]
        left = {row["enhet"]: found.get((row["enhet"], AFTER)) for row in schools}
        figures = [
            row["verdi"] is not None and not left[row["enhet"]] for row in schools if row["verdistatus"] != "mangler"
        ]
        counts = [row["antall"] is not None and left[row["enhet"]] is None for row in schools if row["antall"] != 0]
        for status, shown in ((own["verdistatus"], figures), (own["antallstatus"], counts)):
            alone = len(shown) == 1  # then there is nothing to hide it with
            assert not shown or alone or (shown.count(False) != 1 if status == "vist" else shown.count(False) > 0)
