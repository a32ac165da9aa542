"""Cells that are moved, merged and divided in the second computation, each worked out by hand.

The country is `changing_country`: 6104 and 6105 merge into 6106, 6107 is divided into 6108 and 6109, 6110 into 6111
and, with the whole of 6113, 6112; 6102 becomes 6202.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.engine import Engine, open_engine
from oppfolging_pipeline.identification.etterregning.lesing import records
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.model import RuleSet
from tests.support.decision import decide_again
from tests.support.golden_sets import Item, small_set
from tests.unit.identification.etterregning.build import Row, lake_of
from tests.unit.register.country import change, code, country
from tests.unit.staging.build import Shown, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country
from tests.unit.staging.left_out import IN_6108, LEFT_OUT_OF_A_DIVISION, LEFT_OUT_OF_A_MERGER, Cell, Part

YEARS = ("2022-23", "2023-24", "2024-25")
S1, S2, S3, S4 = "100000001", "100000002", "100000003", "100000004"
UNKNOWN: Cell = ("kan_ikke_bygges", None, None, True)
NOTHING: Cell = ("mangler", None, None, True)
NO_ROW: Cell = ("mangler", None, None, False)
BULLIED: dict[str, Any] = {"kilde": "elevundersokelsen", "indikator": "mobbing", "maal": "andel_mobbet", "trinn": 7}
TOOK_PART = {**BULLIED, "indikator": "deltakelse", "maal": "andel_deltatt"}
BULLYING = small_set([Item("mobbing", "andel_mobbet", 7, verdi="5")], min_aar=1)


@dataclass
class Again:
    """The second computation's cells of municipalities, and who was judged."""

    rows: Sequence[Row]
    register: Register = field(default_factory=changing_country)
    rule_set: RuleSet = field(default_factory=lambda: small_set(min_aar=1))

    def decide(self, engine: Engine, folder: Path) -> None:
        of = {(row["kilde"], row["indikator"], row["maal"], row["trinn"]) for row in self.rows}
        national = [
            observed("I", 50, 900, skoleaar=year, kilde=kilde, indikator=indikator, maal=maal, trinn=trinn)
            for kilde, indikator, maal, trinn in sorted(of)
            for year in YEARS
        ]
        tables = decide_again(
            lake_of(engine, folder, [*national, *self.rows], self.register, rule_set=self.rule_set)
        ).tabeller
        rows = [row for row in records(tables["vurdering"]) if row["nivaa"] == "kommune"]
        self.reasons = {(row["enhet"], row["skoleaar"]): row["ikke_bygd_grunn"] for row in rows}
        self.cells = {
            (row["enhet"], row["skoleaar"]): (
                row["verdistatus"],
                None if row["verdi"] is None else row["verdi"] / 1000,
                row["antall"],
                row["beregnet"],
            )
            for row in rows
        }
        schools = tables["rangering_skole"]
        self.stands = dict(zip(schools["orgnr"], schools["kommunenr"], strict=True))


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine() as opened:
        yield opened


def again(engine: Engine, folder: Path, rows: Sequence[Row], **more: Any) -> Again:
    one = Again(rows, **more)
    one.decide(engine, folder)
    return one


