"""Reports of audits, as the files beside the lake are.

Belongs here: an outcome and a report of it. Does not belong here: assertions.
"""

from __future__ import annotations

from pathlib import Path

from oppfolging_pipeline.core.files import sha256_of
from oppfolging_pipeline.core.outcome import AuditReport, Outcome, as_json

PASSED = Outcome(
    tabell="andel", kontroll="unik_noekkel", passed=True, alvorlighet="kritisk", avvik=(), antall_avvik=0,
    veiledning="Se etter dobbelt innhold i kilden.", varighet=0.25,
)  # fmt: skip


def report_of(file: Path, rows: int = 1) -> bytes:
    """The report of a file that passed its one check."""
    return as_json(AuditReport(fil_sha256=sha256_of(file), rader=rows, utfall=(PASSED,)))
