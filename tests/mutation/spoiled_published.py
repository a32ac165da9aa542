"""Ways to spoil what is published and said of decisions, and of what they rest on.

Belongs here: the mutations of published cells, texts, origins and dimensions, each with the check that must catch it.
Does not belong here: the decisions themselves (`spoiled_decisions`), or how mutations are audited (`mutation`).
"""

from __future__ import annotations

from tests.mutation.mutation import Mutation, caught, where, without
from tests.mutation.spoiled_decisions import IN_1, NAVN, SHOWN, K, R

VK, VS = "vurdering_kommune", "vurdering_skole"
PUBLISHED: dict[str, Mutation] = {
    "a cell called the scheme's own": caught(VK, where(VK, "true", most=1, offisielt="true"), "merket_som_det_er"),
    "a set of the home's own under another's name": caught(
        "oppsett",
        "SELECT 'regelsett/mitt-sett.yaml' AS fil, 'regelsett' AS slag, 'et-annet' AS indikatorsett, "
        "repeat('0', 64) AS sha256",
        "settet_er_navngitt",
    ),
    "a limit called invented": caught("grense", where("grense", "true", most=1, eksempel="true"), "merket_som_det_er"),
    "preliminary figures that nobody is told of": caught(
        "grunnlag", "SELECT * FROM grunnlag", "foreloepige_tall_er_fortalt",
        observasjon="SELECT * REPLACE (true AS forelopig) FROM observasjon",
    ),
    "a cell under another's name": caught(
        VK, where(VK, "true", most=1, kommunenavn=NAVN), "navn_paa_kommune"
    ),
    "a school's cell under another's name": caught(
        VS, where(VS, "true", most=1, skolenavn="'En annen skole'"), "navn_paa_skole"
    ),
    "a published cell of another figure": caught(VK, where(VK, SHOWN, most=1, verdi="verdi + 1"), "samme_som_vurdering"),
    "points that tell of a hidden cell": caught(
        VK, f"SELECT * FROM {VK}", "poeng_bare_av_viste_celler",
        rangering_kommune=where(R, "dekningsgrad < 1", mulige_risikopoeng="mulige_risikopoeng + 3"),
    ),
    "a reason that names a figure": caught(
        VK, f"SELECT * FROM {VK}", "tekst_har_bare_summer",
        rangering_kommune=where(R, IN_1, most=1, begrunnelse="begrunnelse || ' Lesing på 5. trinn var 43,7.'"),
    ),
    "a reason that names a school of another municipality": caught(
        VK, f"SELECT * FROM {VK}", "tekst_nevner_ingen_skole",
        rangering_kommune=f"""SELECT * REPLACE (begrunnelse || ' Svakest: ' || (SELECT min(skolenavn) FROM skole) || '.'
          AS begrunnelse) FROM {R}""",
    ),
    "a published cell a little off": caught(VK, where(VK, SHOWN, verdi="verdi + 0.0004"), "samme_som_vurdering"),
    "a school's cell a little off": caught(VS, where(VS, SHOWN, verdi="verdi + 0.0004"), "samme_som_vurdering"),
    "a school's figure said to be made by us": caught(
        VS, where(VS, "true", most=20, beregnet="NOT beregnet"), "samme_som_vurdering"
    ),
    "limits that the points were not given by": caught(
        VK, where(VK, "true", nasjonal_grense="nasjonal_grense + 1"), "samme_som_vurdering"
    ),
    "a school's limits that the points were not given by": caught(
        VS, where(VS, "true", absolutt_grense="absolutt_grense - 5"), "samme_som_vurdering"
    ),
    "a cell in another area": caught(
        VK, where(VK, "indikator = 'lesing'", indikatoromraade="'Mobbing'"), "samme_som_vurdering"
    ),
    "a reason that names a school": caught(
        VK, f"SELECT * FROM {VK}", "tekst_nevner_ingen_skole",
        rangering_kommune=f"""SELECT r.* REPLACE (r.begrunnelse || coalesce(' Svakest: ' || s.skolenavn, '') AS begrunnelse)
          FROM {R} r LEFT JOIN (SELECT kommunenr, min(skolenavn) AS skolenavn FROM skole GROUP BY ALL) s USING (kommunenr)""",
    ),
    "an organisation number in a reason": caught(
        VK, f"SELECT * FROM {VK}", "tekst_nevner_ingen_skole",
        kandidat_kategori2=where(K, "true", most=1, grunn="grunn || ' (123456789)'"),
    ),
    "a school's cell of another figure": caught(VS, where(VS, SHOWN, most=1, verdi="verdi + 1"), "samme_som_vurdering"),
}  # fmt: skip

_TWO_YEARS = f"SELECT * FROM {R} UNION ALL SELECT * REPLACE (2024 AS uttrekksaar) FROM {R}"
_NO_REGISTER = """SELECT * FROM {table} WHERE sha256 IN (SELECT sha256 FROM sporing)
  UNION ALL (SELECT * REPLACE (repeat('0', 64) AS sha256) FROM {table} LIMIT 1)"""
