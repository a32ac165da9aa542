"""What a cell of a source says: status before number.

Belongs here: reading one figure or one count as the sources write them. Does not belong here: which row or column it
stands in (`wide`, `flat`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from oppfolging_pipeline.rules.catalog import Maal

VIST, SKJERMET, MANGLER = "vist", "skjermet", "mangler"

# `49`, `0,3`, `1 289`: a plain space between thousands, a comma before decimals.
_NUMBER = re.compile(r"(\d{1,3}(?: \d{3})+|\d+)(?:,(\d+))?")
_COUNT = re.compile(r"\d{1,3}(?: \d{3})+|\d+")


@dataclass(frozen=True)
class Cell:
    """Status and, when it is `vist`, the number."""

    status: str
    number: Decimal | None = None


class UnreadableFigure(ValueError):
    """The text is no figure of this kind. The message says what was expected."""


def read_figure(text: str, maal: Maal) -> Cell:
    """A measure's cell. Raises `UnreadableFigure` for anything but a number in range, `*` or nothing."""
    text = text.strip(" ")
    if text == "*":
        return Cell(SKJERMET)
    if text == "":
        return Cell(MANGLER)
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
    if text == "*":
        return Cell(SKJERMET)
    if text == "":
        return Cell(MANGLER)
    if _COUNT.fullmatch(text) is None:
        raise UnreadableFigure("a whole number such as 1 289, or * for shielded, or nothing")
    return Cell(VIST, Decimal(text.replace(" ", "")))
