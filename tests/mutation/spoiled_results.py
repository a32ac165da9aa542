"""Ways to spoil what is made of the observations: registers, cells, limits, points and sums.

Belongs here: the mutations of those tables, each with the check that must catch it. Does not belong here: ranks and
what follows them (`spoiled_decisions`), or how mutations are audited (`mutation`).
"""

from __future__ import annotations

from tests.mutation.mutation import Mutation, caught, where, without

SHOWN = "verdistatus = 'vist'"
HIDDEN = "verdistatus = 'skjermet'"
UNKNOWN = "verdistatus = 'kan_ikke_bygges'"
OF_KOMMUNE, OF_SKOLE = "nivaa = 'kommune'", "nivaa = 'skole'"
MOVED = f"{OF_KOMMUNE} AND {SHOWN} AND NOT beregnet"

REGISTERS: dict[str, Mutation] = {
    "a validity turned round": caught(
        "kommune",
        where("kommune", "gyldig_til IS NOT NULL", most=1, gyldig_til="gyldig_fra - 1"),
        "gyldighet_tar_slutt_etter_start",
    ),
    "a code that counts twice on a day": caught(
        "kommune",
        """SELECT * FROM kommune UNION ALL
        (SELECT * REPLACE (gyldig_fra + 1 AS gyldig_fra) FROM kommune WHERE gyldig_til IS NULL ORDER BY kommunenr LIMIT 1)""",
        "gyldigheter_overlapper_ikke",
    ),
    "a municipality in another county": caught(
        "kommune", where("kommune", "gyldig_til IS NULL", most=1, fylkesnr="'99'"), "fylke_av_nummer"
    ),
    "a successor that does not exist": caught(
        "kommune", where("kommune", "len(gaatt_over_i) > 0", most=1, gaatt_over_i="['9998']"), "slekt_finnes"
    ),
    "a municipality that ended in nothing": caught(
        "kommune",
        where("kommune", "gyldig_til = DATE '2024-01-01' AND gaatt_over_i <> [kommunenr]", most=1, gaatt_over_i="[]"),
        "avviklet_er_gaatt_over",
    ),
    "a municipality without a statsforvalter": caught(
        "kommune", where("kommune", "gyldig_til IS NULL", most=1, statsforvalter="NULL"), "gjeldende_har_embete"
    ),
    "a municipality with a control character in its name": caught(
        "kommune",
        where("kommune", "gyldig_til IS NULL", most=1, kommunenavn="kommunenavn || chr(154)"),
        "navn_er_lesbart",
        "som_registeret",
    ),
    "an office of a municipality that was encoded twice": caught(
        "kommune", where("kommune", "gyldig_til IS NULL", most=1, statsforvalter_i_dag="'MÃ¸re'"), "navn_er_lesbart"
    ),
    "a school with a letter that was lost": caught(
        "skole", where("skole", "true", most=1, skolenavn="'M?re skole'"), "navn_er_lesbart"
    ),
    "a school gone from the list": caught("skole", without("skole", "true", most=1), "skolene_i_tallene"),
    "a school that ended before it began": caught(
        "skole", where("skole", "true", most=1, forste_skoleaar="'2029-30'"), "skoleaar_og_trinn_i_tallene"
    ),
    "a school without a grade": caught(
        "skole", where("skole", "true", most=1, trinn_liste="[]"), "skoleaar_og_trinn_i_tallene"
    ),
    "a school on the wrong list": caught(
        "skole", where("skole", "kommunenr <> '6701'", most=1, kommunenr="'6701'"), "navn_og_sted_i_nyeste_skoleaar"
    ),
    "a school in the year before its last": caught(
        "skole",
        """SELECT s.* REPLACE (coalesce(g.skoleaar, siste_skoleaar) AS siste_skoleaar, coalesce(g.kommunenr, s.kommunenr) AS kommunenr)
        FROM skole s LEFT JOIN (
          SELECT enhet, min(skoleaar) AS skoleaar, arg_min(kommunenr, skoleaar) AS kommunenr FROM observasjon
          WHERE nivaa = 'skole' GROUP BY ALL
        ) g ON g.enhet = s.orgnr""",
        "skoleaar_og_trinn_i_tallene",
    ),
    "a school that was there from its last year only": caught(
        "skole",
        where("skole", "forste_skoleaar < siste_skoleaar", most=1, forste_skoleaar="siste_skoleaar"),
        "skoleaar_og_trinn_i_tallene",
    ),
    "a school under another's name": caught(
        "skole", where("skole", "true", most=1, skolenavn="'Et annet sted skole'"), "navn_og_sted_i_nyeste_skoleaar"
    ),
    "a school in another county": caught(
        "skole", where("skole", "true", most=1, fylkesnr="'01'"), "navn_og_sted_i_nyeste_skoleaar"
    ),
    "municipalities under another's statsforvalter": caught(
        "kommune", where("kommune", "gyldig_til IS NULL", statsforvalter="'x'"), "som_registeret"
    ),
    "another municipality's successor": caught(
        "kommune",
        where(
            "kommune", "gyldig_til = DATE '2024-01-01' AND gaatt_over_i <> [kommunenr]", most=1, gaatt_over_i="['6701']"
        ),
        "som_registeret",
    ),
    "a municipality of the register left out": caught(
        "kommune", without("kommune", "gyldig_til IS NULL", most=1), "som_registeret"
    ),
}

