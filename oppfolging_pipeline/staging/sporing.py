"""Which content the figures of a request were read from, and which observations its results are made of.

Belongs here: the table `sporing`, and the digest of a window's observations. Does not belong here: what a content is
called or where it came from (`publish`), or the observations that one cell is made of (`harmonisering.made_of`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

# What results and audits can tell two sets of observations apart by; not where in a content a figure stands.
_FIGURE = (
    "sha256", "kilde", "skoleaar", "nivaa", "enhet", "kommunenr", "indikator", "maal", "trinn", "verdi", "verdistatus",
    "antall", "antallstatus", "forelopig", "rettelse",
)  # fmt: skip


def sporing_rader(engine: Engine, observasjon: Relation, request: Request) -> Relation:
    """The declared table `sporing`: how many observations each content gave to each indicator, grade and school year:
    also to the one whose counts are weights.

    `observasjon` holds the window's partitions. It is written together with the results: a later intake can replace
    the observations, and the results then still say what they were made of.
    """
    return engine.run(
        """
        SELECT CAST($uttrekksaar AS INTEGER) AS uttrekksaar, $indikatorsett AS indikatorsett, sha256, kilde, skoleaar,
          indikator, maal, trinn, CAST(count(*) AS INTEGER) AS celler
        FROM observasjon SEMI JOIN spurt USING (kilde, indikator, maal, trinn, skoleaar)
        GROUP BY ALL""",
        {"uttrekksaar": request.uttrekksaar, "indikatorsett": request.rule_set.navn},
        observasjon=observasjon,
        spurt=asked_for(engine, request),
    )


def observasjoner_sha256(engine: Engine, observasjon: Relation, request: Request) -> str:
    """The digest of the observations that results are made of, in whatever order they lie; `observasjon` holds the
    window's partitions. Of other figures, statuses, numbers, corrections or contents it is another."""
    text = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in _FIGURE)
    digests = engine.run(
        f"""
        SELECT sha256(coalesce(string_agg(rad, '' ORDER BY rad), '')) AS digest FROM (
          SELECT sha256(concat_ws('|', {text})) AS rad
          FROM observasjon SEMI JOIN spurt USING (kilde, indikator, maal, trinn, skoleaar))""",  # noqa: S608 (declared)
        observasjon=observasjon,
        spurt=asked_for(engine, request),
    )
    ((digest,),) = digests.fetchall()
    return str(digest)


def asked_for(engine: Engine, request: Request) -> Relation:
    """(kilde, indikator, maal, trinn, skoleaar) of every figure that the request's results are made of."""
    return engine.frame(
        {"kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR"},
        request.figures(),
    )
