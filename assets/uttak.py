"""Taking a result out of what is published, in one command: the cohorts and the release are made anew without it.

Belongs here: the order of the steps and the job that remakes. Does not belong here: what is kept of it and where the
files go (`oppfolging_pipeline.publish.uttak`), or what is printed (`oppfolging_pipeline.cli_results`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from assets.execution import faults_of
from assets.resources import HomeResource
from oppfolging_pipeline.core.clock import system_clock
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import LOCK_FILE, writer_lock
from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.publish.consistency import known_results
from oppfolging_pipeline.publish.uttak import Result, intend, intended, put_aside

JOB = "uttak"


@dataclass(frozen=True)
class Retired:
    """What came of it: the release that is published now, and where the files lie; `faults` by step when the release
    could not be made. The result is then still to go, and goes with the next release."""

    utgivelse: str | None
    mappe: Path
    faults: dict[str, str]


def job() -> dg.UnresolvedAssetJobDefinition:
    """Everything that follows from which results a home has, and nothing that makes a result."""
    return dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.groups("cohorts", "publish"),
        description="Puljene og utgivelsen på nytt, av resultatene som hjemmet har.",
        executor_def=dg.in_process_executor,
    )


def retire(definitions: dg.Definitions, home: HomeResource, result: Result, instance: dg.DagsterInstance) -> Retired:
    """Take the result out, as the home's only writer. The same again goes on where a killed one stopped.

    Raises `PermanentError` for a result that the home does not have and for its only one, before anything is done, and
    `TransientError` when another process writes to the home.
    """
    with writer_lock(home.root / LOCK_FILE):
        _require_another(home, result)
        folder = put_aside(home.lake, intend(home.root, result, system_clock()))
        made = definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance, run_config={"loggers": {"console": {}}}, raise_on_error=False
        )
        faults = faults_of(made, JOB)
        release = None if faults else made.asset_materializations_for_node("utgivelse")[0].metadata["utgivelse"].value
    return Retired(str(release) if release else None, folder, faults)


def _require_another(home: HomeResource, result: Result) -> None:
    retired = {one.result for one in intended(home.root)}
    known = known_results(home.lake, home.published) | retired
    if result not in known:
        there = opplisting(f"{year} ({name})" for year, name in sorted(known)) or "ingen"
        raise PermanentError(
            f"Fant ikke noe resultat for uttrekk {result[0]} med {result[1]} i hjemmet; det har {there}. "
            "`oppfolging results list` viser dem."
        )
    complete = home.complete
    others = {
        (int(year), name)
        for year, name in (complete.partition_of(file) for file in complete.files("identifisert_kommune"))
    }
    if not others - retired - {result}:
        raise PermanentError(
            f"Uttrekk {result[0]} med {result[1]} er det eneste resultatet i hjemmet, og en utgivelse uten resultat "
            "finnes ikke. Kjør et annet uttrekk først, eller ta ut utgivelsene med `oppfolging releases withdraw`."
        )