H = "harmonisert"
DIVIDED = "enhet = '6953'"  # into 6954 and 6955, which are shown where its schools all are
HARMONISED: dict[str, Mutation] = {
    "a cell gone": caught(H, without(H, OF_KOMMUNE, most=1), "forventet_sett"),
    "a year of the window gone": caught(H, without(H, "skoleaar = '2023-24'"), "forventet_sett", "skolene_har_alle_celler"),
    "an old number in the register of the year": caught(
        H, where(H, OF_KOMMUNE, most=1, enhet="'6301'", kommunenr="'6301'"), "forventet_sett"
    ),
    "the window's years counted wrong": caught(H, where(H, "vindusaar = 1", vindusaar="2"), "forventet_sett"),
    "a school without a cell": caught(H, without(H, OF_SKOLE, most=1), "skolene_har_alle_celler"),
    "a school's figure changed": caught(
        H, where(H, f"{OF_SKOLE} AND {SHOWN}", most=1, verdi="verdi + 1"), "skoletall_som_observert"
    ),
    "a school's hidden figure shown": caught(
        H, where(H, f"{OF_SKOLE} AND {HIDDEN}", most=1, verdi="48", verdistatus="'vist'"), "skoletall_som_observert"
    ),
    "a school in another municipality": caught(
        H, where(H, f"{OF_SKOLE} AND kommunenr = '6608'", kommunenr="'6701'"), "skolen_i_sin_kommune"
    ),
    "a school's figures no longer preliminary": caught(
        H, where(H, f"{OF_SKOLE} AND {SHOWN}", most=1, forelopig="NOT forelopig"), "skoletall_som_observert"
    ),
    "a figure of a municipality that none was read of": caught(
        H,
        f"SELECT * FROM {H}",
        "kommunetall_som_observert",
        observasjon=without("observasjon", "enhet = '6608' AND skoleaar = '2024-25'"),
    ),
    "a municipality's count doubled": caught(
        H, where(H, f"{MOVED} AND antall > 0", most=1, antall="2 * antall"), "kommunetall_som_observert"
    ),
    "a merger of shown parts called shielded": caught(
        H,
        where(H, f"{OF_KOMMUNE} AND beregnet AND {SHOWN} AND enhet = '6743'", most=1, verdi="NULL",
              verdistatus="'skjermet'", antall="NULL"),
        "ikke_bygd_av_en_grunn",
    ),
    "a merger called observed": caught(
        H, where(H, f"{OF_KOMMUNE} AND beregnet", beregnet="false"), "beregnet_er_ombygd"
    ),
    "a municipality's figure changed": caught(H, where(H, MOVED, most=1, verdi="verdi + 1"), "kommunetall_som_observert"),
    "a missing figure read as nought": caught(
        H,
        where(H, f"{OF_KOMMUNE} AND {HIDDEN} AND NOT beregnet", most=1, verdi="0", verdistatus="'vist'"),
        "kommunetall_som_observert",
    ),
    "a merger shown although a part is hidden": caught(
        H,
        where(H, f"beregnet AND {OF_KOMMUNE} AND {UNKNOWN}", verdi="47", verdistatus="'vist'", antall="50",
              ikke_bygd_grunn="NULL"),
        "ombygd_bare_av_viste",
    ),
    "a part of a division shown although a school of it is hidden": caught(
        H, f"SELECT * FROM {H}", "ombygd_bare_av_viste", "antall_er_delenes",
        observasjon=where("observasjon", "kommunenr = '6953' AND nivaa = 'skole'", verdi="NULL", verdistatus="'skjermet'"),
    ),
    "a school of a division in a third municipality": caught(
        H, f"SELECT * FROM {H}", "delt_uten_skoler_paa_avveie",
        observasjon=where(
            "observasjon", "nivaa = 'skole' AND kommunenr = '6954' AND skoleaar >= '2024-25'", kommunenr="'6701'"
        ),
    ),
    "a school placed by nothing from after its division": caught(
        H, f"SELECT * FROM {H}", "plassert_etter_delingen",
        observasjon=without("observasjon", "kommunenr IN ('6954', '6955') AND nivaa = 'skole'"),
    ),
    "what cannot be built without its reason": caught(
        H, where(H, UNKNOWN, most=1, ikke_bygd_grunn="NULL"), "grunn_der_det_ikke_er_bygd"
    ),
    "the pupils of one part of a merger": caught(
        H, where(H, f"{OF_KOMMUNE} AND beregnet AND {SHOWN} AND enhet = '6743'", most=1, antall="antall - 1"),
        "antall_er_delenes",
    ),
    "a merger of a figure without its pupils": caught(
        H, f"SELECT * FROM {H}", "ombygd_bare_av_viste",
        observasjon=where("observasjon", "enhet = '6741'", antall="NULL", antallstatus="'skjermet'"),
    ),
    "a division of some of the pupils": caught(
        H, f"SELECT * FROM {H}", "delt_av_alle_elevene",
        observasjon=where("observasjon", f"{DIVIDED} AND antall > 0", antall="antall + 15"),
    ),
    "a merger outside its parts": caught(
        H, where(H, f"beregnet AND {OF_KOMMUNE} AND {SHOWN}", verdi="99"), "ombygd_mellom_delene"
    ),
    "a whole year never read": caught(
        H, f"SELECT * FROM {H}", "grunnlaget_er_helt", observasjon="SELECT * FROM observasjon WHERE skoleaar <> '2023-24'"
    ),
    "a county never read": caught(
        H, f"SELECT * FROM {H}", "grunnlaget_er_helt",
        observasjon="SELECT * FROM observasjon WHERE NOT (skoleaar = '2024-25' AND fylkesnr IS NOT DISTINCT FROM '66')",
    ),
    "a grade never read": caught(
        H, f"SELECT * FROM {H}", "grunnlaget_er_helt",
        observasjon="SELECT * FROM observasjon WHERE NOT (skoleaar = '2024-25' AND trinn = 8)",
    ),
}  # fmt: skip

