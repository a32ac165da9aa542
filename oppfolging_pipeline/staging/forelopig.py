"""Preliminary figures among those that results are made of, told of wherever they are used.

Belongs here: which sources and school years they are of. Does not belong here: what makes a figure preliminary (the
source says it), or the status of a ranking (`identification`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.sporing import asked_for

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation


def preliminary_note(engine: Engine, observasjon: Relation, request: Request) -> str | None:
    """What results say of the preliminary figures that they are made of, in Norwegian; None when there is none.

    `observasjon` holds the window's partitions. Of what the request does not ask for nothing is said.
    """
    found = engine.run(
        """
        SELECT DISTINCT kilde, skoleaar
        FROM observasjon SEMI JOIN spurt USING (kilde, indikator, maal, trinn, skoleaar) WHERE forelopig
        ORDER BY kilde, skoleaar""",
        observasjon=observasjon,
        spurt=asked_for(engine, request),
    ).fetchall()
    years: dict[str, list[str]] = {}
    for kilde, skoleaar in found:
        years.setdefault(kilde, []).append(skoleaar)
    named = [f"{request.catalog.kilder[kilde].navn} {opplisting(of_kilde)}" for kilde, of_kilde in years.items()]
    return f"Tallene for {opplisting(named)} er foreløpige." if named else None
