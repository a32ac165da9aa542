"""What Dagster, the quarantine and the release say of a check that failed, that warned, or that could not be run."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb
import pytest

import assets.audited
from checks.suite import Check, rows_check
from checks.suite_files import suite_of
from oppfolging_pipeline.tables.model import table
from tests.graph.conftest import RULES
from tests.graph.test_audit import home, quarantined, seen_by_readers  # noqa: F401 (a fixture)
from tests.graph.test_run import materialize
from tests.support.run import failures, run_job
from tests.support.tiny import SKOLEAAR

BREACH = rows_check("proeve", table("andel"), "enhet = '6205'", "En kommune er nevnt i en prøve. Se prøven.")
UNKNOWN = Check("proeve", "expect_column_values_to_be_beetween", "Stavet feil.", {"column": "enhet"})
RAISING = rows_check("proeve", table("andel"), "ingen_slik_funksjon(enhet)", "x")
ABSENT = replace(BREACH, reads=("finnes_ikke",))


@pytest.fixture
def andel_also_has(monkeypatch) -> Callable[[Check], None]:
    """Gives the suite of `andel` one more check."""

    def add(check: Check) -> None:
        def with_it(key: str):
            suite = suite_of(key)
            return replace(suite, checks=(*suite.checks, check)) if key == "andel" else suite

        monkeypatch.setattr(assets.audited, "suite_of", with_it)

    return add


def of_andel(result: dg.ExecuteInProcessResult) -> list[dg.AssetCheckEvaluation]:
    return [one for one in result.get_asset_check_evaluations() if one.check_name == "kontroll_andel"]


STOPPING = {"fails": BREACH, "misspelt": UNKNOWN, "raises": RAISING, "reads what is not there": ABSENT}


@pytest.mark.parametrize("check", STOPPING.values(), ids=STOPPING)
def test_what_a_blocking_check_stops_is_in_quarantine_with_its_report_and_nothing_moved(
    run,
    home,  # noqa: F811
    andel_also_has,
    check,
):
    andel_also_has(check)
    before = seen_by_readers(home)
    result = materialize(home, run.inbox, ["andel", "rangering", "utgivelse"])

    assert not result.success
    assert seen_by_readers(home) == before
    assert {event.step_key for event in result.all_events if event.is_step_start} == {"andel"}
    assert not result.asset_materializations_for_node("andel")
    assert quarantined(home, result.run_id) == {"andel/2025/np-skalapoeng.parquet", "kontroll.json", "kontroll.html"}
    assert not [path for path in (home / "neste").rglob("*") if path.is_file()]

    folder = home / "karantene" / result.run_id
    report = json.loads((folder / "kontroll.json").read_text(encoding="utf-8"))
    page = (folder / "kontroll.html").read_text(encoding="utf-8")
    assert "proeve" in page or "finnes_ikke" in page
    if check is BREACH:
        assert [one["kontroll"] for one in report["utfall"] if not one["passed"]] == ["proeve"]
        (evaluated,) = of_andel(result)
        assert (evaluated.passed, evaluated.blocking, evaluated.severity) == (False, True, dg.AssetCheckSeverity.ERROR)
    else:
        assert (report["utfall"], of_andel(result)) == ([], []), "an error of the check is no verdict on the data"
        assert report["feil"] and "no pass" not in report["feil"]
        assert "karantene" in failures(result)


@pytest.fixture(scope="module")
def warned(tmp_path_factory: pytest.TempPathFactory, tiny_inbox: Path) -> tuple[Path, dg.ExecuteInProcessResult]:
    """A whole run in which one check of `andel` warns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            assets.audited,
            "suite_of",
            lambda key: (
                replace(suite_of(key), checks=(*suite_of(key).checks, replace(BREACH, severity="warning")))
                if key == "andel"
                else suite_of(key)
            ),
        )
        folder = tmp_path_factory.mktemp("varslet")
        return folder, run_job(folder, tiny_inbox, rules=RULES, years=[2025], skoleaar=SKOLEAAR)


def test_a_warning_stops_nothing_and_is_told_as_one(warned):
    folder, result = warned
    assert result.success, failures(result)
    (evaluated,) = of_andel(result)
    assert (evaluated.passed, evaluated.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "6205" in str(evaluated.metadata["avvik"].value)
    assert not (folder / "karantene").exists()


def test_a_warning_stands_in_the_release(warned):
    folder, _ = warned
    with closing(duckdb.connect(str(folder / "publisert" / "oppfolging.duckdb"), read_only=True)) as published:
        rows = published.execute(
            "SELECT tabell, alvorlighet, resultat, avvik FROM drift.kontroll WHERE kontroll LIKE 'proeve%'"
        ).fetchall()
        failed = published.execute(
            "SELECT count(*) FROM drift.kontroll WHERE resultat <> 'bestått' AND tabell <> 'observasjon'"
        ).fetchone()
    ((tabell, alvorlighet, resultat, avvik),) = rows
    assert (tabell, alvorlighet, resultat, failed) == ("andel", "varsel", "ikke bestått", (1,))
    assert "enhet=6205" in str(avvik)
    assert "varsel" in (folder / "publisert" / "kontroll.html").read_text(encoding="utf-8")


def test_no_page_is_written_but_our_own(warned):
    # Great Expectations' Data Docs load scripts from elsewhere and call home.
    folder, _ = warned
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*.html")] == ["publisert/kontroll.html"]
    assert not list(folder.rglob("*great_expectations*")) + list(folder.rglob("gx"))
