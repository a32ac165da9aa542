"""The archive: contents by their digest, whatever they are called, and nothing that came in is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Intake, Reading
from oppfolging_pipeline.sources.origins import ORIGIN_TEXT, Origin

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


class Inbox:
    """An archive and a folder whose files are taken in."""

    def __init__(self, root: Path) -> None:
        self.archive = Archive(root / "hjem" / "arkiv")
        self.folder = root / "innboks"

    def take_in(self, files: Mapping[str, bytes], origin: Origin = "fil", now: datetime = NOW) -> Intake:
        paths = []
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            paths.append(path)
        return self.archive.take_in(self.folder, paths, origin, now)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def named(intake: Intake) -> dict[str, str]:
    return {snapshot.file: snapshot.sha256 for snapshot in intake.snapshots}


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


AUTUMN_24 = datetime(2024, 11, 1, tzinfo=UTC)
AUTUMN_25 = datetime(2025, 11, 1, tzinfo=UTC)


def fetched_twice(inbox: Inbox) -> Archive:
    """One year fetched in 2024, another in 2025."""
    for file, at in (("a.json", AUTUMN_24), ("b.json", AUTUMN_25)):
        inbox.archive.accept(inbox.take_in({file: file.encode()}, "lokal", at), [])
    return inbox.archive


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


def test_when_a_source_was_last_read_is_when_its_newest_accepted_content_came(inbox: Inbox) -> None:
    archive = inbox.archive
    days = [AUTUMN_24, AUTUMN_25, AUTUMN_25 + timedelta(days=1)]
    held = [(b"a", "nasjonale_prover"), (b"b", "register"), (b"a", "nasjonale_prover")]
    for (content, kilde), day in zip(held, days, strict=True):
        intake = inbox.take_in({"a.csv": content}, now=day)
        archive.accept(intake, [Reading(sha256(content).hexdigest(), "udir_csv", kilde, None, 1)])
    inbox.take_in({"a.csv": b"a"}, now=days[2] + timedelta(days=1))  # never accepted
    assert archive.last_read() == {"nasjonale_prover": days[2], "register": days[1]}
    assert archive.last_read(days[1]) == {"nasjonale_prover": days[0], "register": days[1]}
    assert archive.last_read(days[0] - timedelta(seconds=1)) == {}
