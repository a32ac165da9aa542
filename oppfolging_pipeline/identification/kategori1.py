"""Category 1: the municipalities with the highest share of risk points.

Belongs here: the ranking of municipalities and its tie rule. Does not belong here: category 2, or texts. Source of the
rule: Udir, «Hvilke kommuner deltar i ordningen?» (30 municipalities by share); the tie rule is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from oppfolging_pipeline.identification.units import Unit
from oppfolging_pipeline.rules.model import RuleSet


@dataclass(frozen=True)
class Placing:
    """A judged municipality's place. `margin` is in percentage points from the first that was not selected.

    `lik_over_grensen`: its share stands on both sides of the cut, so that the tie rule decided.
    """

    unit: Unit
    rangering: int
    identifisert: bool
    margin: Fraction | None
    lik_over_grensen: bool
    naer_grensen: bool

    @property
    def delt_plassering(self) -> bool:
        """Selected, with a share equal to one outside."""
        return self.identifisert and self.lik_over_grensen


def rank_municipalities(units: Sequence[Unit], rule_set: RuleSet) -> list[Placing]:
    """Every judged municipality, highest share first.

    Ties: more cells beyond the absolute limit, then more possible points, then the lowest kommunenr. The cut is the
    share of the last one selected.
    """
    ordered = sorted(
        (unit for unit in units if unit.vurdert),
        key=lambda unit: (-unit.andel, -unit.celler_forbi_absolutt, -unit.mulige_risikopoeng, unit.enhet),
    )
    selected = rule_set.kategori1.antall.verdi
    near = Fraction(rule_set.kategori1.naer_grensen.verdi)
    cut = ordered[selected - 1].andel if len(ordered) >= selected else None
    first_out = ordered[selected].andel if len(ordered) > selected else None
    return [
        Placing(
            unit=unit,
            rangering=place,
            identifisert=place <= selected,
            margin=None if first_out is None else unit.andel - first_out,
            lik_over_grensen=cut == first_out == unit.andel,
            naer_grensen=cut is not None and first_out is not None and abs(unit.andel - cut) <= near,
        )
        for place, unit in enumerate(ordered, start=1)
    ]
