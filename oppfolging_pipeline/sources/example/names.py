"""Invented names that sound Norwegian.

Belongs here: the parts that names are put together from. Does not belong here: who gets which name. A test holds every
name of a municipality or county against all that Norway has had since 1838.
"""

from __future__ import annotations

from collections.abc import Iterator

from oppfolging_pipeline.sources.example.dice import Dice

_STEMS = (
    "Aurskar", "Bleikvår", "Brimsa", "Dalskar", "Dverga", "Eikrunn", "Elgmyr", "Falkær", "Frostra", "Furegg", "Gaupler",
    "Glimra", "Grankol", "Gråvild", "Havrusk", "Heimdra", "Hjelmur", "Huldre", "Isgard", "Jerpa", "Jutuls", "Kaldrim",
    "Kobbra", "Krekling", "Kvassr", "Lauvrim", "Lyngtor", "Løvskar", "Mjødra", "Morild", "Myrull", "Måsun", "Nattra",
    "Nordrim", "Orrik", "Ospel", "Ravnar", "Reinskar", "Rimfaks", "Rosskar", "Røyrim", "Skarvul", "Skogtun", "Snøkol",
    "Stjernar", "Storlur", "Sølvrim", "Tangul", "Tirild", "Tranun", "Trolldra", "Tyriv", "Ulvrim", "Varder", "Vindul",
    "Ørnul", "Åsgrim", "Ærfugl",
)  # fmt: skip
_KOMMUNE_ENDINGS = (
    "vik", "sund", "dal", "nes", "fjord", "øy", "heim", "stad", "mark", "vær", "åsen", "li", "botn", "tind",
)  # fmt: skip
_SKOLE_ENDINGS = (
    "haugen", "tun", "berget", "bakken", "løkka", "moen", "lia", "vollen", "engen", "skogen", "eidet", "sletta",
    "jordet", "toppen",
)  # fmt: skip

# Both codes are of the kind that is no municipality: 21xx is Svalbard's kind, 25xx that of schools abroad.
OUTSIDE = (("2190", "Isblåøyane"), ("2590", "Sørhavskolene"))


def kommune_names() -> Iterator[str]:
    """Names for municipalities, each once."""
    yield from Dice("kommunenavn").order(stem + ending for stem in _STEMS for ending in _KOMMUNE_ENDINGS)


def skole_stems() -> tuple[str, ...]:
    """First parts of school names; the same one may be used in several municipalities, as in Norway."""
    return tuple(stem + ending for stem in _STEMS for ending in _SKOLE_ENDINGS)


def alphabetical(name: str) -> str:
    """A sorting key with Æ, Ø and Å last."""
    return name.lower().translate(str.maketrans("æøå", "{|}"))
