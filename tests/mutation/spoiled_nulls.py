"""Columns that may be null, null in every row: each bound and each comparison holds on nothing.

Belongs here: the nullable columns of every audited table, each with the check that must catch it or the reason why it
may be empty altogether. Does not belong here: single nulls (the other tables of mutations).
"""

from __future__ import annotations

from tests.mutation.mutation import Mutation, caught, where

# (table, column) → the check that must fail.
_CAUGHT = {
    ("observasjon", "fylkesnr"): "fylke_av_kommune",
    ("observasjon", "kommunenr"): "fylke_av_kommune",
    ("observasjon", "verdi"): "landet_er_vist",
    ("observasjon", "antall"): "landet_har_antall",
    ("kommune", "statsforvalter"): "gjeldende_har_embete",
    ("kommune", "statsforvalter_i_dag"): "som_registeret",
    ("kommune", "gyldig_til"): "gyldigheter_overlapper_ikke",
    ("harmonisert", "kommunenr"): "forventet_sett",
    ("harmonisert", "verdi"): "status_foer_tall",
    ("harmonisert", "antall"): "skoletall_som_observert",
    ("vurdering", "verdi"): "status_foer_tall",
    ("vurdering", "antall"): "samme_celler_som_harmonisert",
    ("vurdering", "risikopoeng"): "poeng_bare_for_vist",
    ("vurdering", "forbi_absolutt"): "poeng_etter_regelen",
    ("andel", "andel_risikopoeng"): "andel_av_summene",
    ("andel", "dekningsgrad"): "dekningsgrad_av_vektene",
    ("rangering_kommune", "statsforvalter"): "forventet_sett",
    ("rangering_kommune", "kategori"): "kategori1_er_de_forste",
    ("rangering_kommune", "rangering"): "grunn_naar_ikke_vurdert",
    ("rangering_kommune", "andel_risikopoeng"): "summer_som_andel",
    ("rangering_kommune", "dekningsgrad"): "summer_som_andel",
    ("rangering_kommune", "margin"): "margin_delt_og_naer",
    ("rangering_kommune", "ikke_vurdert_grunn"): "grunn_naar_ikke_vurdert",
    ("rangering_skole", "rangering"): "vurdert_etter_regelen",
    ("rangering_skole", "andel_risikopoeng"): "skolene_i_andel",
    ("rangering_skole", "dekningsgrad"): "skolene_i_andel",
    ("rangering_skole", "ikke_vurdert_grunn"): "vurdert_etter_regelen",
    ("rangering_skole", "i_ovre_kvartil"): "vurdert_etter_regelen",
    ("kandidat_kategori2", "statsforvalter"): "navn_fylke_og_embete",
    ("kandidat_kategori2", "andel_risikopoeng"): "andel_som_regnet",
    ("identifisert_kommune", "statsforvalter"): "navn_fylke_og_embete",
    ("identifisert_kommune", "andel_risikopoeng"): "de_i_rangeringen_som_har_kategori",
    ("identifisert_kommune", "dekningsgrad"): "de_i_rangeringen_som_har_kategori",
    ("identifisert_kommune", "margin"): "de_i_rangeringen_som_har_kategori",
    ("vurdering_kommune", "verdi"): "samme_som_vurdering",
    ("vurdering_kommune", "antall"): "samme_som_vurdering",
    ("vurdering_kommune", "risikopoeng"): "poeng_bare_av_viste_celler",
    ("vurdering_skole", "verdi"): "samme_som_vurdering",
    ("vurdering_skole", "antall"): "samme_som_vurdering",
    ("vurdering_skole", "risikopoeng"): "samme_som_vurdering",
    ("pulje_kommune", "statsforvalter"): "embetet_da_og_naa",
    ("pulje_kommune", "statsforvalter_i_dag"): "embetet_da_og_naa",
    ("pulje_faseplan", "rapport"): "som_planen",
    ("datagrunnlag", "periode"): "alle_tall_er_tidfestet",
    ("datagrunnlag", "hentet"): "alle_tall_er_tidfestet",
}
MAY_BE_EMPTY = {
    ("observasjon", "brudd"): "few figures stand beside a break",
    ("observasjon", "rettelse"): "few figures are corrected",
    ("kandidat_kategori2", "prioritet"): "no statsforvalter has given one",
    (
        "pulje_kommune",
        "fase",
    ): "before the period and after it there is none; `kommunene_er_i_fasen` of the plan holds it",
    ("pulje_kommune", "siden"): "the identification day may not have come; held where the day is known",
    ("pulje_kommune", "merknad"): "most municipalities call for no note",
    ("rapportering", "mottatt"): "no report has come in",
    ("dim_statsforvalter", "gyldig_til"): "most offices are there today; `fylkene_er_embetets` holds the others",
    ("oppsett", "indikatorsett"): "a home may have no set of its own; `settet_er_navngitt` holds the others",
    ("dim_indikatorsett", "merknad"): "a set may call for no note",
    ("grense", "rettelse"): "few figures are corrected",
    ("vurdering_kommune", "rettelse"): "few figures are corrected",
    ("vurdering_skole", "rettelse"): "few figures are corrected",
    ("rettelse", "forvent_verdi"): "a shielded figure may be flagged",
    ("rettelse", "forvent_antall"): "a source may show none",
    ("rettelse", "settes_til_verdi"): "only an override has one",
    ("rettelse", "settes_til_antall"): "only an override has one",
    ("rettelse", "referanse"): "that of a shielded figure is kept back; `skjermet_uten_tall` holds the others",
    ("rettelse", "opphoert"): "most are still in force",
    ("harmonisert", "ikke_bygd_grunn"): "most figures are there; `grunn_der_det_ikke_er_bygd` holds the others",
    ("vurdering", "ikke_bygd_grunn"): "most figures are there; `samme_celler_som_harmonisert` holds the others",
    ("vurdering_kommune", "ikke_bygd_grunn"): "most figures are there; `samme_som_vurdering` holds the others",
    ("grunnlag", "kjent_per"): "empty when everything is used",
    ("grunnlag", "merknad"): "a basis may call for no note",
}
# A null count beside a status that says so is no fault of a row: the column was not read.
_CHANGED_TOO = {("observasjon", "antall"): {"antallstatus": "'mangler'"}}

NULLS: dict[str, Mutation] = {
    f"{table}.{column} null in every row": caught(
        table, where(table, "true", **{column: "NULL", **_CHANGED_TOO.get((table, column), {})}), check
    )
    for (table, column), check in _CAUGHT.items()
} | {
    "a cohort in another phase than its plan": caught(
        "pulje_faseplan",
        "SELECT * FROM pulje_faseplan",
        "kommunene_er_i_fasen",
        pulje_kommune=where("pulje_kommune", "true", fase="'Gjennomføringsfase'"),
    ),
}
COLUMNS = {*_CAUGHT, *MAY_BE_EMPTY}
