"""The home's own settings come in with each run, and are in force in that run alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources.archived import Reading
from tests.unit.sources.inbox_home import NOW, Inbox

OFFICES = "./oppsett/statsforvalter.csv"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "oppsett" / "statsforvalter.csv"
    file.parent.mkdir()
    file.write_bytes(b"egen")
    return file


def later(days: int) -> dict[str, object]:
    return {"now": NOW + timedelta(days=days)}


def names(intake: object) -> list[str]:
    return [snapshot.file for snapshot in intake.snapshots]


def test_an_own_file_is_kept_as_it_came_and_told_apart_from_one_of_the_inbox(inbox: Inbox, own: Path) -> None:
    (inbox.folder / "oppsett").mkdir(parents=True)
    (inbox.folder / "oppsett" / own.name).write_bytes(b"fra innboksen")
    files = [inbox.folder / "oppsett" / own.name]
    intake = inbox.archive.take_in(inbox.folder, files, "fil", NOW, [own])
    told = {one.file: (read_content(one.path), one.of_own_settings) for one in intake.snapshots}
    assert told == {OFFICES: (b"egen", True), "oppsett/statsforvalter.csv": (b"fra innboksen", False)}


def test_a_run_from_the_archive_brings_the_own_files_of_its_day_and_none_of_an_earlier_one(
    inbox: Inbox, own: Path
) -> None:
    inbox.archive.accept(inbox.take_in({"a.csv": b"tall"}), [])
    first = inbox.archive.renew(**later(1), egne=[own])
    assert names(first) == [OFFICES, "a.csv"]
    inbox.archive.accept(first, [])
    own.write_bytes(b"en annen")
    second = inbox.archive.renew(**later(2), egne=[own])
    assert [read_content(one.path) for one in second.snapshots] == [b"en annen", b"tall"]
    inbox.archive.accept(second, [])
    assert names(inbox.archive.renew(**later(3))) == ["a.csv"]  # it was taken out of the folder


def test_an_own_file_does_not_make_what_lies_in_the_inbox_news(inbox: Inbox, own: Path) -> None:
    inbox.archive.accept(inbox.take_in({"a.csv": b"tall"}), [])
    inbox.archive.accept(inbox.archive.renew(**later(1), egne=[own]), [])
    again = inbox.take_in({"a.csv": b"tall"}, **later(2))
    assert [(one.file, one.intake) for one in again.snapshots] == [("a.csv", 1)]


def test_an_own_file_that_the_inbox_had_too_leaves_that_one_when_it_goes(inbox: Inbox, own: Path) -> None:
    inbox.archive.accept(inbox.take_in({"embeter.csv": b"egen"}), [])
    inbox.archive.accept(inbox.archive.renew(**later(1), egne=[own]), [])
    assert names(inbox.archive.renew(**later(2))) == ["embeter.csv"]


def test_an_own_list_says_nothing_of_how_old_the_register_is(inbox: Inbox, own: Path) -> None:
    intake = inbox.archive.take_in(inbox.folder, [], "fil", NOW, [own])
    inbox.archive.accept(intake, [Reading(intake.snapshots[0].sha256, "statsforvaltere", "register", None, 1)])
    assert inbox.archive.read() == []
