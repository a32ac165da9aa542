"""A school year against the one before, and against what is needed of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oppfolging_pipeline.sources.drift_figures import compare, figures_of_year, missing_cells
from oppfolging_pipeline.sources.live import Limit, YearOnYear, live
from oppfolging_pipeline.sources.parsed import ParsedFile, figures_of
from oppfolging_pipeline.sources.year_figures import YearFigures

LIMITS = YearOnYear(rader=Limit(advarsel=0.1, kritisk=0.4), skjermet=Limit(advarsel=0.1, kritisk=0.3))
Cell = tuple[str, str, str, str, int, str]
NATION: Cell = ("nasjonalt", "I", "lesing", "skalapoeng", 5, "vist")
PLACE: Cell = ("kommune", "6101", "lesing", "skalapoeng", 5, "skjermet")


def parsed(*cells: Cell) -> ParsedFile:
    names = ("nivaa", "enhet", "indikator", "maal", "trinn", "verdistatus")
    columns: dict[str, object] = {name: [cell[at] for cell in cells] for at, name in enumerate(names)}
    constants = {
        "kilde": "nasjonale_prover", "skoleaar": "2024-25", "fylkesnr": None, "kommunenr": None, "enhetsnavn": "Sted",
        "antall": None, "antallstatus": "mangler", "forelopig": False, "brudd": None, "kolonne": "Skalapoeng",
    }  # fmt: skip
    values = [Decimal(49) if cell[-1] == "vist" else None for cell in cells]
    figures = figures_of({**constants, **columns, "verdi": values, "rad": list(range(len(cells)))})
    return ParsedFile("pivot", "nasjonale_prover", figures, len(cells))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], YearFigures(0, 0, 0)),
        ([parsed(NATION, PLACE)], YearFigures(2, 2, 1)),
        ([parsed(NATION), parsed(PLACE)], YearFigures(2, 2, 1)),
        ([parsed(NATION, (*NATION[:4], 8, "vist"))], YearFigures(1, 2, 0)),
        ([parsed(NATION, PLACE), parsed(PLACE)], YearFigures(2, 2, 1)),
        ([parsed(NATION, (*PLACE[:5], "mangler"))], YearFigures(2, 1, 0)),
        ([parsed(("fylke", "61", *NATION[2:]), ("kommune", "61", *NATION[2:]))], YearFigures(2, 2, 0)),
    ],
    ids=["none", "one file", "two files", "two grades", "a cell twice", "no figure", "equal codes of two levels"],
)
def test_units_figures_and_shielded_ones_are_counted_once(files: list[ParsedFile], expected: YearFigures) -> None:
    assert figures_of_year(files) == expected


BEFORE = YearFigures(1000, 1000, 300)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (BEFORE, []),
        (YearFigures(1100, 1000, 300), []),
        (YearFigures(900, 1000, 300), []),
        (YearFigures(1101, 1000, 300), [("advarsel", "radtall_langt_fra")]),
        (YearFigures(600, 1000, 300), [("advarsel", "radtall_langt_fra")]),
        (YearFigures(599, 1000, 300), [("kritisk", "radtall_langt_fra")]),
        (YearFigures(1000, 1000, 400), []),
        (YearFigures(1000, 1000, 401), [("advarsel", "skjerming_langt_fra")]),
        (YearFigures(1000, 1000, 199), [("advarsel", "skjerming_langt_fra")]),
        (YearFigures(1000, 1000, 601), [("kritisk", "skjerming_langt_fra")]),
        (YearFigures(0, 0, 0), [("kritisk", "radtall_langt_fra"), ("advarsel", "skjerming_langt_fra")]),
    ],
)
def test_a_change_is_told_from_its_declared_limit_on(now: YearFigures, expected: list[tuple[str, str]]) -> None:
    drifts = compare("nasjonale_prover", "2024-25", now, ("2023-24", BEFORE), LIMITS)
    assert [(drift.alvorlighet, drift.kode) for drift in drifts] == expected


@pytest.mark.parametrize(("lost", "expected"), [(40, []), (60, ["advarsel"]), (210, ["kritisk"])])
def test_a_fifth_that_is_gone_stops_the_source_as_it_is_declared(lost: int, expected: list[str]) -> None:
    """The national tests moved by at most 2 per cent: a county that is gone is more than that."""
    declared = live().endring_fra_aaret_for
    for now in (YearFigures(1000 - lost, 1000, 300), YearFigures(1000, 1000, 300 + lost)):
        drifts = compare("nasjonale_prover", "2024-25", now, ("2023-24", BEFORE), declared)
        assert [drift.alvorlighet for drift in drifts] == expected


def test_both_numbers_and_both_years_are_named() -> None:
    now = YearFigures(500, 500, 400)
    units, shielded = compare("nasjonale_prover", "2024-25", now, ("2023-24", YearFigures(2467, 1000, 300)), LIMITS)
    assert units.finding.found == "500 units in 2024-25 against 2 467 in 2023-24"
    assert units.finding.expected == "a change of at most 40.0 per cent"
    assert shielded.finding.found == "80.0 per cent of the figures shielded in 2024-25 against 30.0 per cent in 2023-24"
    assert shielded.finding.expected == "a change of at most 30 percentage points"
    assert units.finding.key == "nasjonale_prover 2024-25"


@pytest.mark.parametrize("before", [None, ("2023-24", YearFigures(0, 0, 0))])
def test_without_a_year_before_no_number_of_units_is_far_from_it(before: tuple[str, YearFigures] | None) -> None:
    drifts = compare("nasjonale_prover", "2024-25", YearFigures(1000, 1000, 50), before, LIMITS)
    assert drifts == []


def test_what_has_no_figure_at_all_is_told_one_by_one() -> None:
    expected = [("lesing", "skalapoeng", 5), ("lesing", "skalapoeng", 8), ("regning", "skalapoeng", 5)]
    empty = (*NATION[:4], 8, "mangler")
    drifts = missing_cells([parsed(NATION, empty), parsed(PLACE)], expected)
    assert [(drift.alvorlighet, drift.kode, drift.finding.key) for drift in drifts] == [
        ("kritisk", "maal_mangler", "lesing, skalapoeng, grade 8"),
        ("kritisk", "maal_mangler", "regning, skalapoeng, grade 5"),
    ]
    assert drifts[0].finding.found == "no figure (there are: lesing, skalapoeng, grade 5)"


def test_a_measure_that_is_shielded_everywhere_is_there() -> None:
    assert missing_cells([parsed(PLACE)], [("lesing", "skalapoeng", 5)]) == []


def test_without_a_file_everything_is_missing() -> None:
    (drift,) = missing_cells([], [("lesing", "skalapoeng", 5)])
    assert drift.finding.found == "no figure (there are: none)"
