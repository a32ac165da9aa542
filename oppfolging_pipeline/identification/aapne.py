"""Open points: what could not be built after a change of municipalities, and whether it could have decided a place.

Belongs here: the two extremes that a municipality's open points leave. Does not belong here: which cells are open
(`staging`, `indicators`), or texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from oppfolging_pipeline.identification.kategori1 import Placing, place_key
from oppfolging_pipeline.identification.units import Unit, judge
from oppfolging_pipeline.rules.model import RuleSet


@dataclass(frozen=True)
class Aapne:
    """`poeng`: the risk points that would be possible in the open cells. `kunne_endret_plassen`: see `open_points`."""

    poeng: int
    kunne_endret_plassen: bool


def open_points(unit: Unit, placings: Sequence[Placing], rule_set: RuleSet) -> Aapne:
    """What is open of a municipality, and whether its place could have been another one had it been known.

    Of a judged one: whether no points in all of its open cells, or all possible ones, give another place among the
    judged. Its share lies between those two whatever the cells hold, so no other content moves it either. Of one that
    is not judged: whether it would be, with these cells shown. One municipality at a time: the others stay as they are.
    """
    points = unit.vekt_ikke_bygd * rule_set.poeng.absolutt.verdi
    if not points:
        return Aapne(0, False)
    none, every = _filled(unit, 0, 0, points), _filled(unit, points, unit.celler_ikke_bygd, points)
    if not unit.vurdert:
        return Aapne(points, judge(none, rule_set).vurdert)
    others = [place_key(each.unit, rule_set) for each in placings if each.unit.enhet != unit.enhet]
    places = {sum(key < place_key(one, rule_set) for key in others) for one in (unit, none, every)}
    return Aapne(points, len(places) > 1)


def _filled(unit: Unit, points: int, beyond: int, possible: int) -> Unit:
    """The unit as it would be with its open cells shown: `points` of `possible` in them, `beyond` of them beyond the
    absolute limit."""
    return replace(
        unit,
        risikopoeng=unit.risikopoeng + points,
        mulige_risikopoeng=unit.mulige_risikopoeng + possible,
        celler_forbi_absolutt=unit.celler_forbi_absolutt + beyond,
        celler_vist=unit.celler_vist + unit.celler_ikke_bygd,
        vekt_vist=unit.vekt_vist + unit.vekt_ikke_bygd,
        aar_med_tall=unit.aar_med_tall_om_bygd,
    )
