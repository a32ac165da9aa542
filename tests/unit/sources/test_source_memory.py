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

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NP, EU = "nasjonale_prover", "elevundersokelsen"


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


def test_a_source_has_the_state_that_was_known_then(evidence: Evidence) -> None:
    for number, state in enumerate(("hentet", "stoppet")):
        campaign = evidence.begin("a", NOW + number * DAY, "0.3.0", None, timedelta())
        evidence.unit_ended(campaign, NP, "2024-25", state, NOW + number * DAY)  # type: ignore[arg-type]
    assert evidence.last_attempts(NOW)[NP].state == "hentet"
    assert evidence.last_attempts(NOW + DAY)[NP].state == "stoppet"
    assert evidence.last_attempts(NOW - DAY) == {}


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


def digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()
