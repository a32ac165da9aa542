"""Ways to spoil what is said of corrections: one forgotten, one made up, and one that gives a school away.

Belongs here: the mutations of corrections and of the marks on what stands on them. Does not belong here: corrections
that are applied (`tests.graph.test_known_faults`): the good home has none.
"""

from __future__ import annotations

from tests.mutation.mutation import Mutation, caught, where

_UTTREKK = "2025 AS uttrekksaar, 'np-skalapoeng' AS indikatorsett"
_LESING = "indikator = 'lesing' AND maal = 'skalapoeng' AND trinn = 5 AND skoleaar = '2024-25'"
NO_CELL, NO_CORRECTION = "SELECT * FROM rettet_celle", "SELECT * FROM rettelse"
# A cell that stands on the correction 'x', and the correction.
CELL = f"""SELECT {_UTTREKK}, 'kommune' AS nivaa, min(kommunenr) AS enhet, 'lesing' AS indikator, 5 AS trinn,
    '2024-25' AS skoleaar, 'x' AS rettelse, 'kommune' AS rettet_nivaa FROM vurdering_kommune"""


def correction(**changed: str) -> str:
    """The published correction 'x' of a municipality, with other values in some columns."""
    values = {
        "rettelse": "'x'", "kilde": "'nasjonale_prover'", "skoleaar": "'2024-25'", "nivaa": "'kommune'",
        "enhet": "(SELECT min(kommunenr) FROM vurdering_kommune)", "indikator": "'lesing'", "maal": "'skalapoeng'",
        "trinn": "5", "handling": "'utelat'", "forvent_verdistatus": "'vist'", "forvent_verdi": "48",
        "forvent_antall": "30", "settes_til_verdi": "NULL", "settes_til_antall": "NULL", "grunn": "'Feil.'",
        "referanse": "'Prøve.'", "registrert": "DATE '2025-02-01'", "opphoert": "NULL",
    }  # fmt: skip
    return f"SELECT {_UTTREKK}, {', '.join(f'{value} AS {name}' for name, value in (values | changed).items())}"


# What differs in a correction of a figure that the source shields.
SHIELDED = {"handling": "'merk'", "forvent_verdistatus": "'skjermet'", "forvent_verdi": "NULL", "referanse": "NULL"}


def applied(nivaa: str) -> str:
    """The observations, one of them corrected."""
    of_country = "enhet IN (SELECT 'I' UNION ALL SELECT kommunenr FROM vurdering_kommune)"
    return where("observasjon", f"nivaa = '{nivaa}' AND {_LESING} AND {of_country}", most=1, rettelse="'x'")


ALL: dict[str, Mutation] = {
    "a municipality's correction forgotten": caught(
        "rettet_celle", NO_CELL, "rettede_tall_er_med", observasjon=applied("kommune")
    ),
    "the nation's correction forgotten": caught(
        "rettet_celle", NO_CELL, "rettede_tall_er_med", observasjon=applied("nasjonalt")
    ),
    "a cell on a correction that was applied to nothing": caught("rettet_celle", CELL, "bare_rettede_tall"),
    "a correction that is not published": caught(
        "rettelse", NO_CORRECTION, "de_som_cellene_bygger_paa", rettet_celle=CELL
    ),
    "a correction published that no cell stands on": caught("rettelse", correction(), "de_som_cellene_bygger_paa"),
    "a school's correction published": caught(
        "rettelse", correction(nivaa="'skole'", enhet="'100000001'"), "aldri_under_kommunen", rettet_celle=CELL
    ),
    "a school's number in a reason": caught(
        "rettelse", correction(grunn="'Tallet er av 100000001.'"), "aldri_under_kommunen", rettet_celle=CELL
    ),
    "a number in the id of a shielded figure": caught(
        "rettelse", correction(**SHIELDED, rettelse="'k-er-49'"), "skjermet_uten_tall", rettet_celle=CELL
    ),
    "a number in the reason of a shielded figure": caught(
        "rettelse", correction(**SHIELDED, grunn="'Tallet er 49.'"), "skjermet_uten_tall", rettet_celle=CELL
    ),
    "the reference of a shielded figure": caught(
        "rettelse", correction(**{**SHIELDED, "referanse": "'Prøve.'"}), "skjermet_uten_tall", rettet_celle=CELL
    ),
    "a correction of a shown figure without its reference": caught(
        "rettelse", correction(referanse="NULL"), "skjermet_uten_tall", rettet_celle=CELL
    ),
    "a figure in the place of one that is left out": caught(
        "rettelse", correction(settes_til_verdi="49"), "etter_handlingen", rettet_celle=CELL
    ),
    "a shielded figure left out": caught(
        "rettelse",
        correction(forvent_verdistatus="'skjermet'", forvent_verdi="NULL", referanse="NULL"),
        "etter_handlingen",
        rettet_celle=CELL,
    ),
    "a correction that the note does not tell": caught(
        "grunnlag", "SELECT * FROM grunnlag", "rettelsene_er_fortalt", rettet_celle=CELL
    ),
    "a limit marked as corrected that is not": caught(
        "grense", where("grense", "true", most=1, rettelse="'x'"), "rettelser_er_merket"
    ),
    "a municipality's corrected figure that is not marked": caught(
        "vurdering_kommune", "SELECT * FROM vurdering_kommune", "rettelser_er_merket", rettet_celle=CELL
    ),
    "a school's figure marked as corrected that is not": caught(
        "vurdering_skole", where("vurdering_skole", "true", most=1, rettelse="'x'"), "rettelser_er_merket"
    ),
    "a school named in the reason of a correction": caught(
        "vurdering_kommune",
        where("vurdering_kommune", "true", rettelse="'x'"),
        "rettelser_nevner_ingen_skole",
        rettelse=correction(
            grunn="(SELECT 'Gjelder ' || min(skolenavn) FROM skole JOIN vurdering_kommune USING (kommunenr))"
        ),
    ),
}
