"""Questions to the ledger and to what it says is in the archive. Asked of a copy: opening a ledger may change it.

Belongs here: the ledger's own state, contents that are gone or spoiled, sources whose last fetch failed. Does not
belong here: what stands in the contents.
"""

from __future__ import annotations

import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from oppfolging_pipeline.core.errors import OppfolgingError, shown
from oppfolging_pipeline.publish.doctor.diagnosis import Case, Diagnosis
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.ledger import COPY_FILE, LEDGER_FILE
from oppfolging_pipeline.sources.ledger_loss import NOTHING, has_contents, known_by
from oppfolging_pipeline.staging.source_states import source_states

_HOT = "-journal"  # of a transaction that was broken off: SQLite rolls it back when the ledger is opened
_WHOLE = [("ok",)]


@contextmanager
def opened(case: Case) -> Iterator[tuple[list[Diagnosis], Archive | None]]:
    """What is wrong with the ledger, and the archive by it: None when nothing can be asked of it."""
    root = case.home / "arkiv"
    with TemporaryDirectory(prefix="oppfolging-doctor-") as place:
        url = case.protokoll_url
        if url is None:
            file = root / LEDGER_FILE
            if not file.exists():
                yield _absent(case), None
                return
            if not file.is_file():
                yield [_corrupt(case, "det er en mappe, ikke en fil")], None
                return
            copied = Path(place) / LEDGER_FILE
            _copy(file, copied)
            if fault := _spoiled(copied):
                yield [_corrupt(case, fault)], None
                return
            url = f"sqlite:///{copied}"
        yield _asked(case, Archive(root, url))


def contents(case: Case, archive: Archive) -> list[Diagnosis]:
    """Contents that the ledger knows, and that are gone or no longer give their digest."""
    evidence, found = Evidence(archive), []
    for sha256, snapshot in sorted(archive.snapshots().items()):
        if archive.contents.has(sha256):
            continue
        answers = evidence.answers_of(sha256)
        if answers:
            again = case.command(f"fetch --source {answers[-1].kilde}")
        elif archive.is_for_the_example():
            again = case.run_again()
        else:
            again = case.run_with_inbox()
        found.append(
            Diagnosis(
                "innhold_skadet",
                "feil",
                f"{archive.contents.root}/{sha256}",
                f"innholdet som kom inn som «{shown(snapshot.file)}», mangler eller gir ikke lenger sin sha256",
                "En kjøring som trenger det, stopper. Hent filen fra en kopi av hjemmemappen, eller la det samme "
                "innholdet komme inn på nytt: da mender det seg selv.",
                again,
            )
        )
    return found


def failed_sources(case: Case, archive: Archive) -> list[Diagnosis]:
    """Sources whose last fetch failed or was broken off, as `oppfolging sources` tells them."""
    meaning = (
        "Det som er her av kilden, er eldre enn siste forsøk. En kjøring som trenger det, stopper uten --tillat-eldre."
    )
    return [
        Diagnosis(
            "kilde_feilet",
            "feil",
            row.kilde,
            f"siste henting: {row.tilstand}. {shown(row.melding or '')}".strip(),
            meaning,
            case.command(row.gjor.partition("; eller ")[0].removeprefix("oppfolging ")),
        )
        for row in source_states(archive, case.catalog, case.now)
        if row.gjor and row.siste_henting is not None
    ]


def _asked(case: Case, archive: Archive) -> tuple[list[Diagnosis], Archive | None]:
    place = str(case.home / "arkiv" / LEDGER_FILE) if case.protokoll_url is None else "OPPFOLGING_PROTOKOLL_URL"
    try:
        gone = archive.ledger.lost()
        current = archive.ledger.is_current()
    except OppfolgingError as error:
        meaning = (
            "Ingenting er endret i den. Er den av en nyere versjon, bruk det programmet som skrev den, eller et annet "
            "--home. Er det en database som ikke svarer, start den, eller rett OPPFOLGING_PROTOKOLL_URL."
        )
        return [Diagnosis("protokoll_ubrukelig", "feil", place, shown(str(error)), meaning)], None
    if gone is not None:
        return [_corrupt(case, gone)], None
    if current:
        return _copy_spoiled(case), archive
    meaning = "Protokollen er tom eller av en eldre form. Neste kjøring gir den dagens form med alt i behold."
    return [
        Diagnosis("protokoll_eldre", "hint", place, "en protokoll uten dagens form", meaning, case.run_again())
    ], None


