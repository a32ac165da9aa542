"""Group `staging`: observations, registers and harmonised cells.

Belongs here: the assets of staging. Does not belong here: how files are read or figures moved (`oppfolging_pipeline`).
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import dagster as dg

from assets import OWNERS
from assets.audited import ToAudit, definition_metadata, publish_audited, suite_checks_of, tell_left_out, tell_unusable
from assets.oversikt import overview_metadata
from assets.partitions import skoleaar_of, skoleaar_partitions
from assets.requests import corrections_in_force, observasjon_of, requests
from assets.resources import ClockResource, HomeResource, UttrekkResource
from assets.sources import raw_innboks
from checks.suite import expected_rows
from oppfolging_pipeline.engine import Engine, StagedFile
from oppfolging_pipeline.rules.behov import Behov, needed_cells, with_weights
from oppfolging_pipeline.staging import harmonisering, intake, observasjon_files, skole_plassering, utsagn
from oppfolging_pipeline.staging import observasjon as observations
from oppfolging_pipeline.staging.skole import skole_rader
from oppfolging_pipeline.staging.unneeded import counts_are_misread

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Relation
    from oppfolging_pipeline.sources.archived import Intake
    from oppfolging_pipeline.staging.observasjon import FileFigures

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult]


@dg.asset(
    group_name="staging",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[raw_innboks],
    partitions_def=skoleaar_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    check_specs=suite_checks_of("observasjon", "observasjon", "siste_utsagn"),
    metadata=definition_metadata("observasjon", "siste_utsagn"),
    description="Tallene fra alle kilder, én rad for hver celle, med status før tall. Skoleårets egne koder.",
)
def observasjon(
    context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource, clock: ClockResource
) -> Results:
    """Read everything that is in force; replace the partitions asked for, and every other one that is out of date.

    A run stops for what its own rule set needs: what is wrong with anything else is told of, and left out.
    """
    asked = [skoleaar_of(key) for key in context.partition_keys]
    with home.writing() as engine:
        newest = home.archive.newest()
        needed = needed_cells([uttrekk.rule_set(home)])
        read = intake.read_intake(newest, engine.connection, home.catalog, needed, home.archive.readings())
        known = corrections_in_force(home, newest, read.register, clock.now())
        counts = observations.combine(
            read.figures, read.register, home.catalog, engine.connection, known, needed=needed
        )
        tell_left_out(context, (*read.left_out, *counts.left_out))
        tell_unusable(context, read.unusable)
        corrected = counts.corrected
        for name in corrected.unused:
            context.log.warning(
                "correction '%s': found no figure of its indicator, measure, grade and school year "
                "in the home; nothing was corrected. See that they are spelt right.",
                name,
            )
        update = observasjon_files.stage(engine, home.lake, asked)
        said = engine.write(_said_last(home, engine, newest, read.figures, needed), "siste_utsagn", home.lake)
        # What was read is not needed beside the audit, which reads the staged files.
        readings, register = read.readings, read.register
        del read
        engine.connection.execute("DROP TABLE observasjon")
        if not update.staged:
            raise dg.Failure(
                f"found no figure of {asked[0]} to {asked[-1]} in the intake; expected some. "
                "Choose school years that the files hold.",
                allow_retries=False,
            )
        yield from publish_audited(
            context,
            home,
            [ToAudit(update.staged), ToAudit.one(said)],
            {
                "rader lest": counts.read,
                "rader utelatt (tomme for skoleåret)": counts.empty,
                "rader utelatt (kommunen eller skolen står også under en kode som teller)": counts.duplicates,
                "rettelser": list(corrected.applied),
                "rettelser av tall som ikke er i hjemmet": list(corrected.unused),
                "partisjoner": [file.target.relative_to(home.lake.root).as_posix() for file in update.staged],
            },
            afterwards=lambda: overview_metadata(home, uttrekk, engine),
            register=register,
            gone=update.gone,
            reduced=[
                partial(_with_these_alone, engine, home, update, cells, said)
                for cells in (with_weights(needed, home.catalog), needed)
            ],
            goes_on=lambda stopped: (
                not counts_are_misread((key for one in stopped for key in one.avvik), needed, home.catalog)
            ),
        )
        home.archive.accept(newest, readings)


def _with_these_alone(
    engine: Engine, home: HomeResource, update: observasjon_files.Update, cells: Behov, said: StagedFile
) -> list[ToAudit]:
    files = observasjon_files.with_these_alone(engine, home.lake, update.staged, cells)
    return [ToAudit(files), ToAudit.one(said)] if files else []


def _said_last(
    home: HomeResource, engine: Engine, basis: "Intake", figures: "Sequence[FileFigures]", needed: Behov
) -> "Relation":  # in quotes, as Dagster reads the annotations of this module
    """What the sources said last, to what the run knows; and, when it looks back, to what the home knows too."""
    known = utsagn.newest_statements(engine, figures)
    everything = home.archive.everything() if basis.known_at else None
    if everything is None:
        return known
    read = intake.read_intake(everything, engine.connection, home.catalog, needed, home.archive.readings())
    return known.union(utsagn.newest_statements(engine, read.figures, kjent=False))


@dg.asset(
    group_name="staging",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[observasjon],  # only then is the intake known to be sound
    check_specs=suite_checks_of("kommune", "kommune"),
    metadata=definition_metadata("kommune"),
    description="Registeret over kommuner med gyldighet, slektskap, fylke og statsforvalter.",
)
def kommune(context: dg.AssetExecutionContext, home: HomeResource) -> Results:
    """The register: the carried one, or what the intake's KLASS files say."""
    with home.writing() as engine:
        register = intake.read_register(home.archive.in_force())
        staged = engine.write(register.rader(), "kommune", home.lake)
        yield from publish_audited(context, home, [ToAudit.one(staged)], {"register": register.beskrivelse})


