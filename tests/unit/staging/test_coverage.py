"""The newest identification year that the figures suffice for, and what is said when there is none."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.coverage import national_cells, newest_complete_year
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import Item, small_set
from tests.unit.staging.build import Row, Shown, observed

LESING = small_set()
MARKS = {"kilde": "grunnskolepoeng", "indikator": "grunnskolepoeng", "maal": "grunnskolepoeng", "trinn": 10}
MARKS_ONLY = small_set([Item("grunnskolepoeng", "grunnskolepoeng", 10)])
BOTH = small_set([Item(), Item("grunnskolepoeng", "grunnskolepoeng", 10)])


def nation(*years: str, verdi: Shown = 50, **fields: object) -> list[Row]:
    return [observed("I", verdi, skoleaar=year, **fields) for year in years]  # type: ignore[arg-type]


def newest(engine: Engine, rows: list[Row], rule_set: RuleSet) -> int:
    catalog = default_catalog()
    return newest_complete_year(national_cells(engine, engine.rows(table("observasjon"), rows)), rule_set, catalog)


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
    ],
)
def test_the_newest_year_with_its_whole_window_shown_and_final(
    engine: Engine, rows: list[Row], rule_set: RuleSet, year: int
) -> None:
    assert newest(engine, rows, rule_set) == year


@pytest.mark.parametrize(
    ("rows", "rule_set", "said", "do"),
    [
        ([], LESING, r"\(no national figure at all\)", "run `oppfolging fetch`"),
        # not one figure of the set: what the newest year would need
        (
            nation(*FOUR, indikator="engelsk"),
            LESING,
            r"\(3 missing for 2025: lesing skalapoeng trinn 5 2022-23; .*\)",
            "`oppfolging fetch --years 2022-23,2023-24,2024-25`",
        ),
        (
            nation("2023-24", "2024-25"),
            LESING,
            r"\(1 missing for 2025: lesing skalapoeng trinn 5 2022-23\)",
            "`oppfolging fetch --years 2022-23`",
        ),
        (
            [*nation("2022-23", "2023-24"), *nation("2024-25", forelopig=True)],
            LESING,
            r"\(1 missing for 2025: lesing skalapoeng trinn 5 2024-25 \(preliminary\)\)",
            "`--uttrekk 2025` uses its preliminary figures",
        ),
        (
            nation("2022-23", "2023-24", "2024-25"),
            BOTH,
            r"\(3 missing for 2025: grunnskolepoeng grunnskolepoeng trinn 10 2021-22; .* 2023-24\)",
            "`oppfolging fetch --years 2021-22,2022-23,2023-24`",
        ),
    ],
)
def test_no_complete_year_names_what_the_nearest_one_lacks(
    engine: Engine, rows: list[Row], rule_set: RuleSet, said: str, do: str
) -> None:
    with pytest.raises(PermanentError, match=said) as caught:
        newest(engine, rows, rule_set)
    assert do in str(caught.value) and "--rules" in str(caught.value)


def test_a_long_list_of_what_is_lacking_is_cut_and_says_so(engine: Engine) -> None:
    many = small_set([Item(key, trinn=trinn) for key in ("lesing", "regning", "engelsk") for trinn in (5, 8)])
    with pytest.raises(PermanentError, match=r"17 missing for 2025: .*; …\)"):
        newest(engine, nation("2024-25"), many)
