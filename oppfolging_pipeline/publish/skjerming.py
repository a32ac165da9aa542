"""What is shielded in the published figures of schools so that no shielded figure follows from the rest.

Belongs here: choosing those cells. Does not belong here: what the source shields, and what is decided: points, shares
and ranks are of every shown cell.

A municipality's figure is the mean of its schools, so a reader who has all of them but one has that one too. Udir
shields a second school, or the municipality, beside it; figures that we move and rebuild can undo that, and another
source may not do it at all. So, of the schools that a municipality's figure of a school year is made of:

- beside a shown municipality, a single hidden school gets company;
- a shielded municipality whose schools are all shown has one of them hidden.

A published correction tells what the source shows of a municipality, also where the municipality's own cell has
another figure, is left out, or is merged with others: the schools that stand in it are treated as beside a shown one.

The one that is hidden is the shown school with fewest pupils, then with the lowest orgnr. It is hidden in every
identification year and rule set that the file holds, or one would give away what another hides; that may leave it
alone in one of them, so the rule is repeated until nothing more follows. Numbers of pupils are treated alike, also
those of schools whose figure a correction leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.kontrollgrunnlag import opphav

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation


def hidden_beside(
    engine: Engine,
    vurdering: Relation,
    observasjon: Relation,
    rettelse: Relation,
    requests: Sequence[Request],
    register: Register,
) -> Relation:
    """The cells of schools that are shown in `vurdering` and hidden where it is published.

    Columns `orgnr, indikator, trinn, skoleaar` and `verdi_skjules`: false where only the number of pupils is hidden.
    `vurdering` holds the results of `requests`, `observasjon` the figures that they were made of, `rettelse` the
    corrections that are published with them.
    """
    celler = engine.frame(_ASKED, [(r.uttrekksaar, r.rule_set.navn, *row[:5]) for r in requests for row in r.cells()])
    read_off = engine.run(
        _READ_OFF,
        observasjon=observasjon,
        celler=celler,
        opphav=engine.frame(*opphav(requests, register)),
        rettelse=rettelse,
    )
    kommuner = engine.run(_KOMMUNER, vurdering=vurdering, lest_av=read_off)
    deler = engine.run(_DELER, vurdering=vurdering, lest_av=read_off)
    figures = _until_nothing_follows(
        engine,
        engine.run("SELECT *, verdistatus AS status FROM kommuner", kommuner=kommuner),
        engine.run(
            "SELECT *, verdistatus = 'skjermet' AS skjult, publisert AND verdistatus = 'vist' AS kan_velges "
            "FROM deler WHERE verdistatus IN ('vist', 'skjermet')",
            deler=deler,
        ),
    )
    counts = _until_nothing_follows(
        engine,
        engine.run("SELECT *, antallstatus AS status FROM kommuner", kommuner=kommuner),
        engine.run(
            "SELECT d.*, d.antall IS NULL OR f.orgnr IS NOT NULL AS skjult, "
            "publisert AND verdistatus <> 'skjermet' AS kan_velges "
            "FROM deler d LEFT JOIN funnet f USING (orgnr, indikator, trinn, skoleaar)",
            deler=deler,
            funnet=figures,
        ),
    )
    return engine.run(
        "SELECT *, true AS verdi_skjules FROM verdier UNION ALL SELECT *, false FROM antall",
        verdier=figures,
        antall=counts,
    )


def _until_nothing_follows(engine: Engine, kommuner: Relation, deler: Relation) -> Relation:
    """Cells (`orgnr, indikator, trinn, skoleaar`) to hide. Ends, as each round hides shown cells or nothing."""
    found = engine.frame({"orgnr": "VARCHAR", "indikator": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR"}, [])
    while True:
        more = engine.run(_BESIDE, kommuner=kommuner, deler=deler, funnet=found)
        if more.shape[0] == 0:
            return found
        found = engine.run("FROM funnet UNION ALL FROM flere", funnet=found, flere=more)


_ASKED = {
    "uttrekksaar": "INTEGER", "indikatorsett": "VARCHAR", "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR",
    "trinn": "INTEGER", "skoleaar": "VARCHAR",
}  # fmt: skip

# The observations that the figure of each municipality is read off or made of, with the schools of those years (a half
# of a merger that has no such cell itself is no part of the figure, and its schools are no company for those that are);
# and, of each municipality that a correction tells the figure of, what is told and the schools that stood in it.
_READ_OFF = """
WITH lest_av AS (
  SELECT u.uttrekksaar, u.indikatorsett, u.kommunenr, u.maate, o.nivaa, o.enhet, o.indikator, o.trinn, o.skoleaar,
    o.verdistatus, o.antall, o.antallstatus, o.kilde, o.maal, u.fra
  FROM observasjon o JOIN celler c USING (kilde, skoleaar, indikator, maal, trinn)
  JOIN opphav u ON u.uttrekksaar = c.uttrekksaar AND u.indikatorsett = c.indikatorsett AND u.kilde = c.kilde
    AND u.skoleaar = c.skoleaar AND u.fra = o.kommunenr
  WHERE o.nivaa = 'kommune' OR o.nivaa = 'skole' AND (u.maate = 'delt'
    OR (o.kilde, o.skoleaar, o.kommunenr, o.indikator, o.maal, o.trinn)
      IN (SELECT (kilde, skoleaar, enhet, indikator, maal, trinn) FROM observasjon WHERE nivaa = 'kommune'))
), fortalt AS (
  SELECT kilde, skoleaar, enhet AS fra, indikator, maal, trinn, bool_or(forvent_verdistatus = 'vist') AS med_verdi,
    bool_or(forvent_antall IS NOT NULL) AS med_antall
  FROM rettelse WHERE nivaa = 'kommune' GROUP BY ALL
)
SELECT * EXCLUDE (kilde, maal, fra) FROM lest_av
UNION ALL
SELECT DISTINCT l.* EXCLUDE (kilde, maal, fra) REPLACE (
    'fortalt ' || fra AS kommunenr, 'fortalt' AS maate,
    CASE WHEN nivaa = 'skole' THEN verdistatus WHEN med_verdi THEN 'vist' ELSE 'mangler' END AS verdistatus,
    CASE WHEN nivaa = 'skole' THEN antallstatus WHEN med_antall THEN 'vist' ELSE 'mangler' END AS antallstatus)
