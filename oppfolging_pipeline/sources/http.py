"""A polite HTTP client: few connections, a pace, bounded patience, and bodies that stream to where they are kept.

Belongs here: one GET, from its start to its last byte. Does not belong here: what is asked for (the clients of the
interfaces), keeping the answer (`evidence`), or how often it is asked again (`http_retry`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from oppfolging_pipeline.core.network import Manners, is_loopback
from oppfolging_pipeline.sources.http_faults import (
    OK,
    Again,
    may_pass,
    not_arrived,
    not_json,
    refused,
    said,
    too_large,
    unusable_environment,
)
from oppfolging_pipeline.sources.http_retry import Patience, retry_after
from oppfolging_pipeline.sources.live import Http

if TYPE_CHECKING:
    import httpx

CONNECTIONS = 2
KEPT_HEADERS = ("content-type", "date", "last-modified", "etag", "retry-after")
_CONNECT = 10.0  # seconds; who does not pick up by then is not there
_REDIRECTS = (301, 302, 303, 307, 308)
_HEAD = 64 * 1024  # bytes of an answer that are looked at for the source's own words


@dataclass(frozen=True)
class Reply:
    """What is known of an answer beside its body. `headers`: those of `KEPT_HEADERS` that it has, lower-case.

    `requested_at`: when the request that got it was started; `seconds`: from then to the last byte; `attempts`: its
    number among the attempts of this request, from 1.
    """

    status: int
    headers: Mapping[str, str]
    requested_at: datetime
    seconds: float
    attempts: int

    @property
    def usable(self) -> bool:
        """Whether this is an answer to the question: status 200 and JSON. Any other is only evidence."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return self.status == OK and (kind in ("application/json", "text/json") or kind.endswith("+json"))


class Sink(Protocol):
    """Where a body goes while it arrives."""

    def write(self, chunk: bytes, /) -> object:
        """Take the next bytes."""


class HasDigest(Protocol):
    """What is kept of an answer can be named by its digest."""

    @property
    def sha256(self) -> str:
        """Of the whole body."""


S = TypeVar("S", bound=Sink)
T = TypeVar("T", bound=HasDigest)


@dataclass
class _Received:
    """A whole answer as far as this module needs it: the reply, the body's beginning, an unfollowed redirect's host."""

    reply: Reply
    head: bytes
    location: str | None


