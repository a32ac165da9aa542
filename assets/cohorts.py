"""Group `cohorts`: decisions, phases and reporting of each cohort.

Belongs here: the assets of the cohorts. Does not belong here: the plan of phases (`oppfolging_pipeline.cohorts`).
"""

import dagster as dg

from assets import OWNERS
from assets.audited import ToAudit, definition_metadata, publish_audited, suite_checks_of
from assets.identification import identifisert
from assets.resources import ClockResource, HomeResource, UttrekkResource
from assets.staging import Results
from checks.suite import expected_rows
from oppfolging_pipeline.cohorts.dagen import Identifisering, dagen_for_kjoringen, identifiseringer, planer, puljer
from oppfolging_pipeline.cohorts.rapportering import rapportering_rader
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.publish.consistency import require_audited_results, require_declared_results
from oppfolging_pipeline.staging import intake
from oppfolging_pipeline.staging.brukte_sett import set_for


def identified(home: HomeResource, engine: Engine) -> tuple[Identifisering, ...]:
    """What the cohorts of the home are formed of: every identification that a release is of."""
    rows = engine.fetch(engine.read(home.complete.files("identifisert_kommune"), "identifisert_kommune"))
    sets = home.sets_used()
    return identifiseringer(rows, lambda year, name: set_for((year, name), sets), home.settings.regelsett)


@dg.asset(
    group_name="cohorts",
    owners=OWNERS,
    kinds={"parquet"},
    deps=[identifisert],
    check_specs=suite_checks_of("vedtak", "pulje_kommune"),
    metadata=definition_metadata("pulje_kommune"),
    description="Kommunene i hver pulje og hvor de står. Deltakelsen begynner med at kommunen er identifisert.",
)
def vedtak(
    context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource, clock: ClockResource
) -> Results:
    """The municipalities of every cohort of the home, at the as-of date, which is decided here for the whole run."""
    with home.writing() as engine:
        require_audited_results(home.complete)  # those of earlier runs are read here for the first time
        require_declared_results(engine, home.complete)
        per = clock.as_of(uttrekk.per)
        register = intake.read_register(home.archive.in_force())
        rows = puljer(identified(home, engine), register, per, home.oppsett.faseplan)
        staged = engine.write(rows, "pulje_kommune", home.lake)
        yield from publish_audited(context, home, [ToAudit.one(staged)], {"per": per.isoformat()}, per=per)


@dg.asset(
    group_name="cohorts",
    owners=OWNERS,
    kinds={"parquet"},
    deps=[vedtak],
    check_specs=suite_checks_of("faseplan", "pulje_faseplan"),
    metadata=definition_metadata("pulje_faseplan"),
    description="Halvårene for hver pulje, med fase, aktiviteter, rapport og tilstand på datoen som er gitt.",
)
def faseplan(context: dg.AssetExecutionContext, home: HomeResource) -> Results:
    """The timeline of every cohort of the home, at the day that its municipalities are seen from."""
    with home.writing() as engine:
        per = dagen_for_kjoringen(home.lake)
        members = engine.fetch(engine.read(home.lake.files("pulje_kommune"), "pulje_kommune"))
        plan = home.oppsett.faseplan
        rows = planer(members, per, plan)
        terms = len(plan.halvaar) * len({row["pulje"] for row in members})
        expected = expected_rows(terms, "hvert halvår i faseplanen for hver pulje")
        staged = engine.write(rows, "pulje_faseplan", home.lake)
        audited = [ToAudit.one(staged, expected)]
        yield from publish_audited(context, home, audited, {"per": per.isoformat()}, per=per)


@dg.asset(
    group_name="cohorts",
    owners=OWNERS,
    kinds={"parquet"},
    deps=[vedtak, faseplan],  # the plan tells the checks which deadlines have passed
    check_specs=suite_checks_of("rapportering", "rapportering"),
    metadata=definition_metadata("rapportering"),
    description="Rapportene som hver kommune i en pulje skal ha levert, av hvem, med frist og tilstand.",
)
def rapportering(context: dg.AssetExecutionContext, home: HomeResource) -> Results:
    """The reports of every cohort of the home, at the day that its municipalities are seen from."""
    with home.writing() as engine:
        members = engine.fetch(engine.read(home.lake.files("pulje_kommune"), "pulje_kommune"))
        per = dagen_for_kjoringen(home.lake)
        staged = engine.write(rapportering_rader(members, per, home.oppsett.faseplan), "rapportering", home.lake)
        yield from publish_audited(context, home, [ToAudit.one(staged)], {"per": per.isoformat()}, per=per)
