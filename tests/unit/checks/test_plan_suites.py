"""The suites of plan and reports on what the rules make of a cohort, at every kind of day.

Belongs here: that what is right passes, whatever the day and whoever takes part. Does not belong here: spoiled data
(`tests.mutation`), where there is only one day.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.audited import ToAudit, targets_of
from checks.catalogue import Beside, Facts
from checks.runner import run_checks
from oppfolging_pipeline.cohorts import kontrollgrunnlag
from oppfolging_pipeline.cohorts.dagen import planer
from oppfolging_pipeline.cohorts.faseplan import fase_for
from oppfolging_pipeline.cohorts.rapportering import rapportering_rader
from oppfolging_pipeline.engine import StagedFile
from oppfolging_pipeline.rules.faseplan import default_faseplan
from oppfolging_pipeline.tables.model import table
from tests.support.declared import minimal_row, write_parquet

Row = dict[str, Any]
PLAN, REPORTS = "pulje_faseplan", "rapportering"
FACTS = {
    "halvaarsplan": Facts(*kontrollgrunnlag.halvaarsplan(default_faseplan())),
    "rapportplan": Facts(*kontrollgrunnlag.rapportplan(default_faseplan())),
}
STANDS = {"6101": "identifisert", "6102": "deltar", "6103": "takket nei", "6104": "fullført"}
DAYS = {
    "before the first term": date(2024, 3, 1),
    "the day that a report falls due": date(2026, 7, 1),
    "its deadline": date(2026, 7, 31),
    "the day after": date(2026, 8, 1),
    "after all": date(2029, 1, 1),
}


def made(per: date) -> dict[str, list[Row]]:
    """Two cohorts seen from that day, with their plans and reports."""
    members = [
        minimal_row(
            table("pulje_kommune"), pulje=pulje, kommunenr=code, deltakelse=stands, fase=fase_for(stands, pulje, per)
        )
        for pulje in (2024, 2025)
        for code, stands in STANDS.items()
    ]
    return {"pulje_kommune": members, PLAN: planer(members, per), REPORTS: rapportering_rader(members, per)}


def failing(folder: Path, key: str, tables: dict[str, list[Row]], per: date | None = None) -> set[str]:
    """The checks of the table's suite that fail, beside the others.

    `per` is the day that they are seen from, as a run knows it; None as when they are checked by hand.
    """
    files = {
        name: write_parquet(folder / f"{name}.parquet", table(name).columns, rows) for name, rows in tables.items()
    }
    staged = StagedFile(table(key), files[key], files[key], len(tables[key]))
    facts = {**FACTS, "sett_fra_dag": Facts(*kontrollgrunnlag.sett_fra_dag(per))}
    beside = Beside({name: [file] for name, file in files.items()}, facts)
    (outcomes,) = run_checks(targets_of([ToAudit.one(staged)]), folder / "neste", beside)
    return {one.kontroll for one in outcomes if not one.passed}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("key", [PLAN, REPORTS])
def test_what_the_rules_make_passes_on_every_day(tmp_path, key, day):
    assert failing(tmp_path, key, made(DAYS[day]), DAYS[day]) == set()


@pytest.mark.parametrize("key", [PLAN, REPORTS])
def test_what_is_right_of_some_day_passes_by_hand_and_not_in_a_run_of_another_day(tmp_path, key):
    tables = made(date(2026, 7, 1))
    assert failing(tmp_path, key, tables) == set()
    check = {PLAN: "tilstand_i_rekkefoelge", REPORTS: "tilstand_etter_fristen"}[key]
    assert failing(tmp_path, key, tables, date(2026, 8, 1)) == {check}


def test_reports_of_another_day_than_the_plan_are_caught(tmp_path):
    # The three tables are made by three steps, each with the clock in its hand.
    mixed = {**made(date(2026, 7, 31)), REPORTS: made(date(2026, 8, 1))[REPORTS]}
    assert failing(tmp_path, REPORTS, mixed) == {"rapportene_som_er_ventet", "tilstand_etter_fristen"}


def test_two_cohorts_seen_from_two_days_are_caught(tmp_path):
    early, late = made(date(2025, 12, 31)), made(date(2026, 1, 1))
    plans = [row for row in early[PLAN] if row["pulje"] == 2024] + [row for row in late[PLAN] if row["pulje"] == 2025]
    assert failing(tmp_path, PLAN, {**early, PLAN: plans}) == {"tilstand_i_rekkefoelge"}
