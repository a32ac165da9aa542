"""What a run stands on: origins that never mix, a source whose last fetch failed, and what was known by a day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
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
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.intake_rows import register_snapshot
from oppfolging_pipeline.staging import intake
from tests.graph.conftest import whose
from tests.graph.test_definitions import GROUPS
from tests.support.interfaces import PUBLISHED, Hurried, fetch_job, interfaces_at
from tests.support.run import failures
from tests.support.tiny import SKOLEAAR, encoded, national_tests, write_tiny
from tests.udir_stub import Fault, StubServer

FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"2025-03-{day:02}T12:00:00+00:00" for day in (1, 5, 9, 10, 11))
RULES = "np-skalapoeng"
CHANGED = ("2024-25", 5)  # school year and grade of the file that the second fetch brings anew
OLD_LIMIT, NEW_LIMIT = 50.0, 52.0  # the national figures that the first and the second fetch give lesing
TO_LIMITS = ("raw_innboks", "observasjon", "kommune", "skole", "harmonisert", "grense")


@pytest.fixture(scope="module")
def stub() -> Iterator[StubServer]:
    with StubServer(PUBLISHED) as server:
        yield server


def run(
    home: Path,
    *,
    inbox: Path | None = None,
    now: str = THIRD,
    only: Sequence[str] = (),
    skoleaar: Sequence[str] = SKOLEAAR,
    **choices: object,
) -> dg.ExecuteInProcessResult:
    """The job for 2025, from the archive unless there is an inbox; or only those assets of it."""
    definitions = build_definitions(
        home=HomeResource(home=str(home), inbox=str(inbox or "")),
        uttrekk=UttrekkResource(**{"rules": RULES, "years": [2025], "per": "2025-03-01", **choices}),
        clock=ClockResource(fixed=now),
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            tags=range_tags(skoleaar),
            asset_selection=[dg.AssetKey(name) for name in only] or None,
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


def grunnlag(home: Path) -> list[tuple[object, ...]]:
    """Identification year, `kjent_per` and `merknad` of each result in the newest release."""
    with closing(duckdb.connect(str(home / "publisert" / "oppfolging.duckdb"), read_only=True)) as connection:
        return connection.execute(
            "SELECT uttrekksaar, kjent_per::VARCHAR, merknad FROM drift.grunnlag ORDER BY uttrekksaar"
        ).fetchall()


def brought(home: Path, folder: Path, now: str) -> None:
    """The folder's files as answers that were fetched from the real sources and accepted."""
    archive, at = Archive(home / "arkiv"), datetime.fromisoformat(now)
    Evidence(archive).begin("prove", at, "1", None, timedelta(hours=1))
    names = {}
    for file in sorted(folder.iterdir()):
        kept = archive.contents.keep_file(file)
        with archive.ledger.writing() as ledger:
            register_snapshot(ledger, kept.sha256, file.name, kept.size, at)
        names[kept.sha256] = file.name
    taken = archive.register_fetched(names, "hentet", at)
    with open_engine() as engine:
        archive.accept(taken, intake.read_intake(taken, engine.connection, default_catalog()).readings)


def changed(folder: Path, limit: float) -> Path:
    """A folder with the file that changes: everybody's figure in lesing moves with the nation's."""
    heading, *rows = national_tests(*CHANGED)
    moved = [[*row[:9], f"{int(row[9]) + limit - OLD_LIMIT:.0f}", *row[10:]] for row in rows]
    folder.mkdir()
    (folder / "ny.csv").write_bytes(encoded([heading, *moved]))
    return folder


def failed_at(home: Path, kilde: str, skoleaar: str, now: str) -> None:
    """A fetch of that school year that got no answer."""
    evidence, at = Evidence(Archive(home / "arkiv")), datetime.fromisoformat(now)
    campaign = evidence.begin(f"{kilde} {skoleaar}", at, "0.0.1", None, timedelta(hours=12))
    evidence.unit_ended(campaign, kilde, skoleaar, "ikke_naadd", at, message="no answer")


