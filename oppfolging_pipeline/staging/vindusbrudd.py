"""Breaks in a series that the window of a request spans.

Belongs here: finding them, those that the rule set does not permit, and saying of the others what an analyst must know.
Does not belong here: what a break is, or which years it affects (`rules.brudd`), or what a run that is refused is told
(`oversikt_tekst`).
"""

from __future__ import annotations

from collections.abc import Iterable

from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.rules.brudd import Bruddliste
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.vinduer import SpannedBreak, breaks_refused, breaks_spanned
from oppfolging_pipeline.staging.harmonisering import Request


def spanned_breaks(request: Request, breaks: Bruddliste) -> list[SpannedBreak]:
    """The breaks that the request's window spans, permitted or not, in their declared order."""
    return breaks_spanned(request.rule_set, request.uttrekksaar, breaks, request.catalog)


def refused_breaks(request: Request, breaks: Bruddliste) -> list[SpannedBreak]:
    """Those that its rule set does not permit: a request with one cannot be run."""
    return breaks_refused(request.rule_set, request.uttrekksaar, breaks, request.catalog)


def break_note(request: Request, breaks: Bruddliste) -> str | None:
    """What results over a permitted break say of it, in Norwegian; None when the window spans none."""
    return (
        " ".join(
            f"Brudd i tidsserien ({navn_med_trinn(spanned.indikatorer, request.catalog)}, "
            f"{opplisting(spanned.skoleaar)}): {spanned.brudd.tekst}"
            for spanned in spanned_breaks(request, breaks)
        )
        or None
    )


def navn_med_trinn(pairs: Iterable[tuple[str, int]], catalog: Catalog) -> str:
    """Indicators with their grades, each (indikator, trinn), as text: `Lesing 5. og 8. trinn og Regning 5. trinn`."""
    names: dict[str, list[int]] = {}
    for indikator, trinn in pairs:
        names.setdefault(catalog.indikatorer[indikator].navn, []).append(trinn)
    return opplisting([f"{navn} {opplisting([f'{one}.' for one in trinn])} trinn" for navn, trinn in names.items()])
