"""Category 1: the municipalities with the highest share of risk points.

Belongs here: the ranking of municipalities and its tie rules. Does not belong here: category 2, or texts. Source of the
rule: Udir, «Hvilke kommuner deltar i ordningen?» (30 municipalities by share); the tie rules are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from oppfolging_pipeline.identification.units import Unit
from oppfolging_pipeline.rules.model import Likhetsregel1, RuleSet

_VED_LIKHET: Mapping[Likhetsregel1, Callable[[Unit], int | str]] = {
    "flest_celler_forbi_absolutt": lambda unit: -unit.celler_forbi_absolutt,
    "flest_mulige_poeng": lambda unit: -unit.mulige_risikopoeng,
    "lavest_kommunenr": lambda unit: unit.enhet,
}
"""What each tie rule orders by, the lowest first."""


@dataclass(frozen=True)
class Placing:
    """A judged municipality's place. `margin` is in percentage points from the first that was not selected.

    `avgjort_av`: its share stands on both sides of the cut, and this tie rule set it apart from the nearest one on the
    other side. `naer_grensen`: it would change side if its share were so little lower, or higher, as the set says.
    """

    unit: Unit
    rangering: int
    identifisert: bool
    margin: Fraction | None
    avgjort_av: Likhetsregel1 | None
    naer_grensen: bool

    @property
    def lik_over_grensen(self) -> bool:
        """Its share stands on both sides of the cut."""
        return self.avgjort_av is not None

    @property
    def delt_plassering(self) -> bool:
        """Selected, with a share equal to one outside."""
        return self.identifisert and self.lik_over_grensen


def place_key(unit: Unit, rule_set: RuleSet) -> tuple[Fraction | int | str, ...]:
    """What a judged municipality is ranked by, the lowest first: the highest share, then the set's tie rules."""
    return (-unit.andel, *(_VED_LIKHET[rule](unit) for rule in rule_set.kategori1.ved_likhet.verdi))


def rank_municipalities(units: Sequence[Unit], rule_set: RuleSet) -> list[Placing]:
    """Every judged municipality, highest share first, equal ones by the set's tie rules.

    The cut is between the last one selected and the first one that is not; without one outside there is none.
    """
    ordered = sorted((unit for unit in units if unit.vurdert), key=lambda unit: place_key(unit, rule_set))
    selected = rule_set.kategori1.antall.verdi
    if len(ordered) <= selected:
        return [Placing(unit, place, True, None, None, False) for place, unit in enumerate(ordered, start=1)]
    last_in, first_out = ordered[selected - 1], ordered[selected]
    near = Fraction(rule_set.kategori1.naer_grensen.verdi)
    placings = []
    for place, unit in enumerate(ordered, start=1):
        inside = place <= selected
        other_side = first_out if inside else last_in
        placings.append(
            Placing(
                unit=unit,
                rangering=place,
                identifisert=inside,
                margin=unit.andel - first_out.andel,
                avgjort_av=_decided_by(unit, other_side, rule_set) if unit.andel == other_side.andel else None,
                naer_grensen=abs(unit.andel - other_side.andel) <= near,
            )
        )
    return placings


def _decided_by(one: Unit, other: Unit, rule_set: RuleSet) -> Likhetsregel1:
    """The first tie rule that sets two apart; the last rule of every set always does."""
    return next(
        rule for rule in rule_set.kategori1.ved_likhet.verdi if _VED_LIKHET[rule](one) != _VED_LIKHET[rule](other)
    )
