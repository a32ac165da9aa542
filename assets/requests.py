"""What a run is asked for, as requests to the package.

Belongs here: turning the run's choices into requests, the same way for every asset. Does not belong here: what a
request means (`oppfolging_pipeline.staging.harmonisering`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from assets.oversikt import Way
from assets.resources import HomeResource, UttrekkResource
from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.rules.canonical import sha256_of
from oppfolging_pipeline.rules.rettelser import sha256_of_those_in_force
from oppfolging_pipeline.staging.basis import questions_note, refuse_older_bases, register_note, release_note
from oppfolging_pipeline.staging.brukte_sett import refuse_another_set, refuse_other_contents, sets_used
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.rettelser import in_force, refuse_of_the_future
from oppfolging_pipeline.staging.skole_plassering import Units
from oppfolging_pipeline.staging.vindusbrudd import break_note

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation
    from oppfolging_pipeline.register.model import Register
    from oppfolging_pipeline.rules.rettelse import Rettelse
    from oppfolging_pipeline.sources.archived import Intake


Row = dict[str, Any]


def requests(home: HomeResource, uttrekk: UttrekkResource, engine: Engine) -> list[Request]:
    """One request per identification year asked for; when none is, the newest one that is complete and final and spans
    no break that the rule set does not permit.

    Raises `PermanentError` when there is none, or when one asked for lacks figures or spans such a break; it says what
    is lacking of which report, and the ways that work with what is there.
    """
    way = Way(home, uttrekk, engine)
    asked = way.requests()
    if not asked:
        raise PermanentError(way.message())
    used = sets_used(home.complete, home.catalog)
    years = [one.uttrekksaar for one in asked]
    refuse_other_contents(way.rule_set, years, used, partial(home.run_command, way.rule_set.navn))
    return list(asked)


def requests_of_the_limits(home: HomeResource, uttrekk: UttrekkResource, engine: Engine) -> list[Request]:
    """As `requests`, of what stands on limits that have been made. Raises `InvalidInput` when a set has changed since:
    half of a result would be of another set than it says."""
    asked = requests(home, uttrekk, engine)
    refuse_another_set(asked, sets_used(home.lake, home.catalog))
    return asked


def basis_row(
    home: HomeResource,
    uttrekk: UttrekkResource,
    request: Request,
    units: Units,
    known_at: datetime | None,
    corrections: Sequence[Rettelse],
    note: str | None,
) -> Row:
    """What the request's results stand on: the declared row of `grunnlag`.

    `units` are the request's, `corrections` those in force, `note` what is said of those that the results stand on.
    Raises `InvalidInput` when a school year of its window failed at its source's last fetch, unless that is allowed.
    """
    breaks = home.oppsett.brudd
    window = {(str(partition["kilde"]), str(partition["skoleaar"])) for partition in request.partitions()}
    if not uttrekk.tillat_eldre:
        refuse_older_bases(home.archive, window, known_at)
    notes = (
        release_note(home.archive, window, home.catalog, known_at),
        register_note(home.archive, request.registerdato, known_at),
        questions_note(home.archive, window, home.catalog, known_at),
        break_note(request, breaks),
        units.note,
        note,
    )
    return {
        **request.partition,
        "kjent_per": date_in_norway(known_at) if known_at else None,
        "skoler_uten_kommune": units.skoler_uten_kommune,
        "merknad": " ".join(filter(None, notes)) or None,
        "rettelser_sha256": sha256_of_those_in_force(corrections),
        "brudd_sha256": sha256_of(breaks),
    }


def corrections_in_force(home: HomeResource, basis: Intake, register: Register, now: datetime) -> tuple[Rettelse, ...]:
    """The corrections of what the basis knows, read against the register. Raises `InvalidInput` when one is dated after
    today."""
    today = date_in_norway(now)
    corrections = home.oppsett.rettelser
    refuse_of_the_future(corrections, today)
    return in_force(corrections, register, date_in_norway(basis.known_at) if basis.known_at else today)


def observasjon_of(home: HomeResource, engine: Engine, request: Request) -> Relation:
    """The observations of the request's window. Raises `PermanentError` when there is none at all."""
    return engine.read(home.lake.existing("observasjon", request.partitions()), "observasjon")


def result_of(home: HomeResource, engine: Engine, key: str, request: Request) -> Relation:
    """A table's rows of one request, from the lake."""
    partition: Mapping[str, object] = request.partition
    return engine.read(home.lake.existing(key, [partition]), key)
