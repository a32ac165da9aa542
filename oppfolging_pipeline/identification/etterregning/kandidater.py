"""Category 2: who meets both of its conditions, in which order, and who is chosen.

Belongs here: spread between schools, and the choice. Does not belong here: points and sums (`poeng`), or texts. Source
of the rules: Udir, «Hvilke kommuner deltar i ordningen?»; the order is ours and stands in the rule set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, isqrt
from typing import Any

from oppfolging_pipeline.identification.etterregning.avgjorelse import Enhet, rule_of_order
from oppfolging_pipeline.identification.etterregning.parametre import Parametre


@dataclass
class Kandidat:
    """A municipality that meets both conditions of category 2. `siffer` is its spread, as a number of
    the last published decimal."""

    kommune: Enhet
    kvadrat: Fraction
    siffer: int
    antall_skoler: int
    antall_skoler_vurdert: int
    antall_skoler_i_ovre_kvartil: int
    prioritet: int | None
    rangering: int = 0
    valgt: bool = False
    margin: float | None = None
    delt_plassering: bool = False


_PRIORITET, _SPREDNING = "statsforvalterens_prioritet", "storst_spredning"
# Who has a priority goes before who has none.
_REKKEFOLGE: dict[str, Callable[[Kandidat], Any]] = {
    _PRIORITET: lambda kandidat: (kandidat.prioritet is None, kandidat.prioritet or 0),
    _SPREDNING: lambda kandidat: -kandidat.kvadrat,
}
# The share of a municipality that is not judged is no share: it counts as 0.
_VED_LIKHET_2: dict[str, Callable[[Kandidat], Any]] = {
    "vurdert_foran_ikke_vurdert": lambda kandidat: not kandidat.kommune.vurdert,
    "hoyest_andel": lambda kandidat: -kandidat.kommune.andel if kandidat.kommune.vurdert else Fraction(0),
    "lavest_kommunenr": lambda kandidat: kandidat.kommune.enhet,
}


def choose_candidates(
    kommuner: Sequence[Enhet], skoler: Sequence[Enhet], p: Parametre, prioritet: Mapping[str, int]
) -> list[Kandidat]:
    """The municipalities outside category 1 that meet both conditions, in order of choice; the chosen get category 2.

    Both: the spread between at least `min_skoler` judged schools reaches the level, and one of them is in the country's
    upper part. Order: `kategori2_rekkefolge`, and `kategori2_ved_likhet` between those that are equal in all of it. A
    place is shared by one that is chosen with exactly the spread of one that is not. The margin is from the first that
    is not chosen, where the spread is what stands between them.
    """
    order = [rule_of_order(name, _REKKEFOLGE) for name in p.kategori2_rekkefolge]
    order += [rule_of_order(name, _VED_LIKHET_2) for name in p.kategori2_ved_likhet]
    of_kommune: dict[str, list[Enhet]] = {}
    for skole in skoler:
        of_kommune.setdefault(skole.kommunenr, []).append(skole)
    found = []
    for kommune in kommuner:
        own = of_kommune.get(kommune.enhet, [])
        judged = [skole for skole in own if skole.vurdert]
        upper = sum(bool(skole.i_ovre_kvartil) for skole in judged)
        may_be = kommune.kategori is None and (kommune.vurdert or p.ikke_vurdert_kan_vaere_kandidat)
        if not may_be or not upper or len(judged) < p.min_skoler:
            continue
        squared = spread_squared([skole.andel for skole in judged], p)
        if squared >= p.spredning_nivaa**2:
            siffer = published_difference(squared, Fraction(0), p)
            wish = prioritet.get(kommune.enhet)
            found.append(Kandidat(kommune, squared, siffer, len(own), len(judged), upper, wish))
    found.sort(key=lambda kandidat: tuple(rule(kandidat) for rule in order))
    outside = found[p.kategori2_antall :]
    not_chosen = {one.kvadrat for one in outside}
    for place, kandidat in enumerate(found, start=1):
        kandidat.rangering = place
        kandidat.valgt = place <= p.kategori2_antall
        if kandidat.valgt:
            kandidat.kommune.kategori = 2
            kandidat.delt_plassering = kandidat.kvadrat in not_chosen
        if outside and not (_priority_goes_first(p) and {kandidat.prioritet, outside[0].prioritet} != {None}):
            tenths = published_difference(kandidat.kvadrat, outside[0].kvadrat, p)
            kandidat.margin = tenths / p.spredning_enhet
    return found


def _priority_goes_first(p: Parametre) -> bool:
    return _PRIORITET in p.kategori2_rekkefolge[: p.kategori2_rekkefolge.index(_SPREDNING)]


def spread_squared(shares: Sequence[Fraction], p: Parametre) -> Fraction:
    """The square of the spread: it is exact where the standard deviation (of the population) is a root."""
    if p.spredning_maal == "maks_min":
        return (max(shares) - min(shares)) ** 2
    mean = sum(shares, Fraction(0)) / len(shares)
    return sum(((share - mean) ** 2 for share in shares), Fraction(0)) / len(shares)


def published_difference(one: Fraction, other: Fraction, p: Parametre) -> int:
    """The difference of two spreads of which these are the squares, as a number of the last published decimal: rounded
    half away from zero, and exactly, for no binary number stands in between."""
    if one < other:
        return -published_difference(other, one, p)
    one, other = one * p.spredning_enhet**2, other * p.spredning_enhet**2

    def reaches(halves: int) -> bool:
        """Whether √one − √other ≥ halves/2: whether what is left of one is at least twice the other's root."""
        step = Fraction(halves, 2)
        left = one - other - step**2
        return left >= 0 and left**2 >= (2 * step) ** 2 * other

    low, high = 0, isqrt(floor(one)) + 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reaches(2 * middle - 1) else (low, middle)
    return low
