"""The rows that an intake makes in the ledger.

Belongs here: writing them, within a transaction that is handed in. Does not belong here: when an intake is made and
what is in force (`archive`), or the tables (`ledger_tables`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from oppfolging_pipeline.sources.ledger import utc
from oppfolging_pipeline.sources.ledger_tables import INTAKE, INTAKE_SNAPSHOT, SNAPSHOT
from oppfolging_pipeline.sources.origins import Origin


def register_snapshot(ledger: sa.Connection, sha256: str, file: str, size: int, now: datetime) -> None:
    """A content that has come in, under the name that it first came with."""
    if ledger.execute(sa.select(SNAPSHOT.c.sha256).where(SNAPSHOT.c.sha256 == sha256)).first() is None:
        ledger.execute(SNAPSHOT.insert().values(sha256=sha256, file=file, size=size, archived_at=utc(now)))


def register_intake(
    ledger: sa.Connection,
    origin: Origin,
    names: Mapping[str, str],
    now: datetime,
    known_at: datetime | None = None,
    *,
    basis: bool = True,
) -> int:
    """A new intake of those contents (digest → name), not yet accepted. Returns its number.

    It is never recorded as earlier than the one before it, also when the clock has been set back: what was to be known
    at a day would else be what came in after it.
    """
    horizon = None if known_at is None else utc(known_at)
    last = ledger.execute(sa.select(sa.func.max(INTAKE.c.archived_at))).scalar()
    at = max(utc(now), last) if last else utc(now)
    row = INTAKE.insert().values(origin=origin, archived_at=at, accepted=False, known_at=horizon, basis=basis)
    intake_id: int = ledger.execute(row.returning(INTAKE.c.id)).scalar_one()
    register_contents(ledger, intake_id, names)
    return intake_id


def register_contents(ledger: sa.Connection, intake_id: int, names: Mapping[str, str]) -> None:
    """The contents of an intake, digest → the name that each came with."""
    if names:
        contents = [{"intake_id": intake_id, "sha256": digest, "file": file} for digest, file in names.items()]
        ledger.execute(INTAKE_SNAPSHOT.insert(), contents)
