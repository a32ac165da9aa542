"""How texts in Norwegian are put together.

Belongs here: forms that many texts share. Does not belong here: a sentence of its own (whoever says it), or how a
number is written (`rounding`).
"""

from __future__ import annotations

from collections.abc import Iterable


def opplisting(ledd: Iterable[object]) -> str:
    """The parts as an enumeration, in their own order: `6150, 6151 og 6152`; one alone as it is, none as no text."""
    *foran, siste = [str(each) for each in ledd] or [""]
    return f"{', '.join(foran)} og {siste}" if foran else siste
