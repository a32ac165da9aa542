"""The promise about shielding: a published figure of a municipality or a school tells no more than the source does.

Belongs here: holding published figures against what the sources said last (`siste_utsagn`). Does not belong here: how
figures are moved and rebuilt (`staging.harmonisering`: nothing of it is used here), or what is done about a release
that shows what is shielded now (`skjermet_siden`).

A figure, and a number of pupils, may stand when it is
- a cell that the newest answer shows, as it stands there or marked with the correction that changed it;
- a merger of which every part with pupils is shown, with known weights;
- a part of a division of which every school with pupils that stands in it, or that nobody can place, is shown, with
  known weights.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Lake, Relation

KONTROLL = "bare_tall_som_kilden_viser"
SKJERMET, BORTE = "skjermet", "borte"
"""Of a published figure: the source shields it, or a part of it; it does not show it any more."""

TALL = "uttrekksaar, indikatorsett, nivaa, enhet, indikator, trinn, skoleaar"


def beyond_the_source(
    engine: Engine,
    tall: Relation,
    utsagn: Relation,
    requests: Sequence[Request],
    register: Register,
    sporing: Relation | None = None,
) -> Relation:
    """The published figures that the statements do not bear out: the columns `TALL` and `grunn`.

    `tall` has the columns `TALL` with `verdi, antall, beregnet, rettelse`, of results of `requests`; `utsagn` those of
    `siste_utsagn`, each cell once. `grunn`: `skjermet`, `borte`, `udelt` (a part has the figure of the whole),
    `uten_vekt`, `ukjent` (the statements are of no such series), or, where `sporing` says that the result was read from
    the same contents, `annet_tall`.
    """
    codes = engine.run(
        f"SELECT kilde, skoleaar, kommunenr, bool_or(nivaa = 'kommune') FROM utsagn WHERE {_SAYS} GROUP BY ALL",  # noqa: S608
        utsagn=utsagn,
    )
    opphav = list(_origins(codes.fetchall(), requests, register))
    stood = engine.run(
        f"""
        SELECT DISTINCT enhet, kilde, skoleaar, kommunenr FROM utsagn WHERE nivaa = 'skole' AND {_SAYS} AND enhet IN (
          SELECT utsagn.enhet FROM utsagn JOIN opphav USING (kilde, skoleaar) WHERE av_delt AND kommunenr = fra)""",  # noqa: S608
        utsagn=utsagn,
        opphav=engine.frame(_ORIGINS, opphav),
    ).fetchall()
    read = sporing if sporing is not None else engine.frame({**_SETT, **_SERIES, "sha256": "VARCHAR"}, [])
    return engine.run(
        _BEYOND,
        tall=tall,
        utsagn=utsagn,
        celler=engine.frame(_CELLS, list(_cells(requests))),
        opphav=engine.frame(_ORIGINS, opphav),
        plassert=engine.frame(_PLACED, list(_placed(stood, requests, register))),
        lest=read,
    )


def broken(
    engine: Engine,
    lake: Lake,
    kommuner: Relation,
    skoler: Relation,
    requests: Sequence[Request],
    register: Register,
    *,
    kjent_per: date | None,
) -> Relation:
    """The figures of `vurdering_kommune` and `vurdering_skole` that break the promise: as `beyond_the_source`.

    `kjent_per`: what the run that made the lake's observations looked back to. A result of a former day is held against
    what was known then; `siden` marks what it shows that the home knows to be shielded since.
    """
    read = engine.read(lake.files("siste_utsagn"), "siste_utsagn")
    kjent, siste = read.filter("kjent"), newest_in(read)
    sporing = engine.read(lake.files("sporing"), "sporing")
    tall = engine.run(
        "SELECT p.*, g.kjent_per FROM publisert p JOIN grunnlag g USING (uttrekksaar, indikatorsett)",
        publisert=published_figures(engine, kommuner, skoler),
        grunnlag=engine.read(lake.files("grunnlag"), "grunnlag"),
    )
    of_today, of_then = tall.filter("kjent_per IS NULL"), tall.filter("kjent_per IS NOT NULL")
    of_this_run = engine.run("FROM tall WHERE kjent_per = $dag", {"dag": kjent_per}, tall=tall)
    asked = (
        (of_today, siste, sporing, "true", False),
        (of_this_run, kjent, sporing, "true", False),
        (of_then, siste, None, f"grunn = '{SKJERMET}'", True),
    )
    parts = [
        beyond_the_source(engine, shown, said, requests, register, read).filter(which).project(f"*, {since} AS siden")
        for shown, said, read, which, since in asked
        if shown is of_today or shown.shape[0]
    ]
    return functools.reduce(type(parts[0]).union, parts)


def newest_in(utsagn: Relation) -> Relation:
    """Of `siste_utsagn` what the home knows last, whatever the run looked back to."""
    of_home = utsagn.filter("NOT kjent")
    return of_home if of_home.limit(1).fetchall() else utsagn


def published_figures(engine: Engine, kommuner: Relation, skoler: Relation) -> Relation:
    """The figures of both tables, as `beyond_the_source` reads them."""
    columns = "indikator, trinn, skoleaar, verdi, antall, beregnet, rettelse"
    return engine.run(
        f"SELECT uttrekksaar, indikatorsett, 'kommune' AS nivaa, kommunenr AS enhet, {columns} FROM kommuner "  # noqa: S608
        f"UNION ALL SELECT uttrekksaar, indikatorsett, 'skole', orgnr, {columns} FROM skoler",
        kommuner=kommuner,
        skoler=skoler,
    )


def _cells(requests: Sequence[Request]) -> Iterable[tuple[object, ...]]:
    """Each cell of a request with the tolerance of its published decimals, and the cell that it is weighed by."""
    for request in requests:
        catalog = request.catalog
        for kilde, indikator, maal, trinn, skoleaar, _, skala in request.cells():
            name = catalog.maal[maal].vekt_fra
            weighed = (name, catalog.maal_for(name, trinn)[0]) if name else (indikator, maal)
            yield (request.uttrekksaar, request.rule_set.navn, kilde, indikator, maal, trinn, skoleaar, *weighed, skala)


def _origins(
    codes: Iterable[tuple[str, str, str, bool]], requests: Sequence[Request], register: Register
) -> Iterable[tuple[object, ...]]:
    """The codes (kilde, skoleaar, kommunenr, whether it has a row of its own) that each municipality of a request comes
    from, those in force on the source's day first; and whether any of them is not of that one municipality, whole: then
    the codes that schools alone stand under are there too."""
    by_year: dict[tuple[str, str], dict[str, bool]] = {}
    for kilde, skoleaar, code, own_row in codes:
        if not register.er_utenfor(code):
            by_year.setdefault((kilde, skoleaar), {})[code] = own_row
    for request in requests:
        for kilde, skoleaar in {(cell[0], cell[4]) for cell in request.cells()}:
            day = day_in(skoleaar, request.catalog.kilder[kilde].referansedato)
            own = by_year.get((kilde, skoleaar), {})
            became = {code: register.etterfolgere(code, day, request.registerdato) for code in own}
            for target in {target for targets in became.values() for target in targets}:
                found = [code for code, targets in became.items() if target in targets]
                with_row = [code for code in found if own[code]]
                counting = [code for code in with_row if register.gyldig(code, day)] or with_row
                divided = not all(register.hel(code, day, request.registerdato) for code in counting)
                for code in found if divided else counting:
                    yield request.uttrekksaar, request.rule_set.navn, kilde, skoleaar, target, code, divided


def _placed(
    stood: Sequence[tuple[str, str, str, str]], requests: Sequence[Request], register: Register
) -> Iterable[tuple[object, ...]]:
    """Where each school that stood in a divided municipality stands: by its newest row of the window, or where that
    code has become several, by the row nearest to the register's day that lies in one of them, those up to it first. A
    school that is not here cannot be placed."""
    for request in requests:
        window, per = {(cell[0], cell[4]) for cell in request.cells()}, request.registerdato
        rows: dict[str, list[tuple[bool, int, bool, str, date]]] = {}
        for orgnr, kilde, skoleaar, code in stood:
            if not register.er_utenfor(code):
                day = day_in(skoleaar, request.catalog.kilder[kilde].referansedato)
                order = ((kilde, skoleaar) not in window, -day.toordinal(), not register.gyldig(code, day))
                rows.setdefault(orgnr, []).append((*order, code, day))
        for orgnr, found in rows.items():
            outside, *_, newest, last = min(found)
            may = () if outside else register.etterfolgere(newest, last, per)
            told = sorted(
                (day > per, abs((day - per).days), place)
                for *_, code, day in found
                if day > last and (place := register.staar_i(code, day, per)) in may
            )
            if told or len(may) == 1:
                yield request.uttrekksaar, request.rule_set.navn, orgnr, may[0] if len(may) == 1 else told[0][2]


_SAYS = "(verdistatus IN ('vist', 'skjermet') OR antallstatus IN ('vist', 'skjermet'))"  # an empty row is none
_SETT = {"uttrekksaar": "INTEGER", "indikatorsett": "VARCHAR"}
_SERIES = {
    "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR",
}  # fmt: skip
_CELLS = {**_SETT, **_SERIES, "vekt_indikator": "VARCHAR", "vekt_maal": "VARCHAR", "skala": "INTEGER"}
_ORIGINS = {
    **_SETT, "kilde": "VARCHAR", "skoleaar": "VARCHAR", "enhet": "VARCHAR", "fra": "VARCHAR", "av_delt": "BOOLEAN",
}  # fmt: skip
_PLACED = {**_SETT, "orgnr": "VARCHAR", "til": "VARCHAR"}

# A part without pupils is no part: nobody took part, or it has neither a figure nor a number. A cell that is published
# as it stands is its own part; of one that is rebuilt every part with pupils counts.
_BEYOND = """
WITH t AS (
  SELECT row_number() OVER () AS n, *
  FROM tall JOIN celler USING (uttrekksaar, indikatorsett, indikator, trinn, skoleaar)
  WHERE verdi IS NOT NULL OR antall IS NOT NULL
), u AS (
  SELECT * EXCLUDE (nivaa, enhet, verdi, antall), nivaa AS delnivaa, enhet AS del, verdi AS sagt, antall AS sagt_antall
  FROM utsagn
), del AS (
  SELECT t.*, u.* EXCLUDE (kilde, skoleaar, indikator, maal, trinn), false AS av_delt
  FROM t JOIN u USING (kilde, skoleaar, indikator, maal, trinn)
  WHERE nivaa = 'skole' AND delnivaa = 'skole' AND del = enhet
  UNION ALL
  SELECT t.*, u.* EXCLUDE (kilde, skoleaar, indikator, maal, trinn), av_delt
  FROM t JOIN opphav o USING (uttrekksaar, indikatorsett, kilde, skoleaar, enhet)
  JOIN u USING (kilde, skoleaar, indikator, maal, trinn)
  LEFT JOIN plassert p ON p.uttrekksaar = t.uttrekksaar AND p.indikatorsett = t.indikatorsett AND orgnr = del
  WHERE nivaa = 'kommune' AND u.kommunenr = fra AND CASE WHEN beregnet AND av_delt
    THEN delnivaa = 'skole' AND coalesce(til, enhet) = enhet ELSE delnivaa = 'kommune' END
  QUALIFY delnivaa = 'kommune' OR row_number() OVER (
    PARTITION BY n, del ORDER BY u.verdistatus = 'mangler', u.antallstatus = 'mangler', u.kommunenr) = 1
), deler AS (
  SELECT d.n, d.beregnet, d.av_delt, d.verdistatus, d.antallstatus, d.sagt, d.sagt_antall, v.antall AS vekt
  FROM del d LEFT JOIN utsagn v ON v.kilde = d.kilde AND v.skoleaar = d.skoleaar AND v.nivaa = d.delnivaa
    AND v.enhet = d.del AND v.kommunenr = d.kommunenr AND v.trinn = d.trinn AND v.indikator = d.vekt_indikator
    AND v.maal = d.vekt_maal
  WHERE NOT d.beregnet OR (v.antall IS DISTINCT FROM 0 AND (d.verdistatus IN ('vist', 'skjermet')
    OR 'skjermet' IN (d.antallstatus, v.antallstatus) OR coalesce(d.sagt_antall, 0) > 0 OR v.antall > 0))
), lest_av AS (
  SELECT n, bool_or(av_delt AND NOT beregnet) AS udelt,
    bool_or(verdistatus = 'skjermet') AS skjermet, bool_or(antallstatus = 'skjermet') AS skjermet_antall,
    bool_or(verdistatus = 'vist') AND (NOT any_value(beregnet) OR bool_and(verdistatus = 'vist')) AS vist,
    bool_or(antallstatus = 'vist') AND (NOT any_value(beregnet) OR bool_and(antallstatus = 'vist')) AS vist_antall,
    bool_and(coalesce(vekt > 0, false)) AS veid, list(CAST(sagt AS DOUBLE)) AS verdier, list(sagt_antall) AS antallene,
    sum(CAST(sagt AS DOUBLE) * vekt) / sum(vekt) AS snitt, sum(sagt_antall) AS elever
  FROM deler GROUP BY n
), serie AS (
  SELECT uttrekksaar, indikatorsett, kilde, indikator, maal, trinn, skoleaar, bool_and(l.sha256 IS NOT NULL) AS samme
  FROM celler c JOIN (SELECT DISTINCT kilde, indikator, maal, trinn, skoleaar, sha256 FROM utsagn)
    USING (kilde, indikator, maal, trinn, skoleaar)
  LEFT JOIN lest l USING (uttrekksaar, indikatorsett, kilde, indikator, maal, trinn, skoleaar, sha256) GROUP BY ALL
)
SELECT uttrekksaar, indikatorsett, nivaa, enhet, indikator, trinn, skoleaar, CASE
    WHEN samme IS NULL THEN 'ukjent'
    WHEN verdi IS NOT NULL AND skjermet OR antall IS NOT NULL AND skjermet_antall THEN 'skjermet'
    WHEN udelt THEN 'udelt'
    WHEN vist IS NULL OR verdi IS NOT NULL AND NOT vist OR antall IS NOT NULL AND rettelse IS NULL AND NOT vist_antall
      THEN 'borte'
    WHEN beregnet AND NOT veid THEN 'uten_vekt'
    WHEN samme AND rettelse IS NULL AND NOT (
      coalesce(CASE WHEN beregnet THEN abs(verdi - snitt) <= 0.5 / skala + 1e-9
        ELSE list_contains(verdier, CAST(verdi AS DOUBLE)) END, true)
      AND coalesce(CASE WHEN beregnet THEN antall = elever ELSE list_contains(antallene, antall) END, true))
      THEN 'annet_tall' END AS grunn
FROM t LEFT JOIN lest_av USING (n)
LEFT JOIN serie USING (uttrekksaar, indikatorsett, kilde, indikator, maal, trinn, skoleaar)
WHERE grunn IS NOT NULL
"""
