"""Group `cohorts`: decisions, phases and reporting of each cohort.

Belongs here: the assets of the cohorts. Does not belong here: the plan of phases (`oppfolging_pipeline.cohorts`).
"""

from datetime import date
from typing import Any

import dagster as dg

from assets import OWNERS
from assets.audited import ToAudit, definition_metadata, publish_audited, suite_checks_of
from assets.identification import identifisert
from assets.resources import ClockResource, HomeResource, UttrekkResource
from assets.staging import Results
from checks.suite import expected_rows
from oppfolging_pipeline.cohorts.faseplan import faseplan_rader
from oppfolging_pipeline.cohorts.pulje import pulje_rader, sett_for_pulje
from oppfolging_pipeline.cohorts.rapportering import rapportering_rader
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.publish.consistency import require_audited_results
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging import intake


def _cohorts(home: HomeResource, engine: Engine, per: date) -> list[dict[str, Any]]:
    """Rows of `pulje_kommune` for every identification that the home holds."""
    register = intake.read_register(home.archive.in_force())
    rows = engine.fetch(engine.read(home.complete.files("identifisert_kommune"), "identifisert_kommune"))
    by_year: dict[int, dict[str, list[dict[str, Any]]]] = {}
    for row in rows:
        by_year.setdefault(row["uttrekksaar"], {}).setdefault(row["indikatorsett"], []).append(row)
    cohort: list[dict[str, Any]] = []
    for year, of_set in sorted(by_year.items()):
        sets = {name: load_rule_set(name, home.catalog) for name in of_set}
        chosen = sets[sett_for_pulje({name: rule_set.offisielt for name, rule_set in sets.items()})]
        day = chosen.identifikasjonsdag(year)
        cohort += pulje_rader(of_set[chosen.navn], register, per, day, offisielt=chosen.offisielt)
    return cohort


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
    """The municipalities of every cohort of the home, at the as-of date."""
    with home.writing() as engine:
        require_audited_results(home.complete)  # those of earlier runs are read here for the first time
        per = clock.as_of(uttrekk.per)
        staged = engine.write(_cohorts(home, engine, per), "pulje_kommune", home.lake)
        yield from publish_audited(context, home, [ToAudit.one(staged)], {"per": per.isoformat()}, per=per)


@dg.asset(
    group_name="cohorts",
    owners=OWNERS,
    kinds={"parquet"},
    deps=[vedtak],
    check_specs=suite_checks_of("faseplan", "pulje_faseplan"),
    metadata=definition_metadata("pulje_faseplan"),
    description="Seks halvår for hver pulje, med fase, aktiviteter, rapport og tilstand på datoen som er gitt.",
)
def faseplan(
    context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource, clock: ClockResource
) -> Results:
    """The timeline of every cohort of the home, at the as-of date."""
    with home.writing() as engine:
        per = clock.as_of(uttrekk.per)
        members = engine.fetch(engine.read(home.lake.files("pulje_kommune"), "pulje_kommune"))
        puljer = sorted({row["pulje"] for row in members})
        rows = [
            term
            for pulje in puljer
            for term in faseplan_rader(pulje, sum(row["pulje"] == pulje for row in members), per)
        ]
        expected = expected_rows(6 * len(puljer), "seks halvår for hver pulje")
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
def rapportering(
    context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource, clock: ClockResource
) -> Results:
    """The reports of every cohort of the home, at the as-of date."""
    with home.writing() as engine:
        members = engine.fetch(engine.read(home.lake.files("pulje_kommune"), "pulje_kommune"))
        per = clock.as_of(uttrekk.per)
        staged = engine.write(rapportering_rader(members, per), "rapportering", home.lake)
        yield from publish_audited(context, home, [ToAudit.one(staged)], {"per": per.isoformat()}, per=per)
