"""Ways to spoil ranks and decisions.

Belongs here: the mutations of those tables, each with the check that must catch it. Does not belong here: what comes
before a rank (`spoiled_results`), cohorts (`spoiled_cohorts`), what is published of them (`spoiled_published`), or how
mutations are audited (`mutation`).
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
    "a ranking called the scheme's own": caught(R, where(R, "true", most=1, offisielt="true"), "merket_som_det_er"),
    "a candidate called invented": caught(K, where(K, "true", most=1, eksempel="true"), "merket_som_det_er"),
    "an identified municipality called the scheme's own": caught(
        I, where(I, "true", most=1, offisielt="true"), "merket_som_det_er"
    ),
    "a reason that does not say first whose set it is": caught(
        R, where(R, "true", most=1, begrunnelse="substr(begrunnelse, 1 + strpos(begrunnelse, '. ') + 1)"),
        "begrunnelsen_er_kommunens",
    ),
    "a reason that says it in the middle": caught(
        R,
        where(R, "true", most=1, begrunnelse="substr(begrunnelse, 1 + strpos(begrunnelse, '. ') + 1) || ' ' "
              "|| substr(begrunnelse, 1, strpos(begrunnelse, '. '))"),
        "begrunnelsen_er_kommunens",
    ),
    "a choice that does not say first whose set it is": caught(
        K, where(K, "true", most=1, grunn="substr(grunn, 1 + strpos(grunn, '. ') + 1)"), "grunnen_er_kandidatens"
    ),
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
    "a ranked school under another's name": caught(
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
    "a margin of a municipality that is not judged": caught(
        R, where(R, "NOT vurdert", most=1, margin="5"), "grunn_naar_ikke_vurdert"
    ),
    "called preliminary for no reason": caught(
        R, where(R, "kategori IS NULL", most=1, status="'foreløpig'"), "status_etter_grunnlaget"
    ),
    "one reason for all": caught(
        R, where(R, "vurdert", begrunnelse="(SELECT min(begrunnelse) FROM rangering_kommune WHERE vurdert)"),
        "begrunnelsen_er_kommunens",
    ),
    "a tie kept quiet": caught(
        R, where(R, "true", delt_plassering="NOT delt_plassering"), "margin_delt_og_naer"
    ),
    "called computed, on preliminary figures": caught(
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
        K, where(K, "rangering <= 2", rangering="3 - rangering"), "rekkefolgen_er_settets"
    ),
    "a spread that is not the schools'": caught(
        K, where(K, "rangering = 1", spredning="spredning + 0.1"), "spredning_som_regnet"
    ),
    "a margin of spread that is that of two rounded ones": caught(
        I, where(I, "kategori = 2", most=1, margin="margin + 0.2"), "margin_og_delt_i_kategori2"
    ),
    "a shared place in category 2 that there is not": caught(
        I, where(I, "kategori = 2", most=1, delt_plassering="NOT delt_plassering"), "margin_og_delt_i_kategori2"
    ),
    "near a cut that is far away": caught(R, where(R, "rangering = 1", naer_grensen="true"), "margin_delt_og_naer"),
    "open points that there are not": caught(
        R, where(R, "vurdert", most=1, aapne_poeng="aapne_poeng + 3"), "aapne_poeng_som_regnet"
    ),
    "open points that are kept quiet": caught(
        R, f"SELECT * FROM {R}", "aapne_poeng_som_regnet",
        andel="SELECT * REPLACE (vekt_ikke_bygd + 1 AS vekt_ikke_bygd, celler_ikke_bygd + 1 AS celler_ikke_bygd) FROM andel",
    ),
    "a place that could have been another, and could not": caught(
        R, where(R, "rangering = 1", aapne_kunne_endret_plassen="NOT aapne_kunne_endret_plassen"),
        "aapne_poeng_som_regnet",
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

ALL = {**DECISIONS, **COHORTS}
