"""Asking the doctor of a home, and the journal of the run that it asks about.

Belongs here: what every test of the doctor asks with, and the commands that it answers with.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from oppfolging_pipeline.core.run_journal import Asked, RunJournal, write_journal
from oppfolging_pipeline.publish.doctor.diagnosis import Diagnosis
from oppfolging_pipeline.publish.doctor.examination import examine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.oppsett import read_oppsett
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from tests.support.run import NOON

NOW = datetime.fromisoformat(NOON) + timedelta(hours=1)
PLENTY = 1 << 40
RESULT = "2025/np-skalapoeng"
ASKED = Asked(inbox="/inn boks", rules="np-skalapoeng", uttrekk=(2024, 2025), per="2025-03-01")
# Commands of the answers.
LEDGER, MEND = "arkiv/protokoll.sqlite", "cp protokoll.kopi.sqlite protokoll.sqlite"
NOT_DECLARED = "lager_ikke_som_deklarert"
INTO = "oppfolging run --home {home} --inbox MAPPE --rules np-skalapoeng --uttrekk 2025"
AGAIN = "oppfolging run --home {home} --rules np-skalapoeng --uttrekk 2025"
OF_RESULT = "oppfolging run --rules np-skalapoeng --uttrekk 2025 --home {home}"
AS_ASKED = "oppfolging run --home {home} --inbox '/inn boks' --rules np-skalapoeng --uttrekk 2024,2025 --per 2025-03-01"


def asked(
    home: Path, *, now: datetime = NOW, free: int = PLENTY, corrections: Rettelsesliste | None = None
) -> list[Diagnosis]:
    known = replace(read_oppsett(None, default_catalog()), rettelser=corrections or Rettelsesliste())
    return examine(home, None, default_catalog(), lambda: known, now, free)


def journal(home: Path, *, faults: dict[str, str] | None = None, began: datetime = NOW) -> None:
    begun = RunJournal(began, ASKED)
    write_journal(home, begun if faults is None else begun.ended(began, faults))