@dg.asset(
    group_name="staging",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[observasjon],
    check_specs=suite_checks_of("skole", "skole"),
    metadata=definition_metadata("skole"),
    description="Skolene i tallene, med navn og kommune fra det nyeste skoleåret.",
)
def skole(context: dg.AssetExecutionContext, home: HomeResource) -> Results:
    """One row per school that stands in any observation of the lake."""
    with home.writing() as engine:
        source = engine.read(home.lake.files("observasjon"), "observasjon")
        staged = engine.write(skole_rader(engine, source, home.catalog), "skole", home.lake)
        yield from publish_audited(context, home, [ToAudit.one(staged)])


@dg.asset(
    group_name="staging",
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    deps=[observasjon, kommune],
    check_specs=suite_checks_of("harmonisert", "harmonisert"),
    metadata=definition_metadata("harmonisert"),
    description=(
        "Hver celle som indikatorsettet spør etter, i registeret for uttrekksåret. Sammenslåtte kommuner er vektede "
        "snitt, delte er bygd opp av skolene, og bare når alt er vist."
    ),
)
def harmonisert(context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource) -> Results:
    """The window's figures moved to the register of each identification year."""
    with home.writing() as engine:
        register = intake.read_register(home.archive.in_force())
        files = []
        expected = uten_kommune = 0
        for request in requests(home, uttrekk, engine):
            window = observasjon_of(home, engine, request)
            units = skole_plassering.place(engine, window, home.lake.files("observasjon"), request, register)
            uten_kommune += units.skoler_uten_kommune
            frame = harmonisering.harmonise(
                engine, window, request, units.lineage, units.kommuner, units.placed, units.judged
            )
            files.append(engine.write(frame, "harmonisert", home.lake, request.partition))
            expected += (len(units.kommuner) + len(units.judged)) * len(request.cells())
        audited = ToAudit(tuple(files), (expected_rows(expected, "hver kommune og skole med hver celle i vinduet"),))
        yield from publish_audited(
            context, home, [audited], {"register": register.beskrivelse, "skoler som ikke kan plasseres": uten_kommune}
        )
