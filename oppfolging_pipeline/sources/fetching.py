"""A fetch: every source asked, school year by school year, and what became of each.

Belongs here: which years are fetched, in which order, what is gone on with, and that a failure is of its source and
year alone. Does not belong here: what the interfaces say (the clients), or whether figures can be used
(`staging.arrival`, handed in).

A *unit* is one school year of one source, or the register: it is accepted as a whole or not at all. A fetch that did
not get everything stays open, and the next one with the same key goes on with it: units that were accepted and answers
that arrived are not asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError, TransientError
from oppfolging_pipeline.rules.brudd import Bruddliste, default_breaks
from oppfolging_pipeline.rules.catalog import Catalog, default_catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.sources.asking import Answer, Asker
from oppfolging_pipeline.sources.default_years import default_years
from oppfolging_pipeline.sources.drift import Drift, DriftError
from oppfolging_pipeline.sources.evidence import Campaign, Evidence
from oppfolging_pipeline.sources.moves import seen, with_moves
from oppfolging_pipeline.sources.published import Published, RegisterClient, SourceClient
from oppfolging_pipeline.sources.questions import (
    Asked,
    Changed,
    as_facts,
    changed_questions,
    expect_questions,
    from_facts,
)

REGISTER = "klass"
WHOLE = ""  # the school year of a unit that is a whole source, or the register
State = Literal["hentet", "uendret", "stoppet", "ikke_naadd", "ikke_publisert"]
GOOD = frozenset({"hentet", "uendret"})
FAILED = frozenset({"stoppet", "ikke_naadd"})
_PATIENCE = 2  # years in a row that a source may leave unanswered before it is asked for no more of them


@dataclass(frozen=True)
class Arrival:
    """A unit that was found sound: its intake (None when it is what is in force already), rows and warnings."""

    intake_id: int | None
    rows: int
    warnings: tuple[Drift, ...] = ()


class Arrive(Protocol):
    """Takes a unit's answers into use. Raises `InvalidInput` (a `DriftError` where a source has moved)."""

    def figures(self, kilde: str, skoleaar: str, answers: Sequence[Answer]) -> Arrival:
        """Answers that hold a school year of a source."""

    def register(self, answers: Sequence[Answer]) -> Arrival:
        """Answers that hold the register."""


@dataclass(frozen=True)
class Outcome:
    """What became of a unit. `message` says why it failed; `transient`: whether it may pass by itself."""

    kilde: str
    skoleaar: str
    state: State
    rows: int = 0
    message: str = ""
    warnings: tuple[Drift, ...] = ()
    sha256: tuple[str, ...] = ()
    transient: bool = False
    earlier: bool = False  # accepted before, in the fetch that this one goes on with
    answered: bool = True  # whether the source gave what could be read, be it right or wrong


@dataclass(frozen=True)
class Planned:
    """The school years to ask one source for."""

    client: SourceClient
    published: Published
    years: tuple[str, ...]

    @property
    def calls(self) -> int:
        """The data calls that are planned for them."""
        return self.published.calls_per_year * len(self.years)


@dataclass(frozen=True)
class Plan:
    """What a fetch will ask for, and what is known already: sources that failed, years not published or done."""

    sources: tuple[Planned, ...]
    register: RegisterClient | None
    outcomes: tuple[Outcome, ...]

    @property
    def calls(self) -> int:
        """The data calls that are planned. Answers that come in more pages than expected add to it."""
        figures = sum(planned.calls for planned in self.sources)
        return figures + (self.register.calls if self.register else 0)


