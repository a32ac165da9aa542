"""The assets that fetch, materialized for real against the contract server: what is asked, said, and asked again."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets import fetching
from assets.interfaces import InterfacesResource
from assets.partitions import partition_key, skoleaar_of
from assets.resources import ClockResource, HomeResource, UttrekkResource
from oppfolging_pipeline.definitions import JOB, build_definitions
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.evidence import Evidence
from tests.graph.test_run import lake
from tests.support.interfaces import PUBLISHED, fetch_job, interfaces_at
from tests.support.run import NOON, failures
from tests.udir_stub import Fault, StubServer

GSP, NP, KLASS = "raw_grunnskolepoeng", "raw_nasjonale_prover", "raw_klass"
YEARS = PUBLISHED[:2]
GSP_DATA = "ResultatG/1/1/data"
NEW_YEAR = "TidID(202506)"  # grunnskolepoeng of 2024-25


@pytest.fixture(scope="module")
def running() -> Iterator[StubServer]:
    with StubServer(PUBLISHED) as server:
        yield server


@pytest.fixture
def stub(running: StubServer) -> Iterator[StubServer]:
    running.faults = []
    running.requests.clear()
    yield running
    running.faults = []


@pytest.fixture(scope="module")
def with_register(running: StubServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has fetched the register and nothing else. No test may change it."""
    home = tmp_path_factory.mktemp("register")
    assert fetch_job(home, interfaces_at(running), [KLASS], YEARS).success
    return home


@pytest.fixture
def home(with_register: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(with_register, tmp_path / "hjem"))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster's own retries without their waits: as many as declared, and after each no pause."""
    for asset in (fetching.raw_klass, *fetching.raw_kilder):
        monkeypatch.setattr(asset.op, "_retry_policy", dg.RetryPolicy(max_retries=fetching.RETRIES.max_retries))


def said(result: dg.ExecuteInProcessResult, name: str) -> dict[str, dict[str, Any]]:
    """School year → metadata of its materialization."""
    return {
        skoleaar_of(one.partition) if one.partition else "": {key: text.value for key, text in one.metadata.items()}
        for one in result.asset_materializations_for_node(name)
    }


def attempts(result: dg.ExecuteInProcessResult, name: str) -> int:
    retries = [e for e in result.all_events if e.is_step_up_for_retry and e.step_key == name]
    return len(retries) + 1


def description(result: dg.ExecuteInProcessResult) -> str:
    """What the one step that failed on purpose says."""
    (failed,) = result.get_step_failure_events()
    return str(failed.step_failure_data.user_failure_data.description)


def in_force(home: Path) -> set[str]:
    """The contents that have been read without fault."""
    everything = Archive(home / "arkiv").everything()
    assert everything is not None
    return {snapshot.sha256 for snapshot in everything.snapshots}


def data_calls(stub: StubServer) -> list[str]:
    return [query for path, query in stub.requests if path.endswith("/data")]


def test_a_range_of_years_is_fetched_in_one_run_and_each_says_what_it_brought(stub, home):
    result = fetch_job(home, interfaces_at(stub), [GSP], YEARS)
    assert result.success, failures(result)
    found = said(result, GSP)
    assert list(found) == list(YEARS)
    archived = {
        digest: snapshot
        for digest, snapshot in Archive(home / "arkiv").snapshots().items()
        if snapshot.file.startswith("grunnskolepoeng")
    }
    sizes = sum(snapshot.size for snapshot in archived.values())
    for metadata in found.values():
        assert (metadata["kall"], metadata["kall spart"]) == (len(stub.requests), 0)
        assert metadata["bytes"] == sizes > 100_000
        assert metadata["dagster/row_count"] > 1_000 and metadata["alder (dager)"] == 0
        assert metadata["tilstand"] == "hentet" and metadata["advarsler"] == "Ingen."
    digests = [metadata["sha256"].strip("-` ") for metadata in found.values()]
    assert len(set(digests)) == 2 and set(digests) <= set(archived)
    assert len(data_calls(stub)) == 2


def test_what_comes_again_unchanged_is_as_old_as_when_it_first_came(stub, home):
    for now, year in ((NOON, "2023-24"), ("2025-03-11T13:00:00+00:00", "2024-25")):
        assert fetch_job(home, interfaces_at(stub), [KLASS, GSP], [year], now=now).success
    result = fetch_job(home, interfaces_at(stub), [KLASS, GSP], YEARS, now="2025-03-15T13:00:00+00:00")
    found = {**said(result, GSP), "register": said(result, KLASS)[""]}
    ages = {year: (metadata["tilstand"], metadata["alder (dager)"]) for year, metadata in found.items()}
    # The register of a later day is another question, with other answers; the changes of it are the same.
    assert ages["2023-24"] == ("uendret", 14) and ages["2024-25"] == ("uendret", 4)
    assert found["2023-24"]["dagster/row_count"] > 1_000
    assert found["register"]["dagster/row_count"] > 300


