"""The figures that are asked for, each with the pupils behind it.

Belongs here: what a figure weighs in a mean, and whether it is one of anybody. Does not belong here: means
(`ombygging`, `indicators.grense`).

What a source's count beside a figure counts, the catalogue says (`antall_er`). Of those who answered it is the weight.
Of a numerator it is not: there the weight is the count of another indicator (`vekt_fra`) for the same unit, grade,
source and school year, and without a shown one it is not known. A numerator is never divided by its share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation
    from oppfolging_pipeline.staging.harmonisering import Request

_ASKED = {
    "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR",
    "skala": "INTEGER", "vekt_indikator": "VARCHAR", "vekt_maal": "VARCHAR",
}  # fmt: skip

# A count may stand without the figure that it weighs: then there are pupils and no figure (`finnes` is false).
_CELLS = """
WITH tall AS (
  SELECT o.*, s.skala FROM observasjon o JOIN spurt s USING (kilde, indikator, maal, trinn, skoleaar)
), vekter AS (
  SELECT s.kilde, s.indikator, s.maal, s.trinn, s.skoleaar, s.skala, o.nivaa, o.enhet, o.kommunenr, o.forelopig,
    o.antallstatus AS elevstatus, CASE WHEN o.antallstatus = 'vist' THEN o.antall END AS elever,
    nullif(s.vekt_indikator, s.indikator) AS annen_vekt, o.sha256, o.rad, o.kolonne, o.rettelse
  FROM observasjon o JOIN spurt s ON o.kilde = s.kilde AND o.skoleaar = s.skoleaar AND o.trinn = s.trinn
    AND o.indikator = s.vekt_indikator AND o.maal = s.vekt_maal
), celler AS (
  SELECT kilde, indikator, maal, trinn, skoleaar, nivaa, enhet, coalesce(t.kommunenr, v.kommunenr) AS kommunenr,
    coalesce(t.skala, v.skala) AS skala, t.enhet IS NOT NULL AS finnes, t.verdi,
    coalesce(t.verdistatus, 'mangler') AS verdistatus, t.antall, coalesce(t.antallstatus, 'mangler') AS antallstatus,
    coalesce(t.forelopig, v.forelopig) AS forelopig, t.sha256, t.rad, t.kolonne, t.rettelse,
    v.elever, coalesce(v.elevstatus, 'mangler') AS elevstatus, v.annen_vekt,
    v.sha256 AS vekt_sha256, v.rad AS vekt_rad, v.kolonne AS vekt_kolonne, v.rettelse AS vekt_rettelse
  FROM tall t FULL JOIN vekter v USING (kilde, indikator, maal, trinn, skoleaar, nivaa, enhet)
)
SELECT *, rettelse IS NOT NULL AND verdistatus = 'mangler' AND elever IS DISTINCT FROM 0 AS utelatt,
  elever IS DISTINCT FROM 0 AND (rettelse IS NOT NULL OR verdistatus IN ('vist', 'skjermet')
    OR antallstatus IN ('vist', 'skjermet') OR elevstatus IN ('vist', 'skjermet')) AS har_elever,
  verdistatus = 'vist' AND coalesce(elever, 0) > 0 AS kan_brukes
FROM celler
"""


def with_pupils(engine: Engine, observasjon: Relation, request: Request) -> Relation:
    """The observations of the request's cells, with `elever` (the weight; null: not known), and a row for each count
    without a figure (`finnes` is false, `verdistatus` `mangler`).

    `skala` is 10 to the number of published decimals. `har_elever`: there is a figure, or one that a correction left
    out (`utelatt`), or a count, and the weight is not 0. `kan_brukes`: in a mean; the figure is shown, of pupils whose
    number is. `annen_vekt` is the indicator of the weight when that is another observation than the figure; `vekt_…`
    say where it stands.
    """
    rows = []
    for kilde, indikator, maal, trinn, skoleaar, _, skala in request.cells():
        rows.append((kilde, indikator, maal, trinn, skoleaar, skala, *request.weight_of(indikator, maal)))
    return engine.run(_CELLS, observasjon=observasjon, spurt=engine.frame(_ASKED, rows))
