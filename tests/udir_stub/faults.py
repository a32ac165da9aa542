"""What a test can make go wrong: which request it befalls, and how often.

Belongs here: the list of faults and finding the one that a request meets. Does not belong here: what it does to an
answer (`moved`), or to the connection (`app`).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from urllib.parse import unquote

# Of the transport: the answer itself never comes, or not whole.
TRANSPORT = ("status", "stall", "cut", "truncated_json", "content_type", "redirect", "delay")
# Of the interface: another answer than was agreed.
INTERFACE = (
    "renamed_measure", "missing_measure", "moved_version", "swapped_tables", "added_level", "added_column_level",
    "doubled_rows", "missing_filter", "new_filter", "missing_level", "missing_row", "other_year", "moved_indicator",
    "fewer_rows", "all_shielded", "same_page", "preliminary_name", "missing_grade", "another_question",
    "unreadable_figures",
)  # fmt: skip
KINDS = (*TRANSPORT, *INTERFACE)


@dataclass
class Fault:
    """One fault. It befalls requests whose `path?query`, as sent or unquoted, holds `match`; `times` of them, or all.

    `detail` says what it is about, where there is a choice: the name of a filter or a measure, a grade, an index, the
    address of a redirect, the seconds of a delay, the status; with `swapped_tables`, `beskrivelse` swaps the
    descriptions too.
    """

    kind: str
    match: str = ""
    times: int | None = None
    detail: str = ""
    retry_after: str | None = None
    body: bytes | None = None
    met: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fault: found '{self.kind}'; expected one of {', '.join(KINDS)}")

    @classmethod
    def parsed(cls, text: str) -> Fault:
        """`kind[=detail]:match[:times]`, as the command line has it."""
        kind, _, rest = text.partition(":")
        match, _, times = rest.partition(":")
        kind, _, detail = kind.partition("=")
        return cls(kind, match, int(times) if times else None, detail)


class Faults:
    """The faults in force: `listed` may be changed while the server runs."""

    def __init__(self) -> None:
        self.listed: list[Fault] = []
        self._lock = threading.Lock()

    def meets(self, target: str, *kinds: str) -> Fault | None:
        """The first fault of these kinds that the request (`path?query`) meets; it is then counted."""
        with self._lock:
            for fault in self.listed:
                spent = fault.times is not None and fault.met >= fault.times
                if fault.kind in kinds and not spent and (fault.match in target or fault.match in unquote(target)):
                    fault.met += 1
                    return fault
        return None