def test_one_partition_is_one_school_year(stub, home):
    definitions = build_definitions(
        home=HomeResource(home=str(home)), clock=ClockResource(fixed=NOON), interfaces=interfaces_at(stub)
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [definitions.get_assets_def(GSP)],
            partition_key=partition_key("2024-25"),
            resources=definitions.resources,
            instance=instance,
            raise_on_error=False,
        )
    assert result.success, failures(result)
    assert list(said(result, GSP)) == ["2024-25"]
    assert Archive(home / "arkiv").school_years() == ["2024-25"]


def test_a_source_that_does_not_answer_is_tried_again_and_only_for_what_is_missing(stub, home, at_once):
    stub.faults = [Fault("status", NEW_YEAR, times=4, detail="503")]  # every attempt of one request
    result = fetch_job(home, interfaces_at(stub), [GSP], YEARS)
    assert result.success, failures(result)
    assert attempts(result, GSP) == 2
    first = next(event for event in result.all_events if event.is_step_up_for_retry)
    assert first.step_retry_data.error is not None and "TransientError" in first.step_retry_data.error.to_string()
    asked = data_calls(stub)
    assert [sum(time in query for query in asked) for time in ("TidID(202406)", NEW_YEAR)] == [1, 5]
    assert len({path for path, _ in stub.requests}) == len(stub.requests) - 5, "nor anything else twice"
    found = said(result, GSP)
    assert found["2024-25"]["kall"] == 1 and found["2024-25"]["kall spart"] == 2
    assert found["2023-24"]["dagster/row_count"] > 1_000, "the year of the first attempt is told of whole"
    assert len(found["2023-24"]["sha256"]) > 64


def test_a_source_that_stays_silent_is_given_up_and_what_it_gave_before_stays(stub, home, at_once):
    assert fetch_job(home, interfaces_at(stub), [GSP], YEARS).success
    before = in_force(home)
    stub.faults = [Fault("status", GSP_DATA, detail="503")]
    result = fetch_job(home, interfaces_at(stub), [GSP], YEARS)
    assert not result.success
    assert attempts(result, GSP) == fetching.RETRIES.max_retries + 1
    assert "TransientError" in failures(result) and "status 503" in failures(result)
    assert in_force(home) == before and len(before) > len(YEARS)


PERMANENT = {
    "a measure that is gone": (Fault("missing_measure", GSP_DATA), "maal_mangler"),
    "a request that is refused": (Fault("status", GSP_DATA, detail="400"), "status 400: Noe gikk galt hos oss."),
    "no JSON": (Fault("content_type", GSP_DATA), "text/html"),
}


@pytest.mark.parametrize(("fault", "told"), PERMANENT.values(), ids=PERMANENT)
def test_what_a_person_must_change_is_not_tried_again(stub, home, fault, told):
    stub.faults = [fault]
    result = fetch_job(home, interfaces_at(stub), [GSP], YEARS[1:])
    assert not result.success and attempts(result, GSP) == 1
    assert told in description(result)
    assert len(data_calls(stub)) == 1


def test_a_year_that_is_not_published_fails_by_its_name_and_is_not_tried_again(stub, home):
    result = fetch_job(home, interfaces_at(stub), [GSP], ["2025-26"])
    assert not result.success and attempts(result, GSP) == 1
    assert "found no published figures of grunnskolepoeng for 2025-26" in description(result)
    assert "accepted" not in description(result) and said(result, GSP) == {}


def test_a_range_with_a_year_that_is_not_published_does_not_make_that_year_pass_for_fetched(stub, home):
    result = fetch_job(home, interfaces_at(stub), [GSP], PUBLISHED)
    assert not result.success and attempts(result, GSP) == 1
    told = description(result)
    assert "found no published figures of grunnskolepoeng for 2025-26; expected every school year" in told
    assert "The figures of 2023-24, 2024-25 are accepted, and in the archive." in told
    found = said(result, GSP)
    assert list(found) == list(YEARS) == Archive(home / "arkiv").school_years()
    assert all(metadata["dagster/row_count"] > 1_000 and metadata["kall"] == 4 for metadata in found.values())


