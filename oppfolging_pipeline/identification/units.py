"""A unit with its sums, and whether it may be judged.

Belongs here: the shape that ranking works on, and the rule for `vurdert`. Does not belong here: ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from oppfolging_pipeline.core.rounding import norwegian_below, norwegian_exact
from oppfolging_pipeline.rules.model import RuleSet


@dataclass(frozen=True)
class Unit:
    """A municipality or school with its sums over the window (a row of `andel`).

    `ikke_bygd` are cells that cannot be built after a change of municipalities; `aar_med_tall_om_bygd` are the years
    that would have figures if they could.
    """

    enhet: str
    kommunenr: str
    risikopoeng: int
    mulige_risikopoeng: int
    celler_forbi_absolutt: int
    celler_vist: int
    celler_finnes: int
    celler_ikke_bygd: int
    vekt_vist: int
    vekt_finnes: int
    vekt_ikke_bygd: int
    aar_med_tall: int
    aar_med_tall_om_bygd: int
    forelopig: bool
    ikke_vurdert_grunn: str | None = None

    @property
    def vurdert(self) -> bool:
        """Whether there are enough shown cells to judge the unit."""
        return self.ikke_vurdert_grunn is None

    @property
    def andel(self) -> Fraction:
        """Risk points in percent of possible ones, exactly. Only for a unit with possible points."""
        return Fraction(100 * self.risikopoeng, self.mulige_risikopoeng)

    @property
    def andel_or_none(self) -> float | None:
        """The share as it is published; None without possible points."""
        return float(self.andel) if self.mulige_risikopoeng else None

    @property
    def dekningsgrad(self) -> float | None:
        """Shown share of the existing cells, weighted like the points; None when no cell exists."""
        return self.vekt_vist / self.vekt_finnes if self.vekt_finnes else None


_OF_A_ROW = tuple(field.name for field in fields(Unit) if field.name != "ikke_vurdert_grunn")


def read_unit(row: Mapping[str, Any], rule_set: RuleSet) -> Unit:
    """A row of `andel` as a unit, with the reason when it may not be judged."""
    return judge(Unit(**{name: row[name] for name in _OF_A_ROW}), rule_set)


def judge(unit: Unit, rule_set: RuleSet) -> Unit:
    """The unit with the reason why its sums are not enough to judge it, or none."""
    return replace(unit, ikke_vurdert_grunn=_why_not(unit, rule_set))


def _why_not(unit: Unit, rule_set: RuleSet) -> str | None:
    """Source of the rule: ours (`min_dekning` and `min_aar` in the set); Udir has not published its own."""
    if unit.vekt_finnes == 0:
        return "Ingen tall finnes for enheten i perioden."
    if unit.vekt_vist == 0:
        return "Ingen av tallene som finnes, er vist."
    least = Fraction(rule_set.min_dekning.verdi)
    if Fraction(unit.vekt_vist, unit.vekt_finnes) < least:
        # What is too little never reads as enough.
        weighted = norwegian_below(Fraction(100 * unit.vekt_vist, unit.vekt_finnes), 100 * least, 1)
        return (
            f"{unit.celler_vist} av {unit.celler_finnes} tall som finnes, er vist. Vektet som poengene er det "
            f"{weighted} prosent, og minst {norwegian_exact(100 * rule_set.min_dekning.verdi)} prosent kreves."
        )
    years, needed = rule_set.antall_aar.verdi, rule_set.min_aar.verdi
    if unit.aar_med_tall < needed:
        return f"Viste tall i {unit.aar_med_tall} av {years} år; minst {needed} kreves."
    return None
