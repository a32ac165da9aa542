"""Ways to spoil cohorts, their plans and their reports.

Belongs here: the mutations of those tables, each with the check that must catch it. Does not belong here: who is
identified (`spoiled_decisions`), or how mutations are audited (`mutation`).
"""

from __future__ import annotations

from datetime import date

from tests.mutation.mutation import Mutation, caught, on_day, where, without
from tests.support.run import NOON

I = "identifisert_kommune"  # noqa: E741
P, F, Q = "pulje_kommune", "pulje_faseplan", "rapportering"
GLIMRALI = {"kommunenr": "'6701'", "kommunenavn": "(SELECT min(kommunenavn) FROM kommune WHERE kommunenr = '6701')"}
OF_BOTH_SETS = f"""SELECT * FROM {I} UNION ALL
  (SELECT * REPLACE ('udir-2020' AS indikatorsett, '6701' AS kommunenr) FROM {I} WHERE kategori = 1 ORDER BY kommunenr LIMIT 1)"""
TODAY = date.fromisoformat(NOON[:10])
# As seen from a day in the third term, in every table alike.
A_YEAR_ON = "CASE WHEN halvaar_nr <= 2 THEN 'avsluttet' WHEN halvaar_nr = 3 THEN 'pågående' ELSE 'kommende' END"
COHORTS: dict[str, Mutation] = {
    "one identified and not in the cohort": caught(P, without(P, "true", most=1), "de_identifiserte"),
    "one in the cohort and not identified": caught(
        P, where(P, "true", most=1, kommunenr_ved_uttrekk="'6701'"), "de_identifiserte"
    ),
    "a name of before": caught(P, where(P, "true", most=1, kommunenavn="'Gamle navn'"), "i_registeret"),
    "another municipality's number and name": caught(P, where(P, "true", most=1, **GLIMRALI), "de_identifiserte"),
    "a cohort of two sets": caught(
        P,
        f"""SELECT * FROM {P} UNION ALL (SELECT * REPLACE ('6701' AS kommunenr, {GLIMRALI['kommunenavn']} AS kommunenavn,
          '6701' AS kommunenr_ved_uttrekk, 1 AS kategori) FROM {P} ORDER BY kommunenr LIMIT 1)""",
        "de_identifiserte",
        identifisert_kommune=OF_BOTH_SETS,
    ),
    "an unofficial set's cohort that does not say so": caught(
        P, where(P, "true", most=1, merknad="NULL"), "merknaden_sier_hva_som_er_hendt"
    ),
    "a cohort called the scheme's own": caught(P, where(P, "true", most=1, offisielt="true"), "merket_som_det_er"),
    "a cohort called invented": caught(P, where(P, "true", most=1, eksempel="true"), "merket_som_det_er"),
    "a plan called the scheme's own": caught(F, where(F, "true", most=1, offisielt="true"), "merket_som_puljen"),
    "a report called invented": caught(Q, where(Q, "true", most=1, eksempel="true"), "merket_som_puljen"),
    "identified on another day than the uttrekk's": caught(
        P, where(P, "true", most=1, siden="siden + 1"), "identifisert_fra_uttrekksdagen"
    ),
    "said to take part": caught(
        P, where(P, "true", most=1, deltakelse="'deltar'", siden="DATE '2025-06-01'"), "identifisert_fra_uttrekksdagen"
    ),
    "said to have declined": caught(
        P, where(P, "true", most=1, deltakelse="'takket nei'"), "identifisert_fra_uttrekksdagen"
    ),
    "all said to have been through it": caught(
        P, where(P, "true", deltakelse="'fullført'"), "identifisert_fra_uttrekksdagen"
    ),
    "a plan seen from another day than the run": on_day(
        TODAY,
        caught(F, where(F, "true", tilstand=A_YEAR_ON), "tilstand_i_rekkefoelge",
               pulje_kommune=where(P, "true", fase="'Gjennomføringsfase'")),
    ),
    "reports seen from another day than the run": on_day(
        TODAY, caught(Q, where(Q, "rapport_nr = 1", tilstand="'forfaller'"), "tilstand_etter_fristen",
                      pulje_faseplan=where(F, "halvaar_nr <= 2", tilstand="CASE halvaar_nr WHEN 1 THEN 'avsluttet' ELSE 'pågående' END")),
    ),
    "reports said to be received": caught(
        Q, where(Q, "true", mottatt="DATE '2025-03-01'", tilstand="'mottatt'"), "tilstand_etter_fristen"
    ),
    "five terms": caught(F, without(F, "halvaar_nr = 6"), "som_planen"),
    "a gap between two terms": caught(F, where(F, "halvaar_nr = 3", fra="fra + 1"), "halvaarene_foelger_hverandre"),
    "the phases turned": caught(
        F,
        where(F, "true", fase="CASE fase WHEN 'Forfase' THEN 'Gjennomføringsfase' ELSE 'Forfase' END"),
        "som_planen",
    ),
    "a report in the wrong term": caught(F, where(F, "halvaar_nr = 2", rapport="NULL"), "som_planen"),
    "over before it began": caught(F, where(F, "halvaar_nr = 6", tilstand="'avsluttet'"), "tilstand_i_rekkefoelge"),
    "a cohort counted wrong": caught(F, where(F, "true", antall_kommuner="antall_kommuner + 1"), "kommunene_er_talt"),
    "a cohort in another phase than its municipalities": caught(
        F, f"SELECT * FROM {F}", "kommunene_er_i_fasen", pulje_kommune=f"SELECT * REPLACE ('Forfase' AS fase) FROM {P}"
    ),
    "a report of nobody": caught(Q, where(Q, "true", most=1, kommunenr="'6701'"), "rapportene_som_er_ventet"),
    "a deadline a year off": caught(Q, where(Q, "true", most=1, frist="frist + 365"), "frist_er_halvaarets_siste_dag"),
    "an adviser's report too many": caught(
        Q, where(Q, "rapport_nr = 2 AND avsender = 'kommune'", most=1, avsender="'veileder'"),
        "rapportene_som_er_ventet",
    ),
    "late without taking part": caught(Q, where(Q, "true", most=1, tilstand="'forsinket'"), "forsinket_bare_den_som_deltar"),
    "a term that overlaps the one before it and leaves a gap": caught(
        F, where(F, "halvaar_nr = 3", fra="fra - 10", til="til - 10"), "halvaarene_foelger_hverandre"
    ),
    "a term under another's name": caught(F, where(F, "halvaar_nr = 3", halvaar="'Vår 99'"), "halvaarene_foelger_hverandre"),
    "other activities than the plan's": caught(F, where(F, "halvaar_nr = 3", aktiviteter="['x']"), "som_planen"),
    "the last term in no state": caught(
        F, where(F, "halvaar_nr = 6", tilstand="'tull'"), "tilstand.lovlig_verdi", "tilstand_i_rekkefoelge"
    ),
    "a term over and the next not begun": caught(
        F, where(F, "halvaar_nr = 1", tilstand="'avsluttet'"), "tilstand_i_rekkefoelge"
    ),
    "the second report of nobody": caught(Q, without(Q, "rapport_nr = 2"), "rapportene_som_er_ventet"),
    "no report at all": caught(Q, without(Q, "true"), "rapportene_som_er_ventet"),
    "a report that is over and was never owed": caught(
        Q, f"SELECT * FROM {Q}", "rapportene_som_er_ventet", pulje_faseplan=where(F, "halvaar_nr <= 2", tilstand="'avsluttet'")
    ),
    "received on no day": caught(Q, where(Q, "true", most=1, tilstand="'mottatt'"), "tilstand_etter_fristen"),
    "received and still awaited": caught(Q, where(Q, "true", most=1, mottatt="frist"), "tilstand_etter_fristen"),
    "fallen due years before the deadline": caught(Q, where(Q, "true", tilstand="'forfaller'"), "tilstand_etter_fristen"),
    "late before the deadline": caught(
        Q, where(Q, "true", tilstand="'forsinket'"), "tilstand_etter_fristen",
        pulje_kommune=f"SELECT * REPLACE ('deltar' AS deltakelse) FROM {P}",
    ),
    "a report in no state": caught(Q, where(Q, "true", most=1, tilstand="'tull'"), "tilstand.lovlig_verdi"),
    "one fallen due and another of the same day not": caught(
        Q, where(Q, "rapport_nr = 1", most=1, tilstand="'forfaller'"), "samme_tilstand_ved_samme_frist",
        pulje_faseplan=where(F, "halvaar_nr <= 2", tilstand="CASE halvaar_nr WHEN 1 THEN 'avsluttet' ELSE 'pågående' END"),
    ),
    "a later one fallen due before an earlier": caught(
        Q, where(Q, "rapport_nr = 2", tilstand="'forfaller'"), "samme_tilstand_ved_samme_frist"
    ),
}  # fmt: skip