def accepted(home: Path) -> tuple[int, set[str]]:
    """The number of the newest accepted intake, and every content of the archive, accepted or not."""
    archive = Archive(home / "arkiv")
    everything = archive.everything()
    assert everything is not None
    return everything.id, set(archive.snapshots())


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with figures of the sources, of two days: on the second one file had other figures. Not to be changed."""
    place = tmp_path_factory.mktemp("hentet")
    brought(place / "hjem", write_tiny(place / "første"), FIRST)
    brought(place / "hjem", changed(place / "andre", NEW_LIMIT), SECOND)
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
    assert "found answers fetched of an invented country" in failures(refused)
    assert [event.step_key for event in refused.get_step_failure_events()] == ["raw_innboks"]


def test_a_trial_servers_answers_never_mix_with_the_sources(stub, home):
    before = accepted(home)
    refused = fetch_job(home, interfaces_at(stub), ["raw_klass"], PUBLISHED)
    assert not refused.success
    assert "never mix: use another --home" in failures(refused)
    intake_id, contents = accepted(home)
    # What was answered is kept as evidence, since only its codes tell what it is; nothing of it is used.
    assert (intake_id, contents & before[1]) == before


@pytest.mark.parametrize("fault", ["400", "503"])
def test_a_home_that_has_asked_in_vain_does_not_fall_back_to_the_example(stub, tmp_path, fault, monkeypatch):
    monkeypatch.setattr(fetching.raw_klass.op, "_retry_policy", None)
    stub.faults = [Fault("status", detail=fault)]
    assert not fetch_job(tmp_path, interfaces_at(stub), ["raw_klass"], PUBLISHED).success
    for tillat_eldre in (False, True):
        result = run(tmp_path, tillat_eldre=tillat_eldre)
        assert not result.success
        assert "found no intake that was read without fault" in failures(result)
        assert "Fetch, or run with an inbox, first." in failures(result)
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
    assert [event.step_key for event in refused.get_step_failure_events()] == ["grense"]
    assert "key 'nasjonale_prover': found a fetch at 2025-03-09 12:00 UTC that failed" in told
    assert "no answer in 4 attempts" in told, "the first thing that was wrong"
    assert "what is here was read 2025-03-05 12:00 UTC" in told
    assert "Run `oppfolging fetch --source nasjonale_prover`" in told and "--tillat-eldre" in told
    assert not (home / "publisert").exists()

    allowed = run(home, tillat_eldre=True)
    assert allowed.success, failures(allowed)
    merknad = "Eldre grunnlag. Nasjonale prøver: siste henting 2025-03-09 mislyktes, brukt er hentet 2025-03-05."
    assert release(home) == (None, f"{whose(2025)} Uttrekk 2025 ({RULES}): {merknad}", NEW_LIMIT)
    assert grunnlag(home) == [(2025, None, merknad)]


def test_a_year_that_failed_is_refused_with_the_command_that_fetches_it(home):
    failed_at(home, "nasjonale_prover", "2023-24", THIRD)
    failed_at(home, "nasjonale_prover", "2024-25", THIRD)
    refused = run(home)
    assert not refused.success
    told = failures(refused)
    assert "found a fetch of 2023-24, 2024-25 at 2025-03-09 12:00 UTC that failed (no answer)" in told
    assert "Run `oppfolging fetch --source nasjonale_prover --years 2023-24,2024-25`" in told


def test_a_source_that_the_rule_set_does_not_read_keeps_no_run_from_its_figures(home, cut_off):
    assert not fetch_job(home, cut_off, ["raw_grunnskolepoeng"], SKOLEAAR[-1:], now=THIRD).success
    result = run(home, only=TO_LIMITS)
    assert result.success, failures(result)


def test_a_year_that_failed_outside_the_window_keeps_no_run_from_its_figures(home):
    failed_at(home, "nasjonale_prover", "2021-22", THIRD)
    result = run(home)
    assert result.success, failures(result)
    assert release(home) == (None, whose(2025), NEW_LIMIT) and grunnlag(home) == [(2025, None, None)]


@pytest.mark.parametrize("before", ["observasjon", "grense"])
def test_what_is_fetched_while_a_run_goes_on_changes_nothing_of_what_it_stands_on(home, tmp_path, before):
    # Step by step, as the UI does: limits of one publication beside points of another would be neither.
    steps = list(GROUPS)
    first, rest = steps[: steps.index(before)], steps[steps.index(before) :]
    assert run(home, only=first).success
    brought(home, changed(tmp_path / "tredje", NEW_LIMIT + 1), FOURTH)
    result = run(home, only=rest, now=FOURTH)
    assert result.success, failures(result)
    assert release(home) == (None, whose(2025), NEW_LIMIT)
    assert run(home, only=TO_LIMITS, now=FIFTH).success
    limit = duckdb.read_parquet(str(home / "lager" / "grense" / "**" / "*.parquet"))
    assert (NEW_LIMIT + 1,) in limit.project("nasjonal_grense::DOUBLE").fetchall(), "the next run stands on it"


def test_results_of_two_days_are_told_apart_in_one_release(tmp_path):
    # Guards against a release that lends all of its results the day that only the newest run was asked to know of.
    home, four = tmp_path / "hjem", (*SKOLEAAR, "2025-26")
    brought(home, write_tiny(tmp_path / "første", four), FIRST)
    brought(home, changed(tmp_path / "andre", NEW_LIMIT), SECOND)
    for year, known, now in ((2026, "2025-03-04", THIRD), (2025, "2025-03-06", FOURTH)):
        result = run(home, years=[year], kjent_per=known, skoleaar=four, now=now)
        assert result.success, failures(result)
    register = "Registeret er lest 2025-03-01, før identifikasjonsdatoen 2026-03-01."
    assert grunnlag(home) == [(2025, "2025-03-06", None), (2026, "2025-03-04", register)]
    kjent_per, merknad, national = release(home)
    assert (kjent_per, national) == ("2025-03-06", NEW_LIMIT), "all look back: the last day that any of them knows of"
    first, second = (
        f"Uttrekk {year} ({RULES}) bygger bare på det som var kjent {known}."
        for year, known in ((2025, "2025-03-06"), (2026, "2025-03-04"))
    )
    others = (
        f"Uttrekk 2025 ({RULES}) er regnet av andre utgaver av kildens tall enn uttrekk 2026 ({RULES}): samme skoleår "
        "kan ha ulike tall i dem."
    )
    assert merknad == f"{whose(2025, 2026)} {first} {second} Uttrekk 2026 ({RULES}): {register} {others}"


def test_what_was_known_is_a_question_to_the_archive_and_not_to_an_inbox(home, tiny_inbox):
    before = accepted(home)
    refused = run(home, inbox=tiny_inbox, kjent_per="2025-03-04")
    assert not refused.success
    assert [event.step_key for event in refused.get_step_failure_events()] == ["raw_innboks"]
    assert f"found kjent_per 2025-03-04 and an inbox ({tiny_inbox}); expected one of them" in failures(refused)
    assert accepted(home) == before and not (home / "publisert").exists()


def test_only_what_was_known_by_the_day_is_used(home):
    known = run(home, kjent_per="2025-03-04", now=FOURTH)
    assert known.success, failures(known)
    kjent_per, merknad, national = release(home)
    assert (kjent_per, merknad) == ("2025-03-04", whose(2025))
    assert national is not None and national != NEW_LIMIT

    before = run(home, kjent_per="2025-02-28")
    assert not before.success
    assert "found no intake of 2025-02-28 or before" in failures(before)
    assert "The first is of 2025-03-01" in failures(before)
    assert release(home)[0] == "2025-03-04", "what was published stays"


def test_a_failure_that_came_later_is_not_known_by_the_day(home, cut_off):
    assert not fetch_job(home, cut_off, ["raw_nasjonale_prover"], SKOLEAAR[-1:], now=THIRD).success
    assert not run(home, only=TO_LIMITS).success
    result = run(home, only=TO_LIMITS, kjent_per="2025-03-05")
    assert result.success, failures(result)
