"""Looking for a table of the export API among those that may be it.

Belongs here: the order of looking, and what to say when none is it. Does not belong here: what makes a table the one
(`export_tables`, and its rows in `export_answer`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.sources import live
from oppfolging_pipeline.sources.asking import Ask, Asker
from oppfolging_pipeline.sources.drift import DriftCollector, DriftError
from oppfolging_pipeline.sources.export_tables import (
    Choosing,
    Found,
    Listed,
    Wanted,
    candidates,
    lacking_grades,
    read_list,
    strange_indicators,
)
from oppfolging_pipeline.sources.flat import KILDE
from oppfolging_pipeline.sources.http_faults import HttpRefused
from oppfolging_pipeline.sources.wide_needs import LEFT_OUT

NOT_THERE = (400, 404)  # how a table that is gone, and a filter that is wrong, are refused
_NAME = f"{KILDE}/tabeller.json"
_LOOK = "Find which table has it now in the list of the export API, and declare its name in live.yaml."


@dataclass(frozen=True)
class Listing:
    """The tables there are, and the digest of the answer that says so."""

    tables: tuple[Listed, ...]
    sha256: str


def ask_listing(asker: Asker, base: str) -> Listing:
    """The list of tables. Raises `DriftError` for an answer of another shape."""
    answer = asker.ask(Ask(KILDE, "tabeller", f"{base}/", _NAME))
    return Listing(read_list(answer), answer.sha256)


@dataclass
class Search:
    """One table that is looked for: those that were not it, with what they had, and the answers that show it."""

    asker: Asker
    base: str
    declared: live.Eksportkilde
    wanted: Wanted
    listing: Listing
    _tried: dict[int, str] = field(default_factory=dict)
    _shown_by: list[str] = field(default_factory=list)
    _kode: str = "side_mangler"

    def refuse(self, table: Found, reason: str, shown_by: Iterable[str] = ()) -> None:
        """A table that was found is not it after all."""
        self._not_it(table.listed, reason, "maal_mangler", (*table.sha256, *shown_by))

    def next(self, drift: DriftCollector) -> Found:
        """The first table, of those not looked into, that has the wanted indicators by code and name, and the grades.
        A table of no question is known by its rows alone. An indicator or grade that it lacks and nobody needs is told
        of (`valg_mangler`, a warning) and not asked for.

        What is wrong with its other filters, and that it stands under another id than last (`tabell_flyttet`, a
        warning), is put into `drift`. Raises `DriftError` when there is none, with each that was looked into and why it
        is not it. The likeliest gives the code: `side_mangler` when it is gone or no table can be it, `filter_mangler`
        when it has no filter of questions or grades, `maal_mangler` when it lacks an indicator and `valg_mangler` when
        it lacks a grade.
        """
        tabell = self.wanted.tabell
        for listed in candidates(tabell, self.declared.gruppe, self.listing.tables):
            if listed.EksportID in self._tried:
                continue
            found = self._looked_into(listed, drift)
            if found is None:
                continue
            if listed.EksportID != tabell.sist_kjent:
                expected = f"{tabell.sist_kjent}, where it last was"
                action = "Nothing need be done: a table is chosen by what it has."
                finding = Finding(f"the table {listed}", expected, action, file=_NAME, key=tabell.navn)
                drift.warn("tabell_flyttet", finding, self.listing.sha256)
            return found
        raise self._not_found()

    def _looked_into(self, listed: Listed, drift: DriftCollector) -> Found | None:
        name = f"{KILDE}/filterverdier/{self.wanted.tabell.navn}.{listed.EksportID}.json"
        url = f"{self.base}/{listed.EksportID}/filterVerdier"
        try:
            answer = self.asker.ask(Ask(KILDE, "filterverdier", url, name))
        except HttpRefused as refusal:
            if refusal.status not in NOT_THERE:
                raise
            self._not_it(listed, f"a refusal ({refusal})", "side_mangler")
            return None
        choosing = Choosing(self.wanted, self.declared, answer, drift)
        filters = choosing.filters()
        questions = filters.get(self.declared.sporsmaalsfilter)
        if questions is None and self.wanted.codes:
            self._not_it(listed, f"no filter {self.declared.sporsmaalsfilter}", "filter_mangler", [answer.sha256])
            return None
        strange = {} if questions is None else strange_indicators(self.wanted, questions)
        if any(self.wanted.is_needed(key) for key in strange):
            self._not_it(listed, ", ".join(strange.values()), "maal_mangler", [answer.sha256])
            return None
        grades = filters.get(self.declared.trinnfilter)
        if grades is None:
            self._not_it(listed, f"no filter {self.declared.trinnfilter}", "filter_mangler", [answer.sha256])
            return None
        lacking = lacking_grades(self.wanted, grades)
        if any(self.wanted.is_needed(key, trinn) for key in self.wanted.indikatorer for trinn in lacking):
            self._not_it(listed, f"{' and '.join(lacking.values())} in {grades.navn}", "valg_mangler", [answer.sha256])
            return None
        for absent in (*strange.values(), *lacking.values()):
            expected = str(self.wanted)
            drift.warn("valg_mangler", Finding(absent, expected, LEFT_OUT, file=name, key=str(listed)), answer.sha256)
        choosing.wanted = self.wanted.without(strange, lacking)
        return choosing.found(listed, filters, (self.listing.sha256, answer.sha256))

    def _not_it(self, listed: Listed, reason: str, kode: str, shown_by: Iterable[str] = ()) -> None:
        # The likeliest table, which is tried first, says what has happened.
        self._kode = self._kode if self._tried else kode
        self._tried[listed.EksportID] = f"{listed}: {reason}"
        self._shown_by.extend(shown_by)

    def _not_found(self) -> DriftError:
        found = "; ".join(self._tried.values()) or f"the tables {', '.join(map(str, self.listing.tables)) or 'none'}"
        finding = Finding(found, str(self.wanted), _LOOK, file=_NAME, key=self.wanted.tabell.navn)
        drift = DriftCollector()
        drift.critical(self._kode, finding, self.listing.sha256, dict.fromkeys(self._shown_by))
        return DriftError(drift.drifts)
