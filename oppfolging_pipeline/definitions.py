"""The one Dagster entry: assets, checks, resources, the jobs, the schedule and the sensor.

Belongs here: putting together what Dagster sees. Does not belong here: any asset (`assets`) or rule.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from assets import cohorts, fetching, identification, indicators, publish, sources, staging, uttak
from assets.by_hand import TableAudit, audit_by_hand, tables_with_a_suite
from assets.execution import Overview, Progress, RunOutcome, execute, progress_logger
from assets.interfaces import InterfacesResource
from assets.partitions import range_tags
from assets.resources import ClockResource, HomeResource, UttrekkResource
from assets.sensors import FETCH_JOB, nytt_skoleaar
from oppfolging_pipeline.core.run_journal import Asked
from oppfolging_pipeline.core.skoleaar import window

JOB = "identifisering"
_MODULES = (fetching, sources, staging, indicators, identification, cohorts, publish)


def _job() -> Any:
    return dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups(fetching.GROUP),
        description="Fra arkivet eller innboksen til den publiserte filen: hele identifiseringen, uten nettverk.",
        executor_def=dg.in_process_executor,
    )


def _fetch_job() -> Any:
    return dg.define_asset_job(
        FETCH_JOB,
        selection=dg.AssetSelection.groups(fetching.GROUP),
        description="Henter skoleår fra Udirs grensesnitt og registeret fra SSB KLASS til arkivet.",
        executor_def=dg.in_process_executor,
    )


@dg.schedule(
    job_name=JOB,
    cron_schedule="0 6 1 3 *",
    execution_timezone="Europe/Oslo",
    description="1. mars hvert år: identifiseringen for årets uttrekk.",
)
def aarlig_identifisering(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run a year, for the identification year that the spring is in, with the school years of its window."""
    year = context.scheduled_execution_time.year
    rule_set = UttrekkResource().rule_set(HomeResource())
    years = {aar for lag in rule_set.forsinkelse.values() for aar in window(year, lag.verdi, rule_set.antall_aar.verdi)}
    return dg.RunRequest(
        run_key=f"{JOB}-{year}",
        tags=range_tags(sorted(years)),
        run_config={"resources": {"uttrekk": {"config": {"years": [year], "rules": rule_set.navn}}}},
    )


def build_definitions(loggers: dict[str, dg.LoggerDefinition] | None = None, **overrides: Any) -> dg.Definitions:
    """The definitions; `overrides` replace resources by name (for tests and for the CLI)."""
    return dg.Definitions(
        assets=dg.load_assets_from_modules(list(_MODULES)),
        jobs=[_job(), _fetch_job(), uttak.job()],
        schedules=[aarlig_identifisering],
        sensors=[nytt_skoleaar],
        resources={
            "home": HomeResource(),
            "uttrekk": UttrekkResource(),
            "clock": ClockResource(),
            "interfaces": InterfacesResource(),
            **overrides,
        },
        executor=dg.in_process_executor,
        loggers=loggers,
    )


def run_identifisering(
    *,
    home: str,
    inbox: str,
    oppsett: str,
    rules: str,
    years: Sequence[int],
    per: str,
    kjent_per: str,
    tillat_eldre: bool,
    skoleaar: Sequence[str],
    progress: Progress,
    overview: Overview,
    instance: dg.DagsterInstance,
) -> RunOutcome:
    """Run the job in this process for the CLI; `overview` is handed the state of the reports before figures are judged.
    Raises `TransientError` when another process writes to the home."""
    home_resource = HomeResource(home=home, inbox=inbox, oppsett_mappe=oppsett)
    definitions = build_definitions(
        loggers={"console": progress_logger(progress, overview)},
        home=home_resource,
        uttrekk=UttrekkResource(
            rules=rules, years=list(years), per=per, kjent_per=kjent_per, tillat_eldre=tillat_eldre
        ),
    )
    asked = Asked(inbox, rules, tuple(years), per, kjent_per, tillat_eldre, oppsett)
    return execute(definitions, JOB, home_resource, skoleaar, instance, asked)


def retire_result(*, home: str, oppsett: str, uttrekksaar: int, rules: str, progress: Progress) -> uttak.Retired:
    """Take a result out of what is published, for the CLI. Raises as `assets.uttak.retire` does."""
    home_resource = HomeResource(home=home, oppsett_mappe=oppsett)
    definitions = build_definitions(loggers={"console": progress_logger(progress)}, home=home_resource)
    with dg.DagsterInstance.ephemeral() as instance:
        return uttak.retire(definitions, home_resource, (uttrekksaar, rules), instance)


def check_by_hand(home: str, tables: Sequence[str], oppsett: str = "") -> Iterator[TableAudit]:
    """Audit tables of the lake for the CLI, each by its key or its published name; none named: all that have a suite.

    Raises `LookupError` for names that have no suite, before anything is done, and as `audit_by_hand` does.
    """
    known = tables_with_a_suite()
    keys = {**{key: key for key in known}, **{name: key for key, name in known.items()}}
    unknown = [name for name in dict.fromkeys(tables) if name not in keys]
    if unknown:
        raise LookupError(f"found {', '.join(unknown)}; expected one of {', '.join(known)}")
    asked = list(dict.fromkeys(keys[name] for name in tables or known))
    return audit_by_hand(HomeResource(home=home, oppsett_mappe=oppsett), asked)


defs = build_definitions()
