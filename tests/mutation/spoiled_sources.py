"""Ways to spoil observations of the survey and of grunnskolepoeng, whose measures have ranges and tolerances of their own.

Belongs here: mutations of those sources' observations, each with the check that must catch it. Does not belong here:
what national tests show as well (`spoiled_observasjon`, `spoiled_files`), or how mutations are audited (`mutation`).
"""

from __future__ import annotations

from tests.mutation.mutation import Mutation, caught, where, without
from tests.mutation.spoiled_observasjon import AS_EMPTY, NEW, O

MOBBING = f"{NEW} AND indikator = 'mobbing' AND trinn = 10"
SURVEY = f"{NEW} AND kilde = 'elevundersokelsen'"
TAKEN_PART = f"{SURVEY} AND indikator = 'deltakelse'"
# Of every shown count of bullied: those who answered, as the table of participation has them.
_WHO_ANSWERED = f"""SELECT o.* REPLACE (CASE WHEN o.{NEW} AND o.indikator = 'mobbing' AND o.antall IS NOT NULL
    THEN coalesce(d.antall, o.antall) ELSE o.antall END AS antall)
  FROM {O} o LEFT JOIN {O} d ON d.indikator = 'deltakelse' AND (d.kilde, d.skoleaar, d.nivaa, d.enhet, d.trinn)
    = (o.kilde, o.skoleaar, o.nivaa, o.enhet, o.trinn)"""
MARKS = f"{NEW} AND kilde = 'grunnskolepoeng'"
_LARGEST = "antall = (SELECT max(antall) FROM observasjon WHERE {} AND nivaa = 'kommune')"

