"""The municipalities and counties of the example, through three sets of codes.

Belongs here: places, their codes and names in each era, and what can be read off them: units, names as published,
validity and changes. Does not belong here: schools, figures.

A *sted* is a piece of the country that is never divided; a municipality is the places that share a code. So mergers,
splits and new numbers need no rules of their own: they are what the codes of the places say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from oppfolging_pipeline.sources.example import names
from oppfolging_pipeline.sources.example.calendar import ERA_STARTS, NEWEST_ERA

# Counties that have had the same code throughout. 65 has one municipality, as Oslo.
_STABLE = {
    "65": "Kongsstrand", "66": "Morildkysten", "67": "Ulvmarka", "68": "Gråfjell", "69": "Vestvær", "70": "Sølvmarka",
    "71": "Frosthav", "72": "Myrland", "73": "Nordtind - Davvičohkka", "74": "Havgapet", "75": "Lauvmarka",
    "76": "Ørneland",
}  # fmt: skip
_HOVEDSTAD = "65"
_UTENFOR_I = "73"  # the county that the rows outside the municipalities stand under
FYLKE_NAMES: tuple[dict[str, str], ...] = (
    {**_STABLE, "61": "Rimlandet", "62": "Tangfylket"},
    {**_STABLE, "63": "Rimvidda", "64": "Tang og Lyng"},
    {**_STABLE, "77": "Øvre Rimland", "78": "Nedre Rimland", "79": "Tanglyng"},
)
_KOMMUNER_PER_FYLKE = 25
# Current counties only. Some offices cover several, as in Norway.
STATSFORVALTERE = (
    ("Kongsstrand og Morildkysten", ("65", "66")), ("Ulvmarka", ("67",)), ("Gråfjell", ("68",)), ("Vestvær", ("69",)),
    ("Sølvmarka", ("70",)), ("Frosthav", ("71",)), ("Myrland", ("72",)), ("Nordtind og Havgapet", ("73", "74")),
    ("Lauvmarka", ("75",)), ("Ørneland", ("76",)), ("Rimland og Tanglyng", ("77", "78", "79")),
)  # fmt: skip


@dataclass(frozen=True)
class Sted:
    """A place with its municipality code and name in each era. `saertilfelle` names the part that it plays."""

    nr: int
    koder: tuple[str, str, str]
    navn: tuple[str, str, str]
    saertilfelle: str = ""

    @property
    def utenfor(self) -> bool:
        """Whether it is no municipality (the look-alikes of Svalbard and of schools abroad)."""
        return self.saertilfelle == "utenfor"

    def fylkesnr(self, era: int) -> str:
        """The county that it stands under in the files of an era."""
        return _UTENFOR_I if self.utenfor else self.koder[era][:2]


@dataclass(frozen=True)
class Periode:
    """A code with one name over consecutive eras, both included."""

    kode: str
    navn: str
    forste: int
    siste: int

    @property
    def gyldig_fra(self) -> str:
        return ERA_STARTS[self.forste]

    @property
    def gyldig_til(self) -> str:
        """Exclusive; empty while valid."""
        return "" if self.siste == NEWEST_ERA else ERA_STARTS[self.siste + 1]


@cache
def steder() -> tuple[Sted, ...]:
    """Every place, in a fixed order."""
    return tuple(Sted(nr, koder, navn, part) for nr, (koder, navn, part) in enumerate(_drafts()))


Draft = tuple[tuple[str, str, str], tuple[str, str, str], str]


def _drafts() -> Iterator[Draft]:
    fresh = names.kommune_names()

    def same(kode: str, navn: str, part: str = "") -> Draft:
        return (kode, kode, kode), (navn, navn, navn), part

    yield same(f"{_HOVEDSTAD}01", _STABLE[_HOVEDSTAD], "hovedstad")
    double_name = next(fresh)
    for fylke in _STABLE:
        if fylke == _HOVEDSTAD:
            continue
        special = list(_specials(fylke, fresh, double_name))
        yield from special
        taken = len({koder[NEWEST_ERA] for koder, _, _ in special})
        for number in range(1, _KOMMUNER_PER_FYLKE - taken + 1):
            yield same(f"{fylke}{number:02d}", next(fresh))
    # Two counties renumbered twice: one becomes two in 2024, the other keeps its extent.
    for number in range(2 * _KOMMUNER_PER_FYLKE):
        half, rest = divmod(number, _KOMMUNER_PER_FYLKE)
        kode = (f"61{2 * _KOMMUNER_PER_FYLKE - number:02d}", f"63{number + 1:02d}", f"{77 + half}{rest + 1:02d}")
        yield kode, (name := next(fresh), name, name), ""
    for number in range(_KOMMUNER_PER_FYLKE):
        kode = (f"62{_KOMMUNER_PER_FYLKE - number:02d}", f"64{number + 1:02d}", f"79{number + 1:02d}")
        yield kode, (name := next(fresh), name, name), ""
    for kode_utenfor, navn in names.OUTSIDE:
        yield same(kode_utenfor, navn, "utenfor")


def _specials(fylke: str, fresh: Iterator[str], double_name: str) -> Iterator[Draft]:
    """The municipalities of a county that something happens to."""
    if fylke == "67":  # two become one in 2024
        a, b, merged = next(fresh), next(fresh), next(fresh)
        yield ("6741", "6741", "6743"), (a, a, merged), "sammenslaatt"
        yield ("6742", "6742", "6743"), (b, b, merged), "sammenslaatt"
    if fylke == "68":  # three become one in 2024; the third is so small that some of its figures are shielded
        a, b, c, merged = next(fresh), next(fresh), next(fresh), next(fresh)
        yield ("6841", "6841", "6844"), (a, a, merged), "sammenslaatt"
        yield ("6842", "6842", "6844"), (b, b, merged), "sammenslaatt"
        yield ("6843", "6843", "6844"), (c, c, merged), "sammenslaatt_liten"
    if fylke == "69":  # two become one in 2020, and are divided again in 2024
        a, b = next(fresh), next(fresh)
        yield ("6951", "6953", "6954"), (a, a, a), "delt_stor"
        yield ("6952", "6953", "6955"), (b, a, b), "delt_liten"
    if fylke == "70":  # a new name and the same number
        a = next(fresh)
        yield ("7041", "7041", "7041"), (a, a, f"{a} - Davvegáddi"), ""
    if fylke == "71":  # two become one in 2020
        a, b, merged = next(fresh), next(fresh), next(fresh)
        yield ("7141", "7143", "7143"), (a, merged, merged), ""
        yield ("7142", "7143", "7143"), (b, merged, merged), ""
    if fylke in ("72", "76"):  # two municipalities of one name, as Herøy and Våler
        yield (f"{fylke}41",) * 3, (double_name,) * 3, ""
    if fylke in ("74", "75"):  # schools for the first seven grades only: no row in files of the later ones
        a = next(fresh)
        yield (f"{fylke}41",) * 3, (a,) * 3, "uten_ungdomstrinn"