def _copy(file: Path, copied: Path) -> None:
    shutil.copyfile(file, copied)
    hot = file.with_name(f"{file.name}{_HOT}")
    if hot.exists():
        shutil.copyfile(hot, copied.with_name(f"{copied.name}{_HOT}"))


def _spoiled(ledger: Path) -> str | None:
    """What SQLite says is wrong with the file, looked at as a whole."""
    try:
        with closing(sqlite3.connect(ledger)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found == _WHOLE else " ".join(str(found[0][0]).split())


def _absent(case: Case) -> list[Diagnosis]:
    root = case.home / "arkiv"
    if has_contents(root):
        return [_mended_by(case, "protokoll_borte", "ingen protokoll ved siden av arkivets innhold")]
    if (root / COPY_FILE).exists():
        return [_mended_by(case, "protokoll_borte", "ingen protokoll ved siden av kopien av den")]
    return []


def _copy_spoiled(case: Case) -> list[Diagnosis]:
    copy = case.home / "arkiv" / COPY_FILE
    fault = _spoiled_copy(copy) if case.protokoll_url is None and copy.exists() else None
    if fault is None:
        return []
    meaning = "Protokollen er hel, men kan ikke hentes tilbake om den skades. Neste kjøring skriver kopien på nytt."
    found = f"en kopi av protokollen som er skadet ({shown(fault)})"
    return [Diagnosis("protokollkopi_skadet", "hint", str(copy), found, meaning, case.run_again())]


def _corrupt(case: Case, fault: str) -> Diagnosis:
    return _mended_by(case, "protokoll_skadet", f"en protokoll som er skadet ({shown(fault)})")


def _mended_by(case: Case, kode: str, found: str) -> Diagnosis:
    """With a whole copy of the ledger it is put back; without one the archive is set aside and what it held comes in
    again."""
    root = case.home / "arkiv"
    folder, file, copy = shlex.quote(str(root)), LEDGER_FILE, root / COPY_FILE
    whole = copy.exists() and _spoiled_copy(copy) is None
    if whole:
        aside = f"([ ! -e {file} ] || mv {file} protokoll.skadet.sqlite) && rm -f {file}{_HOT} && cp {COPY_FILE} {file}"
        command = f"(cd {folder} && {aside}) && {case.run_again()}"
        meaning = (
            "Innholdet i arkivet er urørt, og det som er publisert, står. Kopien er fra sist noe ble lest uten feil; "
            "det som er hentet siden, må hentes igjen."
        )
    else:
        command = f"mv {folder} {folder}.skadet && {case.run_with_inbox()}"
        meaning = (
            "Det finnes ingen hel kopi av protokollen. Hent den fra en sikkerhetskopi av hjemmemappen, eller sett "
            "arkivet til side (innholdet blir liggende der) og la filene komme inn på nytt, eller hent på nytt med "
            "oppfolging fetch. Resultater av andre uttrekk må så kjøres på nytt; kjøringen sier hvilke."
        )
    return Diagnosis(kode, "feil", str(root / LEDGER_FILE), found, meaning, command)


def _spoiled_copy(copy: Path) -> str | None:
    if not copy.is_file():
        return "det er en mappe, ikke en fil"
    with TemporaryDirectory(prefix="oppfolging-doctor-") as place:
        fault = _spoiled(Path(shutil.copyfile(copy, Path(place) / copy.name)))
    return fault or ("den vet ikke om noe som er kommet inn" if known_by(copy) == NOTHING else None)
