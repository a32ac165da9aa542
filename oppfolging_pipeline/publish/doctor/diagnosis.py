"""What a question is handed, and what it finds.

Belongs here: the case, the finding, and the commands that findings name. Does not belong here: any question.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Concatenate, Literal, ParamSpec

from oppfolging_pipeline.core.errors import OppfolgingError, shown
from oppfolging_pipeline.core.run_journal import Asked, RunJournal
from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.rettelser import Rettelsesliste

Alvor = Literal["feil", "hint"]


@dataclass(frozen=True)
class Diagnosis:
    """One finding, in Norwegian. `kode` is its name for programs; `feil` is broken now, a `hint` is not. `gjor` is a
    command that can be copied into a shell, empty where there is nothing to do."""

    kode: str
    alvor: Alvor
    sted: str
    funnet: str
    betyr: str
    gjor: str = ""


@dataclass(frozen=True)
class Case:
    """A home and its surroundings. `free_bytes`: what its disk can still take; `running`: another process writes to it
    now; `journal`: its newest run, None when there is none or it cannot be read."""

    home: Path
    protokoll_url: str | None
    catalog: Catalog
    corrections: Rettelsesliste
    now: datetime
    free_bytes: int
    running: bool = False
    journal: RunJournal | None = None

    @property
    def lake(self) -> Lake:
        """The home's lake."""
        return Lake(self.home / "lager")

    @property
    def published(self) -> Path:
        """The folder of the published file."""
        return self.home / "publisert"

    def command(self, words: str) -> str:
        """`oppfolging …` of this home."""
        return f"oppfolging {words} --home {shlex.quote(str(self.home))}"

    def run_again(self) -> str:
        """The run that makes everything anew: what the newest run asked for, else the newest result that is there."""
        return self._asked().command(self.home)

    def run_as_of_today(self) -> str:
        """The same run, of what has come in already, seen from the day that it is run on."""
        return replace(self._asked(), inbox="", per="").command(self.home)

    def run_with_inbox(self) -> str:
        """The same run with files that come in anew: of the newest run's inbox, else of a word in its place.

        An inbox is taken in now: `--kjent-per` cannot stand beside it.
        """
        asked = self._asked()
        return replace(asked, inbox=asked.inbox or "MAPPE", kjent_per="").command(self.home)

    def _asked(self) -> Asked:
        if self.journal is not None:
            return self.journal.bedt_om
        newest = max(self.lake.files("regelsett_brukt"), key=lambda file: (file.parent.name, file.stem), default=None)
        return Asked(rules=newest.stem, uttrekk=(int(newest.parent.name),)) if newest else Asked()


Given = ParamSpec("Given")


def ask(
    question: Callable[Concatenate[Case, Given], list[Diagnosis]], case: Case, *given: Given.args, **named: Given.kwargs
) -> list[Diagnosis]:
    """What the question finds; that it could not be answered is a finding too."""
    try:
        return question(case, *given, **named)
    except Exception as error:  # noqa: BLE001 (whatever the state of the home is: what was not looked at is told)
        kind = "" if isinstance(error, OSError | OppfolgingError) else f"{type(error).__name__}: "
        return [
            Diagnosis(
                "ikke_undersokt",
                "feil",
                str(case.home),
                f"«{question.__name__}» lot seg ikke undersøke: {kind}{shown(str(error))}",
                "Noe i hjemmemappen kan ikke leses. Det som står der, er ikke vurdert.",
                f"ls -laR {shlex.quote(str(case.home))}",
            )
        ]


def at(instant: datetime) -> str:
    """An instant as people read it."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"
