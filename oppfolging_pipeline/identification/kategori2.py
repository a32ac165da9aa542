"""Category 2: municipalities whose schools differ much and that have a school among the weakest quarter.

Belongs here: the upper quarter, who is a candidate, and the choice among candidates. Does not belong here: the spread
itself (`spredning`), or texts. Source of the rule: Udir, «Hvilke kommuner deltar i ordningen?»; measure and level of
spread, the order and its tie rules are ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from oppfolging_pipeline.identification.spredning import Spread, difference, spread_of
from oppfolging_pipeline.identification.units import Unit
from oppfolging_pipeline.rules.model import Kriterium2, Likhetsregel2, RuleSet


@dataclass(frozen=True)
class Candidate:
    """A municipality that meets both conditions, with its place in the order of choice.

    `margin` is in percentage points of spread from the first candidate that was not chosen; None when there is none, or
    when a priority stands between them. `avgjort_av`: one on the other side of the cut has exactly its spread, and this
    is what set it apart from the nearest such one.
    """

    kommune: Unit
    spread: Spread
    antall_skoler: int
    antall_skoler_vurdert: int
    antall_skoler_i_ovre_kvartil: int
    prioritet: int | None
    rangering: int
    valgt: bool
    etter_prioritet: bool
    margin: float | None
    avgjort_av: Kriterium2 | Likhetsregel2 | None

    @property
    def delt_plassering(self) -> bool:
        """Chosen, with a spread equal to one that was not."""
        return self.valgt and self.avgjort_av is not None


@dataclass(frozen=True)
class _Found:
    """A candidate before the order of choice."""

    kommune: Unit
    spread: Spread
    antall_skoler: int
    antall_skoler_vurdert: int
    antall_skoler_i_ovre_kvartil: int
    prioritet: int | None


_ORDER: Mapping[Kriterium2 | Likhetsregel2, Callable[[_Found], Fraction | str | tuple[bool, int]]] = {
    "statsforvalterens_prioritet": lambda one: (one.prioritet is None, one.prioritet or 0),
    "storst_spredning": lambda one: -one.spread.squared,
    "vurdert_foran_ikke_vurdert": lambda one: Fraction(not one.kommune.vurdert),
    # One that is not assessed has no share to compare: all of them alike.
    "hoyest_andel": lambda one: -one.kommune.andel if one.kommune.vurdert else Fraction(0),
    "lavest_kommunenr": lambda one: one.kommune.enhet,
}
"""What each criterion and tie rule orders by, the lowest first."""


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
    """Every municipality that meets both conditions, in the set's order of choice, with the first `antall` chosen."""
    rules = rule_set.kategori2
    criteria = (*rules.rekkefolge.verdi, *rules.ved_likhet.verdi)
    found = _meet_both(kommuner, schools, in_category_1, rule_set, priorities)
    found.sort(key=lambda one: tuple(_ORDER[name](one) for name in criteria))
    chosen, others = found[: rules.antall.verdi], found[rules.antall.verdi :]
    by_priority = _priority_goes_first(rule_set)
    candidates = []
    for place, one in enumerate(found, start=1):
        inside = place <= len(chosen)
        # The nearest of the other side that has exactly the same spread, if any.
        equal = _first_equal(one, others if inside else reversed(chosen))
        between = by_priority and others and (one.prioritet is not None or others[0].prioritet is not None)
        candidates.append(
            Candidate(
                **vars(one),
                rangering=place,
                valgt=inside,
                etter_prioritet=by_priority and one.prioritet is not None,
                margin=difference(one.spread, others[0].spread) if others and not between else None,
                avgjort_av=None if equal is None else next(c for c in criteria if _ORDER[c](one) != _ORDER[c](equal)),
            )
        )
    return candidates


def _meet_both(
    kommuner: Sequence[Unit],
    schools: Sequence[Unit],
    in_category_1: frozenset[str],
    rule_set: RuleSet,
    priorities: Mapping[str, int],
) -> list[_Found]:
    rules = rule_set.kategori2
    limit = upper_share(schools, rule_set)
    by_kommune: dict[str, list[Unit]] = {}
    for school in schools:
        by_kommune.setdefault(school.kommunenr, []).append(school)
    found = []
    for kommune in kommuner:
        own = by_kommune.get(kommune.enhet, [])
        shares = [school.andel for school in own if school.vurdert]
        may_be = kommune.vurdert or rules.ikke_vurdert_kan_vaere_kandidat.verdi
        if not may_be or kommune.enhet in in_category_1 or limit is None or len(shares) < rules.min_skoler.verdi:
            continue
        spread = spread_of(shares, rules.spredning.maal.verdi)
        in_upper = sum(share >= limit for share in shares)
        if spread.squared >= Fraction(rules.spredning.nivaa.verdi) ** 2 and in_upper:
            found.append(_Found(kommune, spread, len(own), len(shares), in_upper, priorities.get(kommune.enhet)))
    return found


def _priority_goes_first(rule_set: RuleSet) -> bool:
    """Whether a priority goes before the spread; where it does not, or is no criterion, spreads can be compared."""
    order = rule_set.kategori2.rekkefolge.verdi
    return "statsforvalterens_prioritet" in order[: order.index("storst_spredning")]


def _first_equal(one: _Found, others: Iterable[_Found]) -> _Found | None:
    return next((other for other in others if other.spread.squared == one.spread.squared), None)
