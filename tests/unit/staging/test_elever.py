"""The pupils behind a figure whose own count is a numerator: those of the participation table, or nobody knows.

The figures are of mobbing on 7. trinn. `school` and `kommune` give what the table of mobbing says (the share and those
who were bullied) and then how many answered by the participation table; a count of None has no row there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.harmonisering import Request
from tests.support.golden_sets import Item, small_set
from tests.unit.staging.build import Harmonised, Row, Shown, harmonised, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country

S1, S2, S3 = "100000001", "100000002", "100000003"
SET = small_set([Item("mobbing", "andel_mobbet", 7)])
KIND = {"kilde": "elevundersokelsen", "trinn": 7}
UNKNOWN = ("kan_ikke_bygges", None, None, True)


def unit(enhet: str, share: Shown, bullied: Shown, answered: Shown, *, kommunenr: str = "") -> list[Row]:
    of = {**KIND, "skoleaar": BEFORE, "kommunenr": kommunenr}
    rows = [] if share is bullied is None else [observed(enhet, share, bullied, **of, **MOBBING)]
    return rows if answered is None else [*rows, observed(enhet, 90, answered, **of, **DELTAKELSE)]


MOBBING = {"indikator": "mobbing", "maal": "andel_mobbet"}
DELTAKELSE = {"indikator": "deltakelse", "maal": "andel_deltatt"}


def found_of(engine: Engine, folder: Path, rows: list[Row]) -> Harmonised:
    return harmonised(engine, folder, rows, changing_country(), rule_set=SET)


@pytest.mark.parametrize(
    ("b", "expected", "why"),
    [
        # (10,0 · 100 + 4,0 · 50) / 150 = 8,0: by the numerators, 10 and 2, it would be 9,0
        ((4, 2, 50), ("vist", 8.0, 12, True), None),
        # nobody was bullied of 50: 1000 / 150 = 6,67; as a weight the numerator would have left the municipality out
        ((0, 0, 50), ("vist", 6.7, 10, True), None),
        # one in whose count nobody can see how many were bullied: the share is shown all the same
        ((4, "*", 50), ("vist", 8.0, None, True), None),
        # nobody took part, and that is said by the participation table
        ((None, None, 0), ("vist", 10.0, 10, True), None),
        ((None, 0, 0), ("vist", 10.0, 10, True), None),
        ((None, None, None), ("vist", 10.0, 10, True), None),
        # nobody knows how many answered
        ((4, 2, None), UNKNOWN, "elevtall"),
        ((0, 0, None), UNKNOWN, "elevtall"),
        ((4, 2, "*"), UNKNOWN, "elevtall"),
        # some answered, and there is no share
        ((None, None, 50), UNKNOWN, "ikke noe tall"),
        ((None, None, "*"), UNKNOWN, "ikke noe tall"),
        ((None, 0, None), UNKNOWN, "ikke noe tall"),
        (("*", "*", 50), UNKNOWN, "skjermet"),
    ],
)
def test_a_merger_of_shares_is_weighted_by_those_who_answered(
    engine: Engine, tmp_path: Path, b: tuple[Shown, Shown, Shown], expected: tuple[object, ...], why: str | None
) -> None:
    # Another figure of 6105 that year makes it a part, also where the survey has no row of it on this grade.
    other = observed("6105", skoleaar=BEFORE, **{**KIND, "trinn": 10}, **MOBBING)
    found = found_of(engine, tmp_path, [*unit("6104", 10, 10, 100), *unit("6105", *b), other])
    assert found.cell("6106", BEFORE, "mobbing", 7) == expected
    assert (why or "") in (found.grunn("6106", BEFORE, "mobbing", 7) or "")


@pytest.mark.parametrize("answered", [145, "*", None])
def test_a_share_that_is_moved_stands_whatever_is_known_of_those_who_answered(
    engine: Engine, tmp_path: Path, answered: Shown
) -> None:
    rows = unit("6102", 4.8, 7, answered)
    found = found_of(engine, tmp_path, [*rows, *unit(S1, 0, 0, answered, kommunenr="6102")])
    assert found.cell("6202", BEFORE, "mobbing", 7) == ("vist", 4.8, 7, False)


def test_a_count_alone_is_no_cell(engine: Engine, tmp_path: Path) -> None:
    rows = [*unit("6102", None, None, 145), observed(S1, kommunenr="6101", **KIND, **MOBBING)]
    found = found_of(engine, tmp_path, [*rows, *unit(S1, None, None, 20, kommunenr="6101")])
    assert found.cell("6202", BEFORE, "mobbing", 7) == ("mangler", None, None, False)
    assert found.cell(S1, BEFORE, "mobbing", 7) == ("mangler", None, None, False)


def division(whole: Shown, *schools: tuple[Shown, Shown, Shown]) -> list[Row]:
    """6107 with those who answered in it; its first two schools stand in 6108 afterwards, the third in 6109."""
    rows = unit("6107", 5, 5, whole)
    for orgnr, part, figures in zip((S1, S2, S3), ("6108", "6108", "6109"), schools, strict=True):
        rows += unit(orgnr, *figures, kommunenr="6107")
        rows.append(observed(orgnr, kommunenr=part, skoleaar=AFTER, **KIND, **MOBBING))
    return rows


@pytest.mark.parametrize(
    ("rows", "in_6108", "in_6109"),
    [
        # (10,0 · 30 + 0,0 · 10) / 40 = 7,5 with 3 of 40; the numerators do not add up to the whole's, the answers do
        (division(60, (10, 3, 30), (0, 0, 10), (10, 2, 20)), ("vist", 7.5, 3, True), ("vist", 10.0, 2, True)),
        (division("*", (10, 3, 30), (0, 0, 10), (10, 2, 20)), ("vist", 7.5, 3, True), ("vist", 10.0, 2, True)),
        # ten who answered are in no school
        (division(70, (10, 3, 30), (0, 0, 10), (10, 2, 20)), UNKNOWN, UNKNOWN),
        # a school of those who answered has no share: it has no row in the table of mobbing
        (division(60, (10, 3, 30), (None, None, 10), (10, 2, 20)), UNKNOWN, ("vist", 10.0, 2, True)),
        (division(60, (10, 3, 30), (0, 0, "*"), (10, 2, 20)), UNKNOWN, ("vist", 10.0, 2, True)),
        # an archive from before the participation table
        (division(None, (10, 3, None), (0, 0, None), (10, 2, None)), UNKNOWN, UNKNOWN),
    ],
)
def test_a_part_of_a_division_is_weighted_by_those_who_answered_in_its_schools(
    engine: Engine, tmp_path: Path, rows: list[Row], in_6108: tuple[object, ...], in_6109: tuple[object, ...]
) -> None:
    found = found_of(engine, tmp_path, rows)
    assert [found.cell(part, BEFORE, "mobbing", 7) for part in ("6108", "6109")] == [in_6108, in_6109]


def test_results_are_made_of_the_weights_too() -> None:
    """The digest of a result's figures, and the contents that it is traced to, change with the weights."""
    request = Request(2025, small_set([Item("mobbing", "andel_mobbet", 7), Item()]), default_catalog())
    of_newest = [figure for figure in request.figures() if figure[4] == "2024-25"]
    assert of_newest == [
        ("elevundersokelsen", "deltakelse", "andel_deltatt", 7, "2024-25"),
        ("elevundersokelsen", "mobbing", "andel_mobbet", 7, "2024-25"),
        ("nasjonale_prover", "lesing", "skalapoeng", 5, "2024-25"),
    ]
    assert len(request.figures()) == 9
