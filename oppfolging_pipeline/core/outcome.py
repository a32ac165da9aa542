"""What came of a check, and the report of the audit that one file of the lake has passed.

Belongs here: the fields, and keeping them as JSON. Does not belong here: running a check (`checks`), or how an outcome
is shown (`publish.kontrollside`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.files import sha256_of

_NAMED = 5


class Outcome(BaseModel):
    """One check's verdict on one table. `avvik` are keys of rows (`column=value`), never figures, and of the second
    computation of the decision what both sides say of a municipality; `varighet` is in seconds.

    `antall_avvik` is None where the check does not count, and in releases from before contract 1.2. `bare_antall`: the
    keys are of cells that could be worked out, and are for the home alone; a release tells how many there are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tabell: str = Field(min_length=1)
    kontroll: str = Field(min_length=1)
    passed: bool
    alvorlighet: Literal["kritisk", "varsel"]
    avvik: tuple[str, ...]
    antall_avvik: int | None = Field(ge=0)
    veiledning: str
    varighet: float = Field(ge=0)
    bare_antall: bool = False

    @property
    def stops(self) -> bool:
        """Whether nothing may pass on it."""
        return not self.passed and self.alvorlighet == "kritisk"

    @property
    def line(self) -> str:
        """The verdict of a failed check in one line, with its first offenders."""
        count = "" if self.antall_avvik is None else f" {self.antall_avvik} avvik"
        named = f" ({'; '.join(self.avvik[:_NAMED])})" if self.avvik else ""
        return f"{self.tabell}, {self.kontroll}:{count}{named}. {self.veiledning}"


class AuditReport(BaseModel):
    """`<home>/kontroll/<table>/<partition>.json`: the audit that one file of the lake has passed.

    `per` is the as-of date of its rows, where they have one. `fil_sha256` and `rader` are the digest and the number of
    rows of the file as it was audited. A report of before
    there was a digest tells nothing of the file that lies there now: it is no report.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fil_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rader: int = Field(ge=0)
    per: date | None = None
    utfall: tuple[Outcome, ...] = Field(min_length=1)


class FailedAudit(BaseModel):
    """`<home>/karantene/<run>/kontroll.json`: the audit that stopped a run. `feil` says why no check could be run,
    `foran` before anything else what the audited tables are not: real, or of the scheme's own set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    foran: str = ""
    utfall: tuple[Outcome, ...]
    feil: str | None = None


def as_json(report: AuditReport | FailedAudit) -> bytes:
    """The report as it is kept."""
    return report.model_dump_json(indent=1).encode()


def read_audit_report(report: Path) -> AuditReport:
    """The audit report of one file of the lake. Raises `InvalidInput` when there is none, or it is none."""
    try:
        return AuditReport.model_validate_json(report.read_bytes())
    except (FileNotFoundError, ValidationError) as error:
        first = {"loc": (), "msg": "no such file"} if isinstance(error, FileNotFoundError) else error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise InvalidInput(
            [
                Finding(
                    file="/".join(report.parts[-3:]),
                    key=where,
                    found=f"no audit report ({first['msg']})",
                    expected="fil_sha256, rader and utfall",
                    action="Run again with the uttrekk that the table is of: it is then audited and reported anew.",
                )
            ]
        ) from error


def is_as_audited(file: Path, report: Path) -> bool:
    """Whether the file's bytes are those that were audited. A file without a readable report is not."""
    try:
        digest = read_audit_report(report).fil_sha256
    except InvalidInput:
        return False
    return digest == sha256_of(file)
