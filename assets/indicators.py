"""Group `indicators`: limits, points and shares.

Belongs here: the assets of the indicators. Does not belong here: the rules (`oppfolging_pipeline.indicators`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from assets import OWNERS
from assets.audited import ToAudit, definition_metadata, publish_audited, suite_checks_of
from assets.requests import (
    Row,
    basis_row,
    corrections_in_force,
    observasjon_of,
    requests,
    requests_of_the_limits,
    result_of,
)
from assets.resources import ClockResource, HomeResource, UttrekkResource
from assets.staging import Results, harmonisert, observasjon
from checks.suite import expected_rows
from oppfolging_pipeline.engine import StagedFile
from oppfolging_pipeline.indicators.andel import andel_rader
from oppfolging_pipeline.indicators.grense import grense_rader, made_of_kommuner, read_figures
from oppfolging_pipeline.indicators.vurdering import vurder
from oppfolging_pipeline.publish.uttak import bring_back
from oppfolging_pipeline.rules.merking import merking_av
from oppfolging_pipeline.sources.origins import is_invented
from oppfolging_pipeline.staging import intake, rettet_grunnlag, skole_plassering
from oppfolging_pipeline.staging.brukte_sett import carried_by
from oppfolging_pipeline.staging.forelopig import preliminary_note
from oppfolging_pipeline.staging.sporing import observasjoner_sha256, sporing_rader

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Relation

_WRITTEN_WITH_LIMITS = (
    "grense", "regelsett_brukt", "innhold_brukt", "sporing", "rettet_celle", "rettelse", "grunnlag",
)  # fmt: skip


@dg.asset(
    group_name="indicators",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[observasjon],
    check_specs=suite_checks_of("grense", *_WRITTEN_WITH_LIMITS),
    metadata=definition_metadata(*_WRITTEN_WITH_LIMITS),
    description="Nasjonal og absolutt nedre grense for hver indikator, hvert trinn og skoleår, med metode og kilde.",
)
def grense(
    context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource, clock: ClockResource
) -> Results:
    """Limits of each request, and what its results stand on. A national figure that is missing stops the run."""
    with home.writing() as engine:
        written: dict[str, list[StagedFile]] = {key: [] for key in _WRITTEN_WITH_LIMITS}
        expected = 0
        basis = home.archive.in_force()
        register, register_files = intake.read_register(basis), intake.register_contents(basis)
        asked = requests(home, uttrekk, engine)
        corrections = corrections_in_force(home, basis, register, clock.now())
        for request in asked:
            window = observasjon_of(home, engine, request)
            national, municipal = read_figures(engine, window, request)
            units = skole_plassering.place(engine, window, home.lake.files("observasjon"), request, register)
            corrected = rettet_grunnlag.rettet_celle(
                engine, window, request, corrections, made_of_kommuner(request, national), units
            )
            figures = window.unique("sha256").fetchall()
            notes = (
                preliminary_note(engine, window, request),
                rettet_grunnlag.correction_note(corrected, corrections, request.catalog),
            )
            note = " ".join(filter(None, notes)) or None
            made: dict[str, Relation | Sequence[Row]] = {
                "grense": merking_av(request.rule_set, eksempel=is_invented(basis.origin)).merket(
                    grense_rader(request, national, municipal, rettet_grunnlag.corrected_limits(corrected))
                ),
                "regelsett_brukt": [
                    {
                        **request.partition,
                        **carried_by(request.rule_set),
                        "observasjoner_sha256": observasjoner_sha256(engine, window, request),
                    }
                ],
                "innhold_brukt": [
                    {**request.partition, "sha256": sha256}
                    for sha256 in sorted({sha256 for (sha256,) in figures} | register_files)
                ],
                "sporing": sporing_rader(engine, window, request),
                "rettet_celle": corrected,
                "rettelse": rettet_grunnlag.rettelse_rader(request, corrected, corrections),
                "grunnlag": [basis_row(home, uttrekk, request, units, basis.known_at, corrections, note)],
            }
            for key, rows in made.items():
                written[key].append(engine.write(rows, key, home.lake, request.partition))
            expected += len(request.cells())
        check = expected_rows(expected, "én for hver indikator, hvert trinn og skoleår i vinduet")
        audited = [ToAudit(tuple(files), (check,) if key == "grense" else ()) for key, files in written.items()]
        years = ", ".join(str(request.uttrekksaar) for request in asked)
        told = {"uttrekk": years, "indikatorsett": uttrekk.rule_set(home).navn}
        yield from publish_audited(context, home, audited, told)
        bring_back(home.root, [(request.uttrekksaar, request.rule_set.navn) for request in asked])


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
        for request in requests_of_the_limits(home, uttrekk, engine):
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
        for request in requests_of_the_limits(home, uttrekk, engine):
            points = result_of(home, engine, "vurdering", request)
            files.append(engine.write(andel_rader(engine, points), "andel", home.lake, request.partition))
            expected += len(points.unique("nivaa, enhet"))
        check = expected_rows(expected, "én for hver kommune og skole som har celler")
        yield from publish_audited(context, home, [ToAudit(tuple(files), (check,))])
