"""The real asker: answers that have arrived are taken from the archive, the others are fetched and kept first.

Belongs here: putting the HTTP layer, the content store and the ledger together, and counting. Does not belong here: any
of the three, or what is asked (the clients).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from oppfolging_pipeline.sources.asking import Answer, Ask
from oppfolging_pipeline.sources.contents import ContentStore, Incoming
from oppfolging_pipeline.sources.evidence import Campaign, Evidence
from oppfolging_pipeline.sources.http import HttpClient, Reply


@dataclass
class Counted:
    """What has been asked so far: calls answered, answers that were there already, and bytes before compression."""

    calls: int = 0
    resumed: int = 0
    bytes: int = 0


class Conversation:
    """An `Asker` that keeps every answer as evidence. `lisenser`: the licence of each source's answers.

    An answer of the same fetch is taken from the archive when it was requested at `since` or later: pages of one school
    year that lie further apart may be of two publications.
    """

    def __init__(
        self,
        http: HttpClient,
        contents: ContentStore,
        evidence: Evidence,
        campaign: Campaign,
        lisenser: Mapping[str, str],
        told: Callable[[Ask, Counted], None],
        since: datetime,
    ) -> None:
        self._since = since
        self._http = http
        self._contents = contents
        self._evidence = evidence
        self._campaign = campaign
        self._lisenser = lisenser
        self._told = told
        self.counted = Counted()

    def ask(self, ask: Ask) -> Answer:
        """The answer; see `Asker.ask`. An answer of another status, or of no JSON, is kept too, and never used."""
        arrived = self._evidence.arrived(self._campaign, ask.url, self._since)
        if arrived is not None:
            self.counted.resumed += 1
            return arrived
        answer = self._http.get(ask.url, self._contents.incoming, partial(self._keep, ask))
        self.counted.calls += 1
        self.counted.bytes += answer.size
        self._told(ask, self.counted)
        return answer

    def _keep(self, ask: Ask, incoming: Incoming, reply: Reply) -> Answer:
        licence = self._lisenser[ask.kilde]
        return self._evidence.keep(self._campaign, ask, incoming.keep(), reply, licence, usable=reply.usable)


class BriefConversation:
    """An `Asker` that keeps nothing beyond its own time: for a look at what is published. A context manager."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._folder = TemporaryDirectory(prefix="oppfolging-")
        self._contents = ContentStore(Path(self._folder.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def ask(self, ask: Ask) -> Answer:
        """The answer; see `Asker.ask`."""

        def keep(incoming: Incoming, _: Reply) -> Answer:
            kept = incoming.keep()
            return Answer(ask, kept.sha256, kept.size, kept.path)

        return self._http.get(ask.url, self._contents.incoming, keep)
