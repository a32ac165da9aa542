"""Which units a request is about: the municipalities of its register, and the schools with their municipality.

Belongs here: who is in the newest school year, and where each school stands in the register of the identification year.
Does not belong here: whether they have enough figures (`identification`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.staging.harmonisering import Line, Request, lineage
from oppfolging_pipeline.staging.skole import placements, skole_rader

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation


@dataclass(frozen=True)
class Units:
    """The units of a request.

    `kommuner` are the municipalities in force on the register's day; `placed` every school of the window that can be
    placed, with its municipality; `judged` those that stand in the newest school year, in a municipality; `unplaced`
    the number that stand there and cannot be placed (their municipality was divided and no later figure tells).
    """

    kommuner: tuple[str, ...]
    placed: Mapping[str, str]
    judged: tuple[str, ...]
    unplaced: int
    lineage: tuple[Line, ...]


def place(engine: Engine, window: Relation, all_files: Sequence[Path], request: Request, register: Register) -> Units:
    """Place schools and relate codes. `window` holds the window's observations, `all_files` every partition."""
    per = request.registerdato
    codes = engine.run(
        "SELECT kilde, skoleaar, kommunenr, bool_or(nivaa = 'kommune') FROM vindu WHERE kommunenr IS NOT NULL "
        "GROUP BY ALL ORDER BY ALL",
        vindu=window,
    )
    lines = lineage(codes.fetchall(), register, request.catalog, per)
    newest = {row["orgnr"]: row for row in engine.fetch(skole_rader(engine, window, request.catalog))}
    everywhere = engine.run(
        "SELECT enhet, kommunenr, max(skoleaar) AS siste FROM alle WHERE nivaa = 'skole' GROUP BY ALL "
        "ORDER BY siste DESC, kommunenr",
        alle=engine.read(all_files, "observasjon"),
    )
    other: dict[str, list[str]] = {}
    for orgnr, code, _ in everywhere.fetchall():
        other.setdefault(orgnr, []).append(code)
    # A number is used again over time: what a code became depends on the year that it stands in.
    codes_of_schools = {(row["kommunenr"], row["siste_skoleaar"]) for row in newest.values()}
    became = {
        (code, skoleaar): register.etterfolgere(code, _day(skoleaar, code, register), per)
        for code, skoleaar in sorted(codes_of_schools)
        if not register.er_utenfor(code)
    }
    placed = placements(
        {orgnr: became.get((row["kommunenr"], row["siste_skoleaar"]), ()) for orgnr, row in newest.items()}, other
    )
    kommuner = register.gjeldende(per)
    stands = [
        orgnr
        for orgnr, row in newest.items()
        if row["siste_skoleaar"] == request.newest_skoleaar and not register.er_utenfor(row["kommunenr"])
    ]
    judged = sorted(orgnr for orgnr in stands if placed.get(orgnr) in kommuner)
    return Units(tuple(sorted(kommuner)), placed, tuple(judged), len(stands) - len(judged), tuple(lines))


def _day(skoleaar: str, code: str, register: Register) -> date:
    """A day in the school year on which the code was in force: autumn first, as most figures are of the autumn."""
    autumn, spring = day_in(skoleaar, "10-01"), day_in(skoleaar, "06-30")
    return autumn if register.gyldig(code, autumn) else spring
