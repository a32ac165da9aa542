"""The examination: every question, in an order in which the first answers explain the later ones.

Belongs here: which questions are asked when. Does not belong here: the questions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.core.files import LOCK_FILE, is_locked
from oppfolging_pipeline.core.run_journal import RunJournal, read_journal
from oppfolging_pipeline.publish.doctor import home as homes
from oppfolging_pipeline.publish.doctor import lake, ledger, published, rettelser, runs
from oppfolging_pipeline.publish.doctor.diagnosis import Case, Diagnosis, ask
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.oppsett import Oppsett
from oppfolging_pipeline.rules.rettelser import Rettelsesliste, default_corrections


def examine(
    home: Path,
    protokoll_url: str | None,
    catalog: Catalog,
    read_oppsett: Callable[[], Oppsett],
    now: datetime,
    free_bytes: int,
) -> list[Diagnosis]:
    """Everything that is found in the home, what is broken first. Nothing is changed, and no state of a home is too
    broken to be asked about.

    `read_oppsett` reads the home's settings; `protokoll_url` is the ledger's, None for the one in the home;
    `free_bytes` is what the home's disk can still take. While another run goes on, only what readers see and the home
    itself are looked at.
    """
    corrections, faults = _corrections(read_oppsett)
    case = Case(home, protokoll_url, catalog, corrections, now, free_bytes)
    if found := ask(homes.absent, case):
        return found
    case = replace(case, journal=_journal(home), running=_running(home))
    questions = [homes.another_run, homes.lock, homes.not_writable, homes.little_room, published.release]
    if not case.running:
        questions += [runs.unreadable_journal, runs.last_run, runs.half_written, runs.quarantined, archive]
        questions += [lake.files, lake.strays, lake.results, lake.other_figures]
    found = [*faults, *(one for question in questions for one in ask(question, case))]
    return sorted(found, key=lambda one: one.alvor != "feil")


def _corrections(read_oppsett: Callable[[], Oppsett]) -> tuple[Rettelsesliste, list[Diagnosis]]:
    """The corrections of the home, those that are carried where its own settings cannot be read, and why not."""
    try:
        return read_oppsett().rettelser, []
    except InvalidInput as invalid:
        return default_corrections(), [
            Diagnosis(
                "oppsett_med_feil",
                "feil",
                one.file or "oppsett",
                f"en feil i hjemmets eget oppsett: «{one}»",
                "Ingen kjøring begynner før den er rettet. Det som er publisert, står.",
            )
            for one in invalid.findings
        ]


def archive(case: Case) -> list[Diagnosis]:
    """The ledger, the archive by it, and the clock against what it knows."""
    with ledger.opened(case) as (found, opened):
        if opened is None:
            return [*found, *runs.clock_behind(case, None)]
        found = [*found, *ask(ledger.contents, case, opened), *ask(ledger.failed_sources, case, opened)]
        found += ask(rettelser.unapplied, case, opened)
        found += ask(published.shown_since, case, opened)
        return [*found, *runs.clock_behind(case, opened.newest_time())]


def _journal(home: Path) -> RunJournal | None:
    """The newest run; None also where it cannot be read, which is a finding of its own."""
    try:
        return read_journal(home)
    except (PermanentError, OSError):
        return None


def _running(home: Path) -> bool:
    try:
        return is_locked(home / LOCK_FILE)
    except OSError:
        return False  # it cannot be opened: that the home cannot be written to is a finding of its own
