"""What is remembered of the sources between fetches, and what `oppfolging sources` can say of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Reading
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.source_memory import SourceState, UnitState
from oppfolging_pipeline.sources.year_figures import YearFigures
from tests.unit.staging.fetched import DAY, EU, NOON, NP, Fetches

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "hjem" / "arkiv")


@pytest.fixture
def evidence(archive: Archive) -> Evidence:
    return Evidence(archive)


def test_nothing_is_remembered_in_a_home_without_a_ledger_and_none_is_made(
    archive: Archive, evidence: Evidence
) -> None:
    assert (evidence.facts(NP), evidence.year_figures(NP, "2024-25"), evidence.answers_of("0" * 64)) == ({}, None, [])
    assert (evidence.last_attempts(), evidence.newest_years()) == ({}, {})
    assert not archive.root.exists()


def test_facts_are_those_of_the_last_time_and_of_one_source(evidence: Evidence) -> None:
    evidence.remember(NP, {"a": "1", "b": "2"}, NOW)
    evidence.remember(EU, {"a": "9"}, NOW)
    evidence.remember(NP, {"a": "3"}, NOW + DAY)
    assert (evidence.facts(NP), evidence.facts(EU)) == ({"a": "3"}, {"a": "9"})


def test_the_figures_of_a_year_are_those_of_the_last_time(archive: Archive, evidence: Evidence) -> None:
    intake = archive.take_in(archive.root, [], "fil", NOW)
    other = YearFigures(7, 8, 9)
    evidence.remember_year(NP, "2023-24", other, intake.id)
    for figures in (YearFigures(1, 2, 0), YearFigures(3, 4, 1)):
        evidence.remember_year(NP, "2024-25", figures, intake.id)
    assert evidence.year_figures(NP, "2024-25") == YearFigures(3, 4, 1)
    assert evidence.year_figures(NP, "2023-24") == other
    assert evidence.year_figures(EU, "2024-25") is None
    for kilde in (NP, EU):  # unchanged: still of the intake that brought it, if any did
        evidence.remember_year(kilde, "2024-25", YearFigures(5, 6, 2), None)
    with evidence._ledger.reading() as ledger:
        rows = ledger.exec_driver_sql("SELECT kilde, skoleaar, rows, intake_id FROM year_figures ORDER BY 1, 2").all()
    assert rows == [(EU, "2024-25", 5, None), (NP, "2023-24", 7, intake.id), (NP, "2024-25", 5, intake.id)]


# Fetches one after the other, a day between them: year → how it ended. The state then, its message (each unit says its
# own state) and after how many days the source was last fetched.
ATTEMPTS: dict[str, tuple[list[dict[str, UnitState]], tuple[UnitState, int | None]]] = {
    "fetched": ([{"2023-24": "hentet", "2024-25": "hentet"}], ("hentet", 0)),
    "nothing new": ([{"2023-24": "hentet"}, {"2023-24": "uendret"}], ("uendret", 1)),
    "something new": ([{"2023-24": "uendret", "2024-25": "hentet"}], ("hentet", 0)),
    "not published": ([{"2024-25": "hentet", "2025-26": "ikke_publisert"}], ("ikke_publisert", 0)),
    "not reached": ([{"2024-25": "hentet"}, {"": "ikke_naadd"}], ("ikke_naadd", 0)),
    "stopped at one year": ([{"2023-24": "hentet", "2024-25": "stoppet", "2025-26": "ikke_naadd"}], ("stoppet", 0)),
    "never reached": ([{"": "ikke_naadd"}, {"": "stoppet"}], ("stoppet", None)),
    "broken off": ([{"2024-25": "hentet"}, {"2023-24": "hentet", "2024-25": "paabegynt"}], ("paabegynt", 1)),
    "stopped and then fetched": ([{"2024-25": "stoppet"}, {"2024-25": "hentet"}], ("hentet", 1)),
}


@pytest.mark.parametrize(("fetches", "expected"), ATTEMPTS.values(), ids=ATTEMPTS)
def test_the_state_of_a_source_is_the_worst_of_its_newest_fetch(
    evidence: Evidence, fetches: list[dict[str, UnitState]], expected: tuple[UnitState, int | None]
) -> None:
    for number, units in enumerate(fetches):
        now = NOW + number * DAY
        campaign = evidence.begin("a", now, "0.3.0", None, timedelta())
        for skoleaar, state in units.items():
            evidence.unit_ended(campaign, NP, skoleaar, state, now, message=f"{skoleaar}: {state}")
    state, day = expected
    found = evidence.last_attempts()[NP]
    fetched = None if day is None else NOW + day * DAY
    assert found == SourceState(NP, state, NOW + (len(fetches) - 1) * DAY, found.message, fetched)
    assert found.message is not None and found.message.endswith(f": {state}")


def test_a_source_that_was_not_asked_keeps_the_state_of_its_own_newest_fetch(evidence: Evidence) -> None:
    for number, (kilde, state) in enumerate([(NP, "stoppet"), (EU, "hentet"), ("klass", "uendret")]):
        campaign = evidence.begin("a", NOW + number * DAY, "0.3.0", None, timedelta())
        evidence.unit_ended(campaign, kilde, "", state, NOW + number * DAY)  # type: ignore[arg-type]
    assert {kilde: (each.state, each.attempted_at) for kilde, each in evidence.last_attempts().items()} == {
        EU: ("hentet", NOW + DAY), "klass": ("uendret", NOW + 2 * DAY), NP: ("stoppet", NOW),
    }  # fmt: skip


def test_the_newest_year_is_the_last_one_that_any_accepted_content_holds(archive: Archive, evidence: Evidence) -> None:
    names = ["a", "b", "c", "d", "e"]
    for name in names:
        archive.root.mkdir(parents=True, exist_ok=True)
        (archive.root / name).write_text(name)
    intake = archive.take_in(archive.root, [archive.root / name for name in names], "fil", NOW)
    held = [(NP, "2022-23 til 2024-25"), (NP, "2023-24"), (EU, "2025-26"), ("register", None)]
    readings = [
        Reading(snapshot.sha256, "x", kilde, period, 1)
        for snapshot, (kilde, period) in zip(intake.snapshots, held, strict=False)
    ]
    archive.accept(intake, readings)
    assert evidence.newest_years() == {NP: "2024-25", EU: "2025-26"}


# Accepted intakes one after the other (content → its source and period), and whether the contents are in force then.
Held = list[dict[str, tuple[str, str | None]]]
OF_THE_YEAR: dict[str, tuple[str, str | None]] = {"a": (NP, "2024-25"), "b": (NP, "2024-25")}
IN_FORCE: dict[str, tuple[Held, str, str, set[str], bool]] = {
    "the same again": ([OF_THE_YEAR], NP, "2024-25", {"a", "b"}, True),
    "nothing before": ([], NP, "2024-25", {"a"}, False),
    "one more": ([OF_THE_YEAR], NP, "2024-25", {"a", "b", "c"}, False),
    "one fewer": ([OF_THE_YEAR], NP, "2024-25", {"a"}, False),
    "another year since": ([OF_THE_YEAR, {"c": (NP, "2023-24")}], NP, "2024-25", {"a", "b"}, True),
    "another source since": ([OF_THE_YEAR, {"c": (EU, "2024-25")}], NP, "2024-25", {"a", "b"}, True),
    "replaced since": ([OF_THE_YEAR, {"c": (NP, "2024-25")}], NP, "2024-25", {"a", "b"}, False),
    "replaced by a file of several years": (
        [OF_THE_YEAR, {"c": (NP, "2022-23 til 2025-26")}], NP, "2024-25", {"a", "b"}, False,
    ),
    "replaced and taken back": ([OF_THE_YEAR, {"c": (NP, "2024-25")}, OF_THE_YEAR], NP, "2024-25", {"a", "b"}, True),
    "the register": ([{"c": ("register", None)}, OF_THE_YEAR], "klass", "", {"c"}, True),
    "another register since": ([{"c": ("register", None)}, {"d": ("register", None)}], "klass", "", {"c"}, False),
}  # fmt: skip


@pytest.mark.parametrize(("held", "kilde", "skoleaar", "contents", "expected"), IN_FORCE.values(), ids=IN_FORCE)
def test_contents_are_in_force_until_others_speak_of_the_same_year(
    archive: Archive, evidence: Evidence, held: Held, kilde: str, skoleaar: str, contents: set[str], expected: bool
) -> None:
    archive.root.mkdir(parents=True)
    for intake in held:
        for name in intake:
            (archive.root / name).write_text(name)
        taken = archive.take_in(archive.root, [archive.root / name for name in intake], "fil", NOW)
        archive.accept(taken, [Reading(digest(name), "x", *read, 1) for name, read in intake.items()])
    (archive.root / "z").write_text("z")
    refused = archive.take_in(archive.root, [archive.root / "z"], "fil", NOW)  # what is not accepted replaces nothing
    assert refused.id == len(held) + 1
    assert evidence.is_in_force(kilde, skoleaar, {digest(name) for name in contents}) is expected


def test_a_file_that_still_lies_there_does_not_replace_what_was_fetched_since(
    archive: Archive, evidence: Evidence
) -> None:
    """Else every fetch after a run with the inbox would bring a new intake of the same answers."""
    home = Fetches(archive)
    home.file(NP, "2024-25")
    fetched = home.read(NP, "2024-25", NOON + DAY)
    home.file(NP, "2024-25", NOON + 2 * DAY)
    (answer,) = fetched.own
    assert evidence.is_in_force(NP, "2024-25", {answer.sha256})
    home.file(NP, "2023-24", NOON + 3 * DAY)  # the other is no longer there
    home.file(NP, "2024-25", NOON + 4 * DAY)
    assert not evidence.is_in_force(NP, "2024-25", {answer.sha256})


def digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


# What happened, a step a day: a fetch (of a campaign with that name: year → how it went, in order), or something of
# that period that was read, from the interface or from a file that lies in the inbox alone. Then what was not got.
Fetched = tuple[str, list[tuple[str, UnitState]]]
Step = Fetched | tuple[str, str]
YEAR, BEFORE = "2024-25", "2023-24"
FAILS: dict[str, tuple[list[Step], list[tuple[str, UnitState]]]] = {
    "never asked": ([("file", YEAR)], []),
    "got": ([("1", [(YEAR, "paabegynt"), (YEAR, "hentet")])], []),
    "killed before its first year": (
        [("1", [(BEFORE, "paabegynt"), (YEAR, "paabegynt")])], [(BEFORE, "paabegynt"), (YEAR, "paabegynt")],
    ),
    "killed half-way": (
        [("1", [(BEFORE, "paabegynt"), (YEAR, "paabegynt"), (BEFORE, "hentet")])], [(YEAR, "paabegynt")],
    ),
    "stopped, and the next one killed right after its plan": (
        [("1", [(YEAR, "stoppet")]), ("1", [(YEAR, "paabegynt")])], [(YEAR, "paabegynt")],
    ),
    "stopped, and the next one killed before its plan": ([("1", [(YEAR, "stoppet")]), ("1", [])], [(YEAR, "stoppet")]),
    "failed, got by another fetch, and failed when gone on with": (
        [("1", [(YEAR, "ikke_naadd")]), ("2", [(YEAR, "hentet")]), ("1", [(YEAR, "stoppet")])], [(YEAR, "stoppet")],
    ),
    "failed and got when gone on with": ([("1", [(YEAR, "stoppet")]), ("1", [(YEAR, "uendret")])], []),
    "failed, and another year got": ([("1", [(YEAR, "stoppet")]), ("2", [(BEFORE, "hentet")])], [(YEAR, "stoppet")]),
    "failed, and then said not to be published": (
        [("1", [(YEAR, "stoppet")]), ("2", [(YEAR, "ikke_publisert")])], [(YEAR, "stoppet")],
    ),
    "never published": ([("1", [(YEAR, "ikke_publisert")])], []),
    "failed as a whole, and a year got later": ([("1", [("", "stoppet")]), ("1", [(BEFORE, "hentet")])], []),
    "a year got, and failed as a whole later": (
        [("1", [(BEFORE, "hentet")]), ("1", [("", "stoppet")])], [("", "stoppet")],
    ),
    "failed as a whole, and then at a year": (
        [("1", [("", "ikke_naadd")]), ("1", [(YEAR, "stoppet")])], [("", "ikke_naadd"), (YEAR, "stoppet")],
    ),
    "failed and read from a new file": ([("1", [(YEAR, "stoppet")]), ("file", f"2022-23 til {YEAR}")], []),
    "failed, and another year read from a file": ([("1", [(YEAR, "stoppet")]), ("file", BEFORE)], [(YEAR, "stoppet")]),
    "failed, and the file that lay there is read again": (
        [("file", YEAR), ("1", [(YEAR, "stoppet")]), ("file", YEAR)], [(YEAR, "stoppet")],
    ),
    "failed, and the file that lay there comes back": (
        [("file", YEAR), ("file", BEFORE), ("1", [(YEAR, "stoppet")]), ("file", YEAR)], [],
    ),
    "read before it failed": ([("answer", YEAR), ("1", [(YEAR, "stoppet")])], [(YEAR, "stoppet")]),
    "failed as a whole, and any year read": ([("1", [("", "stoppet")]), ("file", BEFORE)], []),
}  # fmt: skip


def done(home: Fetches, steps: list[Step]) -> Evidence:
    evidence = Evidence(home.archive)
    for day, (what, how) in enumerate(steps):
        now = NOON + day * DAY
        if isinstance(how, str):
            (home.file if what == "file" else home.read)(NP, how, now)
            continue
        campaign = evidence.begin(what, now, "0.3.0", None, 100 * DAY)
        for skoleaar, state in how:
            evidence.unit_ended(campaign, NP, skoleaar, state, now, message=None if state == "paabegynt" else state)
    return evidence


@pytest.mark.parametrize(("steps", "expected"), FAILS.values(), ids=FAILS)
def test_what_was_not_got_is_known_until_it_is(
    archive: Archive, steps: list[Step], expected: list[tuple[str, UnitState]]
) -> None:
    failures = done(Fetches(archive), steps).failures()
    assert [(unit.kilde, unit.skoleaar, unit.state) for unit in failures] == [(NP, *unit) for unit in expected]
    unsaid = "the fetch was broken off before it ended"
    assert all(unit.message == (unsaid if unit.state == "paabegynt" else unit.state) for unit in failures)


def test_a_failure_that_was_mended_is_still_known_of_the_days_before(archive: Archive) -> None:
    evidence = done(Fetches(archive), [("1", [(YEAR, "stoppet")]), ("1", [(YEAR, "hentet")])])
    (then,) = evidence.failures(NOON)
    assert (then.skoleaar, then.state, then.asked_at) == (YEAR, "stoppet", NOON)
    assert evidence.failures(NOON + DAY - timedelta(seconds=1)) == [then]
    assert evidence.failures(NOON + DAY) == evidence.failures() == []
    assert evidence.failures(NOON - DAY) == []


def test_a_failure_that_files_mended_is_still_known_of_the_days_before(archive: Archive) -> None:
    evidence = done(Fetches(archive), [("1", [(YEAR, "ikke_naadd")]), ("file", YEAR)])
    assert [unit.skoleaar for unit in evidence.failures(NOON)] == [YEAR]
    assert evidence.failures(NOON + DAY) == []


def test_one_sources_failure_is_not_mended_by_another(archive: Archive) -> None:
    home = Fetches(archive)
    home.ended(NP, [(YEAR, "stoppet")])
    home.ended("klass", [("", "stoppet")])
    home.ended(EU, [(YEAR, "hentet")], NOON + DAY)
    home.read(EU, YEAR, NOON + DAY)
    units = [(unit.kilde, unit.skoleaar) for unit in Evidence(archive).failures()]
    assert units == [("klass", ""), (NP, YEAR)]
    home.read("register", None, NOON + 2 * DAY)
    assert [unit.kilde for unit in Evidence(archive).failures()] == [NP]
