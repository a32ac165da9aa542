"""Results that were made of other figures than those that lie in the lake now, or than each other.

Belongs here: telling them apart. A home publishes every result that it has, and a run makes only those that it is asked
for: once a source has changed its figures, or a run used what was known a former day, results of different figures
stand beside each other. Does not belong here: whether the tables of one result belong together (`consistency`), or
which figures are in force (`sources.archive`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.publish.uttak import Result
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.sporing import observasjoner_sha256

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Lake


def of_other_figures(engine: Engine, lake: Lake, catalog: Catalog, sets: Mapping[Result, RuleSet]) -> list[Result]:
    """The (uttrekksaar, indikatorsett) whose observations are not those that lie in the lake now, sorted. `sets`:
    the set that each was made with (`staging.brukte_sett`); one without is not told of.

    Only where both the result's own word and the observations are what was audited: of spoiled files it is not known,
    and their audits must tell. A result that has no word of it is of an earlier version, and is not told either.
    """
    files = lake.files("regelsett_brukt")
    spoiled = lake.not_as_audited(files)
    # One by one: beside files of an earlier version those of this one have a column more.
    rows = [
        row for file in files if file not in spoiled for row in engine.fetch(engine.read([file], "regelsett_brukt"))
    ]
    found = []
    for row in sorted(rows, key=lambda row: (row["uttrekksaar"], row["indikatorsett"])):
        if (rule_set := sets.get((row["uttrekksaar"], row["indikatorsett"]))) is None:
            continue
        request = Request(row["uttrekksaar"], rule_set, catalog)
        window = lake.existing("observasjon", request.partitions())
        if lake.not_as_audited(window):
            continue
        now = observasjoner_sha256(engine, engine.read(window, "observasjon"), request) if window else None
        if row.get("observasjoner_sha256", now) != now:
            found.append((request.uttrekksaar, request.rule_set.navn))
    return found


def note_of_each_other(engine: Engine, lake: Lake) -> str | None:
    """What a reader of the release must know, in Norwegian, when results that share figures read them from different
    contents; None when all read the same."""
    pairs = engine.run(
        """
        WITH lest AS (
          SELECT * EXCLUDE (sha256, celler), list(sha256 ORDER BY sha256) AS innhold FROM sporing GROUP BY ALL
        )
        SELECT DISTINCT a.uttrekksaar, a.indikatorsett, b.uttrekksaar, b.indikatorsett
        FROM lest a JOIN lest b USING (kilde, skoleaar, indikator, maal, trinn)
        WHERE (a.uttrekksaar, a.indikatorsett) < (b.uttrekksaar, b.indikatorsett) AND a.innhold <> b.innhold
        ORDER BY ALL""",
        sporing=engine.read(lake.files("sporing"), "sporing"),
    ).fetchall()
    others: dict[str, list[str]] = defaultdict(list)
    for year, name, other_year, other_name in pairs:
        others[f"{year} ({name})"].append(f"{other_year} ({other_name})")
    return " ".join(
        f"Uttrekk {one} er regnet av andre utgaver av kildens tall enn uttrekk {opplisting(rest)}: samme skoleår "
        "kan ha ulike tall i dem."
        for one, rest in others.items()
    ) or None  # fmt: skip
