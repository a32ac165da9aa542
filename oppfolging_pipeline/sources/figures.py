"""What a cell of a source says: status before number.

Belongs here: reading one figure or one count as the sources write them. Does not belong here: which row or column it
stands in (`wide`, `flat`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from oppfolging_pipeline.rules.catalog import Maal

VIST, SKJERMET, MANGLER = "vist", "skjermet", "mangler"

# `49`, `0,3`, `1 289`: a plain space between thousands, a comma before decimals.
_NUMBER = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:,([0-9]+))?")
_COUNT = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+|[0-9]+")
_LARGEST_COUNT = 2**31 - 1  # what the declared column holds


@dataclass(frozen=True)
class Cell:
    """Status and, when it is `vist`, the number."""

    status: str
    number: Decimal | None = None


class UnreadableFigure(ValueError):
    """The text is no figure of this kind. The message says what was expected; the reader makes a finding of it."""


def read_figure(text: str, maal: Maal) -> Cell:
    """A measure's cell. Raises `UnreadableFigure` for anything but a number in range, `*` or nothing."""
    text = text.strip(" ")
    if text in _WITHOUT_NUMBER:
        return _WITHOUT_NUMBER[text]
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise UnreadableFigure("a number such as 49 or 41,2, or * for shielded, or nothing")
    decimals = len(match[2] or "")
    if decimals > maal.desimaler:
        raise UnreadableFigure(f"at most {maal.desimaler} decimals in {maal.navn}")
    number = Decimal(match[1].replace(" ", "") + "." + (match[2] or "0"))
    if not Decimal(str(maal.min)) <= number <= Decimal(str(maal.maks)):
        raise UnreadableFigure(f"{maal.navn} between {maal.min:g} and {maal.maks:g}")
    return Cell(VIST, number)


def read_count(text: str) -> Cell:
    """A number of pupils. `0` is a number: none took part. Raises `UnreadableFigure`."""
    text = text.strip(" ")
    if text in _WITHOUT_NUMBER:
        return _WITHOUT_NUMBER[text]
    if _COUNT.fullmatch(text) is None:
        raise UnreadableFigure("a whole number such as 1 289, or * for shielded, or nothing")
    number = Decimal(text.replace(" ", ""))
    if number > _LARGEST_COUNT:
        raise UnreadableFigure("a number of pupils")
    return Cell(VIST, number)


def read_all(texts: Iterable[str], read: Callable[[str], Cell]) -> tuple[dict[str, Cell], dict[str, str]]:
    """Every different text once: what each says, and for those that cannot be read what was expected of them."""
    cells: dict[str, Cell] = {}
    unreadable: dict[str, str] = {}
    for text in sorted(set(texts)):
        try:
            cells[text] = read(text)
        except UnreadableFigure as fault:
            unreadable[text] = str(fault)
    return cells, unreadable


def number_text(number: Decimal | float) -> str:
    """A number of a spreadsheet or of JSON as the downloads write it: `41.2` → `41,2`."""
    return f"{Decimal(str(number)).normalize():f}".replace(".", ",")


_WITHOUT_NUMBER = {"*": Cell(SKJERMET), "": Cell(MANGLER)}
