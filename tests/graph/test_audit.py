"""Write, audit, publish: what fails its audit is put aside, nothing that a reader sees changes, and nothing goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import pytest

import assets.audited
import assets.identification
import assets.indicators
from checks.errors import CheckError
from oppfolging_pipeline.publish import marts
from tests.graph.test_run import materialize
from tests.support.run import failures

BAD_SHARE = 101.0


@pytest.fixture
def home(run, tmp_path) -> Path:
    """A copy of the home of a whole run, for a test to spoil."""
    return Path(shutil.copytree(run.home, tmp_path / "hjem"))


def seen_by_readers(home: Path) -> dict[str, str]:
    """Digest of every file of the lake, its audit reports and the published folder."""
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in ("lager", "kontroll", "publisert")
        for path in sorted((home / part).rglob("*"))
        if path.is_file()
    }


def without_times(seen: dict[str, str]) -> dict[str, str]:
    """All but the audit reports: those of assets that passed are written anew with another duration."""
    return {name: digest for name, digest in seen.items() if not name.startswith("kontroll/")}


def quarantined(home: Path, run_id: str) -> set[str]:
    folder = home / "karantene" / run_id
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def bad_share(monkeypatch):
    """The shares come out impossible: the last municipality's is over a hundred percent."""
    real = assets.indicators.andel_rader

    def spoiled(engine, points):
        frame = real(engine, points)
        share = "CASE WHEN enhet = '6205' THEN $bad ELSE andel_risikopoeng END AS andel_risikopoeng"
        return engine.run(f"SELECT * REPLACE ({share}) FROM a", {"bad": BAD_SHARE}, a=frame)

    monkeypatch.setattr(assets.indicators, "andel_rader", spoiled)


def test_a_failed_audit_stops_the_run_and_leaves_everything_as_it_was(run, home, bad_share):
    before = seen_by_readers(home)
    result = materialize(home, run.inbox, ["andel", "rangering", "utgivelse"])

    assert not result.success
    assert seen_by_readers(home) == before
    assert [event.step_key for event in result.get_step_failure_events()] == ["andel"]
    started = {event.step_key for event in result.all_events if event.is_step_start}
    assert started == {"andel"}, "what stands on it never ran"
    assert quarantined(home, result.run_id) == {
        "andel/2025/np-skalapoeng.parquet",
        "kontroll.json",
        "kontroll.html",
    }
    assert not [path for path in (home / "neste").rglob("*") if path.is_file()]

    report = json.loads((home / "karantene" / result.run_id / "kontroll.json").read_text(encoding="utf-8"))
    failed = [one["kontroll"] for one in report["utfall"] if not one["passed"]]
    assert failed == ["andel_risikopoeng.i_omraadet", "andel_av_summene"]
    (check,) = result.get_asset_check_evaluations()
    assert (check.passed, check.blocking) == (False, True)

    text = failures(result)
    assert "enhet=6205" in text and "nothing was put in place" in text
    assert str(BAD_SHARE) not in text + str(report) + str(check.metadata), "an offender is named by key, not by figure"


def test_one_bad_table_of_an_asset_holds_back_the_good_one_too(run, home, monkeypatch):
    # `rangering` writes municipalities and schools: half of it in place would be two releases in one.
    real_schools, real = assets.identification.tables.rangering_skole, assets.identification.tables.rangering_kommune
    monkeypatch.setattr(
        assets.identification.tables,
        "rangering_skole",
        lambda *given: [{**row, "kommunenr": "620"} for row in real_schools(*given)],
    )
    monkeypatch.setattr(
        assets.identification.tables,
        "rangering_kommune",
        lambda *given: [{**row, "begrunnelse": "En annen."} for row in real(*given)],
    )
    before = seen_by_readers(home)
    result = materialize(home, run.inbox, ["rangering", "identifisert"])
    assert not result.success
    assert seen_by_readers(home) == before
    assert quarantined(home, result.run_id) == {
        "rangering_kommune/2025/np-skalapoeng.parquet",
        "rangering_skole/2025/np-skalapoeng.parquet",
        "kontroll.json",
        "kontroll.html",
    }


