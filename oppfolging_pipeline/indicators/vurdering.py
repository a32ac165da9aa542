"""Risk points of each cell.

Belongs here: worse than a limit, and what it costs. Does not belong here: the limits (`grense`) or sums (`andel`).
Source of the rule: Udir, «Hvilke kommuner deltar i ordningen?»: worse than the absolute limit 3, worse than the
national limit 1 (not 1 + 3), else 0, times the indicator's weight. Worse is strict, on decimals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.rules.catalog import Retning
from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

_SET = {
    "indikator": "VARCHAR", "trinn": "INTEGER", "indikatoromraade": "VARCHAR", "vekt": "INTEGER", "fortegn": "INTEGER",
}  # fmt: skip

# A figure where lower is better is compared with its sign turned, so that "worse" is "less" for every measure.
_SIGN: dict[Retning, int] = {"hoyere_er_bedre": 1, "lavere_er_bedre": -1}


def vurder(engine: Engine, harmonisert: Relation, grense: Relation, request: Request) -> Relation:
    """The declared table `vurdering`, one row per cell of `harmonisert` (`grense` holds every one of its limits).

    A cell that is not `vist` has no risk points (null) and 0 possible points; a shown one has 0 to `absolutt` × weight
    of `absolutt` × weight possible.
    """
    rule_set, catalog = request.rule_set, request.catalog
    sett = engine.frame(
        _SET,
        [
            (item.indikator, item.trinn, item.omraade, item.vekt.verdi, _SIGN[catalog.maal[item.maal].retning])
            for item in rule_set.indikatorer
        ],
    )
    return engine.run(
        """
        WITH sammenlignet AS (
          SELECT h.*, s.indikatoromraade, s.vekt, g.nasjonal_grense, g.absolutt_grense, h.verdistatus = 'vist' AS vist,
            s.fortegn * h.verdi < s.fortegn * g.absolutt_grense AS forbi_absolutt_grense,
            s.fortegn * h.verdi < s.fortegn * g.nasjonal_grense AS forbi_nasjonal_grense
          FROM harmonisert h JOIN sett s USING (indikator, trinn) JOIN grense g USING (indikator, trinn, skoleaar)
        )
        SELECT *,
          CASE WHEN NOT vist THEN NULL WHEN forbi_absolutt_grense THEN vekt * $absolutt
            WHEN forbi_nasjonal_grense THEN vekt * $nasjonal ELSE 0 END AS risikopoeng,
          CASE WHEN vist THEN vekt * $absolutt ELSE 0 END AS mulige_risikopoeng,
          CASE WHEN vist THEN forbi_absolutt_grense END AS forbi_absolutt
        FROM sammenlignet""",
        {"absolutt": rule_set.poeng.absolutt.verdi, "nasjonal": rule_set.poeng.nasjonal.verdi},
        harmonisert=harmonisert,
        grense=grense,
        sett=sett,
    )