@dataclass
class Fetch:
    """One fetch over an asker that remembers: `plan`, then `run`. The clock is handed in, and the home's rule sets."""

    asker: Asker
    evidence: Evidence
    campaign: Campaign
    clients: Sequence[SourceClient]
    register: RegisterClient | None
    now: Callable[[], datetime]
    told: Callable[[Outcome], None]
    breaks: Bruddliste = field(default_factory=default_breaks)
    rule_sets: Sequence[RuleSet] = ()
    catalog: Catalog = field(default_factory=default_catalog)
    _done: Mapping[tuple[str, str], str] = field(init=False)

    def __post_init__(self) -> None:
        self._done = self.evidence.unit_states(self.campaign)

    def plan(self, years: Sequence[str] | None, newest: int) -> Plan:
        """Ask each source what it has published. `years` None: what the rule sets need (`default_years`), and the
        `newest` so many of a source that they need nothing of."""
        answered: list[tuple[SourceClient, Published]] = []
        sources, outcomes = [], []
        for client in self.clients:
            try:
                published = client.published(self.asker)
            except (PermanentError, TransientError) as error:
                outcomes.append(self._failed(client.kilde, WHOLE, error))
                continue
            published = with_moves(published, self.evidence.facts(client.kilde))
            self.evidence.drifts(self.campaign, client.kilde, WHOLE, published.warnings)
            answered.append((client, published))
        wanted = default_years([one for _, one in answered], self.rule_sets, self.breaks, self.catalog, newest)
        for client, published in answered:
            asked = wanted[client.kilde] if years is None else tuple(sorted(set(years)))
            absent = [year for year in asked if year not in published.years]
            outcomes.extend(self._ended(Outcome(client.kilde, year, "ikke_publisert")) for year in absent)
            if not published.years:
                outcomes.append(self._ended(Outcome(client.kilde, WHOLE, "ikke_publisert")))
            there = [year for year in asked if year not in absent]
            outcomes.extend(self._earlier(client.kilde, year) for year in there if self._is_done(client.kilde, year))
            left = tuple(year for year in there if not self._is_done(client.kilde, year))
            sources.append(Planned(client, published, left))
        register = self.register
        if register is not None and self._is_done(REGISTER, WHOLE):
            outcomes.append(self._earlier(REGISTER, WHOLE))
            register = None
        return Plan(tuple(sources), register, tuple(outcomes))

    def run(self, plan: Plan, arrive: Arrive, first_day: date, as_of: date) -> tuple[Outcome, ...]:
        """Fetch what is planned, the register first. Returns the outcome of every unit, those of the plan included.

        A unit that fails is its own: the other years of its source are asked for, and the other sources. A source that
        did not answer for two years in a row is left alone: to go on asking would be neither of use nor polite.
        """
        outcomes = list(plan.outcomes)
        register = plan.register
        # A process that is killed says nothing more: what it was about to do is written down before.
        for kilde, year in self._units_of(plan):
            self.evidence.unit_ended(self.campaign, kilde, year, "paabegynt", self.now())
        if register is not None:
            outcomes.append(
                self._unit(REGISTER, WHOLE, lambda: register.fetch(self.asker, first_day, as_of), arrive.register)
            )
        for planned in plan.sources:
            outcomes.extend(self._source(planned, arrive))
        if not any(outcome.state in FAILED for outcome in outcomes):
            self.evidence.end(self.campaign, self.now())
        return tuple(outcomes)

    def _source(self, planned: Planned, arrive: Arrive) -> Iterable[Outcome]:
        kilde, published = planned.client.kilde, planned.published
        unanswered: list[Outcome] = []  # the last ones in a row
        remembered = from_facts(self.evidence.facts(kilde))
        asked = {key: Asked(max(published.years), texts) for key, texts in published.questions.items() if texts}
        changed = changed_questions(kilde, asked, remembered, self.breaks)
        unjudged = {one.indikator for one in changed}
        known = {**remembered, **{key: one for key, one in asked.items() if key not in unjudged}}
        failed = accepted = False
        for number, year in enumerate(planned.years):
            if len(unanswered) >= _PATIENCE:
                why = " and ".join(outcome.skoleaar for outcome in unanswered)
                message = f"not asked for after the source did not answer for {why}"
                last = unanswered[-1]
                yield self._ended(Outcome(kilde, year, last.state, message=message, transient=last.transient))
                continue
            outcome = self._unit(
                kilde,
                year,
                lambda year=year: self._fetched(planned, year, changed),  # type: ignore[misc]
                lambda answers, year=year: arrive.figures(kilde, year, answers),  # type: ignore[misc]
                lambda first=number == 0: seen(planned.client, planned.published, first=first),  # type: ignore[misc]
            )
            yield outcome
            failed, accepted = failed or outcome.state in FAILED, accepted or outcome.state in GOOD
            unanswered = [] if outcome.answered else [*unanswered, outcome]
        if failed:
            if accepted:  # else a change of their questions would be seen never, or taken to be in years before it
                self.evidence.remember(kilde, {**self.evidence.facts(kilde), **as_facts(known)}, self.now())
            return
        if planned.years:
            self.evidence.remember(kilde, {**published.facts, **as_facts(known)}, self.now())
        elif self._done.get((kilde, WHOLE)) in FAILED:
            # The source answers again, and all of its years were accepted before it did not.
            self.evidence.unit_ended(self.campaign, kilde, WHOLE, "uendret", self.now())

    def _fetched(self, planned: Planned, year: str, changed: Sequence[Changed]) -> tuple[Answer, ...]:
        """The answers of a year; nothing is asked for where its questions may be other ones than before."""
        expect_questions(planned.published.kilde, changed, year, planned.published.questions_by)
        return planned.client.fetch(self.asker, planned.published, year)

    @staticmethod
    def _units_of(plan: Plan) -> Iterable[tuple[str, str]]:
        if plan.register is not None:
            yield REGISTER, WHOLE
        for planned in plan.sources:
            yield from ((planned.client.kilde, year) for year in planned.years)

    def _unit(
        self,
        kilde: str,
        skoleaar: str,
        fetch: Callable[[], tuple[Answer, ...]],
        arrive: Callable[[Sequence[Answer]], Arrival],
        seen: Callable[[], tuple[Drift, ...]] = tuple,
    ) -> Outcome:
        """Fetch a unit and take it into use. `seen`: what the client then has to tell of the interface."""
        answers: tuple[Answer, ...] = ()
        try:
            answers = fetch()
            arrival = arrive(answers)
        except (PermanentError, TransientError) as error:
            return self._failed(kilde, skoleaar, error, answers, seen())
        return self._ended(
            Outcome(
                kilde,
                skoleaar,
                "uendret" if arrival.intake_id is None else "hentet",
                rows=arrival.rows,
                warnings=(*seen(), *arrival.warnings),
                sha256=tuple(answer.sha256 for answer in answers),
            ),
            arrival.intake_id,
        )

    def _failed(
        self,
        kilde: str,
        skoleaar: str,
        error: PermanentError | TransientError,
        answers: Sequence[Answer] = (),
        warnings: Sequence[Drift] = (),
    ) -> Outcome:
        """The outcome of a failure. Answers that show a fault, or that nobody can tell apart, are not used again."""
        drifts = error.drifts if isinstance(error, DriftError) else ()
        shown = {sha256 for drift in drifts for sha256 in drift.answers}
        if isinstance(error, PermanentError):
            self.evidence.refuse(self.campaign, sorted(shown or {answer.sha256 for answer in answers}))
        transient = isinstance(error, TransientError)
        state: State = "ikke_naadd" if transient else "stoppet"
        return self._ended(
            Outcome(
                kilde,
                skoleaar,
                state,
                message=str(error),
                warnings=(*drifts, *warnings),
                transient=transient,
                answered=isinstance(error, InvalidInput),
            )
        )

    def _ended(self, outcome: Outcome, intake_id: int | None = None) -> Outcome:
        now = self.now()
        self.evidence.drifts(self.campaign, outcome.kilde, outcome.skoleaar, outcome.warnings)
        self.evidence.unit_ended(
            self.campaign, outcome.kilde, outcome.skoleaar, outcome.state, now, intake_id, outcome.rows, outcome.message
        )
        self.told(outcome)
        return outcome

    def _is_done(self, kilde: str, skoleaar: str) -> bool:
        return self._done.get((kilde, skoleaar)) in GOOD

    def _earlier(self, kilde: str, skoleaar: str) -> Outcome:
        state = self._done[kilde, skoleaar]
        rows, sha256 = self.evidence.unit_contents(self.campaign, kilde, skoleaar)
        outcome = Outcome(kilde, skoleaar, state, rows, sha256=sha256, earlier=True)  # type: ignore[arg-type]
        self.told(outcome)
        return outcome
