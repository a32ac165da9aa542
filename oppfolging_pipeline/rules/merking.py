"""What a result says of itself before anything else: that its figures are invented, that its set is not the scheme's,
that figures are preliminary.

Belongs here: the words, said in this one place, and the columns that go with them. Does not belong here: what makes
figures invented (`sources.origins`) or preliminary (the source), or where the words are put.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.rules.model import RuleSet

OPPDIKTET = "Oppdiktet eksempel."
FORELOPIG = "Foreløpige tall."
_UOFFISIELT = "Ikke ordningens offisielle indikatorsett"
_TEKSTER = ("begrunnelse", "grunn")
_STATUS_FORELOPIG = "foreløpig"


@dataclass(frozen=True)
class Merking:
    """What is to be known of one identification year and set. `indikatorsett` is empty where the set has no name."""

    indikatorsett: str
    offisielt: bool
    eksempel: bool
    forelopig: bool = False

    @property
    def kolonner(self) -> dict[str, bool]:
        """The two columns of every mart table."""
        return {"offisielt": self.offisielt, "eksempel": self.eksempel}

    @property
    def ord(self) -> str:
        """The first words of whatever tells of the result; empty where there is nothing to say."""
        words = (
            OPPDIKTET if self.eksempel else "",
            "" if self.offisielt else f"{uoffisielt(self.indikatorsett)}.",
            FORELOPIG if self.forelopig else "",
        )
        return " ".join(filter(None, words))

    def foran(self, text: str) -> str:
        """The text, after those words."""
        return " ".join(filter(None, (self.ord, text)))

    def merket(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Rows of a mart table with its two columns, their sentences (`begrunnelse`, `grunn`) after the words."""
        return [
            {**row, **self.kolonner, **{name: self.foran(row[name]) for name in _TEKSTER if name in row}}
            for row in rows
        ]


def merking_av(rule_set: RuleSet, *, eksempel: bool, forelopig: bool = False) -> Merking:
    """That of a result of the set."""
    return Merking(rule_set.navn, rule_set.offisielt, eksempel, forelopig)


def merking_av_rad(row: Mapping[str, Any]) -> Merking:
    """That of a published row, as far as its table says it; `publish.read` opens no file whose mart tables do not."""
    return Merking(
        indikatorsett=row.get("indikatorsett", ""),
        offisielt=row.get("offisielt", True),
        eksempel=row.get("eksempel", False),
        forelopig=row.get("status") == _STATUS_FORELOPIG,
    )


def merking_av_uttrekk(found: Iterable[tuple[int, Merking]]) -> str:
    """The first words of what holds several results, each with its year: which of them are not of the scheme's own set.

    That figures are preliminary is said with their source and school years, elsewhere. Empty where there is nothing to
    say.
    """
    each = sorted(found, key=lambda one: (one[1].indikatorsett, one[0]))
    years: dict[str, list[int]] = {}
    for year, merking in each:
        if not merking.offisielt:
            years.setdefault(merking.indikatorsett, []).append(year)
    words = [OPPDIKTET] if any(merking.eksempel for _, merking in each) else []
    words += [f"{uoffisielt(navn)}: uttrekk {opplisting(of_set)}." for navn, of_set in years.items()]
    return " ".join(words)


def uoffisielt(indikatorsett: str) -> str:
    """That the set is not the scheme's own, without a full stop."""
    return f"{_UOFFISIELT} ({indikatorsett})" if indikatorsett else _UOFFISIELT
