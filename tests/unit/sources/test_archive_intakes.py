"""Which contents an intake is read together with, what a run stands on, and what was known by when."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Intake
from oppfolging_pipeline.sources.origins import Origin
from tests.unit.sources.inbox_home import (
    AUTUMN_24,
    AUTUMN_25,
    DAY,
    NOW,
    NP,
    REGISTER,
    Inbox,
    fetched_twice,
    named,
    read_of,
)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


# Intakes one after the other (name → content, and whether it is accepted), and what the last one is read together with:
# name → the number of the intake that it counts as coming from.
Steps = list[tuple[dict[str, bytes], bool]]
READ_TOGETHER: dict[str, tuple[Steps, dict[str, int]]] = {
    "what was accepted before stays": (
        [({"a.csv": b"x"}, True), ({"b.csv": b"y"}, True), ({"c.csv": b"z"}, False)],
        {"a.csv": 1, "b.csv": 2, "c.csv": 3},
    ),
    "what was not accepted never counts later": (
        [({"a.csv": b"x"}, True), ({"b.csv": b"y"}, False), ({"c.csv": b"z"}, True)],
        {"a.csv": 1, "c.csv": 3},
    ),
    "a content that comes again counts from then, under its new name": (
        [({"a.csv": b"x"}, True), ({"b.csv": b"y"}, True), ({"c.csv": b"x"}, False)],
        {"b.csv": 2, "c.csv": 3},
    ),
    "a content that came again in vain counts from when it was accepted": (
        [({"a.csv": b"x"}, True), ({"b.csv": b"x"}, False), ({"c.csv": b"y"}, False)],
        {"a.csv": 1, "c.csv": 3},
    ),
}


def taken_in(inbox: Inbox, steps: Steps, origin: Origin = "fil") -> list[Intake]:
    intakes = []
    for files, accepted in steps:
        intakes.append(inbox.take_in(files, origin))
        if accepted:
            inbox.archive.accept(intakes[-1], [])
    return intakes


@pytest.mark.parametrize(("steps", "expected"), READ_TOGETHER.values(), ids=READ_TOGETHER)
def test_an_intake_is_read_together_with_every_accepted_one_before_it(
    inbox: Inbox, steps: Steps, expected: dict[str, int]
) -> None:
    last = taken_in(inbox, steps)[-1]
    assert {snapshot.file: snapshot.intake for snapshot in last.snapshots} == expected
    assert {snapshot.file for snapshot in last.own} == set(steps[-1][0])
    contents = {read_content(snapshot.path) for snapshot in last.own}
    assert contents == set(steps[-1][0].values())


def test_a_new_content_under_an_old_name_does_not_remove_the_old_one(inbox: Inbox) -> None:
    last = taken_in(inbox, [({"a.csv": b"x"}, True), ({"a.csv": b"y"}, False)])[-1]
    assert {(read_content(snapshot.path), snapshot.intake) for snapshot in last.snapshots} == {(b"x", 1), (b"y", 2)}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([({"a.csv": b"x"}, False)], {"a.csv": False}),
        ([({"a.csv": b"x"}, True), ({"b.csv": b"y"}, False)], {"a.csv": True, "b.csv": False}),
        ([({"a.csv": b"x"}, True), ({"b.csv": b"x"}, False)], {"b.csv": True}),  # known since the first
        ([({"a.csv": b"x"}, False), ({"a.csv": b"x"}, False)], {"a.csv": False}),
    ],
)
def test_a_content_is_accepted_once_any_intake_that_brought_it_was(
    inbox: Inbox, steps: Steps, expected: dict[str, bool]
) -> None:
    last = taken_in(inbox, steps)[-1]
    assert {snapshot.file: snapshot.accepted for snapshot in last.snapshots} == expected


def test_the_invented_country_is_read_from_its_own_intake_alone(inbox: Inbox) -> None:
    steps: Steps = [({"a.csv": b"x"}, True), ({"b.csv": b"y"}, True)]
    assert list(named(taken_in(inbox, steps, "eksempel")[-1])) == ["b.csv"]


def test_a_renewed_intake_brings_nothing_and_reads_what_was_accepted(inbox: Inbox) -> None:
    taken_in(inbox, [({"a.csv": b"x"}, True), ({"b.csv": b"y"}, True), ({"c.csv": b"z"}, False)])
    for number in (4, 5):
        renewed = inbox.archive.renew(NOW)
        assert (renewed.id, renewed.origin, renewed.own) == (number, "fil", ())
        assert {snapshot.file: snapshot.intake for snapshot in renewed.snapshots} == {"a.csv": 1, "b.csv": 2}
        inbox.archive.accept(renewed, [])
    assert inbox.archive.newest() == inbox.archive.in_force() == renewed


def test_a_renewed_invented_country_is_the_newest_one(inbox: Inbox) -> None:
    taken_in(inbox, [({"a.csv": b"x"}, True), ({"b.csv": b"y"}, True), ({"c.csv": b"z"}, False)], "eksempel")
    renewed = inbox.archive.renew(NOW)
    assert (named(renewed), renewed.own) == ({"b.csv": sha256(b"y").hexdigest()}, renewed.snapshots)


def test_results_are_computed_from_the_newest_accepted_intake_and_all_before_it(inbox: Inbox) -> None:
    taken_in(inbox, [({"a.csv": b"x"}, True), ({"b.csv": b"y"}, True), ({"c.csv": b"z"}, False)])
    assert (inbox.archive.in_force().id, list(named(inbox.archive.in_force()))) == (2, ["a.csv", "b.csv"])


def test_nothing_is_computed_while_no_intake_was_read_without_fault(inbox: Inbox) -> None:
    for _ in range(2):  # an empty archive, and one whose only intake was refused
        with pytest.raises(PermanentError, match="Materialize observasjon first"):
            inbox.archive.in_force()
        inbox.take_in({"a.csv": b"x"})


@pytest.mark.parametrize(
    ("known_at", "files"),
    [
        (None, ["a.json", "b.json"]),
        (AUTUMN_24, ["a.json"]),  # at the very instant
        (AUTUMN_25 - timedelta(seconds=1), ["a.json"]),
        (AUTUMN_25, ["a.json", "b.json"]),
        (AUTUMN_25.astimezone(timezone(timedelta(hours=-8))), ["a.json", "b.json"]),  # the instant counts, not its text
    ],
)
def test_a_renewed_intake_reads_what_was_known_then(inbox: Inbox, known_at: datetime | None, files: list[str]) -> None:
    archive = fetched_twice(inbox)
    renewed = archive.renew(NOW, known_at)
    assert list(named(renewed)) == files
    archive.accept(renewed, [])
    assert archive.in_force() == archive.newest_accepted() == renewed
    assert renewed.known_at == known_at


@pytest.mark.parametrize("later", ["renewed", "taken in"])
def test_a_horizon_is_one_intakes_own(inbox: Inbox, later: str) -> None:
    archive = fetched_twice(inbox)
    archive.accept(archive.renew(NOW, AUTUMN_24), [])
    after = archive.renew(NOW) if later == "renewed" else inbox.take_in({"c.json": b"z"}, "lokal")
    assert {"a.json", "b.json"} <= set(named(after))
    assert after.known_at is None


def test_what_was_not_known_yet_says_from_when_it_was(inbox: Inbox) -> None:
    archive = fetched_twice(inbox)
    with pytest.raises(PermanentError, match=r"no intake of 2024-10-31 or before .* The first is of 2024-11-01"):
        archive.renew(NOW, AUTUMN_24 - timedelta(hours=12))
    with pytest.raises(PermanentError, match="Fetch, or run with an inbox, first"):
        Inbox(inbox.folder / "ny").archive.renew(NOW, AUTUMN_24)


def last_read(archive: Archive, known_at: datetime | None = None) -> list[tuple[str, str | None, int, str]]:
    """(source, period, day, origin) of what was read, in the order it came."""
    return [(one.kilde, one.period, (one.at - AUTUMN_24).days, one.origin) for one in archive.read(known_at)]


def test_what_was_read_is_known_from_the_day_it_came_as_news(inbox: Inbox) -> None:
    read_of(inbox, {"2023-24": b"a"}, 0)
    read_of(inbox, {"klass": b"b"}, 1, "hentet")
    read_of(inbox, {"2023-24": b"a", "2024-25": b"c"}, 2)  # the first has lain there all along
    inbox.take_in({"2022-23": b"d"}, now=AUTUMN_24 + 3 * DAY)  # never accepted
    first, register = (NP, "2023-24", 0, "fil"), (REGISTER, None, 1, "hentet")
    assert last_read(inbox.archive) == [first, register, (NP, "2024-25", 2, "fil")]
    assert last_read(inbox.archive, AUTUMN_24 + DAY) == [first, register]
    assert last_read(inbox.archive, AUTUMN_24 - timedelta(seconds=1)) == []


def test_what_is_fetched_again_is_read_again(inbox: Inbox) -> None:
    """A source that gives older figures back has them in force: an answer never just lies there."""
    for day in (0, 1):
        read_of(inbox, {"2024-25": b"a"}, day, "hentet")
    assert last_read(inbox.archive) == [(NP, "2024-25", 1, "hentet")]
    assert last_read(inbox.archive, AUTUMN_24) == [(NP, "2024-25", 0, "hentet")]


def test_a_file_that_has_lain_in_the_inbox_all_along_does_not_go_before_what_was_fetched_since(inbox: Inbox) -> None:
    read_of(inbox, {"2024-25": b"file"}, 0)
    read_of(inbox, {"2024-25.json": b"answer"}, 1, "hentet")
    again = read_of(inbox, {"2024-25": b"file", "2023-24": b"new"}, 2)
    assert {snapshot.file: snapshot.intake for snapshot in again.snapshots} == {
        "2024-25": 1, "2024-25.json": 2, "2023-24": 3,
    }  # fmt: skip
    assert {snapshot.file for snapshot in again.own} == {"2023-24"}
    third = read_of(inbox, {"2024-25": b"file", "2023-24": b"new"}, 3)
    assert third.own == ()


def test_a_file_that_comes_back_after_it_was_taken_away_is_news(inbox: Inbox) -> None:
    read_of(inbox, {"2024-25": b"file", "2023-24": b"other"}, 0)
    read_of(inbox, {"2023-24": b"other"}, 1)
    read_of(inbox, {"2024-25.json": b"answer"}, 2, "hentet")
    back = read_of(inbox, {"2024-25": b"file", "2023-24": b"other"}, 3)
    assert {snapshot.file: snapshot.intake for snapshot in back.snapshots} == {
        "2024-25": 4, "2024-25.json": 3, "2023-24": 1,
    }  # fmt: skip


def test_a_run_without_an_inbox_and_one_that_was_refused_take_no_file_away(inbox: Inbox) -> None:
    read_of(inbox, {"2024-25": b"file"}, 0)
    inbox.archive.accept(inbox.archive.renew(AUTUMN_24 + DAY), [])
    inbox.take_in({"ugyldig": b"refused"}, now=AUTUMN_24 + 2 * DAY)
    assert read_of(inbox, {"2024-25": b"file"}, 3).own == ()


def test_a_content_that_lay_in_the_inbox_and_is_then_fetched_counts_from_the_fetch(inbox: Inbox) -> None:
    read_of(inbox, {"2024-25": b"same"}, 0)
    read_of(inbox, {"2024-25": b"same"}, 1, "hentet")
    (snapshot,) = read_of(inbox, {"2024-25": b"same"}, 2).snapshots
    assert snapshot.intake == 2


def test_a_fetch_between_two_assets_of_a_run_does_not_change_what_the_run_stands_on(inbox: Inbox) -> None:
    read_of(inbox, {"2024-25": b"file"}, 0)
    stands_on = inbox.archive.renew(AUTUMN_24 + DAY)
    read_of(inbox, {"2024-25.json": b"answer"}, 1, "hentet")
    assert inbox.archive.newest() == stands_on
    assert list(named(stands_on)) == ["2024-25"]
    inbox.archive.accept(stands_on, [])
    read_of(inbox, {"2023-24.json": b"another answer"}, 1, "hentet")
    in_force = inbox.archive.in_force()
    assert in_force == inbox.archive.newest_accepted() == inbox.archive.newest()
    assert (in_force.id, list(named(in_force))) == (stands_on.id, ["2024-25"])
    assert set(named(inbox.archive.renew(AUTUMN_24 + 2 * DAY))) == {"2024-25", "2024-25.json", "2023-24.json"}


def test_a_home_that_was_only_fetched_into_has_nothing_that_a_run_stands_on(inbox: Inbox) -> None:
    read_of(inbox, {"2024-25": b"answer"}, 0, "hentet")
    assert inbox.archive.newest_accepted() is None
    with pytest.raises(PermanentError, match="Materialize raw_innboks first"):
        inbox.archive.newest()
    assert list(named(inbox.archive.renew(AUTUMN_24))) == ["2024-25"]


def test_all_that_is_accepted_is_known_whatever_a_run_last_asked_for(inbox: Inbox) -> None:
    assert inbox.archive.everything() is None
    archive = fetched_twice(inbox)
    looked_back = archive.renew(NOW, AUTUMN_24)
    archive.accept(looked_back, [])
    assert list(named(archive.in_force())) == ["a.json"]
    everything = archive.everything()
    assert everything is not None
    assert (list(named(everything)), everything.known_at) == (["a.json", "b.json"], None)
    inbox.take_in({"c.json": b"never accepted"}, "lokal")
    assert archive.everything() == everything
