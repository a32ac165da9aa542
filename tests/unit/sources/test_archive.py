"""The archive: contents by their digest, whatever they are called, and nothing that came in is lost."""

from __future__ import annotations

from datetime import timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources.archived import Intake, Reading
from oppfolging_pipeline.sources.origins import ORIGIN_TEXT, Origin
from tests.unit.sources.inbox_home import NOW, Inbox, named


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_a_content_is_kept_under_its_digest_as_it_came(inbox: Inbox) -> None:
    (snapshot,) = inbox.take_in({"mappe/a.csv": b"innhold"}).snapshots
    assert snapshot.sha256 == sha256(b"innhold").hexdigest()
    assert read_content(snapshot.path) == b"innhold"
    assert (snapshot.file, snapshot.size, snapshot.archived_at) == ("mappe/a.csv", 7, NOW.replace(tzinfo=None))


def test_the_same_content_twice_in_an_inbox_is_one_snapshot(inbox: Inbox) -> None:
    assert len(inbox.take_in({"a.csv": b"x", "b.csv": b"x", "c.csv": b"y"}).snapshots) == 2


def test_the_same_content_under_another_name_is_the_same_snapshot_and_errors_use_the_new_name(inbox: Inbox) -> None:
    first = inbox.take_in({"a.csv": b"x"})
    second = inbox.take_in({"b.csv": b"x"}, now=NOW + timedelta(days=1))
    assert list(named(first).values()) == list(named(second).values())
    assert list(named(second)) == ["b.csv"]  # what the user calls it now
    (kept,) = inbox.archive.snapshots().values()
    assert (kept.file, kept.archived_at) == ("a.csv", NOW.replace(tzinfo=None))  # what it came as


def test_every_content_ever_taken_in_stays_although_it_was_never_accepted(inbox: Inbox) -> None:
    inbox.take_in({"ugyldig.csv": b"ugyldig"})
    (inbox.folder / "ugyldig.csv").unlink()
    inbox.take_in({"a.csv": b"x"})
    contents = {read_content(snapshot.path) for snapshot in inbox.archive.snapshots().values()}
    assert contents == {b"ugyldig", b"x"}


def test_a_content_that_was_spoiled_in_the_archive_is_mended_when_it_comes_again(inbox: Inbox) -> None:
    (snapshot,) = inbox.take_in({"a.csv": b"innhold"}).snapshots
    snapshot.path.write_bytes(b"inn")
    with pytest.raises(InvalidInput, match=r"a\.csv: found a content in the archive that no longer gives its digest"):
        snapshot.verify()
    inbox.take_in({"a.csv": b"innhold"})
    assert read_content(snapshot.path) == b"innhold"


def test_only_an_accepted_intake_is_in_force(inbox: Inbox) -> None:
    good = inbox.take_in({"a.csv": b"x"})
    assert inbox.archive.newest_accepted() is None
    reading = Reading(good.snapshots[0].sha256, "udir_csv", "nasjonale_prover", "2024-25", 5)
    inbox.archive.accept(good, [reading])
    bad = inbox.take_in({"b.csv": b"y"})
    accepted = inbox.archive.newest_accepted()
    assert inbox.archive.newest().id == bad.id
    assert accepted is not None and accepted.id == good.id
    assert inbox.archive.readings() == {reading.sha256: reading}


def test_a_content_that_is_read_anew_has_its_newest_reading(inbox: Inbox) -> None:
    intake = inbox.take_in({"a.csv": b"x"})
    readings = [Reading(intake.snapshots[0].sha256, "udir_csv", "nasjonale_prover", year, 5) for year in ("a", "b")]
    for reading in readings:
        inbox.archive.accept(intake, [reading])
    assert list(inbox.archive.readings().values()) == readings[1:]


ORIGINS: tuple[Origin, ...] = ("fil", "hentet", "eksempel", "lokal")
TOGETHER = {("fil", "hentet"), ("hentet", "fil"), *((origin, origin) for origin in ORIGINS)}


