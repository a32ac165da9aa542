"""Group `indicators`: limits, points and shares.

Belongs here: the assets of the indicators. Does not belong here: the rules (`oppfolging_pipeline.indicators`).
"""

import dagster as dg

from assets import OWNERS
from assets.audited import ToAudit, definition_metadata, publish_audited, suite_checks_of
from assets.requests import basis_row, observasjon_of, requests, result_of
from assets.resources import HomeResource, UttrekkResource
from assets.staging import Results, harmonisert, observasjon
from checks.suite import expected_rows
from oppfolging_pipeline.indicators.andel import andel_rader
from oppfolging_pipeline.indicators.grense import grense_rader, read_figures
from oppfolging_pipeline.indicators.vurdering import vurder
from oppfolging_pipeline.staging import intake
from oppfolging_pipeline.staging.sporing import sporing_rader


@dg.asset(
    group_name="indicators",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[observasjon],
    check_specs=suite_checks_of("grense", "grense", "regelsett_brukt", "innhold_brukt", "sporing", "grunnlag"),
    metadata=definition_metadata("grense", "regelsett_brukt", "innhold_brukt", "sporing", "grunnlag"),
    description="Nasjonal og absolutt nedre grense for hver indikator, hvert trinn og skoleår, med metode og kilde.",
)
def grense(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """Limits of each request. A national figure that is missing stops the run."""
    with home.writing() as engine:
        limits, used, contents, traces, bases, expected = [], [], [], [], [], 0
        basis = home.archive.in_force()
        register_files = intake.register_contents(basis)
        asked = requests(home, uttrekk, engine)
        for request in asked:
            window = observasjon_of(home, engine, request)
            national, municipal = read_figures(engine, window, request)
            rows = grense_rader(request, national, municipal)
            limits.append(engine.write(rows, "grense", home.lake, request.partition))
            rests_on = [basis_row(home, uttrekk, engine, window, request, basis.known_at)]
            bases.append(engine.write(rests_on, "grunnlag", home.lake, request.partition))
            version = [{**request.partition, "sha256": request.rule_set.sha256}]
            used.append(engine.write(version, "regelsett_brukt", home.lake, request.partition))
            figures = window.unique("sha256").fetchall()
            digests = sorted({sha256 for (sha256,) in figures} | register_files)
            content = [{**request.partition, "sha256": sha256} for sha256 in digests]
            contents.append(engine.write(content, "innhold_brukt", home.lake, request.partition))
            trace = sporing_rader(engine, window, request)
            traces.append(engine.write(trace, "sporing", home.lake, request.partition))
            expected += len(request.cells())
        what = "én for hver indikator, hvert trinn og skoleår i vinduet"
        audited = [
            ToAudit(tuple(limits), (expected_rows(expected, what),)),
            ToAudit(tuple(used)),
            ToAudit(tuple(contents)),
            ToAudit(tuple(traces)),
            ToAudit(tuple(bases)),
        ]
        years = ", ".join(str(request.uttrekksaar) for request in asked)
        yield from publish_audited(context, home, audited, {"uttrekk": years, "indikatorsett": uttrekk.rules})


@dg.asset(
    group_name="indicators",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[harmonisert, grense],
    check_specs=suite_checks_of("vurdering", "vurdering"),
    metadata=definition_metadata("vurdering"),
    description="Risikopoeng for hver celle: 3 under den absolutte grensen, 1 under den nasjonale, ganger vekten.",
)
def vurdering(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """Points of each cell of each request."""
    with home.writing() as engine:
        files, expected = [], 0
        for request in requests(home, uttrekk, engine):
            cells = result_of(home, engine, "harmonisert", request)
            frame = vurder(engine, cells, result_of(home, engine, "grense", request), request)
            files.append(engine.write(frame, "vurdering", home.lake, request.partition))
            expected += len(cells)
        check = expected_rows(expected, "én for hver harmonisert celle")
        yield from publish_audited(context, home, [ToAudit(tuple(files), (check,))])


@dg.asset(
    group_name="indicators",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[vurdering],
    check_specs=suite_checks_of("andel", "andel"),
    metadata=definition_metadata("andel"),
    description="Risikopoeng, mulige risikopoeng og andel for hver kommune og skole, summert over vinduet.",
)
def andel(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """Sums and shares of each unit of each request."""
    with home.writing() as engine:
        files, expected = [], 0
        for request in requests(home, uttrekk, engine):
            points = result_of(home, engine, "vurdering", request)
            files.append(engine.write(andel_rader(engine, points), "andel", home.lake, request.partition))
            expected += len(points.unique("nivaa, enhet"))
        check = expected_rows(expected, "én for hver kommune og skole som har celler")
        yield from publish_audited(context, home, [ToAudit(tuple(files), (check,))])
