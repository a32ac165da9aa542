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
    `siste_utsagn`, each cell once. `grunn`: `skjermet`, `borte`, `uten_vekt`, `ukjent` (the statements are of no such
    series), or, where `sporing` says that the result was read from the same contents, `annet_tall`.
    """
    codes = engine.run(
        f"SELECT kilde, skoleaar, kommunenr, bool_or(nivaa = 'kommune') FROM utsagn WHERE {_SAYS} GROUP BY ALL",  # noqa: S608
        utsagn=utsagn,
    ).fetchall()
    opphav = list(_origins(codes, requests, register))
    divided = engine.frame(
        {"kilde": "VARCHAR", "skoleaar": "VARCHAR", "kommunenr": "VARCHAR"},
        sorted({(row[2], row[3], row[4]) for row in opphav if row[6]}),
    )
    stood = engine.run(
        f"""
        SELECT DISTINCT enhet, kilde, skoleaar, kommunenr FROM utsagn WHERE {_SAYS} AND nivaa = 'skole'
          AND enhet IN (SELECT enhet FROM utsagn SEMI JOIN delte USING (kilde, skoleaar, kommunenr))""",  # noqa: S608
        utsagn=utsagn,
        delte=divided,
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
    asked = [(of_today, siste, sporing)]
    if of_then.shape[0]:
        then = engine.run("FROM tall WHERE kjent_per = $dag", {"dag": kjent_per}, tall=of_then)
        asked.append((then, kjent, sporing))
    found = [beyond_the_source(engine, shown, said, requests, register, read) for shown, said, read in asked]
    parts = [one.project("*, false AS siden") for one in found]
    if of_then.shape[0]:
        since = beyond_the_source(engine, of_then, siste, requests, register)
        parts.append(since.filter(f"grunn = '{SKJERMET}'").project("*, true AS siden"))
    return functools.reduce(lambda one, other: one.union(other), parts)


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
            name = getattr(catalog.maal[maal], "vekt_fra", None)
            weighed = (name, catalog.maal_for(name, trinn)[0]) if name else (indikator, maal)
            yield (request.uttrekksaar, request.rule_set.navn, kilde, indikator, maal, trinn, skoleaar, *weighed, skala)


def _origins(
    codes: Iterable[tuple[str, str, str, bool]], requests: Sequence[Request], register: Register
) -> Iterable[tuple[object, ...]]:
    """For each code of a source's school year: what it is in the register of the request, whether it has become several
    municipalities, and whether it was in force on the source's day."""
    known = [row for row in codes if not register.er_utenfor(row[2])]
    for request in requests:
        window = {(part["kilde"], part["skoleaar"]) for part in request.partitions()}
        for kilde, skoleaar, code, own_row in known:
            if (kilde, skoleaar) in window:
                day = day_in(skoleaar, request.catalog.kilder[kilde].referansedato)
                became = register.etterfolgere(code, day, request.registerdato)
                for target in became:
                    yield (
                        request.uttrekksaar, request.rule_set.navn, kilde, skoleaar, code, target,
                        own_row and len(became) > 1, own_row, register.gyldig(code, day),
                    )  # fmt: skip


def _placed(
    stood: Sequence[tuple[str, str, str, str]], requests: Sequence[Request], register: Register
) -> Iterable[tuple[object, ...]]:
    """Where each school that stood in a divided municipality stands: by its newest row of the window, or the first one
    after it where that code has become several. A school that is not here cannot be placed."""
    for request in requests:
        rows: dict[str, list[tuple[bool, int, bool, str, tuple[str, ...]]]] = {}
        for orgnr, kilde, skoleaar, code in stood:
            if not register.er_utenfor(code):
                day = day_in(skoleaar, request.catalog.kilder[kilde].referansedato)
                later = skoleaar > request.newest_skoleaar
                became = () if later else register.etterfolgere(code, day, request.registerdato)
                order = (later, day.toordinal() * (1 if later else -1), not register.gyldig(code, day))
                rows.setdefault(orgnr, []).append((*order, code, became))
        for orgnr, found in rows.items():
            newest, *others = sorted(found)
            may = newest[4]
            told = [row[3] for row in others if row[0] and row[3] in may]
            place = may[0] if len(may) == 1 else next(iter(told), None)
            if place is not None:
                yield request.uttrekksaar, request.rule_set.navn, orgnr, place