G, V, A = "grense", "vurdering", "andel"
POINTS: dict[str, Mutation] = {
    "a limit gone": caught(G, without(G, "true", most=1), "forventet_sett"),
    "the limit of another year": caught(
        G, where(G, "true", most=1, nasjonal_grense="nasjonal_grense + 1"), "nasjonal_som_publisert"
    ),
    "an absolute limit that the set does not give": caught(
        G, where(G, "true", most=1, absolutt_grense="absolutt_grense + 1"), "absolutt_etter_metode"
    ),
    "an absolute limit on the better side": caught(
        G, where(G, "true", most=1, absolutt_grense="nasjonal_grense + 3"), "absolutt_paa_den_daarligere_siden"
    ),
    "polarity turned: better is worse": caught(
        V,
        where(
            V, SHOWN, risikopoeng="CASE WHEN verdi > nasjonal_grense THEN vekt ELSE 0 END", forbi_absolutt="false"
        ),
        "poeng_etter_regelen",
    ),
    "as bad as the limit counted as worse": caught(
        V, where(V, f"{SHOWN} AND verdi = nasjonal_grense", risikopoeng="vekt"), "poeng_etter_regelen"
    ),
    "the weight forgotten": caught(V, where(V, SHOWN, vekt="2"), "vekt_som_i_settet"),
    "points for what is hidden": caught(
        V, where(V, HIDDEN, most=1, risikopoeng="1"), "ingenting_om_det_som_ikke_er_vist", "poeng_bare_for_vist"
    ),
    "possible points for what is hidden": caught(
        V, where(V, HIDDEN, most=1, mulige_risikopoeng="3"), "ingenting_om_det_som_ikke_er_vist"
    ),
    "a hidden figure said to be beyond the limit": caught(
        V, where(V, HIDDEN, most=1, forbi_absolutt="true"), "ingenting_om_det_som_ikke_er_vist"
    ),
    "another limit than the cell's": caught(
        V, where(V, "trinn = 5", nasjonal_grense="nasjonal_grense - 1"), "samme_grenser"
    ),
    "a cell lost on the way": caught(V, without(V, OF_KOMMUNE, most=1), "samme_celler_som_harmonisert"),
    "more points than possible": caught(V, where(V, SHOWN, most=1, risikopoeng="4"), "poeng_innen_mulige"),
    "a sum too high": caught(A, where(A, OF_KOMMUNE, most=1, risikopoeng="risikopoeng + 1"), "summer_av_vurdering"),
    "a unit without sums": caught(A, without(A, OF_SKOLE, most=1), "summer_av_vurdering"),
    "a share of nothing": caught(
        A, where(A, "mulige_risikopoeng = 0", most=1, andel_risikopoeng="0"), "andel_av_summene"
    ),
    "a share of another unit": caught(
        A, where(A, "andel_risikopoeng BETWEEN 1 AND 90", most=1, andel_risikopoeng="andel_risikopoeng + 1"),
        "andel_av_summene",
    ),
    "a coverage of nothing": caught(
        A, where(A, "vekt_finnes > vekt_vist", most=1, dekningsgrad="1"), "dekningsgrad_av_vektene"
    ),
    "more years than the window": caught(A, where(A, OF_KOMMUNE, aar_med_tall="4"), "ikke_flere_aar_enn_vinduet"),
    "nobody has points": caught(
        A, where(A, "mulige_risikopoeng > 0", risikopoeng="0", andel_risikopoeng="0"), "noen_har_poeng"
    ),
}  # fmt: skip

ALL = {**REGISTERS, **HARMONISED, **POINTS}
