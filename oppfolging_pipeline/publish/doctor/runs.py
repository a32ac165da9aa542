"""Questions about runs: one that was broken off, one that failed, one whose tables are in quarantine, what they left.

Belongs here: the journal, the quarantine, leftovers, and a clock that stands wrong. Does not belong here: whether the
results that are there belong together (`lake`).
"""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from oppfolging_pipeline.core.errors import PermanentError, shown
from oppfolging_pipeline.core.files import leftovers
from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.core.outcome import FailedAudit
from oppfolging_pipeline.core.run_journal import DONE, FAILED, JOURNAL_FILE, read_journal, unsettled
from oppfolging_pipeline.publish import manifest as manifests
from oppfolging_pipeline.publish.doctor.diagnosis import Case, Diagnosis, at
from oppfolging_pipeline.publish.doctor.lake import remake_of_other_figures
from oppfolging_pipeline.publish.loefte import KONTROLL
from oppfolging_pipeline.publish.release import NEXT_FILE

_NAMES_SHOWN = 5


def unreadable_journal(case: Case) -> list[Diagnosis]:
    """A journal that is none."""
    try:
        read_journal(case.home)
    except PermanentError as error:
        path = case.home / JOURNAL_FILE
        meaning = "Hvordan den nyeste kjøringen gikk, er ikke kjent. Den neste skriver filen på nytt."
        remove = f"rm{' -r' if path.is_dir() else ''} {shlex.quote(str(path))}"
        return [Diagnosis("journal_uleselig", "feil", str(path), shown(str(error)), meaning, remove)]
    return []


def last_run(case: Case) -> list[Diagnosis]:
    """The newest run never ended, or failed."""
    journal, place = case.journal, str(case.home / JOURNAL_FILE)
    if journal is None or journal.utfall == DONE or journal.avloest is not None:
        return []
    again = journal.bedt_om.command(case.home)
    if journal.utfall == FAILED:
        said = "; ".join(f"{step}: {message.splitlines()[0]}" for step, message in journal.feil.items() if message)
        ended = at(journal.avsluttet) if journal.avsluttet else ""
        meaning = f"{_published_since(case, journal.utgivelse_foer)} Rett det som er nevnt, og kjør igjen."
        return [Diagnosis("kjoring_feilet", "feil", place, f"kjøringen feilet {ended}: {shown(said)}", meaning, again)]
    meaning = (
        "Kjøringen ble brutt av (drept, strømbrudd, full disk) og gjorde seg ikke ferdig. Den siste utgivelsen er hel; "
        "resultatene i lageret kan være halve. Samme kjøring om igjen rydder opp og fullfører."
    )
    return [
        Diagnosis("kjoring_avbrutt", "feil", place, f"kjøringen som begynte {at(journal.startet)}, ble aldri avsluttet",
                  meaning, again)
    ]  # fmt: skip


def _published_since(case: Case, before: str | None) -> str:
    """What the published file itself says of it: a run can fail after its release is in place."""
    now = manifests.published_release(case.published)
    if before is None or not now:
        return "Det som var publisert, er det som kan leses."
    if now == before:
        return "Ingenting ble publisert, og det som var publisert, står."
    return f"Utgivelse {now} ble publisert og er hel; det som feilet, kom etter."


def half_written(case: Case) -> list[Diagnosis]:
    """What processes that were killed left: nobody reads it, and the next run removes it."""
    home = case.home
    left = [path for path in (home / "neste").rglob("*") if path.is_file()]
    left += leftovers(home)
    left += [path for path in case.published.glob(f"{NEXT_FILE}*") if path not in left]
    left += list(case.published.glob(f"{manifests.PUBLISHED_FILE}.wal"))
    if not left:
        return []
    names = sorted({path.relative_to(home).as_posix() for path in left})
    shown_names = ", ".join(names[:_NAMES_SHOWN]) + (" …" if len(names) > _NAMES_SHOWN else "")
    meaning = "Rester etter en kjøring som ble brutt av. Ingen leser dem, og neste kjøring fjerner dem."
    return [Diagnosis("rester", "hint", str(home), f"{len(names)} halvskrevne filer: {shown_names}", meaning,
                      case.run_again())]  # fmt: skip


def quarantined(case: Case) -> list[Diagnosis]:
    """Tables that failed their audit, when no whole run has gone well since. Of several the newest is told of."""
    folders = unsettled(case.home)
    if not folders:
        return []
    report = max(folders, key=_put_there) / "kontroll.json"
    meaning = (
        "Tabellene ligger i karantene, og ingenting av dem er publisert. Rapporten sier hvilke rader det gjelder og "
        "hva som skal gjøres. Rett grunnlaget, og kjør igjen."
    )
    said, checks = _failed_checks(report)
    # The same run would fail again where it is results of other figures that show what is shielded now.
    again = remake_of_other_figures(case) if KONTROLL in checks else ""
    return [Diagnosis("karantene", "feil", str(report), said, meaning, again or case.run_again())]


def clock_behind(case: Case, newest_entry: datetime | None) -> list[Diagnosis]:
    """The clock stands before the newest thing in the home (`newest_entry`: of the ledger)."""
    release = _manifest(case).newest
    journal = case.journal
    times = {
        "utgivelsen": release.opprettet if release else None,
        "protokollen": newest_entry,
        "kjøringen": (journal.avsluttet or journal.startet) if journal else None,
    }
    later = {what: time for what, time in times.items() if time is not None and time > case.now}
    if not later:
        return []
    what = opplisting(f"{name} er av {at(time)}" for name, time in later.items())
    return [
        Diagnosis(
            "klokke_bak",
            "feil",
            str(case.home),
            f"klokken er {at(case.now)}, men {what}",
            "Klokken er stilt tilbake, eller den sto for langt fram før. Utgivelser er nummerert, og inntak blir aldri "
            "ført som eldre enn det forrige, så ingenting går tilbake; men datoer i nye utgivelser blir gale.",
            "sudo timedatectl set-ntp true && date -u",
        )
    ]


def _put_there(folder: Path) -> datetime:
    report = folder / "kontroll.json"
    return datetime.fromtimestamp((report if report.exists() else folder).stat().st_mtime, UTC)


def _manifest(case: Case) -> manifests.Manifest:
    """The manifest; an empty one where it cannot be read, which is a finding of its own (`published`)."""
    try:
        return manifests.read_manifest(case.published)
    except PermanentError:
        return manifests.Manifest()


def _failed_checks(report: Path) -> tuple[str, set[str]]:
    """What stopped the run in words, and the names of the checks."""
    try:
        audit = FailedAudit.model_validate_json(report.read_bytes())
    except (FileNotFoundError, ValidationError) as error:
        return f"tabeller i karantene uten lesbar rapport ({error!r})", set()
    stopped = [outcome for outcome in audit.utfall if outcome.stops]
    return audit.feil or "; ".join(outcome.line for outcome in stopped), {outcome.kontroll for outcome in stopped}
