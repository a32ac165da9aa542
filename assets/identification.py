"""Group `identification`: ranking, candidates and who is identified.

Belongs here: the assets of the identification. Does not belong here: the decisions
(`oppfolging_pipeline.identification`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg

from assets import OWNERS, etterregning
from assets.audited import ToAudit, definition_metadata, publish_audited, suite_checks_of
from assets.indicators import andel
from assets.requests import observasjon_of, requests_of_the_limits, result_of
from assets.resources import HomeResource, UttrekkResource
from assets.staging import Results, kommune, skole
from checks.suite import expected_rows
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.identification import tables
from oppfolging_pipeline.identification.names import Names, names_at
from oppfolging_pipeline.rules.merking import Merking, merking_av
from oppfolging_pipeline.sources.origins import is_invented
from oppfolging_pipeline.staging import intake
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.skole import skole_rader


@dataclass(frozen=True)
class _Decided:
    request: Request
    decision: tables.Decision
    names: Names
    merking: Merking

    def ranking(self) -> list[tables.Row]:
        """Rows of `rangering_kommune`, marked."""
        request = self.request
        rows = tables.rangering_kommune(self.decision, request.rule_set, self.names, request.partition)
        return self.merking.merket(rows)


def _decided(home: HomeResource, uttrekk: UttrekkResource, engine: Engine) -> Iterator[_Decided]:
    """The decision of each request. It is pure and cheap, so each asset makes it anew from `andel`."""
    basis = home.archive.in_force()
    register, eksempel = intake.read_register(basis), is_invented(basis.origin)
    for request in requests_of_the_limits(home, uttrekk, engine):
        rows = engine.fetch(result_of(home, engine, "andel", request))
        schools = engine.fetch(skole_rader(engine, observasjon_of(home, engine, request), home.catalog))
        names = names_at(register, request.registerdato, schools)
        decision = tables.decide(rows, request.rule_set, {})
        merking = merking_av(request.rule_set, eksempel=eksempel, forelopig=decision.forelopig)
        yield _Decided(request, decision, names, merking)


@dg.asset(
    group_name="identification",
    owners=OWNERS,
    kinds={"parquet"},
    deps=[andel, kommune, skole],
    check_specs=suite_checks_of("rangering", "rangering_kommune", "rangering_skole"),
    metadata=definition_metadata("rangering_kommune", "rangering_skole"),
    description="Alle kommuner og skoler med andel, plass, om de er vurdert, og en begrunnelse for hver kommune.",
)
def rangering(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """Ranking of municipalities and schools of each request."""
    with home.writing() as engine:
        ranked, ranked_schools, expected = [], [], 0
        for one in _decided(home, uttrekk, engine):
            request, rule_set = one.request, one.request.rule_set
            kommuner = one.ranking()
            skoler = tables.rangering_skole(one.decision, rule_set, one.names, request.partition)
            ranked.append(engine.write(kommuner, "rangering_kommune", home.lake, request.partition))
            ranked_schools.append(engine.write(skoler, "rangering_skole", home.lake, request.partition))
            expected += len(one.names.kommuner)
        check = expected_rows(expected, "én for hver kommune i registeret")
        audited = [ToAudit(tuple(ranked), (check,)), ToAudit(tuple(ranked_schools))]
        yield from publish_audited(context, home, audited)


@dg.asset(
    group_name="identification",
    owners=OWNERS,
    kinds={"parquet"},
    deps=[andel, kommune],
    check_specs=suite_checks_of("kandidat", "kandidat_kategori2"),
    metadata=definition_metadata("kandidat_kategori2"),
    description="Kandidatene til kategori 2, i rekkefølge, med hvem som er valgt og hvorfor.",
)
def kandidat(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """Candidates of category 2 of each request."""
    with home.writing() as engine:
        files = []
        for one in _decided(home, uttrekk, engine):
            rows = tables.kandidat_kategori2(one.decision, one.request.rule_set, one.names, one.request.partition)
            files.append(engine.write(one.merking.merket(rows), "kandidat_kategori2", home.lake, one.request.partition))
        yield from publish_audited(context, home, [ToAudit(tuple(files))])


@dg.asset(
    group_name="identification",
    owners=OWNERS,
    kinds={"parquet"},
    deps=[rangering, kandidat],
    check_specs=suite_checks_of("identifisert", "identifisert_kommune"),
    metadata=definition_metadata("identifisert_kommune"),
    description="Kommunene som er identifisert, i kategori 1 og 2, med begrunnelse.",
)
def identifisert(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """The identified municipalities of each request, after the whole decision has been worked out a second time."""
    with home.writing() as engine:
        files, asked = [], []
        for one in _decided(home, uttrekk, engine):
            rows = tables.identifisert_kommune(one.ranking(), one.decision)
            staged = engine.write(rows, "identifisert_kommune", home.lake, one.request.partition)
            files.append(staged)
            asked.append((one.request, {etterregning.TABLE: [staged.staged]}))
        second = etterregning.second_computation(home.lake, asked)
        yield from publish_audited(context, home, [ToAudit(tuple(files))], outcomes=[second])
