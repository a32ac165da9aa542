"""What has moved in a source: each change named with what was expected, what was found, and the answer that shows it.

Belongs here: the type of such an observation, gathering them, and the error that stops a source. Does not belong here:
looking for them (the clients, `drift_figures`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from oppfolging_pipeline.core.errors import Finding, InvalidInput

Severity = Literal["kritisk", "advarsel"]


@dataclass(frozen=True)
class Drift:
    """One observation. `kode` is stable and names the kind (`maal_mangler`); `sha256` is the answer that shows it.

    `also`: other answers that it takes to see it, any of which may be the one to fetch again.
    """

    alvorlighet: Severity
    kode: str
    finding: Finding
    sha256: str | None = None
    also: tuple[str, ...] = ()

    @property
    def answers(self) -> frozenset[str]:
        """Every answer that shows it."""
        return frozenset(({self.sha256} if self.sha256 else set()) | set(self.also))

    def __str__(self) -> str:
        shown = f" (snapshot {self.sha256[:12]})" if self.sha256 else ""
        return f"[{self.kode}] {self.finding}{shown}"


class DriftError(InvalidInput):
    """A source has changed in a way that its figures cannot be trusted with: permanent, and only that source stops."""

    def __init__(self, drifts: Iterable[Drift]) -> None:
        self.drifts = tuple(drifts)
        super().__init__(drift.finding for drift in self.drifts)

    def __str__(self) -> str:
        return "\n".join([f"{len(self.drifts)} changes in the source:", *(f"  - {drift}" for drift in self.drifts)])


@dataclass
class DriftCollector:
    """Gathers what is seen, so that a source tells all of it at once."""

    drifts: list[Drift] = field(default_factory=list)

    def critical(self, kode: str, finding: Finding, sha256: str | None = None, also: Iterable[str] = ()) -> None:
        """Something that stops the source."""
        self.drifts.append(Drift("kritisk", kode, finding, sha256, tuple(also)))

    def warn(self, kode: str, finding: Finding, sha256: str | None = None) -> None:
        """Something that a person should know, and that the figures can be read with."""
        self.drifts.append(Drift("advarsel", kode, finding, sha256))

    @property
    def warnings(self) -> tuple[Drift, ...]:
        """What does not stop the source."""
        return tuple(drift for drift in self.drifts if drift.alvorlighet == "advarsel")

    @property
    def is_critical(self) -> bool:
        """Whether anything stops the source."""
        return any(drift.alvorlighet == "kritisk" for drift in self.drifts)

    def raise_if_critical(self) -> None:
        """Raise `DriftError` with everything critical; do nothing when nothing is."""
        critical = [drift for drift in self.drifts if drift.alvorlighet == "kritisk"]
        if critical:
            raise DriftError(critical)
