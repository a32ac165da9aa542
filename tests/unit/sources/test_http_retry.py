"""Asking again: for what, how often, after which wait, and what is said when it is enough."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.core.errors import TransientError
from oppfolging_pipeline.core.network import Manners
from oppfolging_pipeline.sources.http_retry import retry_after
from oppfolging_pipeline.sources.live import live
from tests.support.scripted_server import answer, cut, drip, hang_up, serving, silent, stall
from tests.unit.sources.http_support import NOW, Bench

HTTP = live().http
SHORT = Manners(pause=0.0, tidsavbrudd=0.2)
PASSING = {
    "408": answer(b"{}", 408),
    "429": answer(b"{}", 429),
    "500": answer(b"{}", 500),
    "502": answer(b"<html>", 502, content_type="text/html"),
    "503": answer(b"", 503),
    "504": answer(b"", 504),
    "silent": silent,
    "stalled mid-body": stall(b'{"rows": [', 100),
    "cut mid-body": cut(b'{"rows": [', 100),
    "no answer at all": hang_up,
    "damaged on the way": answer(b"{}", content_encoding="gzip"),
}


def in_http(seconds: int) -> str:
    """The time that it is so many seconds from now, as HTTP writes it."""
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("behaviour", PASSING.values(), ids=PASSING)
def test_what_may_pass_is_asked_again_until_it_comes(behaviour):
    bench = Bench(SHORT)
    with serving(behaviour, behaviour, answer(b"[1]")) as server:
        kept = bench.get(server.url)
    assert (kept.body, kept.reply.attempts, len(server.asked)) == (b"[1]", 3, 3)
    assert bench.slept == [1.5, 3.0], "1 and 2 seconds, each with half as much again"
    assert bench.store.opened == 3 and bench.store.still_open == 0


@pytest.mark.parametrize("behaviour", PASSING.values(), ids=PASSING)
def test_what_does_not_pass_is_transient_after_the_attempts_that_are_declared(behaviour):
    bench = Bench(SHORT)
    with serving(behaviour) as server, pytest.raises(TransientError) as raised:
        bench.get(server.url)
    assert len(server.asked) == HTTP.forsok == 4
    assert str(raised.value).startswith(f"{server.url}: found no answer in 4 attempts; the last: ")
    assert "Try again later" in str(raised.value)


def test_only_whole_answers_are_kept_of_those_that_were_asked_again():
    # An answer that was cut must never look like one; a 503 is evidence of what the source said.
    bench = Bench(SHORT)
    with serving(cut(b'{"rows"', 100), stall(b'{"ro', 100), answer(b"opptatt", 503), answer(b"[1]")) as server:
        bench.get(server.url)
    assert [(one.body, one.reply.status, one.reply.attempts) for one in bench.store.kept] == [
        (b"opptatt", 503, 3),
        (b"[1]", 200, 4),
    ]


def test_nobody_listening_is_asked_again():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    bench = Bench(SHORT)
    with pytest.raises(TransientError, match=r"in 4 attempts; the last: ConnectError: .*refused"):
        bench.get(f"http://127.0.0.1:{port}/svar")
    assert len(bench.slept) == 3


def test_a_body_that_drips_ends_at_the_deadline():
    # Every byte comes well within the read timeout: only the deadline ends it.
    bench = Bench(declared=HTTP.model_copy(update={"svarfrist": 50.0, "forsok": 2}), tick=10.0)
    with serving(drip(b"x", 200)) as server, pytest.raises(TransientError, match="not whole after 50 s"):
        bench.get(server.url)
    assert len(server.asked) == 2 and bench.store.kept == []


def test_the_last_words_of_the_source_are_repeated():
    body = b'{"kode":503,"melding":"Vedlikehold til kl. 14"}'
    with (
        serving(answer(body, 503)) as server,
        pytest.raises(TransientError, match=r"status 503: Vedlikehold til kl\. 14;"),
    ):
        Bench().get(server.url)
    assert len(server.asked) == HTTP.forsok


@pytest.mark.parametrize(
    ("dice", "waits"), [(0.0, [1, 2, 4, 8, 16, 32, 60, 60]), (0.999, [1.999, 3.998, 7.996, 15.992, 31.984, 60, 60, 60])]
)
def test_the_wait_doubles_with_dice_up_to_its_longest(dice, waits):
    bench = Bench(declared=HTTP.model_copy(update={"forsok": 9}), dice=dice)
    with serving(answer(b"{}", 500)) as server, pytest.raises(TransientError):
        bench.get(server.url)
    assert bench.slept == pytest.approx(waits)


@pytest.mark.parametrize("status", [408, 429, 503])
@pytest.mark.parametrize(
    "asked", ["7", format_datetime(NOW + timedelta(seconds=7), usegmt=True)], ids=["seconds", "date"]
)
def test_the_wait_that_the_source_asks_for_is_kept(status, asked):
    bench = Bench()
    with serving(answer(b"{}", status, retry_after=asked), answer()) as server:
        bench.get(server.url)
    assert bench.slept == [7.0]


def test_a_wait_of_nothing_is_no_leave_to_hammer():
    bench = Bench()
    with serving(answer(b"{}", 429, retry_after="0"), answer()) as server:
        bench.get(server.url)
    assert bench.slept == [1.5]


@pytest.mark.parametrize("asked", ["3600", in_http(3600)], ids=["seconds", "date"])
def test_a_wait_that_is_too_long_ends_the_attempts_and_is_told(asked):
    bench = Bench()
    with serving(answer(b"{}", 429, retry_after=asked)) as server, pytest.raises(TransientError) as raised:
        bench.get(server.url)
    assert "status 429, which asks to wait 3600 s (after 1 attempt)" in str(raised.value)
    assert "Try again in 3600 s" in str(raised.value)
    assert len(server.asked) == 1 and bench.slept == []


def test_the_longest_wait_is_still_waited():
    bench = Bench()
    with serving(answer(b"{}", 429, retry_after="60"), answer()) as server:
        bench.get(server.url)
    assert bench.slept == [60.0]


def test_all_requests_of_a_client_share_one_budget_of_repeated_attempts():
    bench = Bench(declared=HTTP.model_copy(update={"forsok_i_alt": 4}))
    with serving(answer(b"{}", 500)) as server, bench.client() as client:
        for attempts, told in ((4, None), (2, "the 4 repeated attempts of this fetch are used up"), (1, "used up")):
            before = len(server.asked)
            with pytest.raises(TransientError, match=told):
                client.get(server.url, bench.store.incoming, bench.store.keep)
            assert len(server.asked) - before == attempts
    with serving(answer()) as server, bench.client() as client:
        client.get(server.url, bench.store.incoming, bench.store.keep)  # another client has its own


def test_repeated_attempts_keep_the_pace_too():
    bench = Bench(Manners(pause=10.0, tidsavbrudd=5.0), dice=0.0)
    with serving(answer(b"{}", 500), answer()) as server:
        bench.get(server.url)
    assert bench.slept == [1.0, 9.0]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Wed, 07 Oct 2026 12:00:30 GMT", 30.0),
        ("Wed, 07 Oct 2026 12:00:30 -0000", 30.0),
        ("Wednesday, 07-Oct-26 12:00:30 GMT", 30.0),
        ("Wed, 07 Oct 2026 11:00:00 GMT", 0.0),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_the_two_ways_of_asking_for_a_wait(text, seconds):
    assert retry_after(text, NOW) == seconds


@given(
    st.text()
    | st.from_regex(r"[0-9]{1,400}")
    | st.from_regex(r"\w{3}, [0-9]{1,5} Oct [0-9]{1,9} [0-9:]{1,9} [+-]?\w{0,9}")
)
def test_no_header_breaks_the_reading_of_it(text):
    seconds = retry_after(text, datetime(2026, 10, 7, tzinfo=UTC))
    assert seconds is None or seconds >= 0
