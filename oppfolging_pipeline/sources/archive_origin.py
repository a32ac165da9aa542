"""Where the intakes of a home came from, put right when it is known better.

Belongs here: the correction of what an earlier version wrote. Does not belong here: what an origin is (`origins`), or
which one is right (`staging`).
"""

from __future__ import annotations

from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.ledger_tables import INTAKE
from oppfolging_pipeline.sources.origins import Origin


def correct_origin(archive: Archive, was: Origin, now: Origin) -> None:
    """Every intake that is recorded as from `was` is from `now`. Only under the writer lock."""
    with archive.ledger.writing() as ledger:
        ledger.execute(INTAKE.update().where(INTAKE.c.origin == was).values(origin=now))
