"""The sensor of new school years: what it asks, what it requests, and that it does so until the year is here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

import assets.sensors
from assets.resources import ClockResource, HomeResource
from assets.sensors import FETCH_JOB, WEEK, nytt_skoleaar
from oppfolging_pipeline.definitions import build_definitions
from oppfolging_pipeline.sources.archive import Archive
from tests.support.interfaces import PUBLISHED, Hurried, fetch_job, interfaces_at
from tests.support.run import NOON, failures
from tests.udir_stub import Fault, StubServer

TODAY = "2025-03-01"  # in Norway, at noon
NEWEST = {"nasjonale_prover": "2025-26", "grunnskolepoeng": "2024-25", "elevundersokelsen": "2025-26"}
PAGES = {"GSK_NP_Geo_Trinn5", "GSK_NP_Geografisk", "GSK_GSPoeng", "GSK_EUG_mobbing"}


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
def with_grunnskolepoeng(running: StubServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has the newest grunnskolepoeng. No test may change it."""
    home = tmp_path_factory.mktemp("poeng")
    result = fetch_job(home, interfaces_at(running), ["raw_klass", "raw_grunnskolepoeng"], ["2024-25"])
    assert result.success, failures(result)
    return home


def evaluated(home: Path, interfaces: Hurried, now: str = NOON) -> tuple[list[dg.RunRequest], str | None]:
    """What one tick gives: run requests, and why it gives none."""
    resources = {
        "home": HomeResource(home=str(home)),
        "interfaces": interfaces,
        "clock": ClockResource(fixed=now),
    }
    repository = build_definitions(**resources).get_repository_def()
    with dg.build_sensor_context(repository_def=repository, resources=resources) as context:
        tick = nytt_skoleaar.evaluate_tick(context)
    return list(tick.run_requests), tick.skip_message


def requested(requests: list[dg.RunRequest]) -> dict[str, tuple[str | None, set[str]]]:
    """Run key → partition and assets."""
    return {
        str(request.run_key): (
            request.partition_key,
            {key.to_user_string() for key in request.asset_selection or ()},
        )
        for request in requests
    }


def test_a_new_year_is_requested_for_each_source_with_a_call_for_each_page(stub, tmp_path):
    home = tmp_path / "hjem"
    requests, _ = evaluated(home, interfaces_at(stub))
    assert requested(requests) == {
        f"{kilde}-{year}-{TODAY}": (f"{year[:4]}-08-01", {"raw_klass", f"raw_{kilde}"})
        for kilde, year in NEWEST.items()
    }
    assert sorted(path.rpartition("/")[2] for path, _ in stub.requests) == sorted(PAGES)
    assert not home.exists(), "a look leaves nothing behind"


def test_what_is_requested_twice_in_a_day_has_the_same_key_so_that_it_is_run_once(stub, tmp_path):
    first, second = (requested(evaluated(tmp_path, interfaces_at(stub))[0]) for _ in range(2))
    assert first == second and len(first) == len(NEWEST)


def test_a_run_that_failed_is_requested_again_by_the_evaluation_of_another_day(stub, tmp_path):
    # Dagster runs a key once, also when that run fails. The day is Norway's: 23:30 UTC is the next one there.
    days = [NOON, "2025-03-01T23:30:00+00:00", "2025-03-08T12:00:00+00:00"]
    keys = [set(requested(evaluated(tmp_path, interfaces_at(stub), now)[0])) for now in days]
    for found, day in zip(keys, (TODAY, "2025-03-02", "2025-03-08"), strict=True):
        assert found == {f"{kilde}-{year}-{day}" for kilde, year in NEWEST.items()}


def test_a_source_whose_newest_year_is_here_is_not_requested(stub, with_grunnskolepoeng):
    before = sorted(with_grunnskolepoeng.rglob("*"))
    requests, _ = evaluated(with_grunnskolepoeng, interfaces_at(stub))
    assert set(requested(requests)) == {
        f"nasjonale_prover-2025-26-{TODAY}",
        f"elevundersokelsen-2025-26-{TODAY}",
    }
    assert sorted(with_grunnskolepoeng.rglob("*")) == before


