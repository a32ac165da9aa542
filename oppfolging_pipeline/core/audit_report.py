"""The report that an audited file leaves: the digest of the file as it was audited, its rows, and each check's outcome.

Belongs here: reading and writing that report, and whether a file still is what was audited. Does not belong here: where
reports lie (`engine.Lake`), or which checks there are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import sha256_of


@dataclass(frozen=True)
class AuditReport:
    """What was found when the file was audited. Reports of earlier versions lack `fil_sha256` and `rader`."""

    fil_sha256: str | None
    rader: int | None
    utfall: tuple[Mapping[str, Any], ...]


def report_bytes(fil_sha256: str, rader: int, utfall: Sequence[Mapping[str, Any]]) -> bytes:
    """The report's content."""
    report = {"fil_sha256": fil_sha256, "rader": rader, "utfall": list(utfall)}
    return json.dumps(report, ensure_ascii=False, indent=1).encode()


def read_report(path: Path) -> AuditReport:
    """The report in that file. Raises `PermanentError` when there is none or it cannot be read as one."""
    try:
        found = json.loads(path.read_bytes())
        if isinstance(found, list):
            return AuditReport(None, None, tuple(found))
        return AuditReport(str(found["fil_sha256"]), int(found["rader"]), tuple(found["utfall"]))
    except FileNotFoundError:
        found = "no report of an audit"
    except (ValueError, TypeError, KeyError) as error:
        found = f"no readable report of an audit ({error!r})"
    raise PermanentError(
        f"{path}: found {found}; expected the one of the file in the lake. Run the step that writes the table again."
    )


def is_as_audited(file: Path, report: Path) -> bool:
    """Whether the file's bytes are those that were audited. A file without a readable report is not; one with a report
    of an earlier version, which holds no digest, is taken as it is."""
    try:
        digest = read_report(report).fil_sha256
    except PermanentError:
        return False
    return digest is None or digest == sha256_of(file)