def both_parts(a: tuple[Shown, Shown], b: tuple[Shown, Shown], **kind: Any) -> list[Row]:
    return [observed(code, *cell, skoleaar=BEFORE, **kind) for code, cell in (("6104", a), ("6105", b))]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # (48 · 30 + 52 · 10) / 40 = 49; (48 · 10 + 49 · 10) / 20 = 48,5: half up; (48 · 51 + 49 · 49) / 100 = 48,49
        ((48, 30), (52, 10), ("vist", 49, 40, True)),
        ((48, 10), (49, 10), ("vist", 49, 20, True)),
        ((48, 51), (49, 49), ("vist", 48, 100, True)),
        # the other part is of nobody
        ((48, 30), (None, 0), ("vist", 48, 30, True)),
        ((48, 30), (None, None), ("vist", 48, 30, True)),
        ((48, 30), ("*", 0), ("vist", 48, 30, True)),
        # somebody in the other part, and no figure or no weight
        ((48, 30), ("*", "*"), UNKNOWN),
        ((48, 30), ("*", 10), UNKNOWN),
        ((48, 30), (None, 10), UNKNOWN),
        ((48, 30), (None, "*"), UNKNOWN),
        ((48, 30), (52, "*"), UNKNOWN),
        ((48, 30), (52, None), UNKNOWN),
        ((None, 0), (None, None), NOTHING),
    ],
)
def test_a_merger(engine: Engine, tmp_path: Path, a: Any, b: Any, expected: Cell) -> None:
    found = again(engine, tmp_path, both_parts(a, b))
    assert found.cells["6106", BEFORE] == expected
    assert found.reasons["6106", BEFORE] == (expected == UNKNOWN)


def test_a_figure_that_is_moved_stands_as_the_source_has_it(engine: Engine, tmp_path: Path) -> None:
    rows = [observed("6102", "*", 12, skoleaar=BEFORE), observed("6102", 48, "*", skoleaar="2023-24")]
    found = again(engine, tmp_path, [*rows, observed("6104", 47, None, skoleaar=BEFORE)])
    assert found.cells["6202", BEFORE] == ("skjermet", None, 12, False)
    assert found.cells["6202", "2023-24"] == ("vist", 48, None, False)
    assert found.cells["6106", BEFORE] == ("vist", 47, None, False)  # of 6105 there is no row of that year


@pytest.mark.parametrize(
    ("took_part", "expected"),
    [
        # 10,0 of 10 and 0,0 of 30 with numerators 1 and 0: (10 · 10 + 0 · 30) / 40 = 2,5, and 1 was bullied
        ((10, 30), ("vist", 2.5, 1, True)),
        ((10, 0), ("vist", 10, 1, True)),  # nobody took part in the other: said by the weight
        ((10, "*"), UNKNOWN),
        ((10, None), UNKNOWN),
        (None, UNKNOWN),  # no such table: a numerator is no weight, nor is numerator ÷ share
    ],
)
def test_a_merger_of_shares_is_weighed_by_those_who_took_part(
    engine: Engine, tmp_path: Path, took_part: Any, expected: Cell
) -> None:
    rows = both_parts((10, 1), (0, 0), **BULLIED)
    if took_part:
        rows += both_parts((90, took_part[0]), (90, took_part[1]), **TOOK_PART)
    found = again(engine, tmp_path, [*rows, *_somebody(BULLIED)], rule_set=BULLYING)
    assert found.cells["6106", BEFORE] == expected


def test_a_share_of_nobody_bullied_is_a_good_figure_with_its_pupils_known_or_not(
    engine: Engine, tmp_path: Path
) -> None:
    found = again(engine, tmp_path, [observed("6102", 0, 0, skoleaar=BEFORE, **BULLIED), *_somebody(BULLIED)],
                  rule_set=BULLYING)  # fmt: skip
    assert found.cells["6202", BEFORE] == ("vist", 0, 0, False)


def test_somebody_took_part_where_there_is_no_figure_at_all(engine: Engine, tmp_path: Path) -> None:
    rows = [observed("6104", 10, 1, skoleaar=BEFORE, **BULLIED)]
    rows += both_parts((90, 10), (90, 30), **TOOK_PART)
    found = again(engine, tmp_path, [*rows, *_somebody(BULLIED)], rule_set=BULLYING)
    assert found.cells["6106", BEFORE] == UNKNOWN


def _somebody(kind: dict[str, Any]) -> list[Row]:
    return [observed("6101", 10, 2, skoleaar=year, **kind) for year in YEARS]


def school(orgnr: str, after: str, verdi: Shown, antall: Shown, before: str = "6107", **kind: Any) -> list[Row]:
    """A school before the change, and where it stands after it (empty: it is gone)."""
    rows = [observed(orgnr, verdi, antall, kommunenr=before, skoleaar=BEFORE, **kind)]
    return [*rows, observed(orgnr, kommunenr=after, **kind)] if after else rows


