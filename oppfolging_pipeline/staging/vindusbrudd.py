"""Breaks in a series that the window of a request spans.

Belongs here: finding them, refusing those that the rule set does not permit, and saying of the others what an analyst
must know. Does not belong here: what a break is, or which years it affects (`rules.brudd`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.rules.brudd import TRUKKET_TILBAKE, Brudd, Bruddliste
from oppfolging_pipeline.staging.harmonisering import Request


@dataclass(frozen=True)
class SpannedBreak:
    """A break and what of a request it meets: (indikator, trinn), and the affected school years of their window."""

    brudd: Brudd
    indikatorer: tuple[tuple[str, int], ...]
    skoleaar: tuple[str, ...]


def spanned_breaks(request: Request, breaks: Bruddliste) -> list[SpannedBreak]:
    """The breaks that the request's window spans, permitted or not, in their declared order."""
    rule_set, catalog = request.rule_set, request.catalog
    found = []
    for brudd in breaks.brudd:
        concerned = tuple(
            (one.indikator, one.trinn)
            for one in rule_set.indikatorer
            if brudd.concerns(one.indikator, one.trinn, one.maal, catalog)
        )
        if concerned and (affected := brudd.spanned_in(rule_set.vindu(brudd.kilde, request.uttrekksaar))):
            found.append(SpannedBreak(brudd, concerned, affected))
    return found


def refuse_breaks(requests: Sequence[Request], breaks: Bruddliste) -> None:
    """Raises `InvalidInput` with every break that a request spans and its rule set does not permit."""
    faults = FindingCollector()
    for request in requests:
        permitted = request.rule_set.brudd.verdi
        for spanned in spanned_breaks(request, breaks):
            if spanned.brudd.id not in permitted:
                faults.add(_finding(request, spanned))
    faults.raise_if_any()


def break_note(request: Request, breaks: Bruddliste) -> str | None:
    """What results over a permitted break say of it, in Norwegian; None when the window spans none."""
    return (
        " ".join(
            f"Brudd i tidsserien ({_indikatorer(spanned, request)}, {opplisting(spanned.skoleaar)}): "
            f"{spanned.brudd.tekst}"
            for spanned in spanned_breaks(request, breaks)
        )
        or None
    )


def _finding(request: Request, spanned: SpannedBreak) -> Finding:
    brudd = spanned.brudd
    what = "withdrawn figures" if brudd.slag == TRUKKET_TILBAKE else "a window over a break in the series"
    cells = ", ".join(f"{indikator} trinn {trinn}" for indikator, trinn in spanned.indikatorer)
    return Finding(
        key=f"uttrekk {request.uttrekksaar}, {request.rule_set.navn}, {brudd.id}",
        found=f"{what} ({brudd.slag}): {cells} of {', '.join(spanned.skoleaar)}. «{brudd.tekst}»",
        expected="a window that spans no break but those that the rule set permits (its parameter brudd)",
        action="Choose another identification year with --uttrekk, or with --rules a rule set that permits the break.",
    )


def _indikatorer(spanned: SpannedBreak, request: Request) -> str:
    names: dict[str, list[int]] = {}
    for indikator, trinn in spanned.indikatorer:
        names.setdefault(request.catalog.indikatorer[indikator].navn, []).append(trinn)
    return opplisting([f"{navn} {opplisting([f'{one}.' for one in trinn])} trinn" for navn, trinn in names.items()])
