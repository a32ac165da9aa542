"""Ways to spoil ranks, decisions, and what is published and said of them.

Belongs here: the mutations of those tables, each with the check that must catch it. Does not belong here: what comes
before a rank (`spoiled_results`), cohorts (`spoiled_cohorts`), or how mutations are audited (`mutation`).
"""

from __future__ import annotations

from tests.mutation.mutation import Mutation, caught, where, without
from tests.mutation.spoiled_cohorts import COHORTS

IN_1 = "kategori IS NOT DISTINCT FROM 1"
SHOWN = "verdistatus = 'vist'"
HIDDEN = "verdistatus = 'skjermet'"


def another(column: str) -> str:
    """SQL: a name that the register has in that column, and not for this row."""
    first, last = (f"(SELECT {which}({column}) FROM kommune WHERE gyldig_til IS NULL)" for which in ("min", "max"))
    return f"CASE {column} WHEN {first} THEN {last} ELSE {first} END"


FYLKE, EMBETE, NAVN = another("fylkesnavn"), another("statsforvalter"), another("kommunenavn")

R, S, K, I = "rangering_kommune", "rangering_skole", "kandidat_kategori2", "identifisert_kommune"  # noqa: E741
DECISIONS: dict[str, Mutation] = {
    "a municipality of the register gone": caught(R, without(R, "kategori IS NULL", most=1), "forventet_sett"),
    "a municipality under another's name": caught(
        R, where(R, IN_1, most=1, kommunenavn=NAVN), "forventet_sett"
    ),
    "ranked in another's county": caught(R, where(R, IN_1, most=1, fylkesnavn=FYLKE), "forventet_sett"),
    "ranked under another's statsforvalter": caught(R, where(R, IN_1, most=1, statsforvalter=EMBETE), "forventet_sett"),
    "identified under another's name": caught(
        I, where(I, "true", most=1, kommunenavn=NAVN), "navn_fylke_og_embete"
    ),
    "identified in another's county": caught(I, where(I, "true", most=1, fylkesnavn=FYLKE), "navn_fylke_og_embete"),
    "identified under another's county number": caught(
        I, where(I, "true", most=1, fylkesnr="'99'"), "navn_fylke_og_embete"
    ),
    "identified under another's statsforvalter": caught(
        I, where(I, "true", most=1, statsforvalter=EMBETE), "navn_fylke_og_embete"
    ),
    "a candidate under another's name": caught(
        K, where(K, "true", most=1, kommunenavn=NAVN), "navn_fylke_og_embete"
    ),
    "a candidate in another's county": caught(K, where(K, "true", most=1, fylkesnavn=FYLKE), "navn_fylke_og_embete"),
    "a candidate that another statsforvalter is asked about": caught(
        K, where(K, "true", most=1, statsforvalter=EMBETE), "navn_fylke_og_embete"
    ),
    "a school under another's name": caught(
        S, where(S, "true", most=1, skolenavn="'En annen skole'"), "navn_paa_skole_og_kommune"
    ),
    "a school in a municipality of another name": caught(
        S, where(S, "true", most=1, kommunenavn=NAVN), "navn_paa_skole_og_kommune"
    ),
    "points of another municipality": caught(
        R, where(R, "risikopoeng > 0", most=1, risikopoeng="risikopoeng - 1"), "summer_som_andel"
    ),
    "judged on too little": caught(
        R,
        where(R, "NOT vurdert", most=1, vurdert="true", rangering="(SELECT max(rangering) + 1 FROM rangering_kommune)",
              ikke_vurdert_grunn="NULL"),
        "vurdert_etter_regelen",
    ),
    "not judged, and no reason": caught(
        R, where(R, "NOT vurdert", most=1, ikke_vurdert_grunn="NULL"), "grunn_naar_ikke_vurdert"
    ),
    "a place left out": caught(R, where(R, "rangering > 10", rangering="rangering + 1"), "plassene_er_uten_hull"),
    "two places swapped": caught(
        R,
        where(R, "rangering IN (1, 300)", rangering="301 - rangering",
              kategori="CASE rangering WHEN 1 THEN NULL ELSE 1 END"),
        "plass_etter_andel_og_likhetsregel",
    ),
    "a tie broken the other way": caught(
        R,
        f"""WITH like_naboer AS (
          SELECT a.rangering AS forst FROM {R} a JOIN {R} b ON b.rangering = a.rangering + 1
          WHERE a.risikopoeng * b.mulige_risikopoeng = b.risikopoeng * a.mulige_risikopoeng ORDER BY 1 LIMIT 1)
        SELECT * REPLACE (CASE rangering WHEN (FROM like_naboer) THEN rangering + 1
          WHEN (FROM like_naboer) + 1 THEN rangering - 1 ELSE rangering END AS rangering) FROM {R}""",
        "plass_etter_andel_og_likhetsregel",
    ),
    "thirty-one in category 1": caught(R, where(R, "rangering = 31", kategori="1"), "kategori1_er_de_forste"),
    "a margin of another cut": caught(R, where(R, IN_1, most=1, margin="margin + 1"), "margin_delt_og_naer"),
    "a tie kept quiet": caught(
        R, where(R, "true", delt_plassering="NOT delt_plassering"), "margin_delt_og_naer"
    ),
    "final, on preliminary figures": caught(
        R, f"SELECT * FROM {R}", "status_etter_grunnlaget", andel="SELECT * REPLACE (true AS forelopig) FROM andel"
    ),
    "half of the country not judged": caught(
        R,
        where(R, "kommunenr > '7000'", vurdert="false", rangering="NULL", ikke_vurdert_grunn="'Ukjent.'"),
        "noen_er_vurdert",
    ),
    "a school gone from the ranking": caught(S, without(S, "true", most=1), "skolene_i_andel"),
    "a school judged on too little": caught(
        S, where(S, "NOT vurdert", most=1, vurdert="true", rangering="1", ikke_vurdert_grunn="NULL", i_ovre_kvartil="true"),
        "vurdert_etter_regelen",
    ),
    "a school's place": caught(
        S, where(S, "rangering > 100", order="rangering", most=1, rangering="rangering - 1"), "plass_etter_andel"
    ),
    "a quarter that is a third": caught(
        S, where(S, "vurdert", i_ovre_kvartil="rangering <= 800"), "ovre_kvartil_etter_andel"
    ),
    "a candidate without spread": caught(K, where(K, "true", most=1, spredning="10"), "begge_vilkaar"),
    "a candidate without a weak school": caught(
        K, where(K, "true", most=1, antall_skoler_i_ovre_kvartil="0"), "begge_vilkaar"
    ),
    "schools counted wrong": caught(K, where(K, "true", most=1, antall_skoler="antall_skoler + 1"), "skolene_er_talt"),
    "a candidate's share of another municipality": caught(
        K, where(K, "true", most=1, andel_risikopoeng="andel_risikopoeng + 1"), "andel_som_regnet"
    ),
    "eleven chosen": caught(K, where(K, "rangering = 11", valgt="true"), "de_forste_er_valgt"),
    "the smaller spread first": caught(
        K, where(K, "rangering = 1", spredning="20.1"), "storst_spredning_forst"
    ),
    "identified without being ranked so": caught(I, without(I, "rangering = 5"), "de_i_rangeringen_som_har_kategori"),
    "another reason than the ranking's": caught(
        I, where(I, "kategori = 1", most=1, begrunnelse="'Fordi.'"), "de_i_rangeringen_som_har_kategori"
    ),
    "in category 2 without being chosen": caught(
        I, where(I, "kategori = 2", most=1, kommunenr="'6701'"), "kategori2_er_de_valgte_kandidatene"
    ),
    "in both categories": caught(
        I, f"SELECT * FROM {I}", "ingen_kandidat_i_kategori1",
        kandidat_kategori2=f"""SELECT * REPLACE (CASE rangering WHEN 12 THEN (SELECT min(kommunenr) FROM {I} WHERE kategori = 1)
          ELSE kommunenr END AS kommunenr) FROM {K}""",
    ),
    "twenty-nine in category 1": caught(I, without(I, "kategori = 1 AND rangering = 30"), "saa_mange_som_settet_sier"),
}  # fmt: skip

