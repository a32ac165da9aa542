"""A unit with its sums, and whether it may be judged.

Belongs here: the shape that ranking works on, and the rule for `vurdert`. Does not belong here: ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from oppfolging_pipeline.core.rounding import norwegian
from oppfolging_pipeline.rules.model import RuleSet


@dataclass(frozen=True)
class Unit:
    """A municipality or school with its sums over the window (a row of `andel`)."""

    enhet: str
    kommunenr: str
    risikopoeng: int
    mulige_risikopoeng: int
    celler_forbi_absolutt: int
    vekt_vist: int
    vekt_finnes: int
    aar_med_tall: int
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


def read_unit(row: Mapping[str, Any], rule_set: RuleSet) -> Unit:
    """A row of `andel` as a unit, with the reason when it may not be judged."""
    names = (
        "enhet", "kommunenr", "risikopoeng", "mulige_risikopoeng", "celler_forbi_absolutt", "vekt_vist", "vekt_finnes",
        "aar_med_tall", "forelopig",
    )  # fmt: skip
    unit = Unit(**{name: row[name] for name in names})
    return replace(unit, ikke_vurdert_grunn=_why_not(unit, rule_set))


def _why_not(unit: Unit, rule_set: RuleSet) -> str | None:
    """Source of the rule: ours (`min_dekning` and `min_aar` in the set); Udir has not published its own."""
    if unit.vekt_finnes == 0:
        return "Ingen tall finnes for enheten i perioden."
    if Fraction(unit.vekt_vist, unit.vekt_finnes) < Fraction(rule_set.min_dekning.verdi):
        shown = norwegian(Fraction(100 * unit.vekt_vist, unit.vekt_finnes), 1)
        least = norwegian(Fraction(rule_set.min_dekning.verdi) * 100, 1)
        return f"Bare {shown} prosent av tallene som finnes er vist; minst {least} prosent kreves."
    years, needed = rule_set.antall_aar.verdi, rule_set.min_aar.verdi
    if unit.aar_med_tall < needed:
        return f"Viste tall i {unit.aar_med_tall} av {years} år; minst {needed} kreves."
    return None