def brought(inbox: Inbox, origin: Origin, content: bytes) -> Intake:
    """An intake of that origin: a file, or an answer that was kept before."""
    if origin in ("fil", "eksempel"):
        return inbox.take_in({"a.csv": content}, origin)
    inbox.take_in({"a.csv": content}, inbox.archive.origin() or "fil")  # so that the ledger knows the content
    return inbox.archive.register_fetched({sha256(content).hexdigest(): "svar.json"}, origin, NOW)


@pytest.mark.parametrize("held", ORIGINS)
@pytest.mark.parametrize("offered", ORIGINS)
def test_real_figures_share_a_home_and_nothing_else_mixes(inbox: Inbox, held: Origin, offered: Origin) -> None:
    inbox.archive.accept(brought(inbox, held, b"x"), [])
    if (held, offered) in TOGETHER:
        inbox.archive.accept(brought(inbox, offered, b"y"), [])
        assert inbox.archive.origin() == offered
        return
    with pytest.raises(PermanentError) as caught:
        inbox.archive.expect_origin(offered)
    with pytest.raises(PermanentError, match="The two never mix"):
        brought(inbox, offered, b"y")
    assert (
        f"found {ORIGIN_TEXT[held]} in the archive; expected the same kind, and was offered {ORIGIN_TEXT[offered]}."
        in str(caught.value)
    )
    assert inbox.archive.origin() == held


def test_an_origin_that_was_never_accepted_binds_nobody(inbox: Inbox) -> None:
    inbox.take_in({"a.csv": b"x"})
    inbox.archive.accept(inbox.take_in({"b.csv": b"y"}, origin="eksempel"), [])
    assert inbox.archive.origin() == "eksempel"


def test_an_empty_archive_says_what_to_do(inbox: Inbox) -> None:
    with pytest.raises(PermanentError, match="Materialize raw_innboks first"):
        inbox.archive.newest()


def test_time_is_kept_in_utc_whatever_zone_it_was_handed_in(inbox: Inbox) -> None:
    oslo = NOW.astimezone(timezone(timedelta(hours=1)))
    (snapshot,) = inbox.take_in({"a.csv": b"x"}, now=oslo).snapshots
    assert snapshot.archived_at == NOW.replace(tzinfo=None)


def test_a_question_makes_no_ledger_in_a_home_that_has_none(inbox: Inbox) -> None:
    archive = inbox.archive
    assert (archive.origin(), archive.newest_accepted(), archive.readings(), archive.snapshots()) == (
        None,
        None,
        {},
        {},
    )
    assert archive.school_years() == []
    assert not archive.root.exists()


def test_the_years_of_the_archive_are_those_that_accepted_contents_were_read_as(inbox: Inbox) -> None:
    intake = inbox.take_in({"a.csv": b"x", "b.csv": b"y", "c.csv": b"z"})
    periods = ["2021-22 til 2023-24", "2024-25", None]
    readings = [
        Reading(each.sha256, "udir_csv", "nasjonale_prover", period, 1)
        for each, period in zip(intake.snapshots, periods, strict=True)
    ]
    inbox.archive.accept(intake, readings)
    assert inbox.archive.school_years() == ["2021-22", "2022-23", "2023-24", "2024-25"]


def test_answers_that_are_gone_are_no_intake(inbox: Inbox) -> None:
    (snapshot,) = inbox.take_in({"a.json": b"x"}).snapshots
    snapshot.path.unlink()
    with pytest.raises(PermanentError, match=f"found no content {snapshot.sha256}"):
        inbox.archive.register_fetched({snapshot.sha256: "a.json"}, "hentet", NOW)
    with pytest.raises(InvalidInput, match=r"a\.json: found no content in the archive"):
        snapshot.verify()
    assert inbox.archive.newest().id == 1
