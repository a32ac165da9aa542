"""The day that the cohorts of a home are seen from: what they are then, and how long that holds.

Belongs here: which identification forms each cohort, the three tables as of a day, and the last day on which nothing in
them is another. Does not belong here: the rows of one table (`pulje`, `faseplan`, `rapportering`), or the clock.

The day is decided once per run, when the municipalities are written (`pulje_kommune`), and kept in the report of their
audit; whoever comes after asks for it here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from oppfolging_pipeline.cohorts.faseplan import faseplan_rader
from oppfolging_pipeline.cohorts.pulje import Kommuneregister, pulje_rader, sett_for_pulje
from oppfolging_pipeline.cohorts.rapportering import rapportering_rader
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.outcome import read_audit_report
from oppfolging_pipeline.core.skoleaar import halvaar_dates
from oppfolging_pipeline.rules.faseplan import Faseplan, default_faseplan

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Lake
    from oppfolging_pipeline.rules.model import RuleSet

Row = dict[str, Any]
DAY = timedelta(days=1)
TABELLER = ("pulje_kommune", "pulje_faseplan", "rapportering")
"""The tables that are as of a day."""


class Register(Kommuneregister, Protocol):
    """What is asked of the municipality register here."""

    def endringsdager(self, etter: date) -> tuple[date, ...]:
        """The days after the date on which a code, a name, a lineage or an office changes, in order."""


@dataclass(frozen=True)
class Identifisering:
    """The identification that a cohort is formed of: its set, its day, and rows of `identifisert_kommune`."""

    pulje: int
    dag: date
    offisielt: bool
    rader: Sequence[Mapping[str, Any]]


def identifiseringer(
    rader: Iterable[Mapping[str, Any]], rule_set: Callable[[int, str], RuleSet], valgt: str | None = None
) -> tuple[Identifisering, ...]:
    """One for each year that a set forms a cohort of, from every row of `identifisert_kommune` in the home.

    `valgt` is the set that the home has asked for by name. Raises `PermanentError` as `sett_for_pulje` does.
    """
    by_year: dict[int, dict[str, list[Mapping[str, Any]]]] = {}
    for row in rader:
        by_year.setdefault(row["uttrekksaar"], {}).setdefault(row["indikatorsett"], []).append(row)
    found = []
    for year, of_set in sorted(by_year.items()):
        sets = {name: rule_set(year, name) for name in of_set}
        name_of_chosen = sett_for_pulje({name: one.offisielt for name, one in sets.items()}, valgt)
        if name_of_chosen is None:
            continue
        chosen = sets[name_of_chosen]
        found.append(Identifisering(year, chosen.identifikasjonsdag(year), chosen.offisielt, of_set[chosen.navn]))
    return tuple(found)


def puljer(
    identifisert: Sequence[Identifisering], register: Register, per: date, plan: Faseplan | None = None
) -> list[Row]:
    """Rows of `pulje_kommune` as of the day."""
    return [
        row
        for one in identifisert
        for row in pulje_rader(one.rader, register, per, one.dag, offisielt=one.offisielt, plan=plan)
    ]


def planer(kommuner: Sequence[Mapping[str, Any]], per: date, plan: Faseplan | None = None) -> list[Row]:
    """Rows of `pulje_faseplan` as of the day, for every cohort of those rows of `pulje_kommune`."""
    cohorts: dict[int, list[Mapping[str, Any]]] = {}
    for row in kommuner:
        cohorts.setdefault(row["pulje"], []).append(row)
    return [
        {**term, "offisielt": members[0]["offisielt"], "eksempel": members[0]["eksempel"]}
        for pulje, members in sorted(cohorts.items())
        for term in faseplan_rader(pulje, len(members), per, plan)
    ]


def gjelder_til(
    identifisert: Sequence[Identifisering], register: Register, per: date, plan: Faseplan | None = None
) -> date | None:
    """The last day on which every row of the three tables is what it is at `per`; None when none ever changes.

    Found by making them on each later day that can bring a change: of identification, of the register, the first of a
    term and the one after its last, the first on which a report falls due and the one after its deadline.
    """
    plan = plan or default_faseplan()

    def rows_at(day: date) -> tuple[list[Row], ...]:
        kommuner = puljer(identifisert, register, day, plan)
        return kommuner, planer(kommuner, day, plan), rapportering_rader(kommuner, day, plan)

    now = rows_at(per)
    days = sorted(day for day in _days_of_change(identifisert, register, per, plan) if day > per)
    return next((day - DAY for day in days if rows_at(day) != now), None)


def _days_of_change(identifisert: Sequence[Identifisering], register: Register, per: date, plan: Faseplan) -> set[date]:
    days = {one.dag for one in identifisert}
    days.update(register.endringsdager(max(per, min(days))) if days else ())
    for one in identifisert:
        for nr in plan.halvaar:
            fra, til = halvaar_dates(one.pulje, nr)
            days |= {fra, til + DAY, til - timedelta(days=plan.forfaller_dager.verdi)}
    return days


def sett_fra(lake: Lake, key: str = TABELLER[0]) -> date | None:
    """The day that the table in the lake is seen from, as the report of its audit tells; None where none does: there is
    no such table, or it was audited before the day was kept. Raises `InvalidInput` for a report that cannot be read."""
    files = lake.files(key)
    return read_audit_report(lake.report(files[0])).per if files else None


def dagen_for_kjoringen(lake: Lake, *keys: str) -> date:
    """The one day that those tables (left out: the municipalities) are seen from.

    Raises `PermanentError` when no day is kept, or they are seen from several.
    """
    days = {key: sett_fra(lake, key) for key in keys or TABELLER[:1]}
    found = set(days.values())
    if len(found) != 1 or None in found:
        listed = ", ".join(f"{key} of {day or 'a day that is not kept'}" for key, day in days.items())
        raise PermanentError(
            f"found {listed}; expected the tables of the cohorts as of one day. "
            "Run `oppfolging run`: it makes them anew."
        )
    return next(day for day in found if day)
