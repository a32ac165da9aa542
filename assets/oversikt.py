"""What a run says of the reports before it judges any figure, and of a request that cannot be run.

Belongs here: putting the home, its rule sets and what the run is asked for together, as data and as a message. Does not
belong here: which ways work (`oppfolging_pipeline.staging.oversikt`), or how it is printed (`cli_oversikt`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets.resources import HomeResource, UttrekkResource
from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.core.run_journal import Asked
from oppfolging_pipeline.indicators.grense import grense_rader, read_figures
from oppfolging_pipeline.rules.brudd import Bruddliste
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.oppsett import Oppsett
from oppfolging_pipeline.staging import oversikt, oversikt_tekst
from oppfolging_pipeline.staging.basis import older_bases
from oppfolging_pipeline.staging.brukte_sett import Result, refuse_other_contents, sets_used
from oppfolging_pipeline.staging.coverage import newest_complete_year, read_cells
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.oversikt import Hinder, Vei

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine

OVERVIEW = "oversikt"  # the metadata of the observations that the command line prints


def overview_metadata(home: HomeResource, uttrekk: UttrekkResource, engine: Engine) -> dict[str, Any]:
    """The overview of the reports as metadata of the observations, which are in place."""
    return {OVERVIEW: dg.MetadataValue.json(Way(home, uttrekk, engine).data())}


@dataclass(frozen=True)
class Way:
    """What is there in the lake, what the run is asked for, and what can be made of it."""

    home: HomeResource
    uttrekk: UttrekkResource
    engine: Engine

    @cached_property
    def oppsett(self) -> Oppsett:
        """What the home is run with."""
        return self.home.oppsett

    @property
    def breaks(self) -> Bruddliste:
        """The breaks that the home knows of."""
        return self.oppsett.brudd

    @cached_property
    def cells(self) -> oversikt.Cells:
        """What there is of every cell."""
        return read_cells(self.engine, self.engine.read(self.home.lake.files("observasjon"), "observasjon"))

    @cached_property
    def rule_set(self) -> RuleSet:
        """The run's own."""
        return self.uttrekk.rule_set(self.home)

    @cached_property
    def rule_sets(self) -> list[RuleSet]:
        """Every set that the home can be run with, the run's own first, then official ones."""
        others = [one for one in self.oppsett.regelsett.values() if one.navn != self.rule_set.navn]
        return [self.rule_set, *sorted(others, key=lambda one: (not one.offisielt, one.navn))]

    @cached_property
    def newest(self) -> int | None:
        """The identification year of the run's set that is run when none is asked for."""
        return newest_complete_year(self.cells, self.rule_set, self.home.catalog, self.breaks)

    @cached_property
    def refused(self) -> list[Hinder]:
        """What keeps the years asked for from being run; without any asked for, what keeps the nearest one."""
        if not self.uttrekk.years:
            nearest = oversikt.naermest(self.cells, self.rule_set, self.breaks, self.home.catalog)
            return [nearest] if self.newest is None and nearest else []
        found = [oversikt.hinder(self.cells, self._request(year), self.breaks) for year in self._asked]
        return [one for one in found if one.stopper]

    @cached_property
    def ways(self) -> list[Vei]:
        """The ways that a run would go: also their limits can be made, and their sources are as new as is known."""
        found = []
        for vei in oversikt.veier(self.cells, self.rule_sets, self.breaks, self.home.catalog):
            request = self._request(vei.uttrekk, vei.regelsett)
            window = {(str(part["kilde"]), str(part["skoleaar"])) for part in request.partitions()}
            older = older_bases(self.home.archive, window, self.uttrekk.known_at)
            if self._limits_can_be_made(request) and not self._is_of_another_version(request):
                found.append(replace(vei, eldre=bool(older)))
        return found

    @cached_property
    def _sets_used(self) -> dict[Result, RuleSet]:
        return sets_used(self.home.complete, self.home.catalog)

    def _is_of_another_version(self, request: Request) -> bool:
        """Whether the home has results of another content of the set, which a run of this year alone would leave."""
        try:
            refuse_other_contents(request.rule_set, [request.uttrekksaar], self._sets_used, str)
        except InvalidInput:  # what a run of it would say
            return True
        return False

    def message(self) -> str:
        """What a person is told when nothing of what was asked for can be run, in Norwegian."""
        default = not self.uttrekk.years
        causes, hentes = {}, []
        for one in self.refused:
            navn, year = self.rule_set.navn, one.request.uttrekksaar
            heading = (
                f"{navn}: intet uttrekksår er komplett og endelig med det som er her. Nærmest er uttrekk {year}:"
                if default
                else f"{navn}: uttrekk {year} kan ikke kjøres med det som er her:"
            )
            causes[heading] = oversikt_tekst.hindringer(self.cells, one, also_preliminary=default)
            if not one.brudd:
                settings, folder = self.home.settings, self.home.own_folder_as_named
                hentes += oversikt_tekst.slik_hentes(self.cells, one, settings.home, settings.inbox, folder)
        if not causes:
            causes[f"{self.rule_set.navn}: intet uttrekksår er uten brudd som settet ikke tillater."] = []
        return oversikt_tekst.kan_ikke_kjores(causes, oversikt_tekst.vei_videre(self.ways, self.command), hentes)

    def command(self, vei: Vei) -> str:
        """The whole command that runs a way in this home."""
        inbox = str(self.home.settings.inbox or "")
        older = self.uttrekk.tillat_eldre or vei.eldre
        kjent_per, folder = self.uttrekk.kjent_per, self.home.own_folder_as_named
        return Asked(inbox, vei.regelsett, (vei.uttrekk,), "", kjent_per, older, folder).command(self.home.root)

    def data(self) -> dict[str, Any]:
        """The overview for programs: `rapporter` (a row for each report and school year), `valgt`, `mangler` (by
        identification year, why it cannot be run) and `veier` with their commands."""
        catalog = self.home.catalog
        asked = [one.request for one in self.refused] or [self._request(year) for year in self._asked]
        reports = oversikt.rapporter(self.cells, self.rule_sets, self.breaks, catalog, asked)
        default = not self.uttrekk.years
        return {
            "rapporter": [{**asdict(one), "navn": catalog.kilder[one.kilde].navn} for one in reports],
            "valgt": {"regelsett": self.rule_set.navn, "uttrekk": self._asked} if self._can_be_run else None,
            "mangler": {
                str(one.request.uttrekksaar): oversikt_tekst.hindringer(self.cells, one, also_preliminary=default)
                for one in self.refused
            },
            "veier": [{**asdict(vei), "kommando": self.command(vei)} for vei in self.ways],
        }

    @property
    def _can_be_run(self) -> bool:
        return bool(self._asked) and not self.refused

    @property
    def _asked(self) -> list[int]:
        if self.uttrekk.years:
            return sorted(set(self.uttrekk.years))
        return [] if self.newest is None else [self.newest]

    def requests(self) -> Sequence[Request]:
        """The requests of the run, oldest first; none unless all of them can be run."""
        return [] if not self._can_be_run else [self._request(year) for year in self._asked]

    def _request(self, year: int, navn: str = "") -> Request:
        (rule_set,) = [one for one in self.rule_sets if one.navn == (navn or self.rule_set.navn)]
        return Request(year, rule_set, self.home.catalog)

    def _limits_can_be_made(self, request: Request) -> bool:
        """Whether a run would make every limit: one that is a distance from a national figure that is there, always
        can be made."""
        by_distance = all(one.absolutt_grense.metode == "avvik" for one in request.rule_set.indikatorer)
        if by_distance and request.rule_set.nasjonal_grense.verdi == "publisert":
            return True
        files = self.home.lake.existing("observasjon", request.partitions())
        try:
            grense_rader(request, *read_figures(self.engine, self.engine.read(files, "observasjon"), request), {})
        except InvalidInput:  # what a run of it would say
            return False
        return True
