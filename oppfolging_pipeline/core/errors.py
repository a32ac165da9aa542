"""The errors of the pipeline, and the findings they carry.

Belongs here: the error types and how a finding is worded. Does not belong here: what is checked (the readers, the
rule loader, the checks), or how an error is shown (the CLI, Dagster).

Permanent and transient are different types, because only the second is worth a retry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

_LONGEST = 1000  # signs of one part of a finding that a message shows


class OppfolgingError(Exception):
    """Root of every error that the pipeline raises on purpose."""


class PermanentError(OppfolgingError):
    """The same input gives the same error: a person must change something."""


class TransientError(OppfolgingError):
    """May pass by itself: a lock held by another run, a source that did not answer."""


def shown(text: str, most: int = _LONGEST) -> str:
    """Text of others as a terminal can show it, cut after `most`: a sign that cannot be seen, or that looks like a
    plain space and is none, is named (`<U+00A0>`), and a line end is a space."""
    cut = f"{text[:most]} …" if len(text) > most else text
    return cut if cut.isprintable() else "".join(map(_shown_sign, cut))


def _shown_sign(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if sign in "\r\n" else f"<U+{ord(sign):04X}>"


@dataclass(frozen=True)
class Finding:
    """One fault: where it is, what was found, what was expected, and what to do.

    `file` is the name that the user gave it (never a path of the archive), `row` counts from 1 with the header, as an
    editor or a spreadsheet shows it; `column` is a heading and `key` a path in a YAML file or the key of a table row.
    The fields hold texts as they are, also of a source; as text each part is what `shown` makes of it.
    """

    found: str
    expected: str
    action: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        where = ", ".join(
            part
            for part in (
                shown(self.file) if self.file else None,
                f"row {self.row}" if self.row is not None else None,
                f"column '{shown(self.column)}'" if self.column else None,
                f"key '{shown(self.key)}'" if self.key else None,
            )
            if part
        )
        return f"{where or 'input'}: found {shown(self.found)}; expected {shown(self.expected)}. {shown(self.action)}"


class InvalidInput(PermanentError):
    """Input that cannot be used. Carries every finding of the run, not only the first."""

    def __init__(self, findings: Iterable[Finding], *, shown: int = 50) -> None:
        self.findings = tuple(findings)
        if not self.findings:
            raise ValueError("InvalidInput without findings")
        lines = [f"  - {finding}" for finding in self.findings[:shown]]
        if len(self.findings) > shown:
            lines.append(f"  - … and {len(self.findings) - shown} more")
        count = len(self.findings)
        super().__init__("\n".join([f"{count} fault{'s' if count > 1 else ''} in the input:", *lines]))


@dataclass
class FindingCollector:
    """Gathers findings so that a run reports all of them at once."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        self.findings.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        self.findings.extend(findings)

    def raise_if_any(self) -> None:
        """Raise `InvalidInput` with what has been gathered; do nothing when there is nothing."""
        if self.findings:
            raise InvalidInput(self.findings)
