"""What a result says of a register that was fetched before the day that it is to be of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Reading
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.intake_rows import register_snapshot
from oppfolging_pipeline.staging.basis import register_note

DAY = date(2026, 3, 1)


def archive_with_register(root, origin: str, at: datetime) -> Archive:
    archive = Archive(root / "arkiv")
    Evidence(archive).begin("prove", at, "1", None, timedelta(hours=1))
    with archive.contents.incoming() as incoming:
        incoming.write(b'{"codes":[]}')
        kept = incoming.keep()
    with archive.ledger.writing() as ledger:
        register_snapshot(ledger, kept.sha256, "klass/kommune_koder.json", kept.size, at)
    intake = archive.register_fetched({kept.sha256: "klass/kommune_koder.json"}, origin, at)
    archive.accept(intake, [Reading(kept.sha256, "kommune_koder", "register", None, 1)])
    return archive


@pytest.mark.parametrize(
    ("origin", "at", "said"),
    [
        ("hentet", datetime(2026, 2, 28, 12, tzinfo=UTC), True),
        ("hentet", datetime(2026, 3, 1, 6, tzinfo=UTC), False),
        ("lokal", datetime(2026, 1, 1, tzinfo=UTC), True),
        ("fil", datetime(2026, 1, 1, tzinfo=UTC), False),  # of which day a file is, only its user knows
    ],
)
def test_a_register_fetched_before_its_day_is_told_of(tmp_path, origin, at, said):
    note = register_note(archive_with_register(tmp_path, origin, at), DAY)
    assert (note is not None) == said
    if note:
        assert "før identifikasjonsdatoen 2026-03-01" in note


def test_the_carried_register_alone_is_not_told_of(tmp_path):
    assert register_note(Archive(tmp_path / "arkiv"), DAY) is None
