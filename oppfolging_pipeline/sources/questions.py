"""The questions that an index of the survey is made of: what they are now, and whether that has changed.

Belongs here: reading them from a filter's tree, and comparing them with what they last were. Does not belong here:
asking for the filter (`export_search`), remembering (`source_memory`), or which breaks there are (`rules.brudd`).

A filter gives the questions as they are today, whatever school year is asked for. So what has changed since the last
accepted fetch is taken to have changed in the years that have come since: the school years after the newest one of
that fetch, or that one itself where no newer has come. Those years stop; older ones were asked with the old words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.rules.brudd import Bruddliste
from oppfolging_pipeline.sources.drift import Drift, DriftError
from oppfolging_pipeline.sources.report_filters import Filter

_FACT = " spørsmål"


@dataclass(frozen=True)
class Asked:
    """The texts of an index's questions, sorted, and the newest school year that was published when they were seen."""

    skoleaar: str
    tekster: tuple[str, ...]


def questions_of(of: Filter, kode: str) -> tuple[str, ...]:
    """The texts below an index, sorted; none where the filter is no tree."""
    index = of.find([kode])
    if index is None:
        return ()
    below = [of.valg[number] for number in index.barn or () if number in of.valg]
    below += [choice for choice in of.valg.values() if choice.forelder == index.indeks and choice not in below]
    return tuple(sorted(" ".join(choice.navn.split()) for choice in below))


def as_facts(asked: Mapping[str, Asked]) -> dict[str, str]:
    """What is remembered of each indicator's questions, as facts of the interface."""
    return {
        f"{indikator}{_FACT}": json.dumps([one.skoleaar, list(one.tekster)], ensure_ascii=False)
        for indikator, one in asked.items()
    }


def from_facts(facts: Mapping[str, str]) -> dict[str, Asked]:
    """The questions among remembered facts, by indicator."""
    found = {}
    for name, value in facts.items():
        if name.endswith(_FACT):
            skoleaar, tekster = json.loads(value)
            found[name.removesuffix(_FACT)] = Asked(skoleaar, tuple(tekster))
    return found


@dataclass(frozen=True)
class Changed:
    """An indicator whose questions are other ones than before, and that nobody has judged."""

    indikator: str
    before: Asked
    now: Asked

    def concerns(self, skoleaar: str) -> bool:
        """Whether the change may be in that school year."""
        newer = self.now.skoleaar > self.before.skoleaar
        return skoleaar > self.before.skoleaar if newer else skoleaar >= self.now.skoleaar

    def drift(self, kilde: str, sha256: str | None) -> Drift:
        """What stops a year that it concerns."""
        gone = [text for text in self.before.tekster if text not in self.now.tekster]
        new = [text for text in self.now.tekster if text not in self.before.tekster]
        finding = Finding(
            key=f"{kilde}, {self.indikator}",
            found=f"the questions {_listed(new)} in the place of {_listed(gone)}",
            expected=f"those that it had when {self.before.skoleaar} was the newest school year",
            action=(
                "Compare the two. Where the figures cannot be compared across the change, add a break to breaks.yaml "
                f"(brudd, {self.indikator}, fra_skoleaar); where they can, add the new questions to samme_spoersmaal."
            ),
        )
        return Drift("kritisk", "sporsmaal_endret", finding, sha256)


def changed_questions(
    kilde: str, now: Mapping[str, Asked], before: Mapping[str, Asked], breaks: Bruddliste
) -> list[Changed]:
    """The indicators whose questions have changed without a break from such a school year, or a word that they are the
    same."""
    found = []
    for indikator, asked in now.items():
        then = before.get(indikator)
        if then is None or not asked.tekster or set(asked.tekster) == set(then.tekster):
            continue
        change = Changed(indikator, then, asked)
        if not _is_judged(change, kilde, breaks):
            found.append(change)
    return found


def expect_questions(kilde: str, changed: Sequence[Changed], skoleaar: str, shown_by: Mapping[str, str]) -> None:
    """Raise `DriftError` when a change may be in the school year. `shown_by`: the answers that show them."""
    drifts = [one.drift(kilde, shown_by.get(one.indikator)) for one in changed if one.concerns(skoleaar)]
    if drifts:
        raise DriftError(drifts)


def _is_judged(change: Changed, kilde: str, breaks: Bruddliste) -> bool:
    newest = change.now.skoleaar
    return any(
        (one.indikatorer is None or change.indikator in one.indikatorer)
        and one.kilde == kilde
        and one.fra_skoleaar is not None
        and one.fra_skoleaar <= newest
        and change.concerns(one.fra_skoleaar)
        for one in breaks.brudd
    ) or any(
        one.indikator == change.indikator
        and one.fra_skoleaar <= newest
        and change.concerns(one.fra_skoleaar)
        and set(one.tekster) == set(change.now.tekster)
        for one in breaks.samme_spoersmaal
    )


def _listed(texts: Sequence[str]) -> str:
    return " and ".join(f"'{text}'" for text in texts) or "none"
