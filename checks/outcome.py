"""What came of a check: the verdict that Dagster, the release and the report are told.

Belongs here: the outcome's fields and how it is kept as JSON. Does not belong here: running checks (`runner`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from oppfolging_pipeline.core.errors import PermanentError

MAX_OFFENDERS = 20
CRITICAL, WARNING = "kritisk", "varsel"


class CheckError(PermanentError):
    """A check could not be run: it says nothing about the data, and nothing may pass on it."""


@dataclass(frozen=True)
class Outcome:
    """One check's verdict. Offenders are keys of rows (`column=value`), at most 20, never figures."""

    tabell: str
    kontroll: str
    passed: bool
    alvorlighet: str
    avvik: tuple[str, ...]
    antall_avvik: int | None
    veiledning: str
    varighet: float

    @property
    def stops(self) -> bool:
        """Whether nothing may pass on it."""
        return not self.passed and self.alvorlighet == CRITICAL

    @property
    def line(self) -> str:
        """The verdict of a failed check in one line, with its first offenders."""
        named = f" ({'; '.join(self.avvik[:5])})" if self.avvik else ""
        return f"{self.tabell}, {self.kontroll}: {self.antall_avvik} avvik{named}. {self.veiledning}"


def as_json(outcomes: Sequence[Outcome], **facts: Any) -> bytes:
    """The outcomes of one audit as a small report, with `facts` about what was audited beside them."""
    report = {**facts, "utfall": [asdict(outcome) for outcome in outcomes]}
    return json.dumps(report, ensure_ascii=False, indent=1).encode()
