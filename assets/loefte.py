"""The promise about shielding, as one verdict among the checks of what is published.

Belongs here: from figures that break it to an outcome. Does not belong here: finding them
(`oppfolging_pipeline.publish.loefte`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assets.resources import HomeResource
from checks.runner import MAX_OFFENDERS
from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.outcome import Outcome
from oppfolging_pipeline.publish import loefte
from oppfolging_pipeline.publish.manifest import read_manifest
from oppfolging_pipeline.staging import intake
from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Lake, Relation

TABLE = "vurdering_kommune"


def is_home_of_its_own(home: HomeResource, engine: Engine, lake: Lake) -> bool:
    """Whether all that the home has published, and all that it holds, looked back to a day (`--kjent-per`)."""
    days = engine.read(lake.files("grunnlag"), "grunnlag").project("kjent_per").fetchall()
    before = read_manifest(home.published).utgivelser
    return all(day is not None for (day,) in days) and all(one.kjent_per is not None for one in before)


def kept(
    home: HomeResource, engine: Engine, lake: Lake, kommuner: Relation, skoler: Relation
) -> tuple[Outcome, str | None]:
    """The verdict on the published figures of municipalities and schools, every one of them at once; and what a home of
    its own says of the figures that the source has shielded since the day that it looks back to, in Norwegian."""
    started = time.perf_counter()
    catalog, basis = home.catalog, home.archive.in_force()
    requests = [Request(year, one, catalog) for (year, _), one in home.sets_used(lake).items()]
    found = loefte.broken(
        engine,
        lake,
        kommuner,
        skoler,
        requests,
        intake.read_register(basis),
        kjent_per=date_in_norway(basis.known_at) if basis.known_at else None,
    )
    rows, note = engine.fetch(found.order(loefte.TALL)), None
    if rows and is_home_of_its_own(home, engine, lake):
        since = sum(row["siden"] for row in rows)
        note = f"Tallene er slik de var kjent; {since} av dem har kilden skjermet siden." if since else None
        rows = [row for row in rows if not row["siden"]]
    outcome = Outcome(
        tabell=TABLE,
        kontroll=loefte.KONTROLL,
        passed=not rows,
        alvorlighet="kritisk",
        avvik=tuple(_named(rows[:MAX_OFFENDERS])),
        antall_avvik=len(rows),
        veiledning=(
            "Et tall for en kommune eller en skole er ikke et som kilden viser nå, eller bygd av slike. Har kilden "
            "skjermet eller trukket det tilbake siden uttrekket ble regnet (da sier `oppfolging doctor` at det er av "
            "andre tall), kjør uttrekket på nytt; en avgjørelse som viser det, regnes om igjen i en hjemmemappe for "
            "seg, med --kjent-per i hver kjøring. Ellers: meld fra, beregningen må rettes før noe publiseres."
        ),
        varighet=time.perf_counter() - started,
        bare_antall=True,
    )
    return outcome, note


def _named(rows: Sequence[dict[str, object]]) -> list[str]:
    return [", ".join(f"{name}={value}" for name, value in row.items()) for row in rows]
