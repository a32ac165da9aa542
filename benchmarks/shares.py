"""Points and shares of many units: the package's steps against one hand-written query for the shares alone.

The package also keeps every cell with its points and limits, because that is published: part of the ratio is that.

Belongs here: one measurement, printed. Run it with `python -m benchmarks.shares [UNITS]`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.engine import Engine, open_engine
from oppfolging_pipeline.indicators.andel import andel_rader
from oppfolging_pipeline.indicators.vurdering import vurder
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Relation

ROUNDS = 5
_CELLS = """
SELECT 2025 AS uttrekksaar, 'np-skalapoeng' AS indikatorsett, 'skole' AS nivaa, e.i::VARCHAR AS enhet,
  (e.i % 357)::VARCHAR AS kommunenr, s.indikator, s.maal, s.trinn, s.skoleaar, s.vindusaar,
  CASE WHEN e.i % 10 < 7 THEN CAST(40 + (e.i * 7 + s.vindusaar * 3 + s.trinn) % 20 AS DECIMAL(9, 3)) END AS verdi,
  CASE WHEN e.i % 10 < 7 THEN 'vist' ELSE 'skjermet' END AS verdistatus, 20 AS antall, false AS beregnet,
  false AS forelopig
FROM range($units) e(i) CROSS JOIN spurt s
"""
_LIMITS = "SELECT DISTINCT indikator, trinn, skoleaar, 49.000 AS nasjonal_grense, 46.000 AS absolutt_grense FROM spurt"
_BY_HAND = """
SELECT enhet, sum(p) AS poeng, sum(m) AS mulige, 100.0 * sum(p) / nullif(sum(m), 0) AS andel FROM (
  SELECT enhet, CASE WHEN verdistatus = 'vist' THEN 3 ELSE 0 END AS m,
    CASE WHEN verdi < absolutt_grense THEN 3 WHEN verdi < nasjonal_grense THEN 1 WHEN verdi IS NOT NULL THEN 0 END AS p
  FROM celler JOIN grenser USING (indikator, trinn, skoleaar)) GROUP BY enhet
"""


def main() -> None:
    """Print the median seconds of both and their ratio."""
    units = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    request = Request(2025, load_rule_set("np-skalapoeng"), default_catalog())
    with tempfile.TemporaryDirectory() as spill, open_engine(Path(spill), memory_limit="4GB") as engine:
        spurt = engine.frame(
            {
                "indikator": "VARCHAR",
                "maal": "VARCHAR",
                "trinn": "INTEGER",
                "skoleaar": "VARCHAR",
                "vindusaar": "INTEGER",
            },
            [(indikator, maal, trinn, aar, nr) for _, indikator, maal, trinn, aar, nr, _ in request.cells()],
        )
        cells = engine.run(_CELLS, {"units": units}, spurt=spurt)
        limits = engine.run(_LIMITS, spurt=spurt)
        ours = _median(lambda: _package(engine, cells, limits, request))
        by_hand = _median(lambda: engine.run(_BY_HAND, celler=cells, grenser=limits))
    sys.stdout.write(
        f"{units * len(request.cells()):,} cells: package {ours:.2f} s, hand-written SQL {by_hand:.2f} s, "
        f"ratio {ours / by_hand:.1f}\n"
    )


def _package(engine: Engine, cells: Relation, limits: Relation, request: Request) -> Relation:
    return andel_rader(engine, vurder(engine, cells, limits, request))


def _median(step: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
