"""Every cell that a rule set asks for, in the register of the identification year.

Belongs here: moving, merging and rebuilding figures after changes of municipalities, and saying what a missing cell
is. Does not belong here: limits and points (`indicators`), or how municipalities are related (`register`).

A pure renumbering or a change of name moves the figure. A merger is the pupil-weighted mean of its parts, only when
every part with pupils is shown. A municipality that came out of a division is rebuilt from the schools that stand in
it, pupil-weighted, only when the division is seen through: the divided municipality's own figure and number of pupils
are shown, all of its schools with pupils in that cell are shown, and together they have exactly its pupils. Else the
whole, which is published with the codes of its own year, would with all parts but one give the last one, the parts
would give a shielded whole, or a part would be a figure of some of its pupils only. Then every part of the division is
`skjermet`: a rebuilt figure must never give a shielded one away. Where nothing but figures that a correction leaves out
stands in the way, nothing is hidden: the cell is `mangler`. Rebuilt figures are rounded half-up as the published ones
are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

Maate = Literal["flyttet", "sammenslaatt", "delt"]
Line = tuple[str, str, str, str, Maate]  # kilde, skoleaar, the code of that year, what it became, maate


@dataclass(frozen=True)
class Request:
    """What is asked for: an identification year under a rule set, and the register's day for it."""

    uttrekksaar: int
    rule_set: RuleSet
    catalog: Catalog

    @property
    def registerdato(self) -> date:
        """The day whose register the municipalities are judged by."""
        return self.rule_set.identifikasjonsdag(self.uttrekksaar)

    def cells(self) -> list[tuple[str, str, str, int, str, int, int]]:
        """(kilde, indikator, maal, trinn, skoleaar, vindusaar, skala) of every cell of a unit.

        `skala` is 10 to the number of decimals that the measure is published with.
        """
        rows = []
        for item in self.rule_set.indikatorer:
            kilde = self.catalog.indikatorer[item.indikator].kilde
            skala = 10 ** self.catalog.maal[item.maal].desimaler
            for number, skoleaar in enumerate(self.rule_set.vindu(kilde, self.uttrekksaar), start=1):
                rows.append((kilde, item.indikator, item.maal, item.trinn, skoleaar, number, skala))
        return rows

    def partitions(self) -> list[dict[str, object]]:
        """The partitions of `observasjon` that the window needs."""
        return [
            {"kilde": kilde, "skoleaar": skoleaar}
            for kilde, skoleaar in sorted({(row[0], row[4]) for row in self.cells()})
        ]

    @property
    def newest_skoleaar(self) -> str:
        """The newest school year of the window, over all sources."""
        return max(row[4] for row in self.cells())

    @property
    def partition(self) -> dict[str, object]:
        """The partition that results for this request are stored under."""
        return {"uttrekksaar": self.uttrekksaar, "indikatorsett": self.rule_set.navn}


def lineage(codes: Sequence[tuple[str, str, str, bool]], register: Register, catalog: Catalog, per: date) -> list[Line]:
    """How the codes that stand in the window became the municipalities of the register at `per`, sorted.

    `codes` are (kilde, skoleaar, kommunenr, egen_rad); `egen_rad` is False for a code that only schools stand under.
    `maate` says how the figures of `til` are made that year: `delt` as soon as one of the municipality rows it comes
    from also became another municipality, `sammenslaatt` when it comes from several, else `flyttet` (also when nothing
    changed). Codes of schools alone are carried along and decide nothing: a municipality that has its own figure keeps
    it. A code that is no municipality has no line. Raises `PermanentError` as `Register.etterfolgere` does.
    """
    became: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    with_row: set[tuple[str, str, str]] = set()
    for kilde, skoleaar, code, own_row in codes:
        if not register.er_utenfor(code):
            day = day_in(skoleaar, catalog.kilder[kilde].referansedato)
            became.setdefault((kilde, skoleaar), {})[code] = register.etterfolgere(code, day, per)
            if own_row:
                with_row.add((kilde, skoleaar, code))
    lines: list[Line] = []
    for (kilde, skoleaar), of_code in became.items():
        parts: dict[str, list[str]] = {}
        for code, targets in of_code.items():
            for target in targets:
                parts.setdefault(target, []).append(code)
        for target, sources in parts.items():
            deciding = [code for code in sources if (kilde, skoleaar, code) in with_row]
            maate: Maate = "sammenslaatt" if len(deciding) > 1 else "flyttet"
            if any(len(of_code[code]) > 1 for code in deciding):
                maate = "delt"
            lines += [(kilde, skoleaar, code, target, maate) for code in sources]
    return sorted(lines)


