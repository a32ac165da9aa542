"""Ways to spoil observations: a row, a column, a file, a year, a county.

Belongs here: the mutations of more than a cell of `observasjon`, each with the check that must catch it. Does not belong
here: single cells (`spoiled_observasjon`), or how mutations are audited (`mutation`).
"""

from __future__ import annotations

from tests.mutation.mutation import Mutation, caught, where, without
from tests.mutation.spoiled_observasjon import (
    CELL,
    IN_OPEN,
    IN_TWO,
    KOMMUNE,
    MIDDLE,
    NEW,
    OLD,
    SHARE,
    SHIELDED,
    SKOLE,
    SWAPPED,
    O,
)


def _year(becomes: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{one}' THEN '{other}'" for one, other in becomes.items())
    return f"SELECT * REPLACE (CASE skoleaar {cases} ELSE skoleaar END AS skoleaar) FROM {O}"


ROWS: dict[str, Mutation] = {
    "a row twice": caught(O, f"SELECT * FROM {O} UNION ALL (SELECT * FROM {O} WHERE {SKOLE} LIMIT 1)", "unik_noekkel"),
    "the national row gone": caught(O, without(O, f"{NEW} AND {CELL} AND nivaa = 'nasjonalt'"), "landet_finnes"),
    "a county's row gone": caught(O, without(O, f"{NEW} AND {CELL} AND enhet = '66'"), "fylke_finnes"),
    "three municipalities' rows gone": caught(O, without(O, KOMMUNE, most=3), "kommuner_finnes"),
    "a school's row gone": caught(O, without(O, f"{IN_OPEN} AND nivaa = 'skole'", most=1), "deltakere_skoler_kommune"),
    "a school twice under two numbers": caught(
        O,
        f"""SELECT * FROM {O} UNION ALL
        SELECT * REPLACE ('199999999' AS enhet)
        FROM (SELECT * FROM {O} WHERE {IN_OPEN} AND nivaa = 'skole' ORDER BY enhet LIMIT 1)""",
        "skolene_har_ikke_flere_enn_kommunen",
    ),
    "two municipalities' figures swapped": caught(
        O,
        f"""SELECT o.* REPLACE (CASE WHEN a.enhet IS NULL THEN o.verdi ELSE a.verdi END AS verdi,
          CASE WHEN a.enhet IS NULL THEN o.antall ELSE a.antall END AS antall)
        FROM {O} o LEFT JOIN (SELECT *, {SWAPPED} AS annen FROM {O} WHERE {IN_TWO} AND nivaa = 'kommune') a
          ON a.annen = o.enhet AND o.{NEW} AND a.indikator = o.indikator AND a.maal = o.maal AND a.trinn = o.trinn""",
        "deltakere_skoler_kommune",
    ),
    "the municipalities' rows shifted by one": caught(
        O,
        f"""SELECT * REPLACE (CASE WHEN {NEW} AND nivaa = 'kommune' THEN lag(verdi, 1, verdi) OVER enhetene ELSE verdi END AS verdi,
          CASE WHEN {NEW} AND nivaa = 'kommune' THEN lag(verdistatus, 1, verdistatus) OVER enhetene ELSE verdistatus END AS verdistatus)
        FROM {O} WINDOW enhetene AS (PARTITION BY skoleaar, nivaa, indikator, maal, trinn ORDER BY enhet)""",
        "kommune_mot_skolene",
    ),
    "a municipality's code without its first digit": caught(
        O, where(O, KOMMUNE, most=1, enhet="enhet[2:]", kommunenr="kommunenr[2:]"), "enhet_paa_nivaa", "kommunenr.form"
    ),
    "a county's code without its first digit": caught(
        O, where(O, f"{NEW} AND {CELL} AND enhet = '66'", enhet="'6'", fylkesnr="'6'"), "fylkesnr.form"
    ),
    "an organisation number without its first digit": caught(
        O, where(O, SKOLE, most=1, enhet="enhet[2:]"), "enhet_paa_nivaa"
    ),
    "a municipality that does not exist": caught(
        O, where(O, KOMMUNE, most=1, enhet="'6699'", kommunenr="'6699'", fylkesnr="'66'"), "kommune_gjaldt"
    ),
    "a school in a municipality that does not exist": caught(
        O, where(O, SKOLE, most=1, kommunenr="'6699'", fylkesnr="'66'"), "skolens_kommune_gjaldt"
    ),
    "a school moved to another municipality": caught(
        O,
        where(O, f"{IN_OPEN} AND nivaa = 'skole'", most=1, kommunenr="'6701'", fylkesnr="'67'"),
        "deltakere_skoler_kommune",
    ),
    "two municipalities' numbers swapped, schools and all": caught(
        O,
        where(O, IN_TWO, enhet=f"CASE WHEN nivaa = 'kommune' THEN {SWAPPED} ELSE enhet END", kommunenr=SWAPPED),
        "skolene_har_kommunen_som_foer",
    ),
    "a municipality under another county": caught(O, where(O, KOMMUNE, most=1, fylkesnr="'75'"), "fylke_av_kommune"),
    "a municipality without a number": caught(O, where(O, SKOLE, most=1, kommunenr="NULL"), "fylke_av_kommune"),
    "a county's row under another county's number": caught(
        O, where(O, f"{NEW} AND {CELL} AND enhet = '66'", fylkesnr="'75'"), "fylke_av_kommune"
    ),
    "a name of blanks": caught(O, where(O, SKOLE, most=1, enhetsnavn="' '"), "enhetsnavn.form"),
    "a row from nowhere": caught(O, where(O, SKOLE, most=1, sha256="'ukjent'"), "sha256.form"),
    "a row of no line": caught(O, where(O, SKOLE, most=1, rad="0"), "rad.i_omraadet"),
}

COLUMNS: dict[str, Mutation] = {
    "a column of shares times ten": caught(
        O, where(O, f"{NEW} AND {SHARE}", verdi="verdi * 10"), "verdi_i_maalets_omraade"
    ),
    "a column divided by ten": caught(
        O, where(O, f"{NEW} AND {CELL}", verdi="round(verdi / 10)"), "landet_endrer_seg_lite"
    ),
    "polarity turned: the share that is not on the level": caught(
        O, where(O, f"{NEW} AND {SHARE}", verdi="100 - verdi"), "mestringsnivaa_til_hundre", "landet_endrer_seg_lite"
    ),
    "the lowest level read from the middle one's column": caught(
        O,
        f"""SELECT o.* REPLACE (CASE WHEN m.enhet IS NULL THEN o.verdi ELSE m.verdi END AS verdi)
        FROM {O} o LEFT JOIN {O} m ON o.{NEW} AND m.{NEW} AND o.maal = 'andel_mestringsnivaa_1'
          AND m.maal = 'andel_mestringsnivaa_2' AND m.enhet = o.enhet AND m.nivaa = o.nivaa
          AND m.indikator = o.indikator AND m.trinn = o.trinn""",
        "mestringsnivaa_til_hundre",
        "landet_endrer_seg_lite",
    ),
    "figures and counts swapped": caught(
        O,
        where(O, f"{NEW} AND {CELL} AND verdi IS NOT NULL AND antall IS NOT NULL", verdi="antall", antall="verdi"),
        "verdi_i_maalets_omraade",
    ),
    "every count times ten": caught(O, where(O, NEW, antall="antall * 10"), "deltakere_i_landet_som_foer"),
    "every municipality like the nation": caught(
        O,
        where(O, f"{NEW} AND {CELL} AND nivaa = 'kommune' AND verdi IS NOT NULL", verdi="50"),
        "kommune_mot_skolene",
        "spredning_mellom_kommuner_som_foer",
    ),
    "the municipalities' column empty": caught(
        O,
        where(O, f"{NEW} AND {CELL} AND nivaa = 'kommune'", verdi="NULL", verdistatus="'mangler'"),
        "enhetene_har_tall",
        "deltakere_har_tall",
    ),
    "everything shielded": caught(
        O,
        where(O, f"{NEW} AND nivaa IN ('kommune', 'skole')", verdi="NULL", verdistatus="'skjermet'"),
        "skjerming_under_tak",
    ),
    "the schools' figures and counts empty": caught(
        O,
        where(
            O,
            f"{NEW} AND {CELL} AND nivaa = 'skole'",
            verdi="NULL",
            verdistatus="'mangler'",
            antall="NULL",
            antallstatus="'mangler'",
        ),
        "enhetene_har_tall",
    ),
    "no count below the nation": caught(
        O,
        where(O, f"{NEW} AND nivaa <> 'nasjonalt'", antall="NULL", antallstatus="'mangler'"),
        "vist_har_antall",
    ),
    "the municipalities' stars read as empty": caught(
        O,
        where(
            O,
            f"{NEW} AND nivaa = 'kommune' AND verdistatus = 'skjermet'",
            verdistatus="'mangler'",
            antallstatus="'mangler'",
        ),
        "enhetene_har_tall",
        "skjerming_over_bunn",
    ),
    "nothing shielded: stars read as empty": caught(
        O,
        where(O, SHIELDED, verdistatus="'mangler'", antallstatus="'mangler'"),
        "skjerming_over_bunn",
    ),
    "a grade that there is not": caught(O, where(O, SKOLE, most=1, trinn="0"), "trinn.i_omraadet", "i_katalogen"),
    "a measure that there is not": caught(O, where(O, SKOLE, most=1, maal="'score'"), "i_katalogen"),
    "a level that there is not": caught(O, where(O, SKOLE, most=1, nivaa="'bydel'"), "nivaa.lovlig_verdi"),
    "lesing read into another source": caught(
        O, where(O, f"{NEW} AND {CELL}", indikator="'mobbing'"), "i_katalogen", "trinn_finnes"
    ),
}

YEARS: dict[str, Mutation] = {
    "a year read as the next one too": caught(
        O,
        f"""SELECT * FROM {O} WHERE NOT {MIDDLE}
        UNION ALL SELECT * REPLACE ('2023-24' AS skoleaar) FROM {O} WHERE {OLD}""",
        "ikke_samme_tall_som_aaret_ved_siden_av",
    ),
    "the oldest and the newest year swapped: old codes in a new year": caught(
        O,
        _year({"2022-23": "2024-25", "2024-25": "2022-23"}),
        "kommune_gjaldt",
        "skolens_kommune_gjaldt",
        "fylke_finnes",
    ),
    "every year shifted by one": caught(
        O, _year({"2022-23": "2023-24", "2023-24": "2024-25", "2024-25": "2022-23"}), "kommune_gjaldt"
    ),
    "5. and 8. trinn swapped in one year": caught(
        O, where(O, NEW, trinn="13 - trinn"), "skolene_har_trinnet_som_foer", "i_katalogen"
    ),
    "a grade gone in one year": caught(O, without(O, f"{NEW} AND trinn = 5"), "trinn_finnes"),
    "a year on another scale": caught(O, where(O, f"{NEW} AND {CELL}", verdi="verdi + 30"), "landet_endrer_seg_lite"),
    "a year that moved as none before it": caught(
        O,
        # Four years: a history is at least two changes.
        f"""SELECT * FROM {O}
        UNION ALL SELECT * REPLACE ('2025-26' AS skoleaar,
          CASE WHEN {CELL} AND nivaa = 'nasjonalt' THEN verdi + 6 ELSE verdi END AS verdi)
        FROM {O} WHERE {NEW}""",
        "landet_endrer_seg_som_foer",
    ),
}

COUNTIES: dict[str, Mutation] = {
    "a county gone, municipalities and schools too": caught(
        O, without(O, f"{NEW} AND fylkesnr = '66'"), "fylke_finnes"
    ),
    "a county's municipalities empty": caught(
        O,
        where(
            O,
            f"{NEW} AND nivaa IN ('kommune', 'skole') AND fylkesnr = '66'",
            verdi="NULL",
            verdistatus="'mangler'",
            antall="NULL",
            antallstatus="'mangler'",
        ),
        "kommunene_i_fylket_har_tall",
        "kommunene_utgjor_fylket",
    ),
    "half of a county's municipalities gone, schools too": caught(
        O,
        without(O, f"{NEW} AND nivaa IN ('kommune', 'skole') AND fylkesnr = '66' AND kommunenr < '6612'"),
        "kommunene_i_fylket_finnes",
        "kommunene_utgjor_fylket",
    ),
    "the municipality of a county of one gone, schools too": caught(
        O,
        without(O, f"{NEW} AND nivaa IN ('kommune', 'skole') AND fylkesnr = '65'"),
        "kommunene_i_fylket_finnes",
    ),
    "a county's municipalities counted twice": caught(
        O, where(O, f"{NEW} AND fylkesnr = '66' AND nivaa = 'kommune'", antall="2 * antall"), "deltakere_kommuner_fylke"
    ),
    "two counties' figures moved to each other's": caught(
        O,
        where(
            O,
            f"{NEW} AND {CELL} AND nivaa = 'fylke' AND enhet IN ('66', '67')",
            verdi="CASE enhet WHEN '66' THEN verdi + 2 ELSE verdi - 2 END",
        ),
        "fylke_mot_kommunene",
    ),
    "a county read from another column, municipalities and schools too": caught(
        O,
        where(O, f"{NEW} AND {CELL} AND fylkesnr = '66' AND verdi IS NOT NULL", verdi="verdi + 6"),
        "fylke_endrer_seg_som_landet",
    ),
}

FILES: dict[str, Mutation] = {
    "a file's codes lost their noughts": caught(
        O,
        where(
            O,
            f"{NEW} AND trinn = 5 AND nivaa <> 'nasjonalt'",
            enhet="CAST(CAST(enhet AS BIGINT) % CASE nivaa WHEN 'fylke' THEN 10 WHEN 'kommune' THEN 1000 ELSE 100000000 END AS VARCHAR)",
            kommunenr="CAST(CAST(kommunenr AS BIGINT) % 1000 AS VARCHAR)",
        ),
        "enhet_paa_nivaa",
        "kommunenr.form",
    ),
    "a file cut off in the middle": caught(
        O, without(O, f"{NEW} AND trinn = 5 AND fylkesnr > '70'"), "fylke_finnes", "kommuner_finnes"
    ),
    "a file without its schools": caught(
        O, without(O, f"{NEW} AND trinn = 5 AND nivaa = 'skole'"), "kommuner_har_skoler"
    ),
    "a file of girls only beside one of all": caught(
        O,
        where(O, f"{NEW} AND trinn = 5 AND nivaa IN ('fylke', 'nasjonalt')", antall="antall // 2"),
        "deltakere_kommuner_fylke",
    ),
}

ALL = {**ROWS, **COLUMNS, **YEARS, **COUNTIES, **FILES}