ALL: dict[str, Mutation] = {
    "one municipality's share of bullied times five": caught(
        O,
        where(O, f"{MOBBING} AND nivaa = 'kommune' AND {_LARGEST.format(MOBBING)}", verdi="5 * verdi"),
        "kommune_mot_skolene",
    ),
    "the share that is not bullied": caught(
        O, where(O, f"{MOBBING} AND verdi IS NOT NULL", verdi="100 - verdi"), "landet_endrer_seg_lite"
    ),
    "one star of mobbing read as nought": caught(
        O,
        where(O, f"{MOBBING} AND verdistatus = 'skjermet'", most=1, verdi="0", verdistatus="'vist'"),
        "null_med_skjult_antall",
    ),
    "those who answered where the bullied should be": caught(O, _WHO_ANSWERED, "teller_innenfor_deltakelsen"),
    "one school's answers where its bullied should be": caught(
        O,
        where(O, f"{MOBBING} AND nivaa = 'skole' AND antall > 3", most=1, antall="antall * 5"),
        "teller_innenfor_deltakelsen",
    ),
    "those who answered where the bullied should be, and no table of participation": caught(
        O,
        f"SELECT * FROM ({_WHO_ANSWERED}) WHERE NOT ({TAKEN_PART})",
        "deltakere_i_landet_som_foer",
        "teller_uten_deltakelse",
    ),
    "a numerator where those who answered should be": caught(
        O,
        where(O, f"{SURVEY} AND indikator = 'stotte_fra_larer'", antall="antall // 10"),
        "svarene_som_deltakelsen",
    ),
    "numerators where those who took part should be": caught(
        O,
        where(O, TAKEN_PART, antall="antall // 10"),
        "teller_innenfor_deltakelsen",
        "svarene_som_deltakelsen",
    ),
    "the invited where those who answered should be, the nation's alone": caught(
        O, where(O, f"{TAKEN_PART} AND nivaa = 'nasjonalt'", antall="antall + 5000"), "landet_mot_fylkene"
    ),
    "one school's bullied lost, its share kept": caught(
        O, where(O, f"{MOBBING} AND nivaa = 'skole' AND verdi > 0", most=1, antall="0"), "andel_av_ingen_er_null"
    ),
    "a municipality's star read as nobody bullied": caught(
        O,
        where(
            O,
            f"""{MOBBING} AND nivaa = 'kommune' AND verdistatus = 'skjermet' AND enhet IN (SELECT kommunenr FROM {O}
              WHERE {MOBBING} AND nivaa = 'skole' AND antall > 0)""",
            most=1,
            verdi="0",
            verdistatus="'vist'",
            antall="0",
            antallstatus="'vist'",
        ),
        "skolene_har_ikke_flere_enn_kommunen",
    ),
    "no table of participation": caught(O, without(O, TAKEN_PART), "teller_uten_deltakelse"),
    "the bullied of a county among another's": caught(
        O,
        where(O, f"{MOBBING} AND nivaa = 'fylke' AND enhet IN ('66', '67')", antall="antall + (enhet = '66')::INTEGER"),
        "deltakere_fylker_landet",
    ),
    "scores without their decimal comma": caught(
        O, where(O, f"{SURVEY} AND maal = 'score'", verdi="10 * verdi"), "verdi_i_maalets_omraade"
    ),
    "the country's score of another index": caught(
        O,
        where(O, f"{SURVEY} AND indikator = 'motivasjon' AND nivaa = 'nasjonalt'", verdi="verdi + 0.3"),
        "landet_mot_kommunene",
    ),
    "the country's share of bullied a little lower": caught(
        O, where(O, f"{MOBBING} AND nivaa = 'nasjonalt'", verdi="verdi - 0.3"), "landet_mot_fylkene"
    ),
    "a municipality a step better than its only school": caught(
        O,
        where(
            O,
            f"""{MOBBING} AND nivaa = 'kommune' AND antall > 0 AND enhet IN (SELECT kommunenr FROM {O}
              WHERE {MOBBING} AND nivaa = 'skole' AND verdistatus <> 'mangler' GROUP BY ALL HAVING count(*) = 1)""",
            most=1,
            verdi="verdi - 0.1",
        ),
        "eneste_skole_er_kommunen",
    ),
    "motivasjon read from the column of støtte": caught(
        O,
        f"""SELECT * FROM {O} WHERE indikator <> 'motivasjon'
        UNION ALL SELECT * REPLACE ('motivasjon' AS indikator) FROM {O} WHERE indikator = 'stotte_fra_larer'""",
        "ikke_samme_tall_i_to_celler",
    ),
    "a grade read from the column of another": caught(
        O,
        f"""SELECT * FROM {O} WHERE NOT ({SURVEY} AND indikator = 'motivasjon' AND trinn = 7)
        UNION ALL SELECT * REPLACE (7 AS trinn) FROM {O} WHERE {SURVEY} AND indikator = 'motivasjon' AND trinn = 10""",
        "ikke_samme_tall_i_to_celler",
    ),
    "a school under another municipality than in another source of the same autumn": caught(
        O,
        f"""SELECT * FROM {O} UNION ALL SELECT * REPLACE ('nasjonale_prover' AS kilde, '6602' AS kommunenr) FROM (
          SELECT * FROM {O} WHERE {MOBBING} AND nivaa = 'skole' AND kommunenr = '6601' ORDER BY enhet LIMIT 1)""",
        "skolen_har_en_kommune",
    ),
    "a name of the survey read with the wrong encoding": caught(
        O, where(O, f"{SURVEY} AND nivaa = 'kommune'", enhetsnavn="replace(enhetsnavn, 'ø', 'Ã¸')"), "navn_er_lesbart"
    ),
    "7. and 10. trinn swapped in a year of the survey": caught(
        O, where(O, SURVEY, trinn="17 - trinn"), "skolene_har_trinnet_som_foer"
    ),
    "half of a county's municipalities gone from the survey, schools too": caught(
        O,
        without(O, f"{SURVEY} AND nivaa IN ('kommune', 'skole') AND fylkesnr = '66' AND kommunenr < '6612'"),
        "kommunene_i_fylket_finnes",
    ),
    "the survey's schools empty": caught(O, where(O, f"{SURVEY} AND nivaa = 'skole'", **AS_EMPTY), "enhetene_har_tall"),
    "a school of the survey twice under two numbers": caught(
        O,
        f"""SELECT * FROM {O} UNION ALL SELECT * REPLACE ('199999999' AS enhet) FROM (
          SELECT * FROM {O} WHERE {SURVEY} AND indikator = 'motivasjon' AND trinn = 10 AND nivaa = 'skole' AND antall > 100
          ORDER BY enhet LIMIT 1)""",
        "skolene_har_ikke_flere_enn_kommunen",
    ),
    "one star of grunnskolepoeng read as nought": caught(
        O,
        where(
            O,
            f"{MARKS} AND verdistatus = 'skjermet'",
            most=1,
            verdi="0",
            verdistatus="'vist'",
            antall="12",
            antallstatus="'vist'",
        ),
        "verdi_i_maalets_omraade",
    ),
    "grunnskolepoeng as a mean of marks": caught(
        O, where(O, f"{MARKS} AND verdi IS NOT NULL", verdi="round(verdi / 10, 1)"), "verdi_i_maalets_omraade"
    ),
    "the municipalities' grunnskolepoeng of girls alone": caught(
        O, where(O, f"{MARKS} AND nivaa = 'kommune' AND verdi IS NOT NULL", verdi="verdi + 2"), "landet_mot_kommunene"
    ),
    "a county's grunnskolepoeng of girls alone": caught(
        O,
        where(O, f"{MARKS} AND enhet = '65' AND nivaa = 'fylke'", verdi="verdi + 2"),
        "fylke_mot_kommunene",
    ),
}