def harmonise(
    engine: Engine,
    observasjon: Relation,
    request: Request,
    lineage_rows: Sequence[Line],
    kommuner: Sequence[str],
    placed: Mapping[str, str],
    judged: Sequence[str],
) -> Relation:
    """The declared table `harmonisert`: each municipality of `kommuner` and school of `judged`, with every cell.

    `observasjon` holds the window's partitions; `placed` gives schools their municipality in the register of the
    identification year (a school that is not in it cannot be placed); `judged` are the schools that are judged.
    """
    spurt = engine.frame(_ASKED, request.cells())
    slekt = engine.frame(_LINES, lineage_rows)
    enheter = engine.frame(
        {"nivaa": "VARCHAR", "enhet": "VARCHAR", "kommunenr": "VARCHAR"},
        [("kommune", code, code) for code in kommuner] + [("skole", orgnr, placed[orgnr]) for orgnr in judged],
    )
    celler = engine.run(_CELLS, observasjon=observasjon, spurt=spurt)
    deler = _parts(engine, celler, slekt, placed)
    funnet = engine.run(_FOUND, celler=celler, slekt=slekt, ombygd=engine.run(_REBUILT, deler=deler))
    trinn = engine.run(_GRADES, observasjon=observasjon, slekt=slekt)
    return engine.run(
        _GRID,
        {"uttrekksaar": request.uttrekksaar, "indikatorsett": request.rule_set.navn},
        enheter=enheter,
        spurt=spurt,
        funnet=funnet,
        trinn_i_vinduet=trinn,
    )


def made_of(
    engine: Engine, observasjon: Relation, request: Request, lineage_rows: Sequence[Line], placed: Mapping[str, str]
) -> Relation:
    """The observations that the cells of municipalities are made of, by the same steps as `harmonise`.

    Columns `enhet, indikator, maal, trinn, skoleaar, beregnet` of the cell, and `nivaa, del, sha256, rad, kolonne,
    rettelse` of the observation; `del` is the municipality's code of that year, or the school. A cell that no
    observation speaks of has no row.
    """
    celler = engine.run(_CELLS, observasjon=observasjon, spurt=engine.frame(_ASKED, request.cells()))
    slekt = engine.frame(_LINES, lineage_rows)
    return engine.run(_MADE_OF, celler=celler, slekt=slekt, deler=_parts(engine, celler, slekt, placed))


def _parts(engine: Engine, celler: Relation, slekt: Relation, placed: Mapping[str, str]) -> Relation:
    plassert = engine.frame({"enhet": "VARCHAR", "kommune": "VARCHAR"}, sorted(placed.items()))
    return engine.run(_PARTS, celler=celler, slekt=slekt, plassert=plassert)


_ASKED = {
    "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR",
    "vindusaar": "INTEGER", "skala": "INTEGER",
}  # fmt: skip
_LINES = {"kilde": "VARCHAR", "skoleaar": "VARCHAR", "kommunenr": "VARCHAR", "til": "VARCHAR", "maate": "VARCHAR"}