@dataclass
class HttpClient:
    """GETs JSON. Use it as a context manager: it closes its connections at the end.

    `version` is the program's, for the User-Agent. `now` is the time of day in UTC; `monotonic` seconds of a clock that
    never goes back; `sleep` takes seconds; `random` gives a number from 0 to 1. Several threads may ask at once.
    """

    manners: Manners
    declared: Http
    version: str
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]
    _open: ExitStack = field(default_factory=ExitStack, init=False, repr=False)
    _clients: dict[bool, httpx.Client] = field(default_factory=dict, init=False, repr=False)
    _opening: Lock = field(default_factory=Lock, init=False, repr=False)
    _pacing: Lock = field(default_factory=Lock, init=False, repr=False)
    _next_start: float = field(default=float("-inf"), init=False, repr=False)

    def __post_init__(self) -> None:
        self._patience = Patience(self.declared, self.sleep, self.random)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def get(self, url: str, incoming: Callable[[], AbstractContextManager[S]], keep: Callable[[S, Reply], T]) -> T:
        """Ask for `url` until there is an answer, and give what `keep` made of it.

        Every attempt writes into a sink of its own that `incoming` opens. `keep(sink, reply)` is called inside that
        context once for every answer whose body came whole, whatever its status: also for the 503 that is asked again
        after, and for the 400 that ends it. `reply.usable` tells the answer from those. What did not come whole is
        never kept: its sink is closed without.

        Raises `TransientError` when no answer came within the bounds, `HttpRefused` for a final status other than 200
        (a redirect to elsewhere among them), `DriftError` for a 200 that is not JSON, and `PermanentError` for a
        certificate that cannot be trusted, an answer that is too large and an address that cannot be asked.
        """
        return self._patience.insist(url, lambda number: self._attempt(url, number, incoming, keep))

    def _attempt(
        self, url: str, number: int, incoming: Callable[[], AbstractContextManager[S]], keep: Callable[[S, Reply], T]
    ) -> T:
        with incoming() as sink:
            received = self._receive(url, number, sink)
            kept = keep(sink, received.reply)
        reply = received.reply
        if reply.usable:
            return kept
        if reply.status == OK:
            raise not_json(url, reply.headers.get("content-type"), kept.sha256)
        if may_pass(reply.status):
            wait = retry_after(reply.headers.get("retry-after"), self.now())
            raise Again(f"status {reply.status}{said(received.head)}", wait)
        raise refused(url, reply.status, received.head, received.location)

    def _receive(self, url: str, number: int, sink: Sink) -> _Received:
        """One answer, written to the sink to its last byte; redirects on the same host are followed to it."""
        import httpx

        try:
            target = httpx.URL(url)
            for left in range(self.declared.omdirigeringer, -1, -1):
                started, requested_at = self._start()
                with self._client(url, target.host).stream("GET", target) as response:
                    onward = _redirect(target, response)
                    if onward is not None and left and _origin(onward) == _origin(target):
                        target = onward
                        continue
                    head = self._pour(url, response, sink, started + self.declared.svarfrist)
                    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
                    seconds = self.monotonic() - started
                    reply = Reply(response.status_code, headers, requested_at, seconds, number)
                    return _Received(reply, head, f"{onward.scheme}://{onward.host}" if onward else None)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise not_arrived(url, error) from error
        raise AssertionError("the last turn returns")

    def _pour(self, url: str, response: httpx.Response, sink: Sink, deadline: float) -> bytes:
        """Write the body to the sink as it comes, within the deadline and the cap. Returns its beginning.

        Both are looked at with every chunk: silence is the read timeout's, so the deadline is passed by that at most.
        """
        size, head = 0, b""
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self.declared.storste_svar:
                raise too_large(url, self.declared.storste_svar)
            if self.monotonic() > deadline:
                raise Again(f"the answer was not whole after {self.declared.svarfrist:g} s")
            head += chunk[: max(0, _HEAD - len(head))]
            sink.write(chunk)
        return head

    def _start(self) -> tuple[float, datetime]:
        """Wait for the turn of this request; its start on both clocks."""
        with self._pacing:
            wait = self._next_start - self.monotonic()
            if wait > 0:
                self.sleep(wait)
            started = self.monotonic()
            self._next_start = started + self.manners.pause
            return started, self.now()

    def _client(self, url: str, host: str) -> httpx.Client:
        """The client for the host: what the environment says of proxies is not for this machine itself."""
        import httpx

        local = is_loopback(host)
        with self._opening:
            if local not in self._clients:
                try:
                    client = self._new_client(trust_env=not local)
                except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
                    # What these say quotes the proxy's address, and it may hold a password.
                    raise unusable_environment(url, error) from None
                self._clients[local] = self._open.enter_context(client)
            return self._clients[local]

    def _new_client(self, *, trust_env: bool) -> httpx.Client:
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        import httpx

        step = min(self.manners.tidsavbrudd, self.declared.svarfrist)
        contact = f" (+{self.manners.kontakt})" if self.manners.kontakt else ""
        return httpx.Client(
            headers={
                "User-Agent": f"oppfolging_pipeline/{self.version}{contact}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            },
            timeout=httpx.Timeout(step, connect=min(_CONNECT, step)),
            limits=httpx.Limits(max_connections=CONNECTIONS),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # keeps none
            follow_redirects=False,
            trust_env=trust_env,
        )


def _redirect(target: httpx.URL, response: httpx.Response) -> httpx.URL | None:
    """Where the answer leads on to, or None when it is no redirect."""
    if response.status_code not in _REDIRECTS or "location" not in response.headers:
        return None
    return target.join(response.headers["location"])


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """What must be the same for a redirect to be followed."""
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)
