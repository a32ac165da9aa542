"""Evidence: what has arrived is not asked for again, what is refused is, and a figure leads back to its request."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.asking import Answer, Ask
from oppfolging_pipeline.sources.drift import Drift
from oppfolging_pipeline.sources.evidence import AnswerRecord, Campaign, Evidence
from oppfolging_pipeline.sources.http import Reply

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PATIENCE = 12 * HOUR
LONG_AGO = NOW - PATIENCE
NP, EU = "nasjonale_prover", "elevundersokelsen"
LICENCE = "NLOD 2.0"
REPLY = Reply(200, {"content-type": "application/json", "etag": '"a"', "set-cookie": "nei"}, NOW, 1.5, 2)


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(Archive(tmp_path / "hjem" / "arkiv"))


def begin(evidence: Evidence, now: datetime = NOW, key: str = "a", run_id: str | None = "kjoring-1") -> Campaign:
    return evidence.begin(key, now, "0.3.0", run_id, PATIENCE)


def ask(name: str = "a", kilde: str = NP) -> Ask:
    return Ask(kilde, "data", f"https://127.0.0.1/{name}", f"{kilde}/{name}.json", "2024-25", 3)


def answer(
    evidence: Evidence,
    campaign: Campaign,
    content: bytes,
    asked: Ask | None = None,
    *,
    usable: bool = True,
    reply: Reply = REPLY,
) -> Answer:
    with evidence._archive.contents.incoming() as incoming:
        incoming.write(content)
        return evidence.keep(campaign, asked or ask(), incoming.keep(), reply, LICENCE, usable=usable)


def rows(evidence: Evidence, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(evidence._archive.root / "protokoll.sqlite")) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


@pytest.mark.parametrize(
    ("key", "later", "ended", "resumed"),
    [
        ("a", HOUR, False, True),
        ("a", PATIENCE, False, True),
        ("a", PATIENCE + timedelta(seconds=1), False, False),
        ("b", HOUR, False, False),
        ("a", HOUR, True, False),
    ],
    ids=["broken off", "just young enough", "too old", "of another key", "whole"],
)
def test_a_campaign_is_gone_on_with_while_it_is_young_and_not_whole(
    evidence: Evidence, key: str, later: timedelta, ended: bool, resumed: bool
) -> None:
    first = begin(evidence)
    assert first == Campaign(1, NOW, resumed=False, run_id="kjoring-1")
    if ended:
        evidence.end(first, NOW)
    second = begin(evidence, NOW + later, key, "kjoring-2")
    expected = Campaign(1, NOW, resumed=True, run_id="kjoring-2")
    assert second == (expected if resumed else Campaign(2, NOW + later, resumed=False, run_id="kjoring-2"))


def test_of_several_campaigns_that_were_broken_off_the_newest_is_gone_on_with(evidence: Evidence) -> None:
    for hours in (0, 13, 26):
        begin(evidence, NOW + hours * HOUR)
    assert begin(evidence, NOW + 27 * HOUR).id == 3


def test_times_are_instants_whatever_zone_they_were_handed_in(evidence: Evidence) -> None:
    begin(evidence, NOW.astimezone(timezone(timedelta(hours=9))))
    assert begin(evidence, (NOW + PATIENCE).astimezone(timezone(timedelta(hours=-9)))).resumed


def test_a_campaign_removes_what_was_left_half_written(evidence: Evidence) -> None:
    contents = evidence._archive.contents
    contents.root.mkdir(parents=True)
    (contents.root / ".1.0.next").write_bytes(b"halvt")
    begin(evidence)
    assert list(contents.root.iterdir()) == []


def test_an_answer_that_arrived_is_found_again_with_what_was_asked(evidence: Evidence) -> None:
    campaign = begin(evidence)
    kept = answer(evidence, campaign, b"[1]")
    assert (kept.ask, kept.size, kept.resumed, kept.sha256) == (ask(), 3, False, sha256(b"[1]").hexdigest())
    found = evidence.arrived(begin(evidence, NOW + HOUR), ask().url, LONG_AGO)
    assert found == replace(kept, resumed=True)
    assert found is not None and read_content(found.path) == b"[1]"


def test_what_is_not_usable_was_refused_or_is_spoiled_is_asked_for_again(evidence: Evidence) -> None:
    campaign = begin(evidence)
    error = answer(evidence, campaign, b"feil", ask("feil"), usable=False)
    refused = answer(evidence, campaign, b"[1]", ask("avvist"))
    spoiled = answer(evidence, campaign, b"[2]", ask("odelagt"))
    gone = answer(evidence, campaign, b"[3]", ask("borte"))
    good = answer(evidence, campaign, b"[4]", ask("bra"))
    evidence.refuse(campaign, [refused.sha256])
    evidence.refuse(campaign, [])
    spoiled.path.write_bytes(spoiled.path.read_bytes()[:-4])
    gone.path.unlink()
    for one in (error, refused, spoiled, gone):
        assert evidence.arrived(campaign, one.ask.url, LONG_AGO) is None, one.ask.name
    assert evidence.arrived(campaign, good.ask.url, LONG_AGO) is not None
    for content, one in ((b"[1]", refused), (b"[2]", spoiled), (b"[3]", gone)):
        answer(evidence, campaign, content, one.ask)
        assert evidence.arrived(campaign, one.ask.url, LONG_AGO) is not None, one.ask.name


def test_an_answer_of_another_campaign_has_not_arrived(evidence: Evidence) -> None:
    first = begin(evidence)
    kept = answer(evidence, first, b"[1]")
    second = begin(evidence, key="b")
    assert evidence.arrived(second, ask().url, LONG_AGO) is None
    answer(evidence, second, b"[1]")
    evidence.refuse(second, [kept.sha256])
    assert evidence.arrived(first, ask().url, LONG_AGO) is not None


def test_the_newest_usable_answer_counts(evidence: Evidence) -> None:
    campaign = begin(evidence)
    answer(evidence, campaign, b"[1]")
    newer = answer(evidence, campaign, b"[2]")
    answer(evidence, campaign, b"feil", usable=False)
    found = evidence.arrived(campaign, ask().url, LONG_AGO)
    assert found is not None and found.sha256 == newer.sha256


def test_an_answer_that_is_too_old_for_the_pages_after_it_is_asked_for_again(evidence: Evidence) -> None:
    campaign = begin(evidence)
    kept = answer(evidence, campaign, b"[1]")
    found = evidence.arrived(campaign, ask().url, NOW.astimezone(timezone(9 * HOUR)))
    assert found == replace(kept, resumed=True), "at the very instant"
    since = NOW + timedelta(seconds=1)
    assert evidence.arrived(campaign, ask().url, since) is None
    newer = answer(evidence, campaign, b"[2]", reply=replace(REPLY, requested_at=since))
    assert evidence.arrived(campaign, ask().url, since) == replace(newer, resumed=True)


def test_a_content_is_traced_to_every_request_that_it_answered(evidence: Evidence) -> None:
    first = begin(evidence)
    digest = answer(evidence, first, b"[1]").sha256
    resumed = begin(evidence, NOW + HOUR, run_id=None)
    later = replace(REPLY, status=203, requested_at=(NOW + HOUR).astimezone(timezone(HOUR)), headers={})
    answer(evidence, resumed, b"[1]", ask("b", EU), reply=later)
    assert evidence.answers_of(digest) == [
        AnswerRecord(
            NP,
            "https://127.0.0.1/a",
            NOW,
            200,
            {"content-type": "application/json", "etag": '"a"'},  # no cookie, nor anything else that says nothing
            LICENCE,
            1,
            "kjoring-1",
        ),
        AnswerRecord(EU, "https://127.0.0.1/b", NOW + HOUR, 203, {}, LICENCE, 1, None),
    ]
    assert evidence.answers_of("0" * 64) == []
    snapshot = evidence._archive.snapshots()[digest]
    assert (snapshot.file, snapshot.archived_at) == (f"{NP}/a.json", NOW.replace(tzinfo=None))  # as it first came


def test_answers_become_an_intake_of_what_was_asked_for(evidence: Evidence) -> None:
    archive, campaign = evidence._archive, begin(evidence)
    one, other = answer(evidence, campaign, b"[1]"), answer(evidence, campaign, b"[2]", ask("b"))
    intake = archive.register_fetched({each.sha256: each.ask.name for each in (one, other)}, "hentet", NOW)
    assert [(snapshot.file, snapshot.accepted) for snapshot in intake.own] == [
        (f"{NP}/a.json", False), (f"{NP}/b.json", False),
    ]  # fmt: skip
    assert archive.everything() is None
    archive.accept(intake, [])
    read = archive.everything()
    assert read is not None
    assert [snapshot.file for snapshot in read.snapshots] == [f"{NP}/a.json", f"{NP}/b.json"]
    assert archive.newest_accepted() is None, "no run stands on it yet"


def test_how_a_year_ended_is_what_was_said_of_it_last(evidence: Evidence) -> None:
    campaign = begin(evidence)
    evidence.unit_ended(campaign, NP, "", "ikke_naadd", NOW, message="ingen svarte")
    evidence.unit_ended(campaign, "klass", "", "hentet", NOW)
    assert evidence.unit_states(campaign) == {(NP, ""): "ikke_naadd", ("klass", ""): "hentet"}
    evidence.unit_ended(campaign, NP, "2023-24", "hentet", NOW, rows=5)  # its years were reached after all
    evidence.unit_ended(campaign, NP, "2024-25", "stoppet", NOW, message="flyttet")
    evidence.unit_ended(campaign, NP, "2024-25", "uendret", NOW)
    assert evidence.unit_states(begin(evidence)) == {
        (NP, ""): "ikke_naadd", (NP, "2023-24"): "hentet", (NP, "2024-25"): "uendret", ("klass", ""): "hentet",
    }  # fmt: skip
    said = [(row[3], row[4]) for row in rows(evidence, "fetch_unit")]
    assert said == [
        ("", "ikke_naadd"), ("", "hentet"), ("2023-24", "hentet"), ("2024-25", "stoppet"), ("2024-25", "uendret"),
    ], "what happened stays, whatever happened after it"  # fmt: skip
    assert evidence.unit_states(begin(evidence, key="b")) == {}


def test_what_moved_is_recorded_once_in_a_campaign_with_the_answer_that_shows_it(evidence: Evidence) -> None:
    campaign = begin(evidence)
    digest = answer(evidence, campaign, b"[1]").sha256
    moved = Drift("advarsel", "versjon_flyttet", Finding("4/2", "4/1", "Nothing to do.", key="endepunkt"))
    gone = Drift("kritisk", "maal_mangler", Finding("no Score", "Score", "Look.", file="a.json", row=2), digest)
    evidence.drifts(campaign, NP, "2024-25", [moved, gone])
    evidence.drifts(begin(evidence, NOW + HOUR), NP, "2024-25", [gone, moved])
    evidence.drifts(campaign, NP, "2023-24", [moved])
    assert [row[1:] for row in rows(evidence, "drift")] == [
        (1, NP, "2024-25", "advarsel", "versjon_flyttet", "4/2", "4/1", "Nothing to do.", "key 'endepunkt'", None),
        (1, NP, "2024-25", "kritisk", "maal_mangler", "no Score", "Score", "Look.", "a.json, row 2", digest),
        (1, NP, "2023-24", "advarsel", "versjon_flyttet", "4/2", "4/1", "Nothing to do.", "key 'endepunkt'", None),
    ]
