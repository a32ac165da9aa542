"""What a run stands on: origins that never mix, a source whose last fetch failed, and what was known by a day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets import fetching
from assets.partitions import range_tags
from assets.resources import ClockResource, HomeResource, UttrekkResource
from oppfolging_pipeline.definitions import JOB, build_definitions
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging import intake
from tests.support.interfaces import PUBLISHED, Hurried, fetch_job, interfaces_at
from tests.support.run import failures
from tests.support.tiny import SKOLEAAR, encoded, national_tests, write_tiny
from tests.udir_stub import Fault, StubServer

FIRST, SECOND, THIRD = (f"2025-03-{day:02}T12:00:00+00:00" for day in (1, 5, 9))
RULES = "np-skalapoeng"
CHANGED = ("2024-25", 5)  # school year and grade of the file that the second fetch brings anew
NEW_LIMIT = 55.0  # the national figure that it gives lesing


@pytest.fixture(scope="module")
def stub() -> Iterator[StubServer]:
    with StubServer(PUBLISHED) as server:
        yield server


def run(
    home: Path, *, inbox: Path | None = None, now: str = THIRD, only: str | None = None, **choices: object
) -> dg.ExecuteInProcessResult:
    """The job for 2025, from the archive unless there is an inbox; or only that asset of it."""
    definitions = build_definitions(
        home=HomeResource(home=str(home), inbox=str(inbox or "")),
        uttrekk=UttrekkResource(**{"rules": RULES, "years": [2025], "per": "2025-03-01", **choices}),
        clock=ClockResource(fixed=now),
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            tags=range_tags(SKOLEAAR),
            asset_selection=[dg.AssetKey(only)] if only else None,
            raise_on_error=False,
        )


def release(home: Path) -> tuple[object, ...]:
    """`kjent_per` and `merknad` of the newest release, and the national figure of 2024-25 that changes."""
    with closing(duckdb.connect(str(home / "publisert" / "oppfolging.duckdb"), read_only=True)) as connection:
        return connection.execute(
            "SELECT kjent_per::VARCHAR, merknad, (SELECT nasjonal_grense FROM mart.grense WHERE uttrekksaar = 2025 "
            "AND indikator = 'lesing' AND trinn = 5 AND skoleaar = '2024-25') "
            "FROM drift.utgivelse ORDER BY opprettet DESC LIMIT 1"
        ).fetchone()


def brought(home: Path, folder: Path, now: str) -> None:
    """The folder's files as answers that were fetched from the real sources and accepted."""
    archive = Archive(home / "arkiv")
    taken = archive.take_in(folder, sorted(folder.iterdir()), "hentet", datetime.fromisoformat(now))
    with open_engine() as engine:
        archive.accept(taken, intake.read_intake(taken, engine.connection, default_catalog()).readings)


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with figures of the sources, of two days: on the second one file had other figures. Not to be changed."""
    place = tmp_path_factory.mktemp("hentet")
    brought(place / "hjem", write_tiny(place / "første"), FIRST)
    rows = national_tests(*CHANGED)
    second = [[*row[:9], f"{NEW_LIMIT:.0f}", *row[10:]] for row in rows[1:]]
    (place / "andre").mkdir()
    (place / "andre" / "ny.csv").write_bytes(encoded([rows[0], *second]))
    brought(place / "hjem", place / "andre", SECOND)
    return place / "hjem"


@pytest.fixture
def home(fetched: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fetched, tmp_path / "hjem"))


def test_files_of_an_inbox_never_mix_with_a_trial_servers_answers(stub, tmp_path, tiny_inbox):
    stub.faults = []
    result = fetch_job(tmp_path / "hjem", interfaces_at(stub), ["raw_klass"], PUBLISHED)
    assert result.success, failures(result)
    refused = run(tmp_path / "hjem", inbox=tiny_inbox)
    assert not refused.success
    assert "found answers fetched from a local trial server" in failures(refused)
    assert [event.step_key for event in refused.get_step_failure_events()] == ["raw_innboks"]


def test_a_trial_servers_answers_never_mix_with_the_sources(stub, home):
    before = Archive(home / "arkiv").newest().id
    refused = fetch_job(home, interfaces_at(stub), ["raw_klass"], PUBLISHED)
    assert not refused.success
    assert "found answers fetched from Udir" in failures(refused) and "local trial server" in failures(refused)
    assert Archive(home / "arkiv").newest().id == before


@pytest.mark.parametrize("fault", ["400", "503"])
def test_a_home_that_has_asked_in_vain_does_not_fall_back_to_the_example(stub, tmp_path, fault, monkeypatch):
    monkeypatch.setattr(fetching.raw_klass.op, "_retry_policy", None)
    stub.faults = [Fault("status", detail=fault)]
    assert not fetch_job(tmp_path, interfaces_at(stub), ["raw_klass"], PUBLISHED).success
    for choices, told in (({}, "key 'klass': found a fetch"), ({"tillat_eldre": True}, "found no intake")):
        result = run(tmp_path, **choices)
        assert not result.success and told in failures(result)
    assert not (tmp_path / "eksempel").exists() and not (tmp_path / "publisert").exists()


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Hurried:
    """The real addresses, where a proxy stands between that nobody runs. Dagster does not try again."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for asset in fetching.raw_kilder:
        monkeypatch.setattr(asset.op, "_retry_policy", None)
    return Hurried(pause="0")


def test_older_figures_are_used_only_when_that_is_asked_for_and_the_release_says_so(home, cut_off):
    failed = fetch_job(home, cut_off, ["raw_nasjonale_prover"], SKOLEAAR[-1:], now=THIRD)
    assert not failed.success and "no answer in 4 attempts" in failures(failed)

    refused = run(home)
    assert not refused.success
    told = failures(refused)
    assert "key 'nasjonale_prover': found a fetch" in told and "2025-03-09 12:00 UTC that failed" in told
    assert "oppfolging fetch --source nasjonale_prover" in told and "--tillat-eldre" in told
    assert not (home / "publisert").exists()

    allowed = run(home, tillat_eldre=True)
    assert allowed.success, failures(allowed)
    merknad = "Eldre grunnlag. Nasjonale prøver: siste henting 2025-03-09 mislyktes, tallene er hentet 2025-03-05."
    assert release(home) == (None, merknad, NEW_LIMIT)


def test_a_source_that_the_rule_set_does_not_read_keeps_no_run_from_its_figures(home, cut_off):
    assert not fetch_job(home, cut_off, ["raw_grunnskolepoeng"], SKOLEAAR[-1:], now=THIRD).success
    result = run(home, only="raw_innboks")
    assert result.success, failures(result)


def test_only_what_was_known_by_the_day_is_used(home):
    known = run(home, kjent_per="2025-03-04", now="2025-03-10T12:00:00+00:00")
    assert known.success, failures(known)
    kjent_per, merknad, national = release(home)
    assert (kjent_per, merknad) == ("2025-03-04", None)
    assert national is not None and national != NEW_LIMIT

    before = run(home, kjent_per="2025-02-28")
    assert not before.success
    assert "found no intake of 2025-02-28 or before" in failures(before)
    assert "The first is of 2025-03-01" in failures(before)
    assert release(home)[0] == "2025-03-04", "what was published stays"


def test_a_failure_that_came_later_is_not_known_by_the_day(home, cut_off):
    assert not fetch_job(home, cut_off, ["raw_nasjonale_prover"], SKOLEAAR[-1:], now=THIRD).success
    assert not run(home, only="raw_innboks").success
    result = run(home, only="raw_innboks", kjent_per="2025-03-05")
    assert result.success, failures(result)
