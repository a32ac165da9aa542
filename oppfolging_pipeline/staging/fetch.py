"""A whole fetch into a home: the clients, the archive and the judging of units put together.

Belongs here: what the command line and the scheduler both call. Does not belong here: settings and locks (theirs), or
how a fetch goes (`sources.fetching`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from oppfolging_pipeline import __version__
from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.network import Addresses
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.brudd import Bruddliste, default_breaks
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.asking import Ask
from oppfolging_pipeline.sources.conversation import Conversation, Counted
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.export_api import ExportClient
from oppfolging_pipeline.sources.fetching import FAILED, REGISTER, Fetch, Outcome, Plan, Planned
from oppfolging_pipeline.sources.http import HttpClient
from oppfolging_pipeline.sources.klass_api import KlassClient
from oppfolging_pipeline.sources.live import Live
from oppfolging_pipeline.sources.origins import WHOLE
from oppfolging_pipeline.sources.published import SourceClient
from oppfolging_pipeline.sources.report_api import ReportClient
from oppfolging_pipeline.staging.arrival import Reception
from oppfolging_pipeline.staging.intake import settle_origin

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Wanted:
    """What to fetch: sources (the register among them, as `klass`), and school years or None for those of the next
    run."""

    kilder: tuple[str, ...]
    years: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Told:
    """Who is told of progress: of each answer that arrives, of the plan, and of each unit that ends."""

    answer: Callable[[Ask, Counted], None]
    plan: Callable[[Plan], None]
    outcome: Callable[[Outcome], None]


@dataclass(frozen=True)
class FetchReport:
    """How a fetch ended: every unit, and what it took. `resumed`: it went on with an earlier one that failed;
    `register_calls`: those that the register was planned to take."""

    outcomes: tuple[Outcome, ...]
    planned: tuple[Planned, ...]
    counted: Counted
    resumed: bool
    register_calls: int

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The units that were not fetched and should have been."""
        return tuple(outcome for outcome in self.outcomes if outcome.state in FAILED)

    def nowhere_published(self, years: Collection[str]) -> list[str]:
        """Those of the school years asked for that none of the sources has."""
        absent = {outcome.skoleaar for outcome in self.outcomes if outcome.state == "ikke_publisert"}
        had = {outcome.skoleaar for outcome in self.outcomes if outcome.state != "ikke_publisert"}
        planned = {year for one in self.planned for year in one.years}
        return sorted(set(years) & absent - had - planned)


def all_kilder(catalog: Catalog) -> tuple[str, ...]:
    """Everything that can be fetched: the register first, as figures are read against it."""
    return (REGISTER, *catalog.kilder)


def wanted(catalog: Catalog, kilder: Collection[str] = (), years: Collection[str] = ()) -> Wanted:
    """A choice, checked. Raises `InvalidInput` for a source that there is not."""
    known = all_kilder(catalog)
    unknown = sorted(set(kilder) - set(known))
    if unknown:
        raise InvalidInput(
            [
                Finding(key=name, found="an unknown source", expected=", ".join(known), action="Correct its name.")
                for name in unknown
            ]
        )
    chosen = tuple(kilde for kilde in known if not kilder or kilde in kilder)
    return Wanted(chosen, tuple(sorted(set(years))) or None)


def clients(
    addresses: Addresses, catalog: Catalog, declared: Live, kilder: Collection[str], needed: Behov | None = None
) -> list[SourceClient]:
    """A client for each of the sources of figures among `kilder`. `needed` is what may stop them."""
    survey = declared.eksport
    every: list[SourceClient] = [
        ReportClient("nasjonale_prover", addresses.rapport, declared.rapport.nasjonale_prover, catalog, needed),
        ReportClient("grunnskolepoeng", addresses.rapport, declared.rapport.grunnskolepoeng, catalog, needed),
        ExportClient(addresses.eksport, survey.elevundersokelsen, survey.radgrense, catalog, needed),
    ]
    return [client for client in every if client.kilde in kilder]


def expect_place(archive: Archive) -> None:
    """Raise `PermanentError` when nothing can be fetched into this home: it holds the built-in example, which is whole.
    Whether what comes is of the home's country is seen when it has come. Fetches nothing."""
    if archive.origin() == WHOLE:
        archive.expect_origin("hentet")


def fetch(
    choice: Wanted,
    archive: Archive,
    connection: duckdb.DuckDBPyConnection,
    http: HttpClient,
    addresses: Addresses,
    catalog: Catalog,
    corrections: Rettelsesliste,
    declared: Live,
    now: Callable[[], datetime],
    told: Told,
    run_id: str | None = None,
    *,
    plan_only: bool = False,
    needed: Behov | None = None,
    breaks: Bruddliste | None = None,
    rule_sets: Sequence[RuleSet] = (),
) -> FetchReport:
    """Fetch what is wanted into the archive, as the home's only writer. With `plan_only` nothing but metadata is asked.
    `needed` is what may stop a source: what the home's rule sets use (None: all of the catalogue). `breaks` are those
    that are known, by default the carried ones; `rule_sets` say which school years are fetched when none are named.

    Raises `PermanentError` as `expect_place` does; with `plan_only` the archive is no home's, and not looked at.
    """
    if not plan_only:
        expect_place(archive)
        settle_origin(archive)
    evidence = Evidence(archive)
    campaign = evidence.begin(
        _key(choice, addresses), now(), __version__, run_id, timedelta(hours=declared.http.gjenoppta_timer)
    )
    lisenser = {kilde: each.lisens for kilde, each in catalog.kilder.items()} | {REGISTER: declared.klass.lisens}
    since = now() - timedelta(minutes=declared.http.gjenoppta_svar_minutter)
    conversation = Conversation(http, archive.contents, evidence, campaign, lisenser, told.answer, since)
    register = KlassClient(addresses.klass, declared.klass) if REGISTER in choice.kilder else None
    sources: Sequence[SourceClient] = clients(addresses, catalog, declared, choice.kilder, needed)
    known = breaks or default_breaks()
    one = Fetch(
        conversation, evidence, campaign, sources, register, now, told.outcome, known, tuple(rule_sets), catalog
    )
    plan = one.plan(choice.years, declared.aar)
    told.plan(plan)
    register_calls = plan.register.calls if plan.register else 0
    if plan_only:
        return FetchReport(plan.outcomes, plan.sources, conversation.counted, campaign.resumed, register_calls)
    limits = declared.endring_fra_aaret_for
    reception = Reception(archive, evidence, connection, catalog, limits, corrections, now, needed)
    outcomes = one.run(plan, reception, carried_register().foerste_dag, date_in_norway(now()))
    return FetchReport(outcomes, plan.sources, conversation.counted, campaign.resumed, register_calls)


def _key(choice: Wanted, addresses: Addresses) -> str:
    """What makes two fetches the same one: the same sources and years, from the same places."""
    places = [addresses.rapport, addresses.eksport, addresses.klass]
    return json.dumps([sorted(choice.kilder), choice.years or "newest", places], separators=(",", ":"))
