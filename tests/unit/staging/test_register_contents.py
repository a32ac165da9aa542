"""Which contents a register was read from: the files, and the carried register for what the files leave to it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from oppfolging_pipeline.register.reference import carried_content
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging.intake import register_contents
from tests.support.tiny import register_files

ALL = tuple(register_files())


@pytest.mark.parametrize(
    ("names", "carried"),
    [(ALL, False), ((), True), (ALL[:1], True), (ALL[1:], True), (ALL[:-1], True)],
    ids=["whole", "no file", "codes alone", "all but the codes", "all but the offices"],
)
def test_the_carried_register_is_named_where_a_part_of_it_is_used(
    tmp_path: Path, names: tuple[str, ...], carried: bool
) -> None:
    inbox = tmp_path / "innboks"
    inbox.mkdir()
    files = {"tall.csv": b"x", **{name: register_files()[name] for name in names}}
    for name, content in files.items():
        (inbox / name).write_bytes(content)
    archive = Archive(tmp_path / "arkiv")
    intake = archive.take_in(inbox, sorted(inbox.iterdir()), "fil", datetime(2026, 11, 20, tzinfo=UTC))
    by_name = {snapshot.file: snapshot.sha256 for snapshot in intake.snapshots}
    own = {by_name[name] for name in names}
    assert register_contents(intake) == (own | {carried_content().sha256} if carried else own)
