"""What has moved of an interface and can be followed: told of once, with where it was and where it is.

Belongs here: facts of an interface against those that are remembered or declared. Does not belong here: remembering
them (`source_memory`), or what stops a source (`drift`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.sources.drift import Drift
from oppfolging_pipeline.sources.published import Published, SourceClient


def with_moves(published: Published, remembered: Mapping[str, str]) -> Published:
    """With a warning for each fact that is another than when the source was last read without fault (`remembered`),
    and, before there was such a time, than what is declared."""
    known = {fact: f"{value}, as it is declared" for fact, value in published.declared.items()}
    known |= {fact: f"{value}, as at the last fetch" for fact, value in remembered.items()}
    before = {**published.declared, **remembered}
    moves = tuple(
        Drift(
            "advarsel",
            "versjon_flyttet",
            Finding(
                key=f"{published.kilde}, {fact}",
                found=value,
                expected=known[fact],
                action="Nothing to do when the figures are accepted: where they lie is looked up on every fetch.",
            ),
        )
        for fact, value in published.facts.items()
        if before.get(fact, value) != value
    )
    return replace(published, warnings=(*published.warnings, *moves)) if moves else published


def seen(client: SourceClient, published: Published, *, first: bool) -> tuple[Drift, ...]:
    """The warnings about a source that have not been told of yet; `first`: nothing has been."""
    warnings = (*(published.warnings if first else ()), *client.moved.warnings)
    client.moved.drifts.clear()
    return warnings
