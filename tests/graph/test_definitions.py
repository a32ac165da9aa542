"""What Dagster sees: every asset described, in its group, with schema and blocking check; job, schedule, partitions."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
import yaml
from dagster._utils.schedules import schedule_execution_time_iterator

from assets.partitions import skoleaar_of, skoleaar_partitions
from assets.sensors import FETCH_JOB
from oppfolging_pipeline.definitions import JOB, build_definitions, defs
from oppfolging_pipeline.tables.model import all_tables
from tests.architecture.source import REPOSITORY

OSLO = ZoneInfo("Europe/Oslo")
# The seed's flow, by hand from the architecture; `harmonisert` is the step between observations and points.
GROUPS = {
    "raw_innboks": "sources",
    "observasjon": "staging",
    "kommune": "staging",
    "skole": "staging",
    "harmonisert": "staging",
    "grense": "indicators",
    "vurdering": "indicators",
    "andel": "indicators",
    "rangering": "identification",
    "kandidat": "identification",
    "identifisert": "identification",
    "vedtak": "cohorts",
    "faseplan": "cohorts",
    "rapportering": "cohorts",
    "utgivelse": "publish",
}
FILES_ONLY = {"raw_innboks"}  # keeps bytes as they came: no table, so no columns and nothing to audit
# What needs the network stands apart: one asset for each source, and no job but its own has them.
FETCHING = {"raw_klass", "raw_nasjonale_prover", "raw_grunnskolepoeng", "raw_elevundersokelsen"}


@pytest.fixture(scope="module")
def graph() -> dg.AssetGraph:
    return defs.resolve_asset_graph()


def test_loading_says_nothing():
    # `dagster dev` loads the module in a process of its own: a warning of ours would greet every start.
    done = subprocess.run(
        [sys.executable, "-c", "import oppfolging_pipeline.definitions"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


def test_the_assets_are_those_of_the_architecture_each_in_its_group(graph):
    found = {key.to_user_string(): graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert found == {**GROUPS, **dict.fromkeys(FETCHING, "henting")}


@pytest.mark.parametrize("name", sorted({*GROUPS, *FETCHING}))
def test_an_asset_says_what_it_is_and_who_has_it(graph, name):
    node = graph.get(dg.AssetKey(name))
    assert node.description and len(node.description) > 30
    assert node.owners == ["team:oppfolging"]
    assert node.kinds and node.kinds <= {"duckdb", "parquet", "file", "http", "json"}


@pytest.mark.parametrize("name", sorted(GROUPS.keys() - FILES_ONLY))
def test_an_asset_shows_the_declared_columns_of_its_table(graph, name):
    metadata = graph.get(dg.AssetKey(name)).metadata
    tables = {declared.qualified_name: declared for declared in all_tables().values()}
    declared = tables[metadata["dagster/table_name"].split(", ")[0]]
    schema = metadata["dagster/column_schema"]
    shown = [(column.name, column.type, column.description, column.constraints.nullable) for column in schema.columns]
    assert shown == [(c.name, c.type, c.comment, c.nullable) for c in declared.columns]


def test_every_table_that_is_audited_has_one_blocking_check_on_its_asset(graph):
    checks = {key: graph.get_check_spec(key) for key in graph.asset_check_keys}
    assert {key.asset_key.to_user_string() for key in checks} == GROUPS.keys() - FILES_ONLY
    # The same rows under another key, and what the release writes by itself and verifies.
    unaudited = {"dim_kommune", "dim_skole", "kontroll", "utgivelse"}
    assert sorted(key.name for key in checks) == sorted(f"kontroll_{key}" for key in all_tables().keys() - unaudited)
    assert all(spec.blocking and spec.description for spec in checks.values())


def test_the_graph_runs_one_way(graph):
    order = ["henting", "sources", "staging", "indicators", "identification", "cohorts", "publish"]
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            steps = [order.index(graph.get(one).group_name) for one in (parent, key)]
            assert steps[0] <= steps[1], f"{key} reads {parent}"


def test_the_job_is_the_whole_graph_but_what_fetches_in_one_process():
    job = defs.resolve_job_def(JOB)
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == set(GROUPS)
    assert job.executor_def.name == "in_process"
    assert job.description


def test_the_job_that_fetches_does_nothing_else():
    job = defs.resolve_job_def(FETCH_JOB)
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == FETCHING
    assert job.executor_def.name == "in_process"
    assert job.description


def test_a_source_is_fetched_by_one_run_at_a_time():
    pools = {name: defs.get_assets_def(name).op.pool for name in FETCHING}
    assert pools == {name: name.removeprefix("raw_") for name in FETCHING}
    declared = yaml.safe_load((REPOSITORY / "dagster.yaml").read_text(encoding="utf-8"))["concurrency"]["pools"]
    assert declared == {"default_limit": 1, "granularity": "run"}


def test_dagster_takes_the_instances_settings(tmp_path, monkeypatch):
    # A misspelled key is only found when an instance is made of it.
    (tmp_path / "dagster.yaml").write_bytes((REPOSITORY / "dagster.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        config = instance.get_concurrency_config()
    assert (config.pool_config.default_pool_limit, config.pool_config.pool_granularity.value) == (1, "run")
    assert config.run_queue_config.max_concurrent_runs == 1


@pytest.mark.parametrize("name", sorted(FETCHING))
def test_what_fetches_is_tried_again_after_longer_and_longer_waits(name):
    # Minutes: the HTTP layer has asked four times within seconds before the first of them.
    policy = defs.get_assets_def(name).op.retry_policy
    assert (policy.max_retries, policy.delay, policy.backoff) == (3, 60, dg.Backoff.EXPONENTIAL)


def test_nothing_else_is_tried_again():
    retried = {name for name in GROUPS if defs.get_assets_def(name).op.retry_policy is not None}
    assert retried == set()


def test_every_other_run_is_in_one_process_too():
    # What the UI materializes runs outside the job: with Dagster's default each step would cost a process's start.
    assert defs.executor is dg.in_process_executor


def test_only_observations_and_what_is_fetched_of_them_are_partitioned_and_by_school_year(graph):
    partitioned = {
        key.to_user_string(): graph.get(key).partitions_def
        for key in graph.get_all_asset_keys()
        if graph.get(key).partitions_def is not None
    }
    assert partitioned == dict.fromkeys({"observasjon", *FETCHING} - {"raw_klass"}, skoleaar_partitions)


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (datetime(2027, 2, 1, tzinfo=OSLO), "2026-27"),  # without the running year the identification lacks its tests
        (datetime(2027, 7, 31, 23, 59, tzinfo=OSLO), "2026-27"),
        (datetime(2027, 8, 1, 0, 0, tzinfo=OSLO), "2027-28"),
        (datetime(2027, 7, 31, 22, 30, tzinfo=ZoneInfo("UTC")), "2027-28"),  # 00:30 in Oslo, where it is summer time
        (datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("UTC")), "2026-27"),
    ],
)
def test_the_running_school_year_is_a_partition_from_its_first_day(now, newest):
    keys = skoleaar_partitions.get_partition_keys(current_time=now)
    assert skoleaar_of(keys[-1]) == newest
    assert skoleaar_of(keys[0]) == "2011-12"
    assert len(keys) == int(newest[:4]) - 2011 + 1


def test_the_schedule_starts_on_the_first_of_march_at_six_in_oslo():
    schedule = defs.resolve_schedule_def("aarlig_identifisering")
    assert schedule.execution_timezone == "Europe/Oslo"
    after = datetime(2027, 2, 15, tzinfo=OSLO).timestamp()
    found = schedule_execution_time_iterator(after, schedule.cron_schedule, schedule.execution_timezone)
    first, second = next(found), next(found)
    assert first.isoformat() == "2027-03-01T06:00:00+01:00"
    assert second.isoformat() == "2028-03-01T06:00:00+01:00"


def tick(at: datetime) -> dg.RunRequest:
    """What the schedule asks for at that time."""
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=at, repository_def=defs.get_repository_def()
        )
        (request,) = defs.resolve_schedule_def("aarlig_identifisering").evaluate_tick(context).run_requests
    return request


@pytest.mark.parametrize("year", [2027, 2028])
def test_the_schedule_asks_for_the_years_of_its_spring(year, monkeypatch):
    monkeypatch.delenv("OPPFOLGING_REGELSETT", raising=False)
    at = datetime(year, 3, 1, 6, tzinfo=OSLO)
    request = tick(at)
    assert request.run_key == f"identifisering-{year}"
    assert request.run_config["resources"]["uttrekk"]["config"] == {"years": [year], "rules": "udir-2020"}
    # Three years of survey and tests, and grunnskolepoeng that lie one year behind: four school years in all.
    assert request.tags["dagster/asset_partition_range_start"] == f"{year - 4}-08-01"
    assert request.tags["dagster/asset_partition_range_end"] == f"{year - 1}-08-01"
    keys = skoleaar_partitions.get_partition_keys(current_time=at)
    assert request.tags["dagster/asset_partition_range_end"] == keys[-1], "the range ends with the running year"


def test_the_schedule_runs_the_homes_own_choice_of_set(monkeypatch):
    monkeypatch.setenv("OPPFOLGING_REGELSETT", "np-skalapoeng")
    request = tick(datetime(2027, 3, 1, 6, tzinfo=OSLO))
    assert request.run_config["resources"]["uttrekk"]["config"]["rules"] == "np-skalapoeng"


def test_the_schedules_config_is_one_that_the_job_takes():
    request = tick(datetime(2027, 3, 1, 6, tzinfo=OSLO))
    assert dg.validate_run_config(defs.resolve_job_def(JOB), request.run_config)


def test_a_resource_can_be_swapped_by_name():
    other = build_definitions(clock=dg.ResourceDefinition.none_resource())
    assert other.resources["clock"] is not defs.resources["clock"]
    assert other.resources.keys() == defs.resources.keys() == {"home", "uttrekk", "clock", "interfaces"}
