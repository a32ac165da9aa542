"""Outcomes and releases for the tests of the report, from little: only what a test is about is named.

Belongs here: making them. Does not belong here: expectations.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from oppfolging_pipeline.core.outcome import Outcome
from oppfolging_pipeline.publish.kontrollrapport import CheckedRelease
from oppfolging_pipeline.publish.manifest import ReleaseRecord


def utfall(kontroll: str = "ikke_tom", tabell: str = "andel", **how: Any) -> Outcome:
    """One that passed, unless told otherwise."""
    given = {
        "passed": True,
        "alvorlighet": "kritisk",
        "avvik": (),
        "antall_avvik": 0,
        "veiledning": "Tabellen er tom. Se steget før.",
        "varighet": 0.25,
    }
    return Outcome(tabell=tabell, kontroll=kontroll, **{**given, **how})


def failed(kontroll: str = "ikke_tom", tabell: str = "andel", **how: Any) -> Outcome:
    """One that failed, with one offender."""
    return utfall(kontroll, tabell, **{"passed": False, "avvik": ("enhet=6713",), "antall_avvik": 1, **how})


def release(versjon: int, *utfall: Outcome, readable: bool = True, **how: Any) -> CheckedRelease:
    """A release of that number, made on that day of March 2026."""
    record = ReleaseRecord(
        utgivelse=f"{versjon:04d}-{'ab' * 6}",
        versjon=versjon,
        kontraktversjon="1.2",
        kodeversjon="0.1.0",
        regelsett_sha256={"udir-2020": "a" * 64},
        innhold_sha256="ab" * 32,
        opprettet=datetime(2026, 3, versjon, 5, tzinfo=UTC),
        **how,
    )
    return CheckedRelease(record, utfall if readable else None)