_SAYS = "(verdistatus IN ('vist', 'skjermet') OR antallstatus IN ('vist', 'skjermet'))"  # an empty row is none
_SETT = {"uttrekksaar": "INTEGER", "indikatorsett": "VARCHAR"}
_SERIES = {
    "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR",
}  # fmt: skip
_CELLS = {**_SETT, **_SERIES, "vekt_indikator": "VARCHAR", "vekt_maal": "VARCHAR", "skala": "INTEGER"}
_ORIGINS = {
    **_SETT, "kilde": "VARCHAR", "skoleaar": "VARCHAR", "fra": "VARCHAR", "til": "VARCHAR", "delt": "BOOLEAN",
    "egen_rad": "BOOLEAN", "i_kraft": "BOOLEAN",
}  # fmt: skip
_PLACED = {**_SETT, "orgnr": "VARCHAR", "til": "VARCHAR"}

# A part without pupils is no part: nobody took part, or it has neither a figure nor a number. Of a cell that is
# published as it stands one row is enough, of one that is rebuilt every part counts.
_BEYOND = """
WITH t AS (
  SELECT t.*, c.kilde, c.maal, c.vekt_indikator, c.vekt_maal, c.skala
  FROM tall t JOIN celler c USING (uttrekksaar, indikatorsett, indikator, trinn, skoleaar)
  WHERE t.verdi IS NOT NULL OR t.antall IS NOT NULL
), fra AS (
  SELECT *, bool_or(delt) OVER (PARTITION BY uttrekksaar, indikatorsett, kilde, skoleaar, til) AS av_delt FROM (
    FROM opphav WHERE egen_rad
    QUALIFY i_kraft OR NOT bool_or(i_kraft) OVER (PARTITION BY uttrekksaar, indikatorsett, kilde, skoleaar, til))
), del AS (
  SELECT t.uttrekksaar, t.indikatorsett, t.nivaa, t.enhet, t.indikator, t.maal, t.trinn, t.skoleaar, t.kilde,
    'skole' AS delnivaa, t.enhet AS kode, NULL AS under
  FROM t WHERE t.nivaa = 'skole'
  UNION ALL
  SELECT t.uttrekksaar, t.indikatorsett, t.nivaa, t.enhet, t.indikator, t.maal, t.trinn, t.skoleaar, t.kilde,
    'kommune', f.fra, NULL
  FROM t JOIN fra f ON f.uttrekksaar = t.uttrekksaar AND f.indikatorsett = t.indikatorsett AND f.kilde = t.kilde
    AND f.skoleaar = t.skoleaar AND f.til = t.enhet
  WHERE t.nivaa = 'kommune' AND NOT (t.beregnet AND f.av_delt)
  UNION ALL
  SELECT DISTINCT t.uttrekksaar, t.indikatorsett, t.nivaa, t.enhet, t.indikator, t.maal, t.trinn, t.skoleaar, t.kilde,
    'skole', s.enhet, f.fra
  FROM t JOIN fra f ON f.uttrekksaar = t.uttrekksaar AND f.indikatorsett = t.indikatorsett AND f.kilde = t.kilde
    AND f.skoleaar = t.skoleaar AND f.til = t.enhet
  JOIN utsagn s ON s.kilde = t.kilde AND s.skoleaar = t.skoleaar AND s.indikator = t.indikator AND s.maal = t.maal
    AND s.trinn = t.trinn AND s.nivaa = 'skole' AND s.kommunenr = f.fra
  LEFT JOIN plassert p ON p.uttrekksaar = t.uttrekksaar AND p.indikatorsett = t.indikatorsett AND p.orgnr = s.enhet
  WHERE t.nivaa = 'kommune' AND t.beregnet AND f.av_delt AND coalesce(p.til, t.enhet) = t.enhet
), lestav AS (
  SELECT d.*, u.verdistatus, u.verdi AS kildens, u.antallstatus, u.antall AS kildens_antall,
    CASE WHEN c.vekt_indikator = d.indikator THEN u.antall ELSE v.antall END AS vekt
  FROM del d JOIN celler c USING (uttrekksaar, indikatorsett, kilde, indikator, maal, trinn, skoleaar)
  JOIN utsagn u ON u.kilde = d.kilde AND u.skoleaar = d.skoleaar AND u.nivaa = d.delnivaa AND u.enhet = d.kode
    AND u.indikator = d.indikator AND u.maal = d.maal AND u.trinn = d.trinn
    AND u.kommunenr = coalesce(d.under, u.kommunenr)
  LEFT JOIN utsagn v ON v.kilde = d.kilde AND v.skoleaar = d.skoleaar AND v.nivaa = d.delnivaa AND v.enhet = d.kode
    AND v.kommunenr = u.kommunenr AND v.trinn = d.trinn AND v.indikator = c.vekt_indikator AND v.maal = c.vekt_maal
), deler AS (
  SELECT *, vekt IS DISTINCT FROM 0 AND (verdistatus IN ('vist', 'skjermet') OR antallstatus = 'skjermet'
    OR coalesce(kildens_antall, 0) > 0 OR coalesce(vekt, 0) > 0) AS teller
  FROM lestav
), sum AS (
  SELECT uttrekksaar, indikatorsett, nivaa, enhet, indikator, maal, trinn, skoleaar, kilde,
    bool_or(verdistatus = 'skjermet') AS skjermet, bool_or(antallstatus = 'skjermet') AS skjermet_antall,
    bool_or(verdistatus = 'vist') AS vist, bool_or(antallstatus = 'vist') AS vist_antall,
    bool_or(teller AND verdistatus = 'skjermet') AS del_skjermet,
    bool_or(teller AND antallstatus = 'skjermet') AS del_skjermet_antall,
    coalesce(bool_and(verdistatus = 'vist') FILTER (teller), false) AS alle_vist,
    coalesce(bool_and(antallstatus = 'vist') FILTER (teller), false) AS alle_vist_antall,
    coalesce(bool_and(vekt > 0) FILTER (teller), false) AND NOT bool_or(teller AND vekt IS NULL) AS alle_veid,
    list(kildens) AS verdier, list(kildens_antall) AS antallene,
    sum(CAST(kildens AS DOUBLE) * vekt) FILTER (teller) / sum(vekt) FILTER (teller) AS snitt,
    sum(kildens_antall) FILTER (teller) AS elever
  FROM deler GROUP BY ALL
), sagt AS (
  SELECT DISTINCT kilde, indikator, maal, trinn, skoleaar, sha256 FROM utsagn
), serie AS (
  SELECT t.uttrekksaar, t.indikatorsett, t.kilde, t.indikator, t.maal, t.trinn, t.skoleaar,
    bool_and(l.sha256 IS NOT NULL) AS samme
  FROM celler t JOIN sagt s USING (kilde, indikator, maal, trinn, skoleaar)
  LEFT JOIN lest l ON l.uttrekksaar = t.uttrekksaar AND l.indikatorsett = t.indikatorsett AND l.kilde = t.kilde
    AND l.indikator = t.indikator AND l.maal = t.maal AND l.trinn = t.trinn AND l.skoleaar = t.skoleaar
    AND l.sha256 = s.sha256
  GROUP BY ALL
)
SELECT t.uttrekksaar, t.indikatorsett, t.nivaa, t.enhet, t.indikator, t.trinn, t.skoleaar, CASE
    WHEN e.samme IS NULL THEN 'ukjent'
    WHEN t.verdi IS NOT NULL AND (CASE WHEN t.beregnet THEN d.del_skjermet ELSE d.skjermet END)
      OR t.antall IS NOT NULL AND (CASE WHEN t.beregnet THEN d.del_skjermet_antall ELSE d.skjermet_antall END)
      THEN 'skjermet'
    WHEN d.enhet IS NULL OR t.verdi IS NOT NULL AND NOT (CASE WHEN t.beregnet THEN d.alle_vist ELSE d.vist END)
      OR t.antall IS NOT NULL AND t.rettelse IS NULL
        AND NOT (CASE WHEN t.beregnet THEN d.alle_vist_antall ELSE d.vist_antall END) THEN 'borte'
    WHEN t.beregnet AND t.rettelse IS NULL AND NOT d.alle_veid THEN 'uten_vekt'
    WHEN e.samme AND t.rettelse IS NULL AND (
      t.verdi IS NOT NULL AND NOT (CASE WHEN t.beregnet THEN abs(t.verdi - d.snitt) <= 0.5 / t.skala + 1e-9
        ELSE list_contains(d.verdier, CAST(t.verdi AS DECIMAL(9, 3))) AND t.verdi = round(t.verdi, 3) END)
      OR t.antall IS NOT NULL AND NOT (CASE WHEN t.beregnet THEN t.antall = d.elever
        ELSE list_contains(d.antallene, t.antall) END)) THEN 'annet_tall'
    END AS grunn
FROM t LEFT JOIN sum d USING (uttrekksaar, indikatorsett, nivaa, enhet, indikator, maal, trinn, skoleaar, kilde)
LEFT JOIN serie e USING (uttrekksaar, indikatorsett, kilde, indikator, maal, trinn, skoleaar)
WHERE grunn IS NOT NULL
"""
