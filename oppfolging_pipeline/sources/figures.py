"""What a cell of a source says: status before number.

Belongs here: reading one figure or one count as the sources write them. Does not belong here: which row or column it
stands in (`wide`, `flat`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from oppfolging_pipeline.rules.catalog import Maal

VIST, SKJERMET, MANGLER = "vist", "skjermet", "mangler"

# The spaces that stand between thousands or around a cell: plain, no-break, narrow no-break, thin.
SPACES = " \u00a0\u202f\u2009"
# `49`, `0,3`, `1 289`: a space between thousands, a comma before decimals.
_WHOLE = rf"[0-9]{{1,3}}(?:[{SPACES}][0-9]{{3}})+|[0-9]+"
_NUMBER = re.compile(rf"({_WHOLE})(?:,([0-9]+))?")
_COUNT = re.compile(_WHOLE)
# Three digits after a point may be thousands; one or two can only be decimals.
_POINT = re.compile(r"([0-9]+)\.([0-9]{1,2})")
_NO_SPACES = str.maketrans("", "", SPACES)
_MONTH = r"(jan|feb|mars?|apr|mai|may|juni?|juli?|aug|sept?|okt|oct|nov|des|dec)\.?"
# What programs make of a cell, and what is then lost or can no longer be told.
_SPOILED = (
    (re.compile(r"[0-9]+([.,][0-9]+)?[Ee][+-]?[0-9]+"), "a number that a program has rounded"),
    (re.compile(r"[0-9]{1,3}(\.[0-9]{3})+"), "thousands or decimals, which nobody can tell"),
    (re.compile(r"[0-9]+\.[0-9]+"), "a decimal point, where Udir writes a comma"),
    (re.compile(r"#[A-ZÆØÅ/0-9]+[!?]?"), "an error of a spreadsheet"),
    (
        re.compile(
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{1,2}([./])[0-9]{1,2}\1[0-9]{2,4}|"
            rf"[0-9]{{1,2}}[.-]? ?{_MONTH}([ .-]{{1,2}}[0-9]{{2,4}})?|{_MONTH}[ .-]{{1,2}}[0-9]{{2,4}}",
            re.IGNORECASE,
        ),
        "a date that a spreadsheet has made of it",
    ),
    (re.compile(r"TRUE|FALSE|SANN|USANN", re.IGNORECASE), "a truth value of a spreadsheet"),
)
_LARGEST_COUNT = 2**31 - 1  # what the declared column holds


@dataclass(frozen=True)
class Cell:
    """Status and, when it is `vist`, the number."""

    status: str
    number: Decimal | None = None


class UnreadableFigure(ValueError):
    """The text is no figure of this kind. The message says what was expected; the reader makes a finding of it."""


def read_figure(text: str, maal: Maal, *, point: bool = False) -> Cell:
    """A measure's cell. Raises `UnreadableFigure` for anything but a number in range, `*` or nothing.

    `point`: whether one or two decimals may also stand after a point, as programs write that save a csv again.
    """
    text = text.strip(SPACES)
    if text in _WITHOUT_NUMBER:
        return _WITHOUT_NUMBER[text]
    if point and (pointed := _POINT.fullmatch(text)):
        after = pointed[2].rstrip("0")
        text = f"{pointed[1]},{after}" if after else pointed[1]
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise UnreadableFigure("a number such as 49 or 41,2, or * for shielded, or nothing")
    decimals = len(match[2] or "")
    if decimals > maal.desimaler:
        raise UnreadableFigure(f"at most {maal.desimaler} decimals in {maal.navn}")
    number = Decimal(match[1].translate(_NO_SPACES) + "." + (match[2] or "0"))
    if not Decimal(str(maal.min)) <= number <= Decimal(str(maal.maks)):
        raise UnreadableFigure(f"{maal.navn} between {maal.min:g} and {maal.maks:g}")
    return Cell(VIST, number)


def read_count(text: str, *, point: bool = False) -> Cell:
    """A number of pupils. `0` is a number: none took part. `point` as in `read_figure`: `12.0`. Raises
    `UnreadableFigure`."""
    text = text.strip(SPACES)
    if text in _WITHOUT_NUMBER:
        return _WITHOUT_NUMBER[text]
    if point and (pointed := _POINT.fullmatch(text)) and not pointed[2].strip("0"):
        text = pointed[1]
    if _COUNT.fullmatch(text) is None:
        raise UnreadableFigure("a whole number such as 1 289, or * for shielded, or nothing")
    number = Decimal(text.translate(_NO_SPACES))
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


def as_found(text: str) -> str:
    """A refused cell as a finding shows it, with what a program has made of it where that can be seen."""
    spoiled = next((what for form, what in _SPOILED if form.fullmatch(text.strip(SPACES))), None)
    return f"'{text}' ({spoiled})" if spoiled else f"'{text}'"


ENOUGH = 20  # figures of which one has a decimal, where the measure has decimals at all


def are_rounded(numbers: Collection[Decimal], maal: Maal, count: int | None = None) -> bool:
    """Whether a program has rounded the figures of a measure with decimals: of many none has one. `count`: how many
    figures there are, where `numbers` holds each only once."""
    many = (len(numbers) if count is None else count) >= ENOUGH
    return bool(maal.desimaler) and many and not any(number % 1 for number in numbers)


def number_text(number: Decimal | float) -> str:
    """A number of a spreadsheet or of JSON as the downloads write it: `41.2` → `41,2`."""
    return f"{Decimal(str(number)).normalize():f}".replace(".", ",")


_WITHOUT_NUMBER = {"*": Cell(SKJERMET), "": Cell(MANGLER)}
