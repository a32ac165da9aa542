"""In which order contents count: what came in later goes before what came in earlier.

Belongs here: telling a content that is news from one that still lies there. Does not belong here: the ledger
(`archive`), or which rows speak of the same cell (`staging`).

An inbox that is read again brings what it brought before: a file that has lain there all along is as old as when it
first came, and does not go before what has been fetched since. One that comes back after it was taken away is news.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

INBOX = "fil"


@dataclass(frozen=True)
class Read:
    """A content that was read without fault: its source (`register` for the register), the school years from first to
    last that it holds (`2022-23 til 2024-25`; None for the register), when it came as news, and from where."""

    kilde: str
    period: str | None
    at: datetime
    origin: str

    def covers(self, skoleaar: str) -> bool:
        """Whether the content holds the school year."""
        first, _, last = (self.period or "").partition(" til ")
        return first <= skoleaar <= (last or first)


def news(rows: Iterable[Any]) -> dict[str, int]:
    """Content → the newest intake that brought it as news.

    `rows` are the contents of intakes (`sha256, id, origin, accepted`) in the order of the intakes' numbers.
    """
    newest: dict[str, int] = {}
    lying_there: dict[str, int] = {}
    for _, group in groupby(rows, key=lambda row: row.id):
        contents = list(group)
        from_inbox = contents[0].origin == INBOX
        brought = {row.sha256: lying_there.get(row.sha256, row.id) if from_inbox else row.id for row in contents}
        if from_inbox and contents[0].accepted:
            lying_there = brought
        for sha256, intake in brought.items():
            newest[sha256] = max(intake, newest.get(sha256, 0))
    return newest