def test_a_row_short_of_the_expected_set_is_no_ranking(run, home, monkeypatch):
    real = assets.identification.tables.rangering_kommune
    monkeypatch.setattr(assets.identification.tables, "rangering_kommune", lambda *given: real(*given)[:-1])
    before = seen_by_readers(home)
    result = materialize(home, run.inbox, ["rangering"])
    assert "forventet_antall" in failures(result)
    assert seen_by_readers(home) == before


def test_a_check_that_cannot_be_run_lets_nothing_through(run, home, monkeypatch):
    def broken(targets, folder, beside):
        raise CheckError("prove: the checks could not be run")

    monkeypatch.setattr(assets.audited, "run_checks", broken)
    before = seen_by_readers(home)
    result = materialize(home, run.inbox, ["andel", "rangering"])
    assert not result.success
    assert "could not be run" in failures(result)
    assert seen_by_readers(home) == before


def test_an_audit_that_breaks_off_puts_aside_what_it_was_of_and_quotes_nothing(run, home, monkeypatch):
    """An error that is none of the checks' own left no quarantine and no report."""

    def broken(targets, folder, beside):
        raise ValueError("could not convert 12,9")

    monkeypatch.setattr(assets.audited, "run_checks", broken)
    before = seen_by_readers(home)
    result = materialize(home, run.inbox, ["andel"])
    assert not result.success and "could not convert" in failures(result), "the error itself goes on as it is"
    assert seen_by_readers(home) == before
    assert quarantined(home, result.run_id) >= {"andel/2025/np-skalapoeng.parquet", "kontroll.json"}
    report = json.loads((home / "karantene" / result.run_id / "kontroll.json").read_text(encoding="utf-8"))
    assert "ValueError" in report["feil"] and "12,9" not in report["feil"]


@pytest.mark.parametrize("table", ["pulje_kommune", "skole", "observasjon/nasjonale_prover/2024-25"])
def test_the_release_alone_is_not_made_of_files_that_no_audit_has_seen(run, home, table):
    """Write, audit, publish could be gone round: a table changed by hand was published by `utgivelse` on its own."""
    file = home / f"lager/{table}.parquet" if "/" in table else home / f"lager/{table}/alt.parquet"
    rows = duckdb.read_parquet(str(file)).limit(1)
    rows.write_parquet(f"{file}.ny")
    Path(f"{file}.ny").replace(file)
    before = seen_by_readers(home)
    result = materialize(home, run.inbox, ["utgivelse"])
    assert not result.success and "is not what was audited" in failures(result)
    assert seen_by_readers(home) == before


def test_a_bad_mart_leaves_the_published_file_alone(run, home, monkeypatch):
    real = marts.dim_skoleaar
    monkeypatch.setattr(marts, "dim_skoleaar", lambda years: [{**row, "skoleaar": "2024"} for row in real(years)])
    before = seen_by_readers(home)
    result = materialize(home, run.inbox, ["utgivelse"])
    assert not result.success
    assert "dim_skoleaar" in failures(result)
    assert seen_by_readers(home) == before


def test_the_page_of_the_checks_comes_back_though_the_release_is_unchanged(run, home):
    # As after a run that was killed between the file and the page.
    page = home / "publisert" / "kontroll.html"
    before = seen_by_readers(home)["publisert/kontroll.html"]
    page.unlink()
    result = materialize(home, run.inbox, ["utgivelse"])
    assert result.success, failures(result)
    (made,) = result.asset_materializations_for_node("utgivelse")
    assert not made.metadata["ny"].value
    assert seen_by_readers(home)["publisert/kontroll.html"] == before


def test_the_run_after_a_failed_one_goes_on_from_what_was_good(run, home, bad_share, monkeypatch):
    assert not materialize(home, run.inbox, ["andel"]).success
    monkeypatch.undo()
    before = without_times(seen_by_readers(home))
    again = materialize(home, run.inbox, ["andel", "rangering"])
    assert again.success, failures(again)
    assert without_times(seen_by_readers(home)) == before, "the same figures give the same bytes"