WHOLE = observed("6107", 50, 45, skoleaar=BEFORE)
TWO = [*school(S1, "6108", 50, 20), *school(S2, "6108", 53, 10)]  # (50 · 20 + 53 · 10) / 30 = 51
ONE = school(S3, "6109", 47, 15)
IN_6109: Cell = ("vist", 47, 15, True)


@pytest.mark.parametrize(
    ("rows", "in_6108", "in_6109"),
    [
        ([WHOLE, *TWO, *ONE], IN_6108, IN_6109),
        # the whole's own star does not matter
        ([observed("6107", "*", "*", skoleaar=BEFORE), *TWO, *ONE], IN_6108, IN_6109),
        # what one part hides concerns that part alone
        ([WHOLE, *TWO, *school(S3, "6109", "*", "*")], IN_6108, UNKNOWN),
        ([WHOLE, *TWO, *school(S3, "6109", 47, "*")], IN_6108, UNKNOWN),
        ([WHOLE, *TWO, *school(S3, "6109", None, 15)], IN_6108, UNKNOWN),
        # who stands nowhere, or in a third one, may have stood in any part
        ([WHOLE, *TWO, *school(S3, "", 47, 15)], UNKNOWN, UNKNOWN),
        ([WHOLE, *TWO, *school(S3, "6101", 47, 15)], UNKNOWN, UNKNOWN),
        ([WHOLE, *TWO, *school(S3, "2599", "*", "*")], UNKNOWN, UNKNOWN),
        # but not one of nobody
        ([observed("6107", 51, 30, skoleaar=BEFORE), *TWO, *school(S3, "6101", None, 0)], IN_6108, NO_ROW),
        # a school is lacking: whose, nobody knows
        ([WHOLE, *TWO], UNKNOWN, UNKNOWN),
        ([observed("6107", 51, 30, skoleaar=BEFORE), *TWO], IN_6108, NO_ROW),
        ([WHOLE], UNKNOWN, UNKNOWN),
        ([observed("6107", "*", "*", skoleaar=BEFORE)], UNKNOWN, UNKNOWN),
        ([observed("6107", None, 0, skoleaar=BEFORE)], NO_ROW, NO_ROW),
    ],
)
def test_a_division(engine: Engine, tmp_path: Path, rows: list[Row], in_6108: Cell, in_6109: Cell) -> None:
    found = again(engine, tmp_path, rows)
    assert (found.cells["6108", BEFORE], found.cells["6109", BEFORE]) == (in_6108, in_6109)


def test_a_part_that_another_went_whole_into_is_built_of_the_schools_of_both(engine: Engine, tmp_path: Path) -> None:
    rows = [observed("6110", 50, 30, skoleaar=BEFORE), observed("6113", 40, 10, skoleaar=BEFORE)]
    rows += [*school(S1, "6111", 48, 10, "6110"), *school(S2, "6112", 51, 20, "6110")]
    # (51 · 20 + 40 · 10) / 30 = 47,33
    found = again(engine, tmp_path, [*rows, *school(S3, "6112", 40, 10, "6113")])
    assert found.cells["6111", BEFORE] == ("vist", 48, 10, True)
    assert found.cells["6112", BEFORE] == ("vist", 47, 30, True)
    found = again(engine, tmp_path / "2", [*rows, *school(S3, "6101", 40, 10, "6113")])
    assert (found.cells["6111", BEFORE], found.cells["6112", BEFORE]) == (("vist", 48, 10, True), UNKNOWN)