# The observations that the set asks for. A cell is left out when it is corrected and has no figure, unless nobody took
# part. It has pupils when a figure exists or is left out, or their number says so; it can be used in a mean when both
# the figure and the number of pupils are shown.
_CELLS = """
WITH celler AS (
  SELECT o.*, s.vindusaar, s.skala,
    o.rettelse IS NOT NULL AND o.verdistatus = 'mangler' AND o.antall IS DISTINCT FROM 0 AS utelatt
  FROM observasjon o JOIN spurt s USING (kilde, indikator, maal, trinn, skoleaar)
)
SELECT *, utelatt OR verdistatus IN ('vist', 'skjermet') OR coalesce(antall, 0) > 0 OR antallstatus = 'skjermet'
    AS har_elever,
  verdistatus = 'vist' AND coalesce(antall, 0) > 0 AS kan_brukes
FROM celler
"""

# The parts of cells that are rebuilt, `enhet` being the municipality they become a part of. A merger's parts are the
# old municipalities. The parts of a municipality that came out of a division are its schools; and, as they may belong
# to any of the new ones and so can be used for none: schools that cannot be placed, a divided municipality that does
# not add up (`hele`), and the schools of one that stands in the source that year but has no such cell: nothing tells
# then whether all of them are there.
_PARTS = """
WITH hele AS (
  SELECT *, bool_or(har_celle) OVER (PARTITION BY kilde, skoleaar, kommunenr) AND NOT har_celle AS uten_celle FROM (
    SELECT kilde, skoleaar, kommunenr, indikator, trinn, bool_or(nivaa = 'kommune') AS har_celle,
      bool_or(har_elever) AS noen_har_elever,
      bool_or(utelatt) AND NOT bool_or(har_elever AND NOT kan_brukes AND NOT utelatt) AS bare_utelatt,
      NOT bool_or(har_elever AND NOT kan_brukes) AND coalesce(sum(antall) FILTER (nivaa = 'kommune' AND kan_brukes)
        = sum(antall) FILTER (nivaa = 'skole' AND kan_brukes), false) AS gaar_opp
    FROM celler WHERE nivaa IN ('kommune', 'skole') GROUP BY ALL
  )
), under AS (
  SELECT s.til, s.maate, h.* EXCLUDE (har_celle), c.* EXCLUDE (kilde, skoleaar, kommunenr, indikator, trinn)
  FROM celler c JOIN slekt s USING (kilde, skoleaar, kommunenr)
  JOIN hele h USING (kilde, skoleaar, kommunenr, indikator, trinn)
), skoler AS (
  SELECT u.*, p.kommune FROM under u LEFT JOIN plassert p USING (enhet) WHERE nivaa = 'skole' AND maate = 'delt'
), deler AS (
  SELECT * FROM under WHERE nivaa = 'kommune' AND maate = 'sammenslaatt'
  UNION ALL BY NAME
  SELECT * EXCLUDE (kommune) FROM skoler WHERE kommune = til AND NOT uten_celle
  UNION ALL BY NAME
  SELECT * EXCLUDE (kommune) REPLACE (false AS kan_brukes) FROM skoler WHERE kommune IS NULL OR uten_celle
  UNION ALL BY NAME
  SELECT * REPLACE (noen_har_elever AS har_elever, false AS kan_brukes, bare_utelatt AS utelatt)
  FROM under WHERE nivaa = 'kommune' AND maate = 'delt' AND NOT gaar_opp
)
SELECT til AS enhet, enhet AS del,
  * EXCLUDE (til, enhet, maate, noen_har_elever, bare_utelatt, gaar_opp, uten_celle)
FROM deler
"""

