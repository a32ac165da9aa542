"""The real asker: an answer that has arrived is not fetched again, and only one that can be used has arrived."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import TransientError
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.asking import Ask
from oppfolging_pipeline.sources.conversation import BriefConversation, Conversation, Counted
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.http_faults import HttpRefused
from tests.support.scripted_server import ScriptedServer, answer, cut, serving
from tests.unit.sources.http_support import NOW, Bench

NP = "nasjonale_prover"
LICENCES = {NP: "NLOD 2.0", "klass": "CC BY 4.0"}
BODY = b'{"rader": []}'


class Talk:
    """One home and one unfinished fetch, that several conversations may go on with."""

    def __init__(self, root: Path) -> None:
        self.archive = Archive(root / "arkiv")
        self.evidence = Evidence(self.archive)
        self.told: list[tuple[str, Counted]] = []

    @contextmanager
    def open(self, key: str = "k", since: datetime = NOW - timedelta(hours=1)) -> Iterator[Conversation]:
        campaign = self.evidence.begin(key, NOW, "0.1.0", "kjoring-1", timedelta(hours=12))

        def told(ask: Ask, counted: Counted) -> None:
            self.told.append((ask.name, Counted(counted.calls, counted.resumed, counted.bytes)))

        with Bench().client() as http:
            yield Conversation(http, self.archive.contents, self.evidence, campaign, LICENCES, told, since)


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path)


def asked(server: ScriptedServer, name: str = "a", kilde: str = NP) -> Ask:
    return Ask(kilde, "data", f"{server.url}/{name}", f"{kilde}/{name}.json", "2024-25")


def test_an_answer_is_kept_before_it_is_read_with_where_it_came_from(talk: Talk) -> None:
    with serving(answer(BODY)) as server, talk.open() as conversation:
        got = conversation.ask(asked(server))
    assert (read_content(got.path), got.size, got.resumed) == (BODY, len(BODY), False)
    (record,) = talk.evidence.answers_of(got.sha256)
    assert (record.url, record.licence, record.status, record.run_id) == (
        f"{server.url}/a",
        "NLOD 2.0",
        200,
        "kjoring-1",
    )
    assert talk.told == [(f"{NP}/a.json", Counted(1, 0, len(BODY)))]


def test_every_source_has_its_own_licence(talk: Talk) -> None:
    with serving(answer(BODY)) as server, talk.open() as conversation:
        got = conversation.ask(asked(server, kilde="klass"))
    assert [record.licence for record in talk.evidence.answers_of(got.sha256)] == ["CC BY 4.0"]


def test_what_has_arrived_in_the_same_fetch_is_not_asked_for_again(talk: Talk) -> None:
    with serving(answer(BODY)) as server:
        with talk.open() as conversation:
            first = conversation.ask(asked(server))
        with talk.open() as conversation:
            again = conversation.ask(asked(server))
            assert conversation.counted == Counted(calls=0, resumed=1, bytes=0)
        with talk.open("another fetch") as conversation:
            conversation.ask(asked(server))
            assert conversation.counted.calls == 1
    assert (again.sha256, again.resumed) == (first.sha256, True)
    assert len(server.asked) == 2
    assert len(talk.told) == 2, "what is taken from the archive is no call"


def test_pages_of_two_publications_are_not_put_together(talk: Talk) -> None:
    with serving(answer(BODY)) as server:
        with talk.open() as conversation:
            first = conversation.ask(asked(server))
        (record,) = talk.evidence.answers_of(first.sha256)
        for since, calls in ((record.requested_at, 0), (record.requested_at + timedelta(seconds=1), 1)):
            with talk.open(since=since) as conversation:
                assert conversation.ask(asked(server)).resumed == (calls == 0)
                assert conversation.counted.calls == calls


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [(400, "application/json", HttpRefused), (200, "text/html", DriftError)],
    ids=["refused", "no JSON"],
)
def test_an_answer_that_cannot_be_used_is_kept_as_evidence_and_asked_for_again(
    talk: Talk, status: int, kind: str, error: type[Exception]
) -> None:
    with serving(answer(b"<p>feil</p>", status, content_type=kind), answer(BODY)) as server:
        with talk.open() as conversation, pytest.raises(error):
            conversation.ask(asked(server))
        (snapshot,) = talk.archive.snapshots().values()
        assert read_content(snapshot.path) == b"<p>feil</p>"
        with talk.open() as conversation:
            assert conversation.ask(asked(server)).size == len(BODY)
    assert conversation.counted == Counted(1, 0, len(BODY))


def test_half_an_answer_is_never_kept(talk: Talk) -> None:
    with serving(*[cut(b'{"rader', 100)] * 4) as server, talk.open() as conversation:
        with pytest.raises(TransientError):
            conversation.ask(asked(server))
        assert conversation.counted == Counted()
    assert (talk.archive.snapshots(), list(talk.archive.contents.root.iterdir())) == ({}, [])


def test_an_answer_that_was_spoiled_in_the_archive_is_asked_for_again(talk: Talk) -> None:
    with serving(answer(BODY)) as server:
        with talk.open() as conversation:
            kept = conversation.ask(asked(server))
        kept.path.write_bytes(kept.path.read_bytes()[:-4])
        with talk.open() as conversation:
            assert read_content(conversation.ask(asked(server)).path) == BODY
    assert len(server.asked) == 2


def test_a_brief_look_leaves_nothing_behind() -> None:
    with serving(answer(BODY)) as server, Bench().client() as http:
        with BriefConversation(http) as brief:
            got = brief.ask(asked(server))
            assert got.document() == {"rader": []}
        assert not got.path.exists() and not got.path.parent.exists()
