"""Figures of municipalities that were merged or came out of a division: their parts, and what is made of them.

Belongs here: what a rebuilt cell is made of, and why one cannot be. Does not belong here: which municipalities are
rebuilt (`harmonisering.lineage`), or where a school stands (`skole_plassering`).

A merger is the mean of its parts, weighted by their pupils, when every part with pupils is shown with a known weight. A
part of a division is made likewise of the schools that stand in it. Of a divided municipality three more things are
asked, each of all its parts: that no school with pupils stands outside of them, that each can be placed, and that the
schools have its pupils where all of their numbers are shown. Whether its own figure is shown says nothing: a mean of
shown figures of schools tells what they tell. Where a thing is not so the cell is `kan_ikke_bygges`, with the first
reason of the declared list; where nothing but what a correction left out stands in the way it is `mangler`, and so it
is without a part with pupils. Rebuilt figures are rounded half-up as the published ones are.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

from oppfolging_pipeline.tables.model import table

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

_REASONS = table("harmonisert").column("ikke_bygd_grunn").values or ()


class Hinder(IntEnum):
    """What stands in the way of a cell, in the order of the declared sentences: the first goes before the others."""

    KOMMUNE_SKJERMET = 0
    KOMMUNE_UTEN_TALL = 1
    KOMMUNE_UTEN_ELEVTALL = 2
    SKOLE_UPLASSERT = 3
    SKOLE_UTENFOR_DELENE = 4
    GAAR_IKKE_OPP = 5
    UTEN_SKOLER = 6
    SKOLE_SKJERMET = 7
    SKOLE_UTEN_TALL = 8
    SKOLE_UTEN_ELEVTALL = 9

    @property
    def tekst(self) -> str:
        """The sentence that is published."""
        return str(_REASONS[self])


def parts(engine: Engine, celler: Relation, slekt: Relation, placed: Mapping[str, str]) -> Relation:
    """The parts of every rebuilt cell: the rows of `celler` (`elever.with_pupils`), each with the municipality `til`
    that it became a part of and its `hinder`, the number of one; null where it hinders nothing.

    `slekt` is the lineage, `placed` the municipality of each school that can be placed. A school or a divided
    municipality that hinders a cell stands as a part of all that it hinders, and can be used in none.
    """
    plassert = engine.frame({"enhet": "VARCHAR", "kommune": "VARCHAR"}, sorted(placed.items()))
    return engine.run(_PARTS, celler=celler, slekt=slekt, plassert=plassert)


def rebuilt(engine: Engine, deler: Relation) -> Relation:
    """The rebuilt cells of municipalities: `enhet, indikator, trinn, skoleaar, verdistatus, ikke_bygd_grunn, verdi,
    antall, forelopig`. `antall` is the sum of the source's counts of the parts, null where one of them is not shown."""
    grunner = engine.frame(
        {"hinder": "INTEGER", "ikke_bygd_grunn": "VARCHAR"}, [(one.value, one.tekst) for one in Hinder]
    )
    return engine.run(_REBUILT, deler=deler, grunner=grunner)


# Three numbers of each level, in one order, for what stands in the way of a part itself.
_OF_ITSELF = f"""CASE WHEN NOT har_elever OR kan_brukes OR utelatt THEN NULL
    WHEN verdistatus = 'skjermet' THEN if(nivaa = 'skole', {Hinder.SKOLE_SKJERMET:d}, {Hinder.KOMMUNE_SKJERMET:d})
    WHEN verdistatus = 'vist' THEN if(nivaa = 'skole', {Hinder.SKOLE_UTEN_ELEVTALL:d}, {Hinder.KOMMUNE_UTEN_ELEVTALL:d})
    ELSE if(nivaa = 'skole', {Hinder.SKOLE_UTEN_TALL:d}, {Hinder.KOMMUNE_UTEN_TALL:d}) END"""

