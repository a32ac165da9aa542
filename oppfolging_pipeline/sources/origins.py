"""Where the contents of a home may come from, and which of these go together.

Belongs here: the origins and who may share a home. Does not belong here: which origin a home has (`archive`).
"""

from __future__ import annotations

from typing import Literal

Origin = Literal["fil", "eksempel", "hentet", "lokal"]

# `lokal`: answers that are read against another register than Norway's, as a trial server's are. The ledger's word for
# them is from when they were told by their address.
INVENTED: frozenset[Origin] = frozenset({"eksempel", "lokal"})
WHOLE: Origin = "eksempel"  # each intake of the invented country is whole; those of the others go on from each other
FETCHED: frozenset[Origin] = frozenset({"hentet", "lokal"})  # from the interfaces, not from files
ORIGIN_TEXT: dict[Origin, str] = {
    "fil": "files from an inbox",
    "eksempel": "the invented example country",
    "hentet": "answers fetched from Udir and Statistics Norway",
    "lokal": "answers fetched of an invented country",
}
# Files and what is fetched from the sources go together, and nothing else with anything.
_TOGETHER: tuple[frozenset[Origin], ...] = (frozenset({"fil", "hentet"}), frozenset({"eksempel"}), frozenset({"lokal"}))


def is_invented(origin: Origin | None) -> bool:
    """Whether the figures of a home from there are invented; a home that nothing has come into has none."""
    return origin in INVENTED


def may_be_with(origin: Origin) -> frozenset[Origin]:
    """The origins that may share a home with this one, itself included."""
    return next(group for group in _TOGETHER if origin in group)
