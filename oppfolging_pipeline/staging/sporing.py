"""Which content the figures of a request were read from.

Belongs here: the table `sporing`. Does not belong here: what a content is called or where it came from (`publish`), or
the observations that one cell is made of (`harmonisering.made_of`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation


def sporing_rader(engine: Engine, observasjon: Relation, request: Request) -> Relation:
    """The declared table `sporing`: how many observations each content gave to each indicator, grade and school year.

    `observasjon` holds the window's partitions. It is written together with the results: a later intake can replace
    the observations, and the results then still say what they were made of.
    """
    spurt = engine.frame(
        {"kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR"},
        [cell[:5] for cell in request.cells()],
    )
    return engine.run(
        """
        SELECT CAST($uttrekksaar AS INTEGER) AS uttrekksaar, $indikatorsett AS indikatorsett, sha256, kilde, skoleaar,
          indikator, maal, trinn, CAST(count(*) AS INTEGER) AS celler
        FROM observasjon SEMI JOIN spurt USING (kilde, indikator, maal, trinn, skoleaar)
        GROUP BY ALL""",
        {"uttrekksaar": request.uttrekksaar, "indikatorsett": request.rule_set.navn},
        observasjon=observasjon,
        spurt=spurt,
    )
