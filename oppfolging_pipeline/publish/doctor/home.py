"""Questions to the home itself: is it there, can it be written to, is there room, is anybody at work in it.

Belongs here: the folder and its disk. Does not belong here: what is in the files.
"""

from __future__ import annotations

import os
import shlex

from oppfolging_pipeline.core.files import LOCK_FILE
from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.publish.doctor.diagnosis import Case, Diagnosis
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE

_PARTS = (".", "arkiv", "arkiv/innhold", "arkiv/protokoll.sqlite", "lager", "kontroll", "publisert", "kjoring.json")
_SPARE = 64 << 20  # bytes that a run needs beside its tables: Dagster's and DuckDB's own


def absent(case: Case) -> list[Diagnosis]:
    """A home that is not there yet, is no folder, or is empty: nothing else can be asked of it."""
    home = case.home
    if home.exists() and not home.is_dir():
        found, meaning = "en fil der hjemmemappen skulle vært", "Ingenting kan kjøres i dette hjemmet."
        return [Diagnosis("hjem_er_fil", "feil", str(home), found, meaning, "oppfolging doctor --home EN_ANNEN_MAPPE")]
    if home.is_dir() and any(home.iterdir()):
        return []
    found = "en tom hjemmemappe" if home.is_dir() else "ingen hjemmemappe"
    meaning = (
        "Ingenting er kjørt her ennå. Kommandoen kjører det oppdiktede eksempelet; for ekte tall: legg til "
        "--inbox MAPPE, eller kjør oppfolging fetch først. Ventet du tall her, er det en annen --home som er riktig."
    )
    return [Diagnosis("hjem_tomt", "hint", str(home), found, meaning, case.command("run"))]


def not_writable(case: Case) -> list[Diagnosis]:
    """Parts of the home that this user cannot write to."""
    shut = [part for part in _PARTS if (case.home / part).exists() and not os.access(case.home / part, os.W_OK)]
    if not shut:
        return []
    home = shlex.quote(str(case.home))
    return [
        Diagnosis(
            "hjem_skrivebeskyttet",
            "feil",
            str(case.home),
            f"kan ikke skrives til: {opplisting('hjemmemappen' if part == '.' else part for part in shut)}",
            "Det som er publisert, kan leses, men ingen kjøring kan fullføres. Er disken montert for lesing alene, må "
            "den monteres for skriving.",
            f'sudo chown -R "$(id -un)" {home} && chmod -R u+rwX {home}',
        )
    ]


def lock(case: Case) -> list[Diagnosis]:
    """Something else than a file in the place of the writer's lock: no run can begin."""
    path = case.home / LOCK_FILE
    if path.is_file() or not path.exists():
        return []
    found, meaning = (
        "en mappe der låsefilen skulle vært",
        "Det som er publisert, kan leses, men ingen kjøring begynner.",
    )
    aside = f"mv {shlex.quote(str(path))} {shlex.quote(f'{path}.flyttet')} && {case.run_again()}"
    return [Diagnosis("laas_er_ingen_fil", "feil", str(path), found, meaning, aside)]


def little_room(case: Case) -> list[Diagnosis]:
    """Less room than a run may need: it writes every table and the published file anew beside the old ones."""
    kept = [*list((case.home / "lager").rglob("*.parquet")), case.published / PUBLISHED_FILE]
    need = sum(path.stat().st_size for path in kept if path.is_file()) + _SPARE
    if case.free_bytes >= 2 * need:
        return []
    return [
        Diagnosis(
            "disk_nesten_full",
            "feil" if case.free_bytes < need else "hint",
            str(case.home),
            f"{_megabytes(case.free_bytes)} ledig på disken; en kjøring kan trenge {_megabytes(need)}",
            "En kjøring kan stoppe for full disk. Det som er publisert, blir stående som det er.",
            f"df -h {shlex.quote(str(case.home))}",
        )
    ]


def another_run(case: Case) -> list[Diagnosis]:
    """Another process holds the writer's lock: what it is writing is not looked at."""
    if not case.running:
        return []
    since = f", begynt {case.journal.startet:%Y-%m-%d %H:%M} UTC" if case.journal and not case.journal.utfall else ""
    return [
        Diagnosis(
            "kjoring_paagaar",
            "hint",
            str(case.home),
            f"en kjøring eller henting pågår{since}",
            "Protokoll, arkiv og lager er ikke undersøkt, for de er under arbeid. Spør igjen når den er ferdig.",
            case.command("doctor"),
        )
    ]


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
