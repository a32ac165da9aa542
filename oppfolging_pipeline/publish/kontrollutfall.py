"""What an audit says, as it is kept: the outcome of one check, and the report of one table's file in the lake.

Belongs here: reading the files in `<home>/kontroll` back, typed. Does not belong here: running a check (`checks`), or
how an outcome is shown (`kontrollside`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oppfolging_pipeline.core.errors import Finding, InvalidInput


class Utfall(BaseModel):
    """One check's verdict on one table. `avvik` are keys of rows, never figures; `varighet` is in seconds.

    `antall_avvik` is None where the check does not count, and in releases from before contract 1.2.
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


class Kontrollfil(BaseModel):
    """`<home>/kontroll/<table>/<partition>.json`: the audit that one file of the lake has passed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fil_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rader: int = Field(ge=0)
    utfall: tuple[Utfall, ...] = Field(min_length=1)


def read_kontrollfil(report: Path) -> Kontrollfil:
    """The audit report of one file of the lake. Raises `InvalidInput` when it is none, or of an earlier version."""
    try:
        return Kontrollfil.model_validate_json(report.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise InvalidInput(
            [
                Finding(
                    file="/".join(report.parts[-3:]),
                    key=where,
                    found=f"no audit report of this version ({first['msg']})",
                    expected="fil_sha256, rader and utfall",
                    action="Run again with the uttrekk that the table is of: it is then audited and reported anew.",
                )
            ]
        ) from error
