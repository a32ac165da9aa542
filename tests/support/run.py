"""Runs the whole Dagster job in this process, for tests.

Belongs here: calling the job with a home, an inbox and a fixed clock. Does not belong here: any expectation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from assets.partitions import range_tags
from assets.resources import ClockResource, HomeResource, UttrekkResource
from oppfolging_pipeline.definitions import JOB, build_definitions

NOON = "2025-03-01T12:00:00+00:00"


def run_job(
    home: Path,
    inbox: Path | None,
    *,
    rules: str,
    years: Sequence[int],
    skoleaar: Sequence[str],
    per: str = "2025-03-01",
    now: str = NOON,
    kjent_per: str = "",
) -> dg.ExecuteInProcessResult:
    """Run the job for the first to the last of `skoleaar`, without an inbox from the archive; the result says whether
    it succeeded."""
    definitions = build_definitions(
        home=HomeResource(home=str(home), inbox=str(inbox or "")),
        uttrekk=UttrekkResource(rules=rules, years=list(years), per=per, kjent_per=kjent_per),
        clock=ClockResource(fixed=now),
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance, tags=range_tags(skoleaar), raise_on_error=False
        )


def failures(result: dg.ExecuteInProcessResult) -> str:
    """The error texts of the steps that failed."""
    return "\n".join(
        event.step_failure_data.error.to_string()
        for event in result.all_events
        if event.is_step_failure and event.step_failure_data.error is not None
    )