def test_shares_of_schools_are_weighed_by_those_who_took_part(engine: Engine, tmp_path: Path) -> None:
    rows = [observed("6107", 5, 2, skoleaar=BEFORE, **BULLIED), observed("6107", 90, 40, skoleaar=BEFORE, **TOOK_PART)]
    for orgnr, after, share, bullied, there in ((S1, "6108", 10, 2, 20), (S2, "6108", 0, 0, 20), (S3, "6109", 0, 0, 0)):
        rows += school(orgnr, after, share, bullied, **BULLIED)
        rows += school(orgnr, after, 90, there, **TOOK_PART)
    found = again(engine, tmp_path, [*rows, *_somebody(BULLIED)], rule_set=BULLYING)
    assert found.cells["6108", BEFORE] == ("vist", 5, 2, True)
    assert found.cells["6109", BEFORE] == NOTHING


@pytest.mark.parametrize(("a", "b", "expected"), LEFT_OUT_OF_A_MERGER.values(), ids=LEFT_OUT_OF_A_MERGER)
def test_what_a_correction_leaves_out_of_a_merger(
    engine: Engine, tmp_path: Path, a: Part, b: Part, expected: Cell
) -> None:
    rows = both_parts(a[:2], b[:2])
    for row, part in zip(rows, (a, b), strict=True):
        row["rettelse"] = part[2]
    assert again(engine, tmp_path, rows).cells["6106", BEFORE] == expected


@pytest.mark.parametrize(("whole", "in_6109", "expected"), LEFT_OUT_OF_A_DIVISION.values(), ids=LEFT_OUT_OF_A_DIVISION)
def test_what_a_correction_leaves_out_of_a_division(
    engine: Engine, tmp_path: Path, whole: Part, in_6109: Part, expected: tuple[Cell, Cell]
) -> None:
    rows = [observed("6107", *whole[:2], skoleaar=BEFORE, rettelse=whole[2]), *TWO]
    rows += [observed(S3, *in_6109[:2], kommunenr="6107", skoleaar=BEFORE, rettelse=in_6109[2])]
    found = again(engine, tmp_path, [*rows, observed(S3, kommunenr="6109")])
    assert (found.cells["6108", BEFORE], found.cells["6109", BEFORE]) == expected


# 6107 is divided into 6109 and another that has its number or not, between the autumn of the figures and the day.
LATE = "2025-01-01"


@pytest.mark.parametrize("keeps", ["6107", "6108"])
@pytest.mark.parametrize(
    ("later", "cells", "stands"),
    [
        # the autumn's own rows tell nothing, also under the number that was kept
        ({}, (UNKNOWN, UNKNOWN), {}),
        # a row of the year after tells of both schools, and of one
        ({S1: "keeps", S2: "6109"}, (("vist", 48, 20, True), ("vist", 53, 10, True)), {S1: "keeps", S2: "6109"}),
        ({S1: "keeps"}, (UNKNOWN, UNKNOWN), {S1: "keeps"}),
    ],
)
def test_a_division_after_the_figures_is_not_guessed_whether_a_part_keeps_the_number_or_not(
    engine: Engine, tmp_path: Path, keeps: str, later: dict[str, str], cells: tuple[Cell, Cell], stands: dict[str, str]
) -> None:
    codes = [code("6101"), code("6107", end=LATE), code(keeps, LATE), code("6109", LATE)]
    register = country(codes, [change(LATE, "6107", keeps), change(LATE, "6107", "6109")])
    rows = [observed("6101", skoleaar=year) for year in YEARS]
    rows += [observed("6107", 50, 30), observed(S1, 48, 20, kommunenr="6107"), observed(S2, 53, 10, kommunenr="6107")]
    rows.append(observed(S4, kommunenr="6101"))
    told = {"keeps": keeps}
    rows += [observed(orgnr, kommunenr=told.get(place, place), skoleaar="2025-26") for orgnr, place in later.items()]
    rows += [observed("I", 50, 900, skoleaar="2025-26")] if later else []
    found = again(engine, tmp_path, rows, register=register)
    assert (found.cells[keeps, AFTER], found.cells["6109", AFTER]) == cells
    assert found.stands == {S4: "6101"} | {orgnr: told.get(place, place) for orgnr, place in stands.items()}
