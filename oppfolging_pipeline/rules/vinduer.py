"""The window of a rule set and the breaks in a series that it spans: which identification years a set can be made for.

Belongs here: finding the breaks of a set and year, permitted or not. Does not belong here: what a break is (`brudd`),
which figures are there, or what is said of it (`staging.vindusbrudd`, `staging.oversikt`).
"""

from __future__ import annotations

from dataclasses import dataclass

from oppfolging_pipeline.core.skoleaar import start_year
from oppfolging_pipeline.rules.brudd import Brudd, Bruddliste
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet


@dataclass(frozen=True)
class SpannedBreak:
    """A break and what of a window it meets: (indikator, trinn), and the affected school years of their window."""

    brudd: Brudd
    indikatorer: tuple[tuple[str, int], ...]
    skoleaar: tuple[str, ...]


def breaks_spanned(rule_set: RuleSet, uttrekksaar: int, breaks: Bruddliste, catalog: Catalog) -> list[SpannedBreak]:
    """The breaks that the set's window for the year spans, permitted or not, in their declared order."""
    found = []
    for brudd in breaks.brudd:
        concerned = tuple(
            (one.indikator, one.trinn)
            for one in rule_set.indikatorer
            if brudd.concerns(one.indikator, one.trinn, one.maal, catalog)
        )
        if concerned and (affected := brudd.spanned_in(rule_set.vindu(brudd.kilde, uttrekksaar))):
            found.append(SpannedBreak(brudd, concerned, affected))
    return found


def breaks_refused(rule_set: RuleSet, uttrekksaar: int, breaks: Bruddliste, catalog: Catalog) -> list[SpannedBreak]:
    """Those of them that the set does not permit: with one, nothing can be made for that year."""
    spanned = breaks_spanned(rule_set, uttrekksaar, breaks, catalog)
    return [one for one in spanned if one.brudd.id not in rule_set.brudd.verdi]


def past_every_break(rule_set: RuleSet, breaks: Bruddliste) -> int:
    """The first identification year whose windows lie after the ends of every break: what is refused there is refused
    in all later years too."""
    ends = [start_year(aar) for one in breaks.brudd for aar in (one.fra_skoleaar, one.til_skoleaar) if aar is not None]
    longest = max(one.verdi for one in rule_set.forsinkelse.values()) + rule_set.antall_aar.verdi
    return max(ends, default=0) + longest + 1