VK, VS = "vurdering_kommune", "vurdering_skole"
CELL = "kommunenr, indikator, trinn, skoleaar"
# Cells of the newest year, in which no school of the municipality has closed or moved since.
NEWEST = "skoleaar = '2024-25'"
_COUNTED = f"SELECT ({CELL}) FROM {VS} WHERE {NEWEST} AND verdistatus IN ('vist', 'skjermet') GROUP BY {CELL} HAVING"
_SHOWN_KOMMUNE = f"({CELL}) IN (SELECT ({CELL}) FROM {VK} WHERE {SHOWN})"
OF_TWO_HIDDEN = f"{_SHOWN_KOMMUNE} AND ({CELL}) IN ({_COUNTED} count(*) FILTER ({HIDDEN}) = 2)"
NONE_HIDDEN = f"{_SHOWN_KOMMUNE} AND ({CELL}) IN ({_COUNTED} bool_and({SHOWN}) AND count(*) > 1)"
OF_ONE_SCHOOL = f"({CELL}) IN ({_COUNTED} count(*) = 1)"
PUBLISHED: dict[str, Mutation] = {
    "a cell under another's name": caught(
        VK, where(VK, "true", most=1, kommunenavn=NAVN), "navn_paa_kommune"
    ),
    "a school's cell under another's name": caught(
        VS, where(VS, "true", most=1, skolenavn="'En annen skole'"), "navn_paa_skole"
    ),
    "the parts of a shielded whole published": caught(
        VK, f"SELECT * FROM {VK}", "skjermet_i_kilden_er_skjermet",
        observasjon=where("observasjon", "enhet = '6953'", verdi="NULL", verdistatus="'skjermet'"),
    ),
    "the parts of a whole with a hidden count published": caught(
        VK, f"SELECT * FROM {VK}", "skjult_antall_er_skjult",
        observasjon=where("observasjon", "enhet = '6953'", antall="NULL", antallstatus="'skjermet'"),
    ),
    "a published cell of another figure": caught(VK, where(VK, SHOWN, most=1, verdi="verdi + 1"), "samme_som_vurdering"),
    "a hidden figure published": caught(
        VK,
        where(VK, f"{HIDDEN} AND NOT beregnet", most=1, verdi="48", verdistatus="'vist'", risikopoeng="1",
              mulige_risikopoeng="3"),
        "skjermet_i_kilden_er_skjermet",
    ),
    "a hidden count published": caught(
        VK, where(VK, f"{HIDDEN} AND NOT beregnet", most=1, antall="4"), "skjult_antall_er_skjult"
    ),
    "one part of a divided municipality shown": caught(
        VK,
        where(VK, f"beregnet AND {HIDDEN}", verdi="47", verdistatus="'vist'", antall="50", risikopoeng="1",
              mulige_risikopoeng="3"),
        "ikke_ved_subtraksjon_mellom_delene",
    ),
    "a merger and all its parts but one shown, in two years": caught(
        VK,
        f"""WITH hel AS (
          SELECT * FROM {VK} WHERE beregnet AND {SHOWN} AND kommunenr = '6743' AND skoleaar = '2022-23' AND indikator = 'lesing' AND trinn = 5
        )
        SELECT * FROM {VK}
        UNION ALL
        SELECT * EXCLUDE (del) REPLACE (2023 AS uttrekksaar, del AS kommunenr, false AS beregnet, NULL AS verdi, 'skjermet' AS verdistatus,
          NULL AS antall, NULL AS risikopoeng, 0 AS mulige_risikopoeng)
        FROM hel, (SELECT kommunenr AS del FROM kommune WHERE list_contains(gaatt_over_i, '6743') ORDER BY 1 LIMIT 1)""",
        "ikke_ved_subtraksjon_mellom_uttrekk",
    ),
    "points that tell of a hidden cell": caught(
        VK, f"SELECT * FROM {VK}", "poeng_bare_av_viste_celler",
        rangering_kommune=where(R, "dekningsgrad < 1", mulige_risikopoeng="mulige_risikopoeng + 3"),
    ),
    "a reason that names a figure": caught(
        VK, f"SELECT * FROM {VK}", "tekst_har_bare_summer",
        rangering_kommune=where(R, IN_1, most=1, begrunnelse="begrunnelse || ' Lesing på 5. trinn var 43,7.'"),
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
    "a school's hidden figure told by its points": caught(
        VS, where(VS, HIDDEN, most=1, risikopoeng="3", mulige_risikopoeng="3"), "skjermet_i_kilden_er_skjermet"
    ),
    "the company of a hidden school shown": caught(
        VS,
        where(VS, f"{OF_TWO_HIDDEN} AND {HIDDEN}", most=1, verdi="48", verdistatus="'vist'", antall="20", risikopoeng="1",
              mulige_risikopoeng="3"),
        "ikke_ved_subtraksjon", "antall_ikke_ved_subtraksjon",
    ),
    "a shown municipality whose only school is hidden": caught(
        VS, f"SELECT * FROM {VS}", "ikke_ved_subtraksjon", "antall_ikke_ved_subtraksjon",
        vurdering_kommune=where(VK, f"{HIDDEN} AND {OF_ONE_SCHOOL}", most=1, verdi="48", verdistatus="'vist'", antall="8",
                                risikopoeng="1", mulige_risikopoeng="3"),
    ),
    "a hidden municipality whose schools are all shown": caught(
        VS, f"SELECT * FROM {VS}", "ikke_ved_subtraksjon", "antall_ikke_ved_subtraksjon",
        vurdering_kommune=where(VK, f"{SHOWN} AND {OF_ONE_SCHOOL}", most=1, verdi="NULL", verdistatus="'skjermet'",
                                antall="NULL", risikopoeng="NULL", mulige_risikopoeng="0"),
    ),
    "a part that we shield, and its schools as they came": caught(
        VS,
        f"""SELECT s.* REPLACE (v.verdistatus AS verdistatus, v.verdi AS verdi, v.antall AS antall,
          v.risikopoeng AS risikopoeng, v.mulige_risikopoeng AS mulige_risikopoeng)
          FROM {VS} s JOIN vurdering v ON v.nivaa = 'skole' AND v.enhet = s.orgnr AND v.indikator = s.indikator
            AND v.trinn = s.trinn AND v.skoleaar = s.skoleaar""",
        "ikke_ved_subtraksjon",
    ),
    "a number of pupils hidden alone": caught(
        VS, where(VS, f"{SHOWN} AND {NONE_HIDDEN}", most=1, antall="NULL"), "antall_ikke_ved_subtraksjon"
    ),
    "a school hidden beside two that are": caught(
        VS,
        where(VS, f"{OF_TWO_HIDDEN} AND {SHOWN}", most=1, verdi="NULL", verdistatus="'skjermet'", antall="NULL",
              risikopoeng="NULL", mulige_risikopoeng="0"),
        "samme_som_vurdering",
    ),
}  # fmt: skip

ORIGINS: dict[str, Mutation] = {
    "a content that nobody accounts for": caught(
        "datagrunnlag", without("datagrunnlag", "true", most=1), "alt_innhold_er_gjort_rede_for"
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
        "regelsett_brukt", where("regelsett_brukt", "true", uttrekksaar="2024"), "ett_for_hvert_uttrekk"
    ),
    "a year of the ranking without its basis": caught(
        "grunnlag", where("grunnlag", "true", uttrekksaar="2024"), "ett_for_hvert_uttrekk"
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
        "SELECT * FROM dim_statsforvalter UNION ALL SELECT 'Ingens', []",
        "fylkene_er_embetets",
    ),
}

ALL = {**DECISIONS, **COHORTS, **PUBLISHED, **ORIGINS}