FROM lest_av l JOIN fortalt USING (kilde, skoleaar, fra, indikator, maal, trinn)
"""

# The cells of municipalities. Their number of pupils is shown, shielded in the source, or not there. What corrections
# tell comes beside them.
_KOMMUNER = """
WITH skjult_antall AS (
  SELECT DISTINCT uttrekksaar, indikatorsett, kommunenr, indikator, trinn, skoleaar
  FROM lest_av WHERE nivaa = 'kommune' AND antallstatus = 'skjermet'
)
SELECT v.uttrekksaar, v.indikatorsett, v.kommunenr, v.indikator, v.trinn, v.skoleaar, v.verdistatus,
  CASE WHEN v.antall IS NOT NULL THEN 'vist'
    WHEN v.verdistatus = 'skjermet' OR s.kommunenr IS NOT NULL THEN 'skjermet' ELSE 'mangler' END AS antallstatus
FROM vurdering v LEFT JOIN skjult_antall s USING (uttrekksaar, indikatorsett, kommunenr, indikator, trinn, skoleaar)
WHERE v.nivaa = 'kommune'
UNION ALL
SELECT uttrekksaar, indikatorsett, kommunenr, indikator, trinn, skoleaar, verdistatus, antallstatus
FROM lest_av WHERE nivaa = 'kommune' AND maate = 'fortalt'
"""

# The schools that each of those figures is made of: those that stood in the municipality, or in what became it. Of a
# divided one, those that stand in this part. A school that has closed is in no published table: it cannot be chosen.
_DELER = """
WITH skoler AS (
  SELECT uttrekksaar, indikatorsett, enhet, kommunenr, indikator, trinn, skoleaar FROM vurdering WHERE nivaa = 'skole'
), publisert AS (
  SELECT DISTINCT enhet, indikator, trinn, skoleaar FROM skoler
)
SELECT l.* EXCLUDE (nivaa, maate, enhet), l.enhet AS orgnr, p.enhet IS NOT NULL AS publisert
FROM lest_av l LEFT JOIN publisert p USING (enhet, indikator, trinn, skoleaar)
WHERE l.nivaa = 'skole' AND (l.verdistatus IN ('vist', 'skjermet') OR l.antallstatus = 'skjermet' OR l.antall > 0)
  AND (l.maate <> 'delt' OR (l.uttrekksaar, l.indikatorsett, l.enhet, l.kommunenr, l.indikator, l.trinn, l.skoleaar)
    IN (FROM skoler))
"""

_BESIDE = """
WITH del AS (
  SELECT d.*, d.skjult OR f.orgnr IS NOT NULL AS borte
  FROM deler d LEFT JOIN funnet f USING (orgnr, indikator, trinn, skoleaar)
), talt AS (
  SELECT uttrekksaar, indikatorsett, kommunenr, indikator, trinn, skoleaar, status, count(*) FILTER (borte) AS borte
  FROM del JOIN kommuner USING (uttrekksaar, indikatorsett, kommunenr, indikator, trinn, skoleaar) GROUP BY ALL
)
SELECT DISTINCT orgnr, indikator, trinn, skoleaar FROM (
  SELECT * FROM del SEMI JOIN (FROM talt WHERE borte = CASE status WHEN 'vist' THEN 1 WHEN 'skjermet' THEN 0 END)
    USING (uttrekksaar, indikatorsett, kommunenr, indikator, trinn, skoleaar)
  WHERE kan_velges AND NOT borte
  QUALIFY row_number() OVER (
    PARTITION BY uttrekksaar, indikatorsett, kommunenr, indikator, trinn, skoleaar ORDER BY antall NULLS LAST, orgnr
  ) = 1
)
"""
