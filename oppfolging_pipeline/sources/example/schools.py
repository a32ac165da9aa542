"""The schools of the example: how many, of which kind, how large, and when they exist.

Belongs here: everything about a school but its figures. Does not belong here: quality (`series`), pupils (`results`).
The distribution of sizes follows what Udir's downloads of 2022–2025 show: many tiny schools, a few hundred large ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal

from oppfolging_pipeline.sources.example import names
from oppfolging_pipeline.sources.example.calendar import ALLE_SKOLEAAR, NEWEST_ERA, position
from oppfolging_pipeline.sources.example.dice import Dice
from oppfolging_pipeline.sources.example.geography import Sted, steder

Form = Literal["barneskole", "ungdomsskole", "kombinert"]

_FIRST_ORGNR = 100_000_019  # organisation numbers in use begin with 8 or 9
_ORGNR_STEP = 4_337
# (rank of the municipality, schools × 10): between two the number falls evenly.
_PROFILE = (
    (0, 860),
    (3, 440),
    (10, 300),
    (21, 195),
    (35, 145),
    (69, 90),
    (104, 66),
    (172, 36),
    (240, 22),
    (300, 10),
    (400, 10),
)
_SCHOOLS_IN_CAPITAL = 120
# (up to so many schools in the municipality, fewest and most pupils per grade, share of tiny schools)
_SIZES = (
    (1, 7, 32, 0.18),
    (3, 6, 36, 0.36),
    (9, 7, 50, 0.32),
    (19, 11, 56, 0.22),
    (99, 16, 64, 0.16),
    (999, 26, 80, 0.10),
)
_TINY = (2, 9)
_PRIVATE_SHARE = 0.11
_OPENING_SHARE, _CLOSING_SHARE = 0.03, 0.04
_MOVING_FROM_FYLKE = "66"
MOVED_IN = "2022-23"
# Layouts (form, pupils per grade) of the places that something happens to, so that every case of rebuilding occurs.
_FIXED: dict[str, tuple[tuple[Form, int], ...]] = {
    "sammenslaatt": (("barneskole", 34), ("barneskole", 28), ("kombinert", 31)),
    "sammenslaatt_liten": (("kombinert", 10),),
    "delt_stor": (("barneskole", 44), ("barneskole", 38), ("kombinert", 41)),
    "delt_liten": (("barneskole", 31), ("barneskole", 5), ("kombinert", 27)),
    "uten_ungdomstrinn": (("barneskole", 16),),
    "utenfor": (("kombinert", 21),),
}


@dataclass(frozen=True)
class Skole:
    """A school. Sizes are pupils per grade, 0 for no such grade; `fra` and `til` are positions in `ALLE_SKOLEAAR`."""

    orgnr: str
    navn: str
    sted: int
    barn: int
    ungdom: int
    privat: bool
    fra: int = 0
    til: int = len(ALLE_SKOLEAAR) - 1
    flytter_til: int | None = None

    def sted_in(self, year: int) -> int:
        """The place that it belongs to in a year: one school moves to the neighbouring municipality."""
        return self.flytter_til if self.flytter_til is not None and year >= position(MOVED_IN) else self.sted

    def has(self, trinn: int, year: int) -> bool:
        """Whether the school has the grade in that year."""
        return self.fra <= year <= self.til and (self.barn if trinn <= 7 else self.ungdom) > 0


@cache
def skoler() -> tuple[Skole, ...]:
    """Every school, in a fixed order."""
    dice = Dice("skoler")
    stems = names.skole_stems()
    found: list[Skole] = []
    for sted, count in _school_counts(dice):
        layout = _FIXED.get(sted.saertilfelle) or _layout(count, dice)
        used: set[str] = set()
        for (form, size), ungdom in zip(layout, _ungdom_sizes(layout, dice), strict=True):
            privat = count >= 5 and form != "ungdomsskole" and dice.chance(_PRIVATE_SHARE)
            size = dice.whole(5, 26) if privat else size
            navn = _name(sted, form, privat, stems, used, dice)
            barn = 0 if form == "ungdomsskole" else size
            orgnr = str(_FIRST_ORGNR + _ORGNR_STEP * len(found))
            skole = Skole(orgnr, navn, sted.nr, barn, min(ungdom, size) if privat else ungdom, privat)
            found.append(_with_years(skole, form, dice) if count >= 4 else skole)
    return tuple(_with_move(found))


def _school_counts(dice: Dice) -> list[tuple[Sted, int]]:
    ranked = dice.order(sted for sted in steder() if not sted.saertilfelle)
    counts = {sted.nr: _profile(rank) for rank, sted in enumerate(ranked)}
    return [(s, _SCHOOLS_IN_CAPITAL if s.saertilfelle == "hovedstad" else counts.get(s.nr, 1)) for s in steder()]


def _profile(rank: int) -> int:
    for (low, most), (high, fewest) in pairwise(_PROFILE):
        if rank <= high:
            return (most * (high - rank) + fewest * (rank - low) + 5 * (high - low)) // (10 * (high - low))
    raise ValueError(f"no rank {rank} in the profile")


def _layout(count: int, dice: Dice) -> tuple[tuple[Form, int], ...]:
    ungdomsskoler = count * 2 // 11 + (1 if count == 3 and dice.chance(0.4) else 0)
    kombinerte = max(count * 3 // 10, 0 if ungdomsskoler else 1)
    counts: tuple[tuple[Form, int], ...] = (
        ("ungdomsskole", ungdomsskoler),
        ("kombinert", kombinerte),
        ("barneskole", count - ungdomsskoler - kombinerte),
    )
    forms = [form for form, number in counts for _ in range(number)]
    _, fewest, most, tiny = next(row for row in _SIZES if count <= row[0])
    return tuple((form, dice.whole(*_TINY) if dice.chance(tiny) else dice.whole(fewest, most)) for form in forms)


def _ungdom_sizes(layout: tuple[tuple[Form, int], ...], dice: Dice) -> list[int]:
    """Pupils per grade 8–10. Pupils of barneskoler go to the ungdomsskoler, or else to the first combined school."""
    forms = [form for form, _ in layout]
    receivers = forms.count("ungdomsskole")
    moving = sum(size for form, size in layout if form == "barneskole")
    sizes = []
    for number, (form, size) in enumerate(layout):
        if form == "ungdomsskole":
            sizes.append(max(moving * dice.whole(60, 140) // (100 * receivers), 3))
        else:
            receives = form == "kombinert" and not receivers and number == forms.index(form)
            sizes.append((size if form == "kombinert" else 0) + (moving if receives else 0))
    return sizes


def _name(sted: Sted, form: Form, privat: bool, stems: tuple[str, ...], used: set[str], dice: Dice) -> str:
    while True:
        stem = dice.pick(stems)
        if privat:  # names of private schools often end with a space in the downloads
            kommune = sted.navn[NEWEST_ERA].split(" - ")[0]
            navn = dice.pick((f"Steinerskolen i {kommune} ", f"{stem} Montessoriskole SA ", f"{stem} friskole AS "))
        elif form == "ungdomsskole":
            navn = f"{stem} ungdomsskole"
        elif form == "kombinert":
            navn = dice.pick((f"{stem} skole", f"{stem} barne- og ungdomsskole", f"{stem} oppvekstsenter avd skole "))
        else:
            navn = dice.pick((f"{stem} skole", f"{stem} skule", f"{stem} barneskole"))
        if navn not in used:
            used.add(navn)
            return navn


def _with_years(skole: Skole, form: Form, dice: Dice) -> Skole:
    if form == "barneskole" or skole.privat:  # the others are needed: pupils of grade 8–10 have no other school
        if dice.chance(_OPENING_SHARE):
            return replace(skole, fra=dice.whole(2, len(ALLE_SKOLEAAR) - 2))
        if dice.chance(_CLOSING_SHARE):
            return replace(skole, til=dice.whole(2, len(ALLE_SKOLEAAR) - 2))
    return skole


def _with_move(found: list[Skole]) -> list[Skole]:
    """One school goes over to the next municipality of its county, without any change of codes."""
    in_county = [sted.nr for sted in steder() if sted.koder[NEWEST_ERA].startswith(_MOVING_FROM_FYLKE)]
    for number, skole in enumerate(found):
        siblings = sum(1 for other in found if other.sted == skole.sted and other.ungdom)
        if skole.sted in in_county[:-1] and skole.barn and skole.ungdom > 20 and siblings > 1 and not skole.privat:
            found[number] = replace(skole, flytter_til=in_county[in_county.index(skole.sted) + 1])
            return found
    raise ValueError(f"no school in county {_MOVING_FROM_FYLKE} can move")