# The pupil-weighted mean in whole units of the last published decimal, so that a half is rounded up exactly.
_REBUILT = """
WITH summer AS (
  SELECT enhet, indikator, trinn, skoleaar, any_value(skala) AS skala, bool_or(forelopig) AS forelopig,
    count(*) FILTER (har_elever) AS deler, count(*) FILTER (utelatt) AS utelatte,
    count(*) FILTER (har_elever AND NOT kan_brukes AND NOT utelatt) AS skjulte,
    CAST(sum(CAST(verdi * skala AS BIGINT) * antall) FILTER (kan_brukes) AS BIGINT) AS teller,
    CAST(sum(antall) FILTER (kan_brukes) AS BIGINT) AS elever
  FROM deler GROUP BY enhet, indikator, trinn, skoleaar
), status AS (
  SELECT *, CASE WHEN deler = 0 THEN 'mangler' WHEN skjulte > 0 THEN 'skjermet' WHEN utelatte > 0 THEN 'mangler'
    ELSE 'vist' END AS verdistatus
  FROM summer
)
SELECT enhet, indikator, trinn, skoleaar, verdistatus, forelopig,
  CASE WHEN verdistatus = 'vist' THEN CAST(((2 * teller + elever) // (2 * elever)) / skala AS DECIMAL(9, 3)) END
    AS verdi,
  CASE WHEN verdistatus = 'vist' THEN elever END AS antall
FROM status
"""

_FOUND = """
SELECT s.til AS enhet, c.indikator, c.trinn, c.skoleaar, c.verdi, c.verdistatus, c.antall, false AS beregnet,
  c.forelopig
FROM celler c JOIN slekt s USING (kilde, skoleaar, kommunenr) WHERE c.nivaa = 'kommune' AND s.maate = 'flyttet'
UNION ALL
SELECT enhet, indikator, trinn, skoleaar, verdi, verdistatus, antall, true, forelopig FROM ombygd
UNION ALL
SELECT enhet, indikator, trinn, skoleaar, verdi, verdistatus, antall, false, forelopig FROM celler WHERE nivaa = 'skole'
"""

# What stood in a source, as it stood: the row that was moved, or the parts of what was rebuilt.
_MADE_OF = """
SELECT s.til AS enhet, c.indikator, c.maal, c.trinn, c.skoleaar, false AS beregnet, c.nivaa, c.enhet AS del, c.sha256,
  c.rad, c.kolonne, c.rettelse
FROM celler c JOIN slekt s USING (kilde, skoleaar, kommunenr) WHERE c.nivaa = 'kommune' AND s.maate = 'flyttet'
UNION ALL
SELECT enhet, indikator, maal, trinn, skoleaar, true, nivaa, del, sha256, rad, kolonne, rettelse FROM deler
"""

# A unit has a grade when it stands with it in any year of the window, in any source and by any indicator.
_GRADES = """
SELECT s.til AS enhet, o.trinn
FROM observasjon o JOIN slekt s USING (kilde, skoleaar, kommunenr) WHERE o.nivaa = 'kommune'
UNION
SELECT enhet, trinn FROM observasjon WHERE nivaa = 'skole'
"""

# Every unit with every cell. A cell that is not there is neither rebuilt nor preliminary: both are facts of a figure.
_GRID = """
SELECT $uttrekksaar AS uttrekksaar, $indikatorsett AS indikatorsett, e.nivaa, e.enhet, e.kommunenr, s.indikator, s.maal,
  s.trinn, s.skoleaar, s.vindusaar, f.verdi, f.antall,
  CASE WHEN f.enhet IS NOT NULL THEN f.verdistatus WHEN t.enhet IS NOT NULL THEN 'mangler' ELSE 'ikke_aktuelt' END
    AS verdistatus,
  CAST(NULL AS VARCHAR) AS ikke_bygd_grunn,
  f.enhet IS NOT NULL AND f.beregnet AS beregnet,
  f.enhet IS NOT NULL AND f.forelopig AS forelopig
FROM enheter e CROSS JOIN spurt s
LEFT JOIN funnet f ON f.enhet = e.enhet AND f.indikator = s.indikator AND f.trinn = s.trinn AND f.skoleaar = s.skoleaar
LEFT JOIN trinn_i_vinduet t ON t.enhet = e.enhet AND t.trinn = s.trinn
"""
