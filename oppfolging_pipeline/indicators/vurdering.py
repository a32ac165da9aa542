"""Risk points of each cell.

Belongs here: worse than a limit, and what it costs. Does not belong here: the limits (`grense`) or sums (`andel`).
Source of the rule: Udir, «Hvilke kommuner deltar i ordningen?»: worse than the absolute limit 3, worse than the
national limit 1 (not 1 + 3), else 0, times the indicator's weight. Worse is strict, on decimals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

_SET = {
    "indikator": "VARCHAR", "trinn": "INTEGER", "indikatoromraade": "VARCHAR", "vekt": "INTEGER", "hoyere_er_bedre": "BOOLEAN",
}  # fmt: skip


def vurder(engine: Engine, harmonisert: Relation, grense: Relation, request: Request) -> Relation:
    """The declared table `vurdering`, one row per cell of `harmonisert`.

    A cell that is not `vist` has no risk points (null) and 0 possible points.
    """
    rule_set, catalog = request.rule_set, request.catalog
    sett = engine.frame(
        _SET,
        [
            (item.indikator, item.trinn, item.omraade, item.vekt.verdi, catalog.maal[item.maal].retning == "hoyere_er_bedre")
            for item in rule_set.indikatorer
        ],
    )
    return engine.run(
        """
        WITH sammenlignet AS (
          SELECT h.*, s.indikatoromraade, s.vekt, g.nasjonal_grense, g.absolutt_grense, h.verdistatus = 'vist' AS vist,
            CASE WHEN s.hoyere_er_bedre THEN h.verdi < g.absolutt_grense ELSE h.verdi > g.absolutt_grense END AS under_absolutt,
            CASE WHEN s.hoyere_er_bedre THEN h.verdi < g.nasjonal_grense ELSE h.verdi > g.nasjonal_grense END AS under_nasjonal
          FROM harmonisert h JOIN sett s USING (indikator, trinn) JOIN grense g USING (indikator, trinn, skoleaar)
        )
        SELECT *,
          CASE WHEN vist THEN vekt * CASE WHEN under_absolutt THEN $absolutt WHEN under_nasjonal THEN $nasjonal ELSE 0 END END
            AS risikopoeng,
          CASE WHEN vist THEN vekt * $absolutt ELSE 0 END AS mulige_risikopoeng,
          CASE WHEN vist THEN under_absolutt END AS forbi_absolutt
        FROM sammenlignet""",
        {"absolutt": rule_set.poeng.absolutt.verdi, "nasjonal": rule_set.poeng.nasjonal.verdi},
        harmonisert=harmonisert,
        grense=grense,
        sett=sett,
    )
