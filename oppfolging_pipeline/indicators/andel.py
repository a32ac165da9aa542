"""Sums and the share of risk points of each unit over its window.

Belongs here: summing points, possible points and coverage. Does not belong here: whether that is enough to judge
(`identification`). Source of the rule: Udir, «Hvilke kommuner deltar i ordningen?»: points and possible points are
summed over three school years first, then divided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

_SUMS = """
SELECT uttrekksaar, indikatorsett, nivaa, enhet, kommunenr,
  -- A sum over no shown cell is the number 0: so many points were given.
  coalesce(sum(risikopoeng), 0) AS risikopoeng,
  sum(mulige_risikopoeng) AS mulige_risikopoeng,
  count(*) FILTER (forbi_absolutt) AS celler_forbi_absolutt,
  count(*) FILTER (verdistatus = 'vist') AS celler_vist,
  count(*) FILTER (verdistatus IN ('vist', 'skjermet', 'kan_ikke_bygges')) AS celler_finnes,
  count(*) FILTER (verdistatus = 'kan_ikke_bygges') AS celler_ikke_bygd,
  coalesce(sum(vekt) FILTER (verdistatus = 'vist'), 0) AS vekt_vist,
  coalesce(sum(vekt) FILTER (verdistatus IN ('vist', 'skjermet', 'kan_ikke_bygges')), 0) AS vekt_finnes,
  coalesce(sum(vekt) FILTER (verdistatus = 'kan_ikke_bygges'), 0) AS vekt_ikke_bygd,
  count(DISTINCT vindusaar) FILTER (verdistatus = 'vist') AS aar_med_tall,
  count(DISTINCT vindusaar) FILTER (verdistatus IN ('vist', 'kan_ikke_bygges')) AS aar_med_tall_om_bygd,
  bool_or(forelopig) AS forelopig
FROM vurdering GROUP BY ALL
"""


def andel_rader(engine: Engine, vurdering: Relation) -> Relation:
    """The declared table `andel`, one row per unit of `vurdering`.

    Sums are in points and in weights; the share is in percent and the coverage 0–1, each null without a denominator.
    Years are counted by their number in the window, so that a source that lags counts with the others.
    """
    return engine.run(
        f"""
        SELECT *,
          CASE WHEN mulige_risikopoeng > 0 THEN 100.0::DOUBLE * risikopoeng / mulige_risikopoeng END
            AS andel_risikopoeng,
          CASE WHEN vekt_finnes > 0 THEN 1.0::DOUBLE * vekt_vist / vekt_finnes END AS dekningsgrad
        FROM ({_SUMS})""",  # noqa: S608 (text of this module)
        vurdering=vurdering,
    )
