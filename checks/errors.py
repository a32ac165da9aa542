"""The error of the checks.

Belongs here: `CheckError`, and what of an engine's message may stand in one. Does not belong here: a verdict on data
(`oppfolging_pipeline.core.outcome`).
"""

from __future__ import annotations

import re

from oppfolging_pipeline.core.errors import PermanentError

# The engine's texts of these errors quote the value that it stumbled over.
_QUOTES_DATA = re.compile(r"\b(Conversion|Out of Range|Invalid Input) Error:.*", re.DOTALL)
_QUERY = re.compile(r"\n\nLINE \d+:.*|\s*\[SQL:.*", re.DOTALL)


class CheckError(PermanentError):
    """A check could not be run: it says nothing about the data, and nothing may pass on it."""


def without_figures(message: str) -> str:
    """An engine's message without the query, and without what it quotes of the data: that may be a shielded figure."""
    return _QUERY.sub("", _QUOTES_DATA.sub(r"\1 Error (its text may quote a figure and is left out)", message))
