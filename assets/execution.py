"""Running the job in this process, with its progress: what the CLI does.

Belongs here: from a user's choices to a run of the job, and from its events to an outcome. Does not belong here: what
is printed (`oppfolging_pipeline.cli`).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from assets.audited import LEFT_OUT
from assets.oversikt import OVERVIEW
from assets.partitions import range_tags
from oppfolging_pipeline.core.clock import system_clock
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import LEFTOVER, writer_lock
from oppfolging_pipeline.core.run_journal import JOURNAL_FILE, Asked, RunJournal, write_journal
from oppfolging_pipeline.publish.manifest import published_release

JOURNAL_TAG = "oppfolging/journal"  # which journal is the run's own
Progress = Callable[[str], None]
Overview = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended: the faults by step, or for which identification years it was. `utgivelse` is what it published,
    also when something failed after that; None when the published file is the one from before a run that failed.
    `siden`: the kept releases that show what the source has shielded or withdrawn since, each with what it shows."""

    success: bool
    faults: Mapping[str, str]
    uttrekk: tuple[int, ...]
    utgivelse: str | None
    ny: bool | None
    siden: tuple[tuple[str, str], ...] = ()


def progress_logger(progress: Progress, overview: Overview = lambda _: None) -> dg.LoggerDefinition:
    """A Dagster logger that reports each step's end and what a step left out, and hands the reports' overview on, once,
    as soon as it is known; nothing else."""

    class _Handler(logging.Handler):
        told = False

        def emit(self, record: logging.LogRecord) -> None:
            meta = getattr(record, "dagster_meta", {})
            event, said = meta.get("dagster_event"), str(meta.get("orig_message", ""))
            if event is None and said.startswith(LEFT_OUT):
                progress(said)
            if event is not None and event.event_type_value == "ASSET_MATERIALIZATION" and not self.told:
                known = event.event_specific_data.materialization.metadata.get(OVERVIEW)
                if known is not None:
                    self.told = True
                    overview(known.data)
            if event is not None and event.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE"):
                verdict = "ferdig" if event.is_step_success else "feilet"
                seconds = f" ({event.event_specific_data.duration_ms / 1000:.1f} s)" if event.is_step_success else ""
                progress(f"{event.step_key}: {verdict}{seconds}")

    def build(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.getLogger("oppfolging.framdrift")
        logger.propagate = False
        logger.setLevel(logging.DEBUG)
        logger.handlers = [_Handler()]
        return logger

    return dg.LoggerDefinition(build, description="Each step as it ends.")


def execute(
    definitions: dg.Definitions,
    job: str,
    home: Any,
    skoleaar: Sequence[str],
    instance: dg.DagsterInstance,
    asked: Asked,
) -> RunOutcome:
    """Run the job for the first to the last of the school years, as the home's only writer; the home's journal says
    what was `asked`, and how it ended.

    Raises `TransientError` when another process writes to the home, `PermanentError` when it cannot be written to.
    """
    with writer_lock(home.root / ".laas"):
        for half_written in home.root.glob(f".*{LEFTOVER}"):
            half_written.unlink(missing_ok=True)
        before = published_release(home.published)
        journal = RunJournal(system_clock(), asked, utgivelse_foer=before)
        write_journal(home.root, journal)
        result = definitions.resolve_job_def(job).execute_in_process(
            instance=instance,
            tags={**range_tags(skoleaar), JOURNAL_TAG: journal.name},
            run_config={"loggers": {"console": {}}},  # ours, in place of Dagster's own console logger
            raise_on_error=False,
        )
        faults = faults_of(result, job)
        _journal_end(home.root, journal.ended(system_clock(), faults), faults)
        after = published_release(home.published)
    if faults:
        return RunOutcome(False, faults, (), after if after != before else None, None)
    limits = result.asset_materializations_for_node("grense")[0].metadata
    release = result.asset_materializations_for_node("utgivelse")[0].metadata
    years = tuple(int(year) for year in str(limits["uttrekk"].value).split(", "))
    found: Any = release["viser_skjermet_siden"].value
    since = tuple((str(name), str(text)) for name, text in found)
    return RunOutcome(True, {}, years, str(release["utgivelse"].value), bool(release["ny"].value), since)


def faults_of(result: dg.ExecuteInProcessResult, job: str) -> dict[str, str]:
    """What each step that failed said; none of a run that went well."""
    faults = {
        event.step_key or job: _fault(event.step_failure_data) for event in result.all_events if event.is_step_failure
    }
    return faults or ({} if result.success else {job: "The run failed before its first step."})


def _journal_end(root: Path, journal: RunJournal, faults: dict[str, str]) -> None:
    """Write the end of the run. On a full disk that may fail too: then it is one more of the run's faults."""
    try:
        write_journal(root, journal)
    except PermanentError as error:
        faults[JOURNAL_FILE] = str(error)


def _fault(failure: Any) -> str:
    """What a person needs to read of a failure: the pipeline's own message, or the whole error when it is not ours."""
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return str(failure.user_failure_data.description)
    error = failure.error
    while error is not None:  # the outermost of ours: what it was raised from is a library's
        if error.cls_name in _OWN_ERRORS:
            return str(error.message).partition(": ")[2].strip()
        error = error.cause
    return str(failure.error.to_string())


_OWN_ERRORS = frozenset({"InvalidInput", "PermanentError", "TransientError", "CheckError"})
