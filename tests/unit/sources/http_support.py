"""A client with clocks and dice of the test's own, and a store that keeps bodies in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from oppfolging_pipeline.core.network import Manners
from oppfolging_pipeline.sources.http import HttpClient, Reply
from oppfolging_pipeline.sources.live import Http, live

NOW = datetime(2026, 10, 7, 12, 0, 0, tzinfo=UTC)


@dataclass
class Held:
    """A sink."""

    body: bytes = b""

    def write(self, chunk: bytes) -> None:
        self.body += chunk


@dataclass(frozen=True)
class Kept:
    """An answer that has been kept."""

    body: bytes
    reply: Reply

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass
class Store:
    """Sinks that were opened, are open, and were kept."""

    opened: int = 0
    still_open: int = 0
    kept: list[Kept] = field(default_factory=list)

    @contextmanager
    def incoming(self) -> Iterator[Held]:
        self.opened += 1
        self.still_open += 1
        try:
            yield Held()
        finally:
            self.still_open -= 1

    def keep(self, sink: Held, reply: Reply) -> Kept:
        assert self.still_open == 1, "kept while its sink is open"
        self.kept.append(Kept(sink.body, reply))
        return self.kept[-1]


@dataclass
class Bench:
    """A client whose sleep only moves its own clock. `slept` are the waits, in seconds."""

    manners: Manners = field(default_factory=lambda: Manners(pause=0.0, tidsavbrudd=5.0))
    declared: Http = field(default_factory=lambda: live().http)
    dice: float = 0.5
    tick: float = 0.0  # how far the clock goes each time that it is looked at
    time: float = 0.0
    slept: list[float] = field(default_factory=list)
    store: Store = field(default_factory=Store)

    def monotonic(self) -> float:
        self.time += self.tick
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def client(self) -> HttpClient:
        return HttpClient(
            self.manners, self.declared, "0.1.0", lambda: NOW, self.monotonic, self.sleep, lambda: self.dice
        )

    def get(self, url: str) -> Kept:
        """One request with a client of its own."""
        with self.client() as client:
            return client.get(url, self.store.incoming, self.store.keep)
