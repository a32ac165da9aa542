"""A lake with only what a test is about, and the second computation of it.

Belongs here: the builders of the tests beside it. Does not belong here: assertions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from oppfolging_pipeline.engine import Engine, Lake
from oppfolging_pipeline.identification.etterregning.avgjorelse import Enhet
from oppfolging_pipeline.identification.etterregning.parametre import Parametre
from oppfolging_pipeline.identification.etterregning_inndata import parametre_of
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.harmonisering import Request
from tests.support.decision import Inputs
from tests.support.golden_sets import small_set

Row = dict[str, Any]


def parameters(rule_set: RuleSet | None = None, **changes: Any) -> Parametre:
    """Those of a small set in 2025, with some of them changed."""
    return replace(parametre_of(Request(2025, rule_set or small_set(), default_catalog())), **changes)


def lake_of(
    engine: Engine,
    folder: Path,
    rows: Sequence[Row],
    register: Register,
    *,
    uttrekksaar: int = 2025,
    rule_set: RuleSet | None = None,
) -> Inputs:
    """A lake of these observations and this register, as the assets leave it, with a request."""
    lake = Lake(folder / "lager")
    partitions: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        partitions.setdefault((row["kilde"], row["skoleaar"]), []).append(row)
    staged = [
        engine.write(of_partition, "observasjon", lake, {"kilde": kilde, "skoleaar": skoleaar})
        for (kilde, skoleaar), of_partition in partitions.items()
    ]
    lake.commit([*staged, engine.write(register.rader(), "kommune", lake)])
    return Inputs(lake, Request(uttrekksaar, rule_set or small_set(), default_catalog()))


def unit(
    enhet: str,
    points: int,
    possible: int = 36,
    *,
    beyond: int = 0,
    judged: bool = True,
    kommunenr: str = "",
    open_cells: int = 0,
    would_be: bool = True,
) -> Enhet:
    """A municipality, or a school when `kommunenr` is given. `open_cells` have 3 points each; `would_be`: judged, were
    they shown."""
    return Enhet(enhet, kommunenr or enhet, points, possible, beyond, judged, 3 * open_cells, open_cells, would_be)
