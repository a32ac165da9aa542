"""What of a set's windows is there, and the newest identification year that the figures suffice for."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.brudd import Bruddliste, default_breaks, load_breaks_text
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.coverage import (
    Figures,
    missing_cells,
    newest_complete_year,
    preliminary_cells,
    read_cells,
)
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import Item, small_set
from tests.unit.staging.build import Row, Shown, observed

LESING = small_set()
MARKS = {"kilde": "grunnskolepoeng", "indikator": "grunnskolepoeng", "maal": "grunnskolepoeng", "trinn": 10}
MARKS_ONLY = small_set([Item("grunnskolepoeng", "grunnskolepoeng", 10)])
BOTH = small_set([Item(), Item("grunnskolepoeng", "grunnskolepoeng", 10)])
NONE = Bruddliste(brudd=())
NEW_SCALE = load_breaks_text(
    "brudd:\n  - {id: b, kilde: nasjonale_prover, slag: ny_skala, fra_skoleaar: 2025-26, tekst: Ny., referanse: Prøve}",
    "brudd.yaml",
)


def nation(*years: str, verdi: Shown = 50, **fields: object) -> list[Row]:
    return [observed("I", verdi, skoleaar=year, **fields) for year in years]  # type: ignore[arg-type]


def newest(engine: Engine, rows: list[Row], rule_set: RuleSet, breaks: Bruddliste = NONE) -> int | None:
    cells = read_cells(engine, engine.rows(table("observasjon"), rows))
    return newest_complete_year(cells, rule_set, default_catalog(), breaks)


FOUR = ("2021-22", "2022-23", "2023-24", "2024-25")


@pytest.mark.parametrize(
    ("rows", "rule_set", "year"),
    [
        (nation(*FOUR), LESING, 2025),
        (nation(*FOUR[:3]), LESING, 2024),
        # the newest year has a hole or is preliminary: the one before
        ([*nation(*FOUR), *nation("2025-26", forelopig=True)], LESING, 2025),
        ([*nation(*FOUR), *nation("2025-26", verdi="*")], LESING, 2025),
        ([*nation(*FOUR), observed("6101", skoleaar="2025-26")], LESING, 2025),
        ([*nation(*FOUR), *nation("2026-27")], LESING, 2025),
        # marks of three years up to 2023-24 are complete for the spring of 2025
        (nation(*FOUR[:3], **MARKS), MARKS_ONLY, 2025),
        ([*nation(*FOUR), *nation(*FOUR[:3], **MARKS)], BOTH, 2025),
        # newer figures that the set does not ask for move nothing
        ([*nation(*FOUR[:3]), *nation("2024-25", indikator="engelsk")], LESING, 2024),
        # none is complete
        ([], LESING, None),
        (nation(*FOUR, indikator="engelsk"), LESING, None),
        (nation("2023-24", "2024-25"), LESING, None),
        ([*nation("2022-23", "2023-24"), *nation("2024-25", forelopig=True)], LESING, None),
        (nation("2022-23", "2023-24", "2024-25"), BOTH, None),
    ],
)
def test_the_newest_year_with_its_whole_window_shown_and_final(
    engine: Engine, rows: list[Row], rule_set: RuleSet, year: int | None
) -> None:
    assert newest(engine, rows, rule_set) == year


def test_a_year_over_a_break_that_the_set_does_not_permit_is_not_chosen(engine: Engine) -> None:
    rows = nation(*FOUR, "2025-26")
    assert newest(engine, rows, LESING, NEW_SCALE) == 2025
    assert newest(engine, rows, small_set(brudd=["b"], breaks=NEW_SCALE), NEW_SCALE) == 2026
    assert newest(engine, nation(*FOUR[:3]), LESING, default_breaks()) is None, "withdrawn figures are in the window"


def test_a_set_that_makes_its_own_national_limit_asks_for_municipalities_and_a_percentile_for_both(
    engine: Engine,
) -> None:
    years = ("2022-23", "2023-24", "2024-25")
    kommuner = [observed("6101", skoleaar=year) for year in years]
    percentile = small_set([Item(metode="persentil", verdi="10")])
    assert newest(engine, kommuner, small_set(nasjonal_grense="beregn")) == 2025
    assert newest(engine, kommuner, LESING) is None
    assert newest(engine, nation(*years), percentile) is None
    assert newest(engine, [*nation(*years), *kommuner], percentile) == 2025


def test_what_is_there_of_a_cell_is_its_nation_its_municipalities_and_whether_they_are_preliminary(
    engine: Engine,
) -> None:
    rows = [
        *nation("2022-23"), observed("6101", skoleaar="2022-23", forelopig=True),
        *nation("2023-24", verdi="*"), observed("6101", skoleaar="2023-24", forelopig=True),
        *nation("2024-25", verdi=None), *nation("2025-26", verdi="*"),
    ]  # fmt: skip
    cells = read_cells(engine, engine.rows(table("observasjon"), rows))
    by_year = {skoleaar: facts for (_, _, _, skoleaar), facts in cells.items()}
    assert by_year == {
        "2022-23": Figures(landet=True, kommuner=True, forelopig=False),
        "2023-24": Figures(landet=False, kommuner=True, forelopig=True),
        "2025-26": Figures(landet=False, kommuner=False, forelopig=False),
    }, "what has no figure at all is not there"
    request = Request(2026, LESING, default_catalog())
    assert [cell[3] for cell in missing_cells(cells, request)] == ["2023-24", "2024-25", "2025-26"]
    assert [cell[3] for cell in preliminary_cells(cells, request)] == ["2023-24"]