# `delene` are what a code became, `hele` its own row against its schools'. Only a number that is not shown of pupils
# that there are leaves open whether the schools are all there.
_PARTS = f"""
WITH delene AS (
  SELECT kilde, skoleaar, kommunenr, list(til) AS delene FROM slekt GROUP BY ALL
), under AS (
  SELECT s.til, s.maate, d.delene, c.* FROM celler c
  JOIN slekt s USING (kilde, skoleaar, kommunenr) JOIN delene d USING (kilde, skoleaar, kommunenr)
  WHERE s.maate <> 'flyttet'
), sammenlignet AS (
  SELECT kilde, skoleaar, kommunenr, indikator, trinn, any_value(elever) FILTER (nivaa = 'kommune') AS elever,
    coalesce(bool_or(har_elever) FILTER (nivaa = 'kommune'), false) AS har_elever,
    coalesce(sum(elever) FILTER (nivaa = 'skole'), 0) AS i_skolene,
    coalesce(bool_or(har_elever) FILTER (nivaa = 'skole'), false) AS skolene_har_elever,
    bool_or(nivaa = 'skole' AND har_elever AND elever IS NULL) AS en_uten_elevtall
  FROM celler WHERE nivaa IN ('kommune', 'skole') GROUP BY ALL
), hele AS (
  SELECT kilde, skoleaar, kommunenr, indikator, trinn,
    CASE WHEN NOT en_uten_elevtall AND elever <> i_skolene THEN {Hinder.GAAR_IKKE_OPP:d}
      WHEN har_elever AND NOT skolene_har_elever THEN {Hinder.UTEN_SKOLER:d} END AS hinder
  FROM sammenlignet
), skoler AS (
  SELECT u.*, p.kommune, CASE WHEN NOT u.har_elever OR list_contains(u.delene, p.kommune) THEN NULL
    WHEN p.kommune IS NULL THEN {Hinder.SKOLE_UPLASSERT:d} ELSE {Hinder.SKOLE_UTENFOR_DELENE:d} END AS utenfor
  FROM under u LEFT JOIN plassert p USING (enhet) WHERE u.nivaa = 'skole' AND u.maate = 'delt'
), deler AS (
  SELECT *, {_OF_ITSELF} AS hinder FROM under WHERE nivaa = 'kommune' AND maate = 'sammenslaatt'
  UNION ALL BY NAME
  SELECT * EXCLUDE (kommune, utenfor), {_OF_ITSELF} AS hinder FROM skoler WHERE kommune = til
  UNION ALL BY NAME
  SELECT * EXCLUDE (kommune, utenfor) REPLACE (false AS kan_brukes, false AS utelatt), utenfor AS hinder
  FROM skoler WHERE utenfor IS NOT NULL
  UNION ALL BY NAME
  SELECT u.* REPLACE (false AS kan_brukes, false AS utelatt), h.hinder
  FROM under u JOIN hele h USING (kilde, skoleaar, kommunenr, indikator, trinn)
  WHERE u.nivaa = 'kommune' AND u.maate = 'delt' AND h.hinder IS NOT NULL
)
SELECT * EXCLUDE (maate, delene) FROM deler
"""  # noqa: S608 (numbers of this module)

# The weighted mean in whole units of the last published decimal, so that a half is rounded up exactly.
_REBUILT = """
WITH summer AS (
  SELECT til AS enhet, indikator, trinn, skoleaar, any_value(skala) AS skala, bool_or(forelopig) AS forelopig,
    min(hinder) AS hinder, bool_or(utelatt) AS noe_utelatt,
    CAST(sum(CAST(verdi * skala AS BIGINT) * elever) FILTER (kan_brukes) AS BIGINT) AS teller,
    CAST(sum(elever) FILTER (kan_brukes) AS BIGINT) AS elever,
    CASE WHEN bool_and(antall IS NOT NULL) FILTER (kan_brukes)
      THEN CAST(sum(antall) FILTER (kan_brukes) AS INTEGER) END AS antall
  FROM deler GROUP BY til, indikator, trinn, skoleaar
), status AS (
  SELECT *, CASE WHEN hinder IS NOT NULL THEN 'kan_ikke_bygges' WHEN noe_utelatt OR elever IS NULL THEN 'mangler'
    ELSE 'vist' END AS verdistatus
  FROM summer
)
SELECT enhet, indikator, trinn, skoleaar, verdistatus, ikke_bygd_grunn, forelopig,
  CASE WHEN verdistatus = 'vist' THEN CAST(((2 * teller + elever) // (2 * elever)) / skala AS DECIMAL(9, 3)) END
    AS verdi,
  CASE WHEN verdistatus = 'vist' THEN antall END AS antall
FROM status LEFT JOIN grunner USING (hinder)
"""
