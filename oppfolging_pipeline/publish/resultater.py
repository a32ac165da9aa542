"""The results of a home: which there are, what each is, and whether it is published.

Belongs here: reading that from the lake and the published file. Does not belong here: how it is printed
(`cli_results`), or taking one out (`uttak`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.engine import RESULT_PARTITION
from oppfolging_pipeline.publish.consistency import known_results, missing_results, released_results
from oppfolging_pipeline.publish.uttak import intended

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Lake


@dataclass(frozen=True)
class Resultat:
    """One identification year and set. What its files do not say is None: of one that lies there in part, that is
    spoiled, or of an earlier version of the program. `laget` is when its ranking was written; `helt` whether every
    table of it is there; `tas_ut` whether it is being taken out."""

    uttrekksaar: int
    indikatorsett: str
    offisielt: bool | None
    eksempel: bool | None
    status: str | None
    sha256: str | None
    laget: datetime | None
    publisert: bool
    helt: bool
    tas_ut: bool


def results_of(engine: Engine, lake: Lake, published: Path) -> list[Resultat]:
    """Every result that the home has a file of, or has published, by year and set."""
    released = released_results(published) or set()
    known = known_results(lake, published)
    missing = missing_results(lake, known)
    retired = {one.result for one in intended(lake.root.parent)}
    found = []
    for year, name in sorted(known):
        partition = dict(zip(RESULT_PARTITION, (year, name), strict=True))
        ranking = lake.target("rangering_kommune", partition)
        of_ranking = _first_row(engine, lake, ranking)
        found.append(
            Resultat(
                uttrekksaar=year,
                indikatorsett=name,
                offisielt=of_ranking.get("offisielt"),
                eksempel=of_ranking.get("eksempel"),
                status=of_ranking.get("status"),
                sha256=_first_row(engine, lake, lake.target("regelsett_brukt", partition)).get("sha256"),
                laget=datetime.fromtimestamp(ranking.stat().st_mtime, UTC) if ranking.exists() else None,
                publisert=(year, name) in released,
                helt=(year, name) not in missing,
                tas_ut=(year, name) in retired,
            )
        )
    return found


def _first_row(engine: Engine, lake: Lake, file: Path) -> dict[str, Any]:
    """A row of the file, by column; none where there is no file, or it is not what was audited."""
    if not file.exists() or lake.not_as_audited([file]):
        return {}
    rows = engine.fetch(engine.read([file], file.relative_to(lake.root).parts[0]).limit(1))
    return rows[0] if rows else {}
