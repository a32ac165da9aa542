"""Who is judged, ranked and identified: category 1 and category 2.

Belongs here: places and choices, on exact shares. Does not belong here: points and sums (`poeng`), or texts. Source of
the rules: Udir, «Hvilke kommuner deltar i ordningen?»; what Udir has not published is ours and stands in the rule set.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, isqrt

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.identification.etterregning.parametre import Parametre


@dataclass
class Enhet:
    """A municipality or school with its sums, and what is decided about it. Only one that is judged has a place."""

    enhet: str
    kommunenr: str
    risikopoeng: int
    mulige_risikopoeng: int
    celler_forbi_absolutt: int
    vurdert: bool
    rangering: int | None = None
    kategori: int | None = None
    margin: float | None = None
    delt_plassering: bool = False
    naer_grensen: bool = False
    i_ovre_kvartil: bool | None = None

    @cached_property
    def andel(self) -> Fraction:
        """Risk points in percent of the possible ones, exactly."""
        return Fraction(100 * self.risikopoeng, self.mulige_risikopoeng)


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


_VED_LIKHET: dict[str, Callable[[Enhet], int | str]] = {
    "flest_celler_forbi_absolutt": lambda enhet: -enhet.celler_forbi_absolutt,
    "flest_mulige_poeng": lambda enhet: -enhet.mulige_risikopoeng,
    "lavest_kommunenr": lambda enhet: enhet.enhet,
}


def rank_municipalities(kommuner: Sequence[Enhet], p: Parametre) -> list[Enhet]:
    """The judged municipalities, highest share first, with place, category 1, margin, tie and nearness filled in.

    Equal shares are ordered by `ved_likhet`. The margin is the distance to the first that was not selected; near is
    within `naer_grensen` of the nearest share on the other side of the cut, where there is one outside.
    """
    unknown = [name for name in p.ved_likhet if name not in _VED_LIKHET]
    if unknown:
        raise PermanentError(f"found the tie rule {', '.join(unknown)}; expected one of {', '.join(_VED_LIKHET)}")
    rules = [_VED_LIKHET[name] for name in p.ved_likhet]
    judged = [enhet for enhet in kommuner if enhet.vurdert]
    ordered = sorted(judged, key=lambda enhet: (-enhet.andel, *(rule(enhet) for rule in rules)))
    outside = ordered[p.kategori1_antall].andel if len(ordered) > p.kategori1_antall else None
    cut = ordered[p.kategori1_antall - 1].andel if outside is not None else None
    for place, enhet in enumerate(ordered, start=1):
        selected = place <= p.kategori1_antall
        enhet.rangering = place
        enhet.kategori = 1 if selected else None
        if outside is not None and cut is not None:
            enhet.margin = float(enhet.andel - outside)
            enhet.delt_plassering = selected and enhet.andel == cut == outside
            enhet.naer_grensen = abs(enhet.andel - (outside if selected else cut)) <= p.naer_grensen
    return ordered


def rank_schools(skoler: Sequence[Enhet], p: Parametre) -> None:
    """Fill in place and upper quarter of the judged schools. Equal shares have the same place, and are in the upper
    part together: those with at least the share of number ⌈ovre_andel/100 · n⌉ of n."""
    judged = [skole for skole in skoler if skole.vurdert]
    if not judged:
        return
    shares = sorted((skole.andel for skole in judged), reverse=True)
    lowest = shares[ceil(p.ovre_andel * len(shares) / 100) - 1]
    for skole in judged:
        skole.rangering = bisect_left(shares, -skole.andel, key=lambda share: -share) + 1
        skole.i_ovre_kvartil = skole.andel >= lowest


def choose_candidates(
    kommuner: Sequence[Enhet], skoler: Sequence[Enhet], p: Parametre, prioritet: Mapping[str, int]
) -> list[Kandidat]:
    """The municipalities outside category 1 that meet both conditions, in order of choice; the chosen get category 2.

    Both: the spread between at least `min_skoler` judged schools reaches the level, and one of them is in the country's
    upper quarter. Order: `rekkefolge_2`, then `ved_likhet_2`.
    """
    of_kommune: dict[str, list[Enhet]] = {}
    for skole in skoler:
        of_kommune.setdefault(skole.kommunenr, []).append(skole)
    found = []
    for kommune in kommuner:
        own = of_kommune.get(kommune.enhet, [])
        judged = [skole for skole in own if skole.vurdert]
        upper = sum(bool(skole.i_ovre_kvartil) for skole in judged)
        if kommune.kategori is not None or not upper or len(judged) < p.min_skoler:
            continue
        if not kommune.vurdert and not p.ikke_vurdert_kan_vaere_kandidat:
            continue
        squared = spread_squared([skole.andel for skole in judged], p)
        if squared >= p.spredning_nivaa**2:
            siffer, wish = published_spread(squared, p), prioritet.get(kommune.enhet)
            found.append(Kandidat(kommune, squared, siffer, len(own), len(judged), upper, wish))
    names = (*p.rekkefolge_2, *p.ved_likhet_2)
    unknown = [name for name in names if name not in _VALGREKKEFOLGE]
    if unknown:
        raise PermanentError(f"found the rule {', '.join(unknown)}; expected one of {', '.join(_VALGREKKEFOLGE)}")
    found.sort(key=lambda kandidat: [_VALGREKKEFOLGE[name](kandidat) for name in names])
    ved_spredning = p.rekkefolge_2.index("storst_spredning")
    prioritet_foerst = "statsforvalterens_prioritet" in p.rekkefolge_2[:ved_spredning]
    utenfor = {kandidat.kvadrat for kandidat in found[p.kategori2_antall :]}
    first_out = found[p.kategori2_antall] if len(found) > p.kategori2_antall else None
    for place, kandidat in enumerate(found, start=1):
        kandidat.rangering = place
        kandidat.valgt = place <= p.kategori2_antall
        if kandidat.valgt:
            kandidat.kommune.kategori = 2
        if first_out is None:
            continue
        kandidat.delt_plassering = kandidat.valgt and kandidat.kvadrat in utenfor
        if not prioritet_foerst or (kandidat.prioritet is None and first_out.prioritet is None):
            kandidat.margin = float(spread_margin(kandidat.kvadrat, first_out.kvadrat, p))
    return found


_VALGREKKEFOLGE: dict[str, Callable[[Kandidat], object]] = {
    "statsforvalterens_prioritet": lambda one: (one.prioritet is None, one.prioritet or 0),
    "storst_spredning": lambda one: -one.kvadrat,
    "vurdert_foran_ikke_vurdert": lambda one: not one.kommune.vurdert,
    "hoyest_andel": lambda one: -one.kommune.andel if one.kommune.vurdert else Fraction(0),
    "lavest_kommunenr": lambda one: one.kommune.enhet,
}


def spread_margin(squared: Fraction, other: Fraction, p: Parametre) -> Decimal:
    """The difference of the two roots, half away from zero, with the decimals of a spread. Two different roots of
    fractions of these sizes lie further from a half than fifty digits can hide."""
    with localcontext() as context:
        context.prec = 60
        roots = [(Decimal(one.numerator) / Decimal(one.denominator)).sqrt() for one in (squared, other)]
        exact = (roots[0] - roots[1]).quantize(Decimal(1).scaleb(-50), ROUND_HALF_UP)
        return exact.quantize(Decimal(1).scaleb(-p.spredning_desimaler), ROUND_HALF_UP) + 0


def spread_squared(shares: Sequence[Fraction], p: Parametre) -> Fraction:
    """The square of the spread: it is exact where the standard deviation (of the population) is a root."""
    if p.spredning_maal == "maks_min":
        return (max(shares) - min(shares)) ** 2
    mean = sum(shares, Fraction(0)) / len(shares)
    return sum(((share - mean) ** 2 for share in shares), Fraction(0)) / len(shares)


def published_spread(squared: Fraction, p: Parametre) -> int:
    """The spread, half up, as a number of its last published decimal: no binary number stands in between."""
    return (isqrt(floor((2 * p.spredning_enhet) ** 2 * squared)) + 1) // 2
