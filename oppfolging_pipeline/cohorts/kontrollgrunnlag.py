"""What a cohort, its plan and its reports must hold: the facts that the checks of those tables compare with.

Belongs here: what follows from register, rule sets and the plan of phases. Does not belong here: comparing (the suites
of `checks`), or anything read off the identification: who is identified is a table of its own.

Each function gives the columns with their SQL types, and the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.faseplan import Faseplan
from oppfolging_pipeline.rules.loader import rule_set_names
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.kontrollgrunnlag import Grunnlag


def puljesett(requests: Sequence[Request], valgt: str | None = None) -> Grunnlag:
    """The sets that have results of each year: whether each is the scheme's own, the day of its identification,
    whether it is the one (`valgt`) that the home has asked for by name, and whether it is the home's own (`eget`). The
    one asked for forms the cohort, else the official one, an own before a carried one."""
    columns = {
        "uttrekksaar": "INTEGER", "indikatorsett": "VARCHAR", "offisielt": "BOOLEAN", "uttrekksdag": "DATE",
        "valgt": "BOOLEAN", "eget": "BOOLEAN",
    }  # fmt: skip
    return columns, [
        (
            one.uttrekksaar,
            one.rule_set.navn,
            one.rule_set.offisielt,
            one.registerdato,
            one.rule_set.navn == valgt,
            one.rule_set.navn not in rule_set_names(),
        )
        for one in requests
    ]


def etterfolger(requests: Sequence[Request], register: Register, per: date | None = None) -> Grunnlag:
    """What each municipality of an identification has become, seen from the day `per` (`sett_fra`).

    Where that is not known, seen from every day from which the answer is another: the earliest identification day, and
    the days of change after it. With each its name and its statsforvalter, as seen from then. A municipality that has
    been divided has a row for each part. Seen from a day before its own identification, a municipality is what it was
    then.
    """
    columns = {
        "sett_fra": "DATE", "uttrekksaar": "INTEGER", "indikatorsett": "VARCHAR", "kommunenr_ved_uttrekk": "VARCHAR",
        "kommunenr": "VARCHAR", "kommunenavn": "VARCHAR", "statsforvalter_i_dag": "VARCHAR",
    }  # fmt: skip
    rows: list[tuple[object, ...]] = []
    first = min((request.registerdato for request in requests), default=register.foerste_dag)
    for day in (per,) if per else (first, *register.endringsdager(first)):
        for request in requests:
            seen = max(day, request.registerdato)
            names = register.gjeldende(seen)
            rows += [
                (
                    day,
                    request.uttrekksaar,
                    request.rule_set.navn,
                    code,
                    successor,
                    names[successor].navn,
                    register.statsforvalter_for_kommune(successor, seen),
                )
                for code in sorted(register.gjeldende(request.registerdato))
                for successor in register.etterfolgere(code, request.registerdato, seen)
            ]
    return columns, rows


def sett_fra_dag(per: date | None) -> Grunnlag:
    """The day that plan and reports are seen from; null where that is not known."""
    return {"dag": "DATE"}, [(per,)]


def halvaarsplan(plan: Faseplan) -> Grunnlag:
    """The terms of the plan, each with its phase, what is to be done in it and the report that falls due after it."""
    columns = {"halvaar_nr": "INTEGER", "fase": "VARCHAR", "aktiviteter": "VARCHAR[]", "rapport": "VARCHAR"}
    rows: list[tuple[object, ...]] = []
    for nr in plan.halvaar:
        fase, rapport = plan.fase_i(nr), plan.rapport_etter(nr)
        rows.append((nr, fase.fase, list(fase.aktiviteter), rapport.navn if rapport else None))
    return columns, rows


def rapportplan(plan: Faseplan) -> Grunnlag:
    """The reports of the plan, one row for each sender: the term at whose end it is due (`halvaar_nr`), and how many
    days before that it falls due."""
    columns = {
        "rapport_nr": "INTEGER", "avsender": "VARCHAR", "halvaar_nr": "INTEGER", "forfaller_dager": "INTEGER",
    }  # fmt: skip
    return columns, [
        (rapport.rapport_nr, avsender, rapport.etter_halvaar.verdi, plan.forfaller_dager.verdi)
        for rapport in plan.rapporter
        for avsender in rapport.avsendere.verdi
    ]
