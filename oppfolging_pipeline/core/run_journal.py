"""What a home knows of its runs: the newest of the command line, and that one went well since something failed.

Belongs here: `<home>/kjoring.json`, each time written as a whole, and the mark in folders of the quarantine. Does not
belong here: running (`assets.execution`), or what is made of a run that never ended (`publish.doctor`).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from oppfolging_pipeline.core.disk import disk_faults_told
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import write_atomically

JOURNAL_FILE = "kjoring.json"
QUARANTINE = "karantene"
SETTLED_FILE = "senere.txt"
DONE: Literal["ferdig"] = "ferdig"
FAILED: Literal["feilet"] = "feilet"
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_STRICT)
class Asked:
    """A run's choices, as the command line takes them. Empty: the option was not given."""

    inbox: str = ""
    rules: str = ""
    uttrekk: tuple[int, ...] = ()
    per: str = ""
    kjent_per: str = ""
    tillat_eldre: bool = False
    oppsett: str = ""

    def command(self, home: Path) -> str:
        """The command that asks for the same again, ready for a shell."""
        options = {
            "--home": str(home),
            "--inbox": self.inbox,
            "--oppsett": self.oppsett,
            "--rules": self.rules,
            "--uttrekk": ",".join(map(str, self.uttrekk)),
            "--per": self.per,
            "--kjent-per": self.kjent_per,
        }
        words = [word for option, value in options.items() if value for word in (option, value)]
        return shlex.join(["oppfolging", "run", *words, *(["--tillat-eldre"] * self.tillat_eldre)])


@dataclass(frozen=True, config=_STRICT)
class RunJournal:
    """One run. `avsluttet` and `utfall` are None while it goes on, and for ever when it was broken off; `feil` maps
    each step that failed to what it said.

    `utgivelse_foer`: the release that was published when it began, empty where there was none; None in journals of
    earlier versions. `avloest`: when another run went well since, such as one of Dagster's, which has no journal.
    """

    startet: AwareDatetime
    bedt_om: Asked
    avsluttet: AwareDatetime | None = None
    utfall: Literal["ferdig", "feilet"] | None = None
    feil: Mapping[str, str] = field(default_factory=dict)
    utgivelse_foer: str | None = None
    avloest: AwareDatetime | None = None
    format: Literal[1] = 1

    @property
    def name(self) -> str:
        """What tells it from every other journal of the home."""
        return self.startet.isoformat()

    def ended(self, now: datetime, faults: Mapping[str, str]) -> RunJournal:
        """The same run, over: failed when there are faults."""
        return replace(self, avsluttet=now, utfall=FAILED if faults else DONE, feil=dict(faults))


_JOURNAL = TypeAdapter(RunJournal)


def write_journal(home: Path, journal: RunJournal) -> None:
    """Replace the home's journal. Raises `PermanentError` when the disk does not take it."""
    with disk_faults_told(home):
        write_atomically(home / JOURNAL_FILE, _JOURNAL.dump_json(journal, indent=1) + b"\n")


def read_journal(home: Path) -> RunJournal | None:
    """The home's newest run; None before the first. Raises `PermanentError` when the file is no journal."""
    path = home / JOURNAL_FILE
    try:
        return _JOURNAL.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise PermanentError(
            f"{path}: found content that is no journal of a run ({where}: {first['msg']}); expected the newest run of "
            "this home. Remove the file: the next run writes it anew."
        ) from error


def settle(home: Path, own: str, now: datetime) -> None:
    """Say that a whole run went well: in the journal of another one that failed or was broken off, and in each folder
    that lies in the quarantine. By order, never by time: clocks are set back. `own` is the name of the run's own
    journal, empty where it has none.

    A journal that cannot be read is left as it is; that it cannot is the doctor's to say. Raises `PermanentError` when
    the disk does not take it.
    """
    with disk_faults_told(home):
        for folder in unsettled(home):
            write_atomically(folder / SETTLED_FILE, f"{now.isoformat()}\n".encode())
    try:
        journal = read_journal(home)
    except PermanentError:
        return
    if journal is not None and journal.utfall != DONE and journal.name != own:
        write_journal(home, replace(journal, avloest=now))


def unsettled(home: Path) -> list[Path]:
    """The folders of the quarantine that no whole run has gone well since, sorted by name."""
    folders = sorted(path for path in (home / QUARANTINE).glob("*") if path.is_dir())
    return [folder for folder in folders if not (folder / SETTLED_FILE).exists()]
