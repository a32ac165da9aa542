"""What a home knows of the newest run of the command line: when it began, what it was asked for, how it ended.

Belongs here: `<home>/kjoring.json`, each time written as a whole. Does not belong here: running (`assets.execution`),
or what is made of a run that never ended (`publish.doctor`).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from oppfolging_pipeline.core.disk import disk_faults_told
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import write_atomically

JOURNAL_FILE = "kjoring.json"
DONE, FAILED = "ferdig", "feilet"


@dataclass(frozen=True)
class Asked:
    """A run's choices, as the command line takes them. Empty: the option was not given."""

    inbox: str = ""
    rules: str = ""
    uttrekk: tuple[int, ...] = ()
    per: str = ""
    kjent_per: str = ""
    tillat_eldre: bool = False

    def command(self, home: Path) -> str:
        """The command that asks for the same again, ready for a shell."""
        options = {
            "--home": str(home),
            "--inbox": self.inbox,
            "--rules": self.rules,
            "--uttrekk": ",".join(map(str, self.uttrekk)),
            "--per": self.per,
            "--kjent-per": self.kjent_per,
        }
        words = [word for option, value in options.items() if value for word in (option, value)]
        return shlex.join(["oppfolging", "run", *words, *(["--tillat-eldre"] * self.tillat_eldre)])


@dataclass(frozen=True)
class RunJournal:
    """One run. `avsluttet` and `utfall` are None while it goes on, and for ever when it was broken off; `feil` maps
    each step that failed to what it said."""

    startet: datetime
    bedt_om: Asked
    avsluttet: datetime | None = None
    utfall: str | None = None
    feil: Mapping[str, str] = field(default_factory=dict)

    def ended(self, now: datetime, faults: Mapping[str, str]) -> RunJournal:
        """The same run, over: failed when there are faults."""
        return replace(self, avsluttet=now, utfall=FAILED if faults else DONE, feil=dict(faults))


def write_journal(home: Path, journal: RunJournal) -> None:
    """Replace the home's journal. Raises `PermanentError` when the disk does not take it."""
    told: dict[str, Any] = {
        "format": 1,
        "startet": journal.startet.isoformat(),
        "bedt_om": {**vars(journal.bedt_om), "uttrekk": list(journal.bedt_om.uttrekk)},
        "avsluttet": journal.avsluttet.isoformat() if journal.avsluttet else None,
        "utfall": journal.utfall,
        "feil": dict(journal.feil),
    }
    with disk_faults_told(home):
        write_atomically(home / JOURNAL_FILE, json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n")


def read_journal(home: Path) -> RunJournal | None:
    """The home's newest run; None before the first. Raises `PermanentError` when the file is no journal."""
    path = home / JOURNAL_FILE
    try:
        told = json.loads(path.read_bytes())
        asked = told["bedt_om"]
        return RunJournal(
            datetime.fromisoformat(told["startet"]),
            Asked(**{**asked, "uttrekk": tuple(asked["uttrekk"])}),
            datetime.fromisoformat(told["avsluttet"]) if told["avsluttet"] else None,
            told["utfall"],
            dict(told["feil"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise PermanentError(
            f"{path}: found content that is no journal of a run ({error!r}); expected the newest run of this home. "
            "Remove the file: the next run writes it anew."
        ) from error
