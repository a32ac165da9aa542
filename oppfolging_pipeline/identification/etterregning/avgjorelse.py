"""Places by share, and who is in category 1.

Belongs here: the order of municipalities and of schools, on exact shares. Does not belong here: points and sums
(`poeng`), or category 2 (`kandidater`). Source of the rules: Udir, «Hvilke kommuner deltar i ordningen?»; what Udir has
not published is ours and stands in the rule set.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Any

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.identification.etterregning.parametre import Parametre


@dataclass
class Enhet:
    """A municipality or school with its sums, and what is decided about it. Only one that is judged has a place.

    `aapne_poeng` were possible in `celler_ikke_bygd`; `vurdert_om_bygd`: whether it had been judged with those shown.
    """

    enhet: str
    kommunenr: str
    risikopoeng: int
    mulige_risikopoeng: int
    celler_forbi_absolutt: int
    vurdert: bool
    aapne_poeng: int = 0
    celler_ikke_bygd: int = 0
    vurdert_om_bygd: bool = True
    rangering: int | None = None
    kategori: int | None = None
    margin: float | None = None
    delt_plassering: bool = False
    naer_grensen: bool = False
    i_ovre_kvartil: bool | None = None
    aapne_kunne_endret_plassen: bool = False

    @cached_property
    def andel(self) -> Fraction:
        """Risk points in percent of the possible ones, exactly."""
        return Fraction(100 * self.risikopoeng, self.mulige_risikopoeng)


_VED_LIKHET: dict[str, Callable[[Enhet], Any]] = {
    "flest_celler_forbi_absolutt": lambda enhet: -enhet.celler_forbi_absolutt,
    "flest_mulige_poeng": lambda enhet: -enhet.mulige_risikopoeng,
    "lavest_kommunenr": lambda enhet: enhet.enhet,
}


def rule_of_order(name: str, known: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """What a rule orders by. Raises `PermanentError` for one that is not known: it may not be passed over."""
    if name not in known:
        raise PermanentError(f"found the rule of order {name}; expected one of {', '.join(known)}")
    return known[name]


def rank_municipalities(kommuner: Sequence[Enhet], p: Parametre) -> list[Enhet]:
    """The judged municipalities, highest share first, with place, category 1, margin, tie and nearness filled in.

    Equal shares are ordered by `ved_likhet`. The margin is the distance to the first that was not selected. Near is one
    within `naer_grensen` of changing side, where there is one outside: from inside the share of the first that was not
    selected is asked, from outside that of the last one selected.
    """
    rules = [rule_of_order(name, _VED_LIKHET) for name in p.ved_likhet]
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


def ask_of_open_points(kommuner: Sequence[Enhet], p: Parametre) -> None:
    """Fill in whether the open points of a municipality could have decided its place, the others being as they are.

    Of a judged one: whether it had stood elsewhere with no points in what cannot be built, or with all that are
    possible, each cell then beyond its absolute limit. Of another: whether it had been judged. Ranked first.
    """
    rules = [rule_of_order(name, _VED_LIKHET) for name in p.ved_likhet]

    def stands(enhet: Enhet) -> tuple[Any, ...]:
        return (-enhet.andel, *(rule(enhet) for rule in rules))

    judged = [enhet for enhet in kommuner if enhet.vurdert]
    for enhet in kommuner:
        if not enhet.aapne_poeng or not enhet.vurdert:
            enhet.aapne_kunne_endret_plassen = bool(enhet.aapne_poeng) and enhet.vurdert_om_bygd
            continue
        before = {stands(other) for other in judged if other is not enhet}
        for points, beyond in ((0, 0), (enhet.aapne_poeng, enhet.celler_ikke_bygd)):
            known = replace(
                enhet,
                risikopoeng=enhet.risikopoeng + points,
                mulige_risikopoeng=enhet.mulige_risikopoeng + enhet.aapne_poeng,
                celler_forbi_absolutt=enhet.celler_forbi_absolutt + beyond,
            )
            place = 1 + sum(other < stands(known) for other in before)
            enhet.aapne_kunne_endret_plassen |= place != enhet.rangering


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