def test_a_year_that_stops_is_told_of_beside_one_that_is_not_published_and_one_that_came(stub, home):
    stub.faults = [Fault("status", NEW_YEAR, detail="400")]
    result = fetch_job(home, interfaces_at(stub), [GSP], PUBLISHED)
    assert not result.success and attempts(result, GSP) == 1
    stopped, _, absent = description(result).rpartition("\n")
    assert stopped.startswith("grunnskolepoeng 2024-25: ") and "status 400" in stopped
    assert "for 2025-26" in absent and "The figures of 2023-24 are accepted" in absent
    assert list(said(result, GSP)) == ["2023-24"]


OURS = {
    "a full disk": (OSError(28, "No space left on device"), "No space left on device"),
    "a fault of the program": (ValueError("too many values"), "ValueError: too many values"),
}


@pytest.mark.parametrize(("error", "told"), OURS.values(), ids=OURS)
@pytest.mark.parametrize("where", ["fetch", "_contents"])
def test_what_is_no_sources_silence_is_not_tried_again_and_told_whole(
    stub, home, error, told, where, monkeypatch, at_once
):
    # Guards against three retries, and as many fetches from the sources, of what they cannot mend.
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(fetching, where, broken)
    result = fetch_job(home, interfaces_at(stub), [GSP], YEARS[1:])
    assert not result.success and attempts(result, GSP) == 1
    assert told in description(result)
    assert "in broken" in failures(result), "the trace is there too"


def test_settings_that_cannot_be_used_are_not_tried_again(tmp_path, monkeypatch):
    monkeypatch.setenv("OPPFOLGING_PAUSE", "lenge")
    result = fetch_job(tmp_path, InterfacesResource(), [KLASS], YEARS)
    assert not result.success and attempts(result, KLASS) == 1
    assert "OPPFOLGING_PAUSE" in failures(result)


@pytest.mark.parametrize("down", ["classifications", "NasjonaleProever"])
def test_a_source_that_fails_leaves_the_others(stub, home, down, at_once):
    # Also the register: figures can be read against the one that is here.
    stub.faults = [Fault("status", down, detail="400")]
    result = fetch_job(home, interfaces_at(stub), [KLASS, GSP, NP], YEARS[1:])
    failed = {event.step_key for event in result.get_step_failure_events()}
    assert failed == ({KLASS} if down == "classifications" else {NP})
    done = {event.step_key for event in result.all_events if event.is_step_success}
    assert done == {KLASS, GSP, NP} - failed


def test_the_register_comes_first_as_figures_are_read_against_it(stub, home):
    result = fetch_job(home, interfaces_at(stub), [KLASS, GSP], YEARS[1:])
    assert [event.step_key for event in result.all_events if event.is_step_start] == [KLASS, GSP]


def test_another_writer_is_waited_for(stub, home, at_once):
    with (home / ".laas").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = fetch_job(home, interfaces_at(stub), [KLASS], YEARS)
    assert not result.success and attempts(result, KLASS) == fetching.RETRIES.max_retries + 1
    assert stub.requests == []


def test_an_answer_knows_the_run_that_fetched_it(stub, home):
    result = fetch_job(home, interfaces_at(stub), [GSP], YEARS[1:])
    archive = Archive(home / "arkiv")
    every = [record for sha256 in archive.snapshots() for record in Evidence(archive).answers_of(sha256)]
    asked = [record for record in every if record.kilde == "grunnskolepoeng"]
    assert len(asked) == len(stub.requests)
    assert {record.run_id for record in asked} == {result.run_id}
    assert {record.requested_at.isoformat() for record in asked} == {NOON}


def test_a_run_works_from_the_archive_when_the_server_is_gone(home):
    with StubServer(PUBLISHED) as server:
        gone = interfaces_at(server)
        assert fetch_job(home, gone, [KLASS, GSP], YEARS).success
    definitions = build_definitions(
        home=HomeResource(home=str(home)),
        uttrekk=UttrekkResource(rules="np-skalapoeng"),
        clock=ClockResource(fixed=NOON),
        interfaces=gone,
    )
    names = ("raw_innboks", "observasjon", "kommune", "skole")
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            partition_key=partition_key("2024-25"),
            asset_selection=[dg.AssetKey(name) for name in names],
            raise_on_error=False,
        )
    assert result.success, failures(result)
    assert {path.stem for path in Path(home, "lager", "observasjon").rglob("*.parquet")} == set(YEARS)
    assert lake(home, "observasjon").filter("verdi IS NOT NULL").count("*").fetchone()[0] > 1_000
