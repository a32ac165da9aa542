"""Group `indicators`: limits, points and shares.

Belongs here: the assets of the indicators. Does not belong here: the rules (`oppfolging_pipeline.indicators`).
"""

import dagster as dg

from assets.audited import ToAudit, contract_check, definition_metadata, publish_audited
from assets.requests import observasjon_of, requests, result_of
from assets.resources import HomeResource, UttrekkResource
from assets.sources import OWNERS
from assets.staging import Results, harmonisert, observasjon
from checks.suite import expected_rows
from oppfolging_pipeline.indicators.andel import andel_rader
from oppfolging_pipeline.indicators.grense import grense_rader, read_figures
from oppfolging_pipeline.indicators.vurdering import vurder


@dg.asset(
    group_name="indicators",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[observasjon],
    check_specs=[contract_check("grense")],
    metadata=definition_metadata("grense", "regelsett_brukt"),
    description="Nasjonal og absolutt nedre grense for hver indikator, hvert trinn og skoleår, med metode og kilde.",
)
def grense(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """Limits of each request. A national figure that is missing stops the run."""
    with home.writing() as engine:
        files = []
        for request in requests(home, uttrekk, engine):
            national, municipal = read_figures(engine, observasjon_of(home, engine, request), request)
            staged = engine.write(grense_rader(request, national, municipal), "grense", home.lake, request.partition)
            count = len(request.cells())
            files.append(ToAudit(staged, (expected_rows(count, "én for hver indikator, hvert trinn og skoleår i vinduet"),)))
            used = [{**request.partition, "sha256": request.rule_set.sha256}]
            files.append(ToAudit(engine.write(used, "regelsett_brukt", home.lake, request.partition)))
        yield from publish_audited(context, home, files)


@dg.asset(
    group_name="indicators",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[harmonisert, grense],
    check_specs=[contract_check("vurdering")],
    metadata=definition_metadata("vurdering"),
    description="Risikopoeng for hver celle: 3 under den absolutte grensen, 1 under den nasjonale, ganger vekten.",
)
def vurdering(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """Points of each cell of each request."""
    with home.writing() as engine:
        files = []
        for request in requests(home, uttrekk, engine):
            cells = result_of(home, engine, "harmonisert", request)
            frame = vurder(engine, cells, result_of(home, engine, "grense", request), request)
            staged = engine.write(frame, "vurdering", home.lake, request.partition)
            files.append(ToAudit(staged, (expected_rows(len(cells), "én for hver harmonisert celle"),)))
        yield from publish_audited(context, home, files)


@dg.asset(
    group_name="indicators",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[vurdering],
    check_specs=[contract_check("andel")],
    metadata=definition_metadata("andel"),
    description="Risikopoeng, mulige risikopoeng og andel for hver kommune og skole, summert over vinduet.",
)
def andel(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """Sums and shares of each unit of each request."""
    with home.writing() as engine:
        files = []
        for request in requests(home, uttrekk, engine):
            points = result_of(home, engine, "vurdering", request)
            staged = engine.write(andel_rader(engine, points), "andel", home.lake, request.partition)
            units = len(points.unique("nivaa, enhet"))
            files.append(ToAudit(staged, (expected_rows(units, "én for hver kommune og skole som er vurdert"),)))
        yield from publish_audited(context, home, files)