def test_nothing_new_is_told_of_with_what_is_here(stub, tmp_path, monkeypatch):
    monkeypatch.setattr(assets.sensors.Evidence, "newest_years", lambda _: NEWEST)
    requests, skipped = evaluated(tmp_path, interfaces_at(stub))
    assert requests == []
    assert skipped == "; ".join(
        f"{kilde}: {NEWEST[kilde]} er hentet" for kilde in ("nasjonale_prover", "grunnskolepoeng", "elevundersokelsen")
    )


def test_a_year_that_has_not_begun_is_no_partition_and_not_requested(stub, tmp_path, monkeypatch):
    monkeypatch.setattr(assets.sensors, "newest_published", lambda *_: "2098-99")
    requests, skipped = evaluated(tmp_path, interfaces_at(stub))
    assert requests == []
    assert str(skipped).count("2098-99 er ikke begynt") == len(NEWEST)


@pytest.mark.parametrize("kind", ["status", "truncated_json", "missing_filter"])
def test_a_source_that_does_not_answer_as_expected_keeps_no_other_from_being_asked(stub, tmp_path, kind, capfd):
    stub.faults = [Fault(kind, "GSK_NP_Geografisk", detail="SkoleAarID" if kind == "missing_filter" else "")]
    requests, _ = evaluated(tmp_path, interfaces_at(stub))
    assert set(requested(requests)) == {
        f"grunnskolepoeng-2024-25-{TODAY}",
        f"elevundersokelsen-2025-26-{TODAY}",
    }
    told = capfd.readouterr().err
    assert "WARNING" in told and "nasjonale_prover: " in told and "GSK_NP_Geografisk" in told
    assert len(stub.requests) == len(PAGES), "and it is asked once"


def test_every_source_silent_is_a_tick_that_says_so(tmp_path):
    with StubServer(PUBLISHED) as gone:
        interfaces = interfaces_at(gone)
    requests, skipped = evaluated(tmp_path, interfaces)
    assert requests == []
    assert str(skipped).count("svarte ikke som ventet") == len(NEWEST)


def test_a_source_that_never_ends_its_answer_is_not_waited_for_longer_than_a_tick_may_take():
    http, manners = Hurried().brief_client().declared, Hurried().brief_client().manners
    a_page = 2 * min(manners.tidsavbrudd, http.svarfrist)  # to connect, and between two signs
    assert http.forsok == 1
    assert len(NEWEST) * a_page < 60, "what Dagster gives a sensor, in seconds"


def test_it_asks_once_a_week_and_not_before_it_is_switched_on():
    assert (nytt_skoleaar.minimum_interval_seconds, WEEK) == (604800, 604800)
    assert nytt_skoleaar.default_status is dg.DefaultSensorStatus.STOPPED
    assert nytt_skoleaar.job_name == FETCH_JOB


def test_what_is_requested_is_fetched(stub, tmp_path, with_grunnskolepoeng):
    home = Path(shutil.copytree(with_grunnskolepoeng, tmp_path / "hjem"))
    shutil.rmtree(home / "arkiv")  # a home before its first fetch
    (request,) = [
        one for one in evaluated(home, interfaces_at(stub))[0] if str(one.run_key).startswith("grunnskolepoeng")
    ]
    definitions = build_definitions(
        home=HomeResource(home=str(home)), clock=ClockResource(fixed=NOON), interfaces=interfaces_at(stub)
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def(FETCH_JOB).execute_in_process(
            instance=instance,
            partition_key=request.partition_key,
            asset_selection=request.asset_selection,
            tags=request.tags,
            run_config=request.run_config,
            raise_on_error=False,
        )
    assert result.success, failures(result)
    assert Archive(home / "arkiv").school_years() == ["2024-25"]
    assert set(requested(evaluated(home, interfaces_at(stub))[0])) == {
        f"nasjonale_prover-2025-26-{TODAY}",
        f"elevundersokelsen-2025-26-{TODAY}",
    }