ORIGINS: dict[str, Mutation] = {
    "a content that nobody accounts for": caught(
        "datagrunnlag", without("datagrunnlag", "true", most=1), "alt_innhold_er_gjort_rede_for"
    ),
    "a content of another source": caught(
        "datagrunnlag", where("datagrunnlag", "true", kilde="'elevundersokelsen'"), "som_arkivet_og_sporingen"
    ),
    "figures called the register's, so that no date is asked for": caught(
        "datagrunnlag", where("datagrunnlag", "true", kilde="'register'", hentet="NULL", periode="NULL"),
        "som_arkivet_og_sporingen",
    ),
    "a content of another kind": caught(
        "datagrunnlag", where("datagrunnlag", "true", innholdstype="'ukjent'"), "som_arkivet_og_sporingen"
    ),
    "a content of another year": caught(
        "datagrunnlag", where("datagrunnlag", "periode IS NOT NULL", periode="'1999-00'"), "som_arkivet_og_sporingen"
    ),
    "a content without a row": caught("datagrunnlag", where("datagrunnlag", "true", rader="0"), "som_arkivet_og_sporingen"),
    "a content under another licence": caught(
        "datagrunnlag", where("datagrunnlag", "true", lisens="'CC0'"), "som_arkivet_og_sporingen"
    ),
    "a content fetched in the future": caught(
        "datagrunnlag", where("datagrunnlag", "hentet IS NOT NULL", hentet="TIMESTAMP '2131-01-01 00:00:00'"),
        "som_arkivet_og_sporingen",
    ),
    "a content that never came in, in the place of the register": caught(
        "datagrunnlag", _NO_REGISTER.format(table="datagrunnlag"), "alt_innhold_er_gjort_rede_for",
        "som_arkivet_og_sporingen",
        innhold_brukt=_NO_REGISTER.format(table="innhold_brukt"),
    ),
    "a content that came at no time": caught(
        "datagrunnlag", where("datagrunnlag", "kilde <> 'register'", most=1, hentet="NULL"), "alle_tall_er_tidfestet"
    ),
    "a content without its licence": caught(
        "datagrunnlag", where("datagrunnlag", "true", most=1, lisens="' '"), "lisens_er_kreditert"
    ),
    "a content that the figures rest on, left out": caught(
        "innhold_brukt",
        "SELECT * FROM innhold_brukt WHERE sha256 NOT IN (SELECT sha256 FROM sporing)",
        "alt_tallene_er_lest_av",
    ),
    "a cell without a trace": caught(
        "sporing", without("sporing", "indikator = 'lesing' AND trinn = 5"), "hver_celle_har_et_innhold"
    ),
    "cells counted wrong": caught(
        "sporing", where("sporing", "true", most=1, celler="celler + 1"), "alle_celler_er_talt"
    ),
    "a year of the ranking without its set's version": caught(
        "regelsett_brukt", "SELECT * FROM regelsett_brukt", "ett_for_hvert_uttrekk", rangering_kommune=_TWO_YEARS
    ),
    "a year of the ranking without its basis": caught(
        "grunnlag", "SELECT * FROM grunnlag", "ett_for_hvert_uttrekk", rangering_kommune=_TWO_YEARS
    ),
    "another version of the set": caught(
        "dim_indikatorsett", where("dim_indikatorsett", "true", sha256="repeat('0', 64)"), "utgaven_som_er_brukt"
    ),
    "a parameter of nobody's": caught(
        "dim_indikatorsett",
        where("dim_indikatorsett", "true", parametre="replace(parametre, 'egen antakelse', '')"),
        "hver_parameter_har_kilde",
    ),
    "a measure that the catalogue lacks": caught(
        "dim_indikator", where("dim_indikator", "true", most=1, desimaler="3"), "som_katalogen"
    ),
    "a school year from January": caught(
        "dim_skoleaar", where("dim_skoleaar", "true", most=1, forste_dag="forste_dag + 153"), "august_til_juli"
    ),
    "a school year that no figure is of": caught(
        "dim_skoleaar", without("dim_skoleaar", "true", most=1), "skoleaarene_i_tallene"
    ),
    "a county under two offices": caught(
        "dim_statsforvalter",
        where("dim_statsforvalter", "true", fylker="list_append(fylker, '66')"),
        "hvert_fylke_ett_embete",
    ),
    "a measure turned round": caught(
        "dim_indikator",
        where(
            "dim_indikator",
            "true",
            retning="""CASE retning WHEN 'hoyere_er_bedre' THEN 'lavere_er_bedre'
          ELSE 'hoyere_er_bedre' END""",
        ),
        "som_katalogen",
    ),
    "a set called the scheme's own": caught(
        "dim_indikatorsett", where("dim_indikatorsett", "true", offisielt="true"), "som_settet_sier"
    ),
    "a set without parameters": caught(
        "dim_indikatorsett", where("dim_indikatorsett", "true", parametre="'[]'"), "parametrene_er_settets"
    ),
    "a parameter with another value": caught(
        "dim_indikatorsett",
        where("dim_indikatorsett", "true", parametre="replace(parametre, '\"verdi\": 30,', '\"verdi\": 31,')"),
        "parametrene_er_settets",
    ),
    "an office with a character that cannot be seen": caught(
        "dim_statsforvalter",
        where("dim_statsforvalter", "true", most=1, statsforvalter="statsforvalter || chr(8203)"),
        "navn_er_lesbart",
    ),
    "an office without its counties": caught(
        "dim_statsforvalter", where("dim_statsforvalter", "true", most=1, fylker="[]"), "fylkene_er_embetets"
    ),
    "two offices with each other's counties": caught(
        "dim_statsforvalter",
        """SELECT * REPLACE (coalesce(lag(fylker) OVER (ORDER BY statsforvalter),
          first(fylker) OVER (ORDER BY statsforvalter DESC)) AS fylker) FROM dim_statsforvalter""",
        "fylkene_er_embetets",
    ),
    "an office of nobody's, with no county": caught(
        "dim_statsforvalter",
        "SELECT * FROM dim_statsforvalter UNION ALL SELECT 'Ingens', [], NULL",
        "fylkene_er_embetets",
    ),
}  # fmt: skip

ALL = {**PUBLISHED, **ORIGINS}
