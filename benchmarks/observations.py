"""Observations of an invented country, as many as are asked for, which satisfy the suite of `observasjon`.

Belongs here: the country, its figures in SQL, and the facts that its register would give. Does not belong here:
measuring (`audits`). A school's figure is a base, what the school is like, and noise; a municipality's, a county's and
the nation's are pupil-weighted means of schools, shielded ones among them, as in the sources. Beside a share whose
count is its numerator stand those whom it counts.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from checks.catalogue import Facts
from oppfolging_pipeline.core.skoleaar import from_start_year
from oppfolging_pipeline.engine import Engine, Lake, open_engine
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.brudd import default_breaks
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.staging import kontrollgrunnlag

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Relation

FIRST_YEAR, YEARS = 2015, 10
COUNTIES, OF_COUNTY = 20, 35  # codes 6101 to 8035
# Of every indicator, measure and grade: the middle, how far schools are from it, and the noise of a year.
_SHAPES = {
    "skalapoeng": (50, -4, -2), "score": (4, 0.4, 0.2), "andel_mobbet": (10, 5, 3), "grunnskolepoeng": (42, 3, 1.5),
    "andel_mestringsnivaa_1": (20, 6, 1.5), "andel_mestringsnivaa_2": (20, 2, 0.5),
    "andel_mestringsnivaa_3": (20, -1, -0.25), "andel_mestringsnivaa_4": (20, -3, -0.75),
    "andel_mestringsnivaa_5": (20, -4, -1), "andel_deltatt": (100, 0, 0),
}  # fmt: skip
# 5. trinn has three levels: what the first has more, the others have less.
_THREE_LEVELS = {"andel_mestringsnivaa_2": (50, -3, -0.75), "andel_mestringsnivaa_3": (30, -3, -0.75)}
# 9. trinn takes the tests of 8. trinn, a year later.
_A_YEAR_LATER = {
    "skalapoeng": (53, -4, -2), "andel_mestringsnivaa_1": (14, 6, 1.5), "andel_mestringsnivaa_5": (26, -4, -1),
}  # fmt: skip

# The first schools go round the municipalities; the others are many in a few and few in most. Small ones come in pairs:
# beside a shown municipality the sources never shield one school alone.
_SCHOOLS = """
WITH plassert AS (
  SELECT i, i < $kommuner AS alltid,
    CASE WHEN alltid THEN i ELSE CAST(floor($kommuner * power(hash(i) % 1000000 / 1e6, 6)) AS INTEGER) END AS k
  FROM range($skoler) r(i)
), talt AS (
  SELECT *, row_number() OVER (PARTITION BY k ORDER BY i) AS plass, count(*) OVER (PARTITION BY k) AS skoler
  FROM plassert
)
SELECT i AS nr, CAST(100000000 + i AS VARCHAR) AS orgnr, CAST(61 + k % $fylker AS VARCHAR) AS fylkesnr,
  fylkesnr || lpad(CAST(1 + k // $fylker AS VARCHAR), 2, '0') AS kommunenr, alltid,
  plass BETWEEN 2 AND 1 + 2 * CAST(floor(0.17 * skoler) AS INTEGER) AS liten,
  CASE WHEN liten THEN 3 + hash(i, 2) % 6 ELSE 12 + hash(i, 2) % 50 END AS storrelse,
  CAST(hash(i, 3) % 2001 AS DOUBLE) / 1000 - 1 AS egenart
FROM talt
"""
# Every school and cell of one source and year, as it is before shielding. All take part in the survey, and no fewer
# than have answered any indicator of it.
_TRUE = """
SELECT * REPLACE (CASE WHEN andel THEN round(100 * talt / elever, desimaler) ELSE tall END AS tall) FROM (
SELECT s.*, c.*, NOT c.vekt AND NOT s.alltid AND NOT s.liten
  AND hash(s.nr, c.indikator, c.trinn, $aar, 4) % 50 = 0 AS mangler,
  CAST(s.storrelse + CASE WHEN c.vekt THEN 3 ELSE 0 END + hash(s.nr, c.indikator, c.trinn, $aar, 5) % 4 AS INTEGER)
    AS elever,
  round(c.midt + c.bredde * s.egenart
    + c.stoy * (CAST(hash(s.nr, c.indikator, c.trinn, $aar, 6) % 2001 AS DOUBLE) / 1000 - 1), c.desimaler) AS tall,
  CASE WHEN c.andel THEN CAST(round(elever * tall / 100) AS INTEGER) ELSE elever END AS talt
FROM skoler s CROSS JOIN celler c)
"""
_ROWS = """
WITH summer AS (
  SELECT coalesce(kommunenr, fylkesnr, 'I') AS enhet, indikator, maal, trinn, desimaler, andel, vekt,
    CASE WHEN grouping(kommunenr) = 0 THEN 'kommune' WHEN grouping(fylkesnr) = 0 THEN 'fylke' ELSE 'nasjonalt' END
      AS nivaa,
    CASE WHEN andel THEN 100 * sum(talt) / sum(elever) ELSE sum(CAST(tall AS DOUBLE) * elever) / sum(elever) END
      AS snitt, sum(talt) AS talt, sum(elever) AS elever, bool_or(liten) AS har_liten
  FROM sanne WHERE NOT mangler
  GROUP BY GROUPING SETS ((fylkesnr, kommunenr, indikator, maal, trinn, desimaler, andel, vekt),
    (fylkesnr, indikator, maal, trinn, desimaler, andel, vekt), (indikator, maal, trinn, desimaler, andel, vekt))
), alle AS (
  SELECT 'skole' AS nivaa, orgnr AS enhet, fylkesnr, kommunenr, indikator, maal, trinn,
    CASE WHEN mangler THEN 'mangler' WHEN liten THEN 'skjermet' ELSE 'vist' END AS status, tall, talt
  FROM sanne
  UNION ALL
  SELECT nivaa, enhet, CASE WHEN nivaa <> 'nasjonalt' THEN enhet[1:2] END, CASE WHEN nivaa = 'kommune' THEN enhet END,
    indikator, maal, trinn,
    CASE WHEN NOT vekt AND nivaa = 'kommune' AND har_liten AND elever < 400
        AND hash(enhet, indikator, trinn) % 9 = 0 THEN 'skjermet' ELSE 'vist' END,
    round(snitt, desimaler), talt
  FROM summer
)
SELECT $kilde AS kilde, $skoleaar AS skoleaar, nivaa, enhet, fylkesnr, kommunenr, 'Oppdiktet ' || enhet AS enhetsnavn,
  indikator, maal, trinn, CASE WHEN status = 'vist' THEN tall END AS verdi, status AS verdistatus,
  CASE WHEN status = 'vist' THEN talt END AS antall, status AS antallstatus, false AS forelopig,
  NULL AS brudd, NULL AS rettelse, repeat('0', 64) AS sha256, row_number() OVER () AS rad, maal AS kolonne
FROM alle
"""


def write_observations(folder: Path, rows: int) -> int:
    """About so many rows in the lake `<folder>/lager`, one file for each source and school year; how many there are."""
    lake = Lake(folder / "lager")
    schools = rows // (YEARS * len(_cells())) - COUNTIES * OF_COUNTY - COUNTIES - 1
    written = 0
    with open_engine(folder / "spill", memory_limit="1GB") as engine:
        skoler = engine.run(_SCHOOLS, {"skoler": schools, "kommuner": COUNTIES * OF_COUNTY, "fylker": COUNTIES})
        for kilde in default_catalog().kilder:
            celler = _cells_of(engine, kilde)
            for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
                skoleaar = from_start_year(year)
                sanne = engine.run(_TRUE, {"aar": year}, skoler=skoler, celler=celler)
                alle = engine.run(_ROWS, {"kilde": kilde, "skoleaar": skoleaar}, sanne=sanne)
                file = engine.write(alle, "observasjon", lake, {"kilde": kilde, "skoleaar": skoleaar})
                lake.commit([file])
                written += file.rows
                for step in (sanne, alle):
                    engine.connection.execute(f"DROP TABLE {step.alias}")
    return written


def _cells() -> list[tuple[object, ...]]:
    return list(kontrollgrunnlag.katalog_maal(default_catalog())[1])


def _cells_of(engine: Engine, kilde: str) -> Relation:
    columns = {
        "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "desimaler": "INTEGER", "midt": "DOUBLE",
        "bredde": "DOUBLE", "stoy": "DOUBLE", "andel": "BOOLEAN", "vekt": "BOOLEAN",
    }  # fmt: skip
    measures = default_catalog().maal
    weights = {maal.vekt_fra for maal in measures.values()}
    rows = []
    for of, indikator, maal, trinn, _, _, desimaler, *_ in _cells():
        if of == kilde:
            told = (not measures[str(maal)].veies_med_antall, indikator in weights)
            shape = ({5: _THREE_LEVELS, 9: _A_YEAR_LATER}.get(trinn, {})).get(str(maal), _SHAPES[str(maal)])
            rows.append((indikator, maal, trinn, desimaler, *shape, *told))
    return engine.frame(columns, rows)


def facts(folder: Path) -> dict[str, Facts]:
    """The facts that the suite of `observasjon` reads, of this country's register."""
    catalog = default_catalog()
    units = [("nasjonalt", "I"), *(("fylke", str(61 + of)) for of in range(COUNTIES))]
    units += [("kommune", f"{61 + of}{1 + nr:02d}") for of in range(COUNTIES) for nr in range(OF_COUNTY)]
    parts = [(file.parent.name, file.stem) for file in (folder / "lager" / "observasjon").rglob("*.parquet")]
    expected = Facts(
        {"kilde": "VARCHAR", "skoleaar": "VARCHAR", "nivaa": "VARCHAR", "enhet": "VARCHAR"},
        [(*part, *unit) for part in sorted(parts) for unit in units],
    )
    return {
        "ventet_enhet": expected,
        "utenfor": replace(Facts(*kontrollgrunnlag.utenfor(carried_register())), empty_ok=True),
        "katalog_maal": Facts(*kontrollgrunnlag.katalog_maal(catalog)),
        "katalog_kilde": Facts(*kontrollgrunnlag.katalog_kilde(catalog)),
        "registerrad": Facts(
            {"kommunenr": "VARCHAR", "kommunenavn": "VARCHAR"},
            [(unit, f"Oppdiktet {unit}") for nivaa, unit in units if nivaa == "kommune"],
        ),
        "brudd_celle": Facts(*kontrollgrunnlag.brudd_celle(default_breaks(), catalog)),
        "rettet_antall": Facts(*kontrollgrunnlag.rettet_antall(Rettelsesliste()), empty_ok=True),
        "utelatt_tall": Facts(*kontrollgrunnlag.utelatt_tall(Rettelsesliste()), empty_ok=True),
    }
