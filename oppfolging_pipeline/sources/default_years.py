"""Which school years a fetch brings when nobody names any: those that the next run needs.

Belongs here: from what the sources have published to the school years of each. Does not belong here: asking them
(the clients), or the windows of a rule set (`rules`).

A source lags behind another (`forsinkelse`), so that the newest three of each make no window: of every rule set, what
is fetched are the windows of the newest identification year that the sources have whole, and of the one before it. Only
the figures say whether they are preliminary, and a run that names no year uses no such ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oppfolging_pipeline.core.skoleaar import start_year
from oppfolging_pipeline.rules.brudd import Bruddliste
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.vinduer import breaks_refused
from oppfolging_pipeline.sources.published import Published

_UTTREKK = 2  # whole identification years: the newest, and one to fall back on while the newest is preliminary


def default_years(
    published: Sequence[Published], rule_sets: Sequence[RuleSet], breaks: Bruddliste, catalog: Catalog, newest: int
) -> dict[str, tuple[str, ...]]:
    """The school years to fetch of each source, oldest first: what the newest whole years of every set need of it; of
    a source that no such year needs, the `newest` so many.

    A source that is not among `published` (not asked for, or it did not answer) hinders no year of the others.
    """
    by_kilde = {one.kilde: one for one in published}
    needed: dict[str, set[str]] = {kilde: set() for kilde in by_kilde}
    for rule_set in rule_sets:
        for year in _whole_years(rule_set, by_kilde, breaks, catalog)[:_UTTREKK]:
            for kilde in by_kilde.keys() & rule_set.forsinkelse.keys():
                needed[kilde] |= set(rule_set.vindu(kilde, year))
    return {kilde: tuple(sorted(years)) or by_kilde[kilde].years[-newest:] for kilde, years in needed.items()}


def _whole_years(
    rule_set: RuleSet, published: Mapping[str, Published], breaks: Bruddliste, catalog: Catalog
) -> list[int]:
    """The identification years whose windows the sources have published whole, and that span no break that the set
    does not permit, newest first."""
    lags = {kilde: lag.verdi for kilde, lag in rule_set.forsinkelse.items() if kilde in published}
    ends = {start_year(aar) + 1 + lag for kilde, lag in lags.items() for aar in published[kilde].years}
    return [
        year
        for year in sorted(ends, reverse=True)
        if all(set(rule_set.vindu(kilde, year)) <= set(published[kilde].years) for kilde in lags)
        and not breaks_refused(rule_set, year, breaks, catalog)
    ]
