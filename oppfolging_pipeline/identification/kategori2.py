"""Category 2: municipalities whose schools differ much and that have a school among the weakest quarter.

Belongs here: the spread between schools, the upper quarter, and the choice among candidates. Does not belong here:
texts. Source of the rule: Udir, «Hvilke kommuner deltar i ordningen?»; measure and level of spread are ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from oppfolging_pipeline.core.rounding import half_up
from oppfolging_pipeline.identification.units import Unit
from oppfolging_pipeline.rules.model import RuleSet

SPREAD_DECIMALS = 1
"""The decimals that a spread is published with."""


@dataclass(frozen=True)
class Spread:
    """Spread in percentage points between the shares of a municipality's schools.

    `squared` is exact (the standard deviation is a root): comparisons are made on it. What is published is rounded to
    one decimal: from an exact spread of two schools their shares could be worked out, and those are internal.
    """

    squared: Fraction

    @property
    def points(self) -> float:
        """The spread as it is published."""
        nearest = Fraction(half_up(Fraction(math.sqrt(self.squared)), SPREAD_DECIMALS))
        step = Fraction(Decimal(1).scaleb(-SPREAD_DECIMALS))
        # The root is a binary number, which a half such as 20.15 is not: the exact square tells on which side it lies.
        if self.squared >= (nearest + step / 2) ** 2:
            nearest += step
        elif self.squared < (nearest - step / 2) ** 2 and nearest:
            nearest -= step
        return float(nearest)


@dataclass(frozen=True)
class Candidate:
    """A municipality that meets both conditions, with its place in the order of choice.

    `margin` is in percentage points of spread from the first candidate that was not chosen; None when there is none, or
    when a priority stands between them. `delt_plassering`: chosen, and only its kommunenr sets it apart from that one.
    """

    kommune: Unit
    spread: Spread
    antall_skoler: int
    antall_skoler_vurdert: int
    antall_skoler_i_ovre_kvartil: int
    prioritet: int | None
    rangering: int
    valgt: bool
    margin: float | None
    delt_plassering: bool


def spread_of(shares: Sequence[Fraction], measure: str) -> Spread:
    """`standardavvik` (of the population: these are all the schools) or `maks_min`. Needs at least one share."""
    if measure == "maks_min":
        return Spread((max(shares) - min(shares)) ** 2)
    mean = sum(shares, Fraction(0)) / len(shares)
    return Spread(sum(((share - mean) ** 2 for share in shares), Fraction(0)) / len(shares))


def upper_share(schools: Sequence[Unit], rule_set: RuleSet) -> Fraction | None:
    """The share of the last school in the upper part: ⌈25 %⌉ of all judged schools; None when no school is judged.

    A school tied with the last one counts, so a school is in the upper part when its share is at least this one.
    """
    shares = sorted((school.andel for school in schools if school.vurdert), reverse=True)
    if not shares:
        return None
    return shares[math.ceil(Fraction(rule_set.kategori2.ovre_andel.verdi) * len(shares) / 100) - 1]


def choose_candidates(
    kommuner: Sequence[Unit],
    schools: Sequence[Unit],
    in_category_1: frozenset[str],
    rule_set: RuleSet,
    priorities: Mapping[str, int],
) -> list[Candidate]:
    """Every municipality that meets both conditions, in order of choice, with the first `antall` chosen.

    Order: the statsforvalter's priority where one is recorded, then spread, then the municipality's own share (one that
    may not be judged comes after those that may), then the lowest kommunenr.
    """
    rules = rule_set.kategori2
    limit = upper_share(schools, rule_set)
    by_kommune: dict[str, list[Unit]] = {}
    for school in schools:
        by_kommune.setdefault(school.kommunenr, []).append(school)
    found = []
    for kommune in kommuner:
        own = by_kommune.get(kommune.enhet, [])
        shares = [school.andel for school in own if school.vurdert]
        if kommune.enhet in in_category_1 or limit is None or len(shares) < rules.min_skoler.verdi:
            continue
        spread = spread_of(shares, rules.spredning.maal.verdi)
        in_upper = sum(share >= limit for share in shares)
        if spread.squared >= Fraction(rules.spredning.nivaa.verdi) ** 2 and in_upper:
            found.append((kommune, spread, len(own), len(shares), in_upper))

    def order(entry: tuple[Unit, Spread, int, int, int]) -> tuple[bool, int, Fraction, bool, Fraction]:
        kommune, spread, *_ = entry
        priority = priorities.get(kommune.enhet)
        share = kommune.andel if kommune.vurdert else Fraction(0)
        return (priority is None, priority or 0, -spread.squared, not kommune.vurdert, -share)

    found.sort(key=lambda entry: (order(entry), entry[0].enhet))
    first_out = found[rules.antall.verdi] if len(found) > rules.antall.verdi else None
    candidates = []
    for place, (kommune, spread, schools_all, schools_judged, in_upper) in enumerate(found, start=1):
        chosen = place <= rules.antall.verdi
        by_priority = first_out is None or kommune.enhet in priorities or first_out[0].enhet in priorities
        candidates.append(
            Candidate(
                kommune=kommune,
                spread=spread,
                antall_skoler=schools_all,
                antall_skoler_vurdert=schools_judged,
                antall_skoler_i_ovre_kvartil=in_upper,
                prioritet=priorities.get(kommune.enhet),
                rangering=place,
                valgt=chosen,
                margin=None if by_priority or first_out is None else _difference(spread, first_out[1]),
                delt_plassering=chosen and first_out is not None and order(found[place - 1]) == order(first_out),
            )
        )
    return candidates


def _difference(one: Spread, other: Spread) -> float:
    """By how much the published spreads differ."""
    return float(half_up(Fraction(str(one.points)) - Fraction(str(other.points)), SPREAD_DECIMALS))
