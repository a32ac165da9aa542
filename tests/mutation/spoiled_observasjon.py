"""Ways to spoil observations, cell by cell.

Belongs here: the mutations of single cells of `observasjon`, each with the check that must catch it, and what they and
larger ones are picked by. Does not belong here: rows, columns, years, counties and files (`spoiled_files`), or how
mutations are audited (`mutation`). The country is the example's, all of it invented.
"""

from __future__ import annotations

from tests.mutation.mutation import Mutation, caught, where

O = "observasjon"  # noqa: E741 (short, as it stands in every line below)
OLD, MIDDLE, NEW = "skoleaar = '2022-23'", "skoleaar = '2023-24'", "skoleaar = '2024-25'"
CELL = "indikator = 'lesing' AND maal = 'skalapoeng' AND trinn = 5"
CELL_8 = "indikator = 'lesing' AND maal = 'skalapoeng' AND trinn = 8"
SHARE = "indikator = 'lesing' AND maal = 'andel_mestringsnivaa_1' AND trinn = 5"
KOMMUNE = f"{NEW} AND {CELL} AND nivaa = 'kommune' AND verdistatus = 'vist' AND antall > 100"
SKOLE = f"{NEW} AND {CELL} AND nivaa = 'skole' AND verdistatus = 'vist'"
SHIELDED = f"{NEW} AND nivaa = 'skole' AND verdistatus = 'skjermet'"
# A municipality whose schools are all shown: what happens in it can be seen.
OPEN = f"""(SELECT kommunenr FROM {O} WHERE {NEW} AND {CELL} AND nivaa = 'skole' GROUP BY ALL
  HAVING count(*) >= 2 AND bool_and(verdistatus = 'vist' AND antallstatus = 'vist') ORDER BY kommunenr LIMIT 1)"""
IN_OPEN = f"{NEW} AND {CELL} AND kommunenr = {OPEN}"
# A municipality with shown schools and a few that are shielded.
HALF_OPEN = f"""(SELECT kommunenr FROM {O} WHERE {NEW} AND {CELL} AND nivaa = 'skole' GROUP BY ALL
  HAVING count(*) FILTER (verdistatus = 'skjermet') >= 2 AND count(*) FILTER (verdistatus = 'vist') >= 3)"""
# Shielded municipalities with one school that is shielded; its only one, or beside shown ones.
SHIELDED_WITH_ONE = f"""(SELECT enhet FROM {O} k WHERE {NEW} AND {CELL} AND nivaa = 'kommune' AND verdistatus = 'skjermet'
  AND (SELECT count(*) FROM {O} s WHERE s.{NEW} AND s.indikator = k.indikator AND s.maal = k.maal AND s.trinn = k.trinn
    AND s.nivaa = 'skole' AND s.kommunenr = k.enhet AND s.verdistatus = 'skjermet') = 1)"""
ONLY_SCHOOL = f"""nivaa = 'kommune' AND enhet IN {SHIELDED_WITH_ONE} AND enhet IN (SELECT kommunenr FROM {O}
  WHERE {NEW} AND {CELL} AND nivaa = 'skole' AND verdistatus IN ('vist', 'skjermet') GROUP BY ALL HAVING count(*) = 1)"""
AS_EMPTY = {"verdi": "NULL", "verdistatus": "'mangler'", "antall": "NULL", "antallstatus": "'mangler'"}
AS_SHOWN = {"verdi": "48", "verdistatus": "'vist'", "antall": "12", "antallstatus": "'vist'"}
# Two municipalities of one county, and the two swapped.
TWO = (
    f"(SELECT enhet FROM {O} WHERE {NEW} AND nivaa = 'kommune' AND fylkesnr = '66' GROUP BY ALL ORDER BY enhet LIMIT 2)"
)
SWAPPED = f"""CASE WHEN kommunenr = (SELECT min(enhet) FROM {TWO}) THEN (SELECT max(enhet) FROM {TWO})
  ELSE (SELECT min(enhet) FROM {TWO}) END"""
IN_TWO_EVER = f"nivaa IN ('kommune', 'skole') AND kommunenr IN {TWO}"
IN_TWO = f"{NEW} AND {IN_TWO_EVER}"


CELLS: dict[str, Mutation] = {
    "a figure times ten": caught(O, where(O, KOMMUNE, most=1, verdi="verdi * 10"), "verdi_i_maalets_omraade"),
    "a decimal comma lost": caught(
        O,
        where(O, KOMMUNE.replace("'skalapoeng'", "'andel_mestringsnivaa_1'"), most=1, verdi="verdi * 10"),
        "mestringsnivaa_til_hundre",
    ),
    "a digit too many behind the comma": caught(O, where(O, KOMMUNE, most=1, verdi="verdi + 0.25"), "desimaler"),
    "a star read as nought": caught(
        O,
        where(O, SHIELDED, most=1, verdi="0", verdistatus="'vist'", antall="0", antallstatus="'vist'"),
        "vist_har_deltakere",
    ),
    "one star read as nought, its count still hidden": caught(
        O,
        where(O, f"{SHIELDED} AND maal LIKE 'andel%'", most=1, verdi="0", verdistatus="'vist'"),
        "null_med_skjult_antall",
    ),
    "one star read as nought on a scale that has none": caught(
        O,
        where(O, f"{SHIELDED} AND maal = 'skalapoeng'", most=1, verdi="0", verdistatus="'vist'"),
        "verdi_i_maalets_omraade",
    ),
    "one municipality's star read as empty": caught(
        O,
        where(
            O,
            f"{NEW} AND nivaa = 'kommune' AND verdistatus = 'skjermet'",
            most=1,
            verdistatus="'mangler'",
            antallstatus="'mangler'",
        ),
        "kommune_med_skoler_har_tall",
    ),
    "one figure empty, its count kept": caught(
        O, where(O, SKOLE, most=1, verdi="NULL", verdistatus="'mangler'"), "deltakere_har_tall"
    ),
    "one count empty, its figure kept": caught(
        O, where(O, SKOLE, most=1, antall="NULL", antallstatus="'mangler'"), "vist_har_antall"
    ),
    "one municipality's star read as a figure, its only school still shielded": caught(
        O,
        where(O, f"{NEW} AND {CELL} AND {ONLY_SCHOOL}", most=1, **AS_SHOWN),
        "eneste_skole_er_vist_som_kommunen",
    ),
    "stars read as figures, their counts still hidden": caught(
        O, where(O, SHIELDED, verdi="48", verdistatus="'vist'"), "skjult_antall_er_sjeldent"
    ),
    "a shown status without a figure": caught(O, where(O, KOMMUNE, most=1, verdi="NULL"), "status_foer_tall"),
    "a figure beside a shielded status": caught(O, where(O, SHIELDED, most=1, verdi="48"), "status_foer_tall"),
    "a count beside a shielded status": caught(O, where(O, SHIELDED, most=1, antall="4"), "antall_etter_status"),
    "a negative count": caught(O, where(O, SKOLE, most=1, antall="-antall"), "antall.i_omraadet"),
    "a status that is none": caught(O, where(O, SHIELDED, most=1, verdistatus="'prikket'"), "verdistatus.lovlig_verdi"),
    "a count's status that is none": caught(
        O, where(O, SHIELDED, most=1, antallstatus="'*'"), "antallstatus.lovlig_verdi"
    ),
    "the national figure of another cell": caught(
        O, where(O, f"{NEW} AND {CELL} AND nivaa = 'nasjonalt'", verdi="verdi + 4"), "landet_mot_kommunene"
    ),
    "the national figure shielded": caught(
        O,
        where(O, f"{NEW} AND {CELL} AND nivaa = 'nasjonalt'", verdi="NULL", verdistatus="'skjermet'"),
        "landet_er_vist",
    ),
    "the national row without its count": caught(
        O,
        where(O, f"{NEW} AND {CELL} AND nivaa = 'nasjonalt'", antall="NULL", antallstatus="'mangler'"),
        "landet_har_antall",
    ),
    "one pupil more in the country than in the counties": caught(
        O, where(O, f"{NEW} AND {CELL} AND nivaa = 'nasjonalt'", antall="antall + 1"), "deltakere_fylker_landet"
    ),
    "a county shielded": caught(
        O,
        where(O, f"{NEW} AND {CELL} AND enhet = '66'", verdi="NULL", verdistatus="'skjermet'"),
        "fylke_er_vist",
    ),
    "a county's figure that its one municipality does not bear out": caught(
        O, where(O, f"{NEW} AND {CELL} AND enhet = '65'", verdi="verdi + 3"), "fylke_mot_kommunene"
    ),
    "a municipality's figure that its schools do not bear out": caught(
        O, where(O, f"{IN_OPEN} AND nivaa = 'kommune'", verdi="verdi + 3"), "kommune_mot_skolene"
    ),
    "a municipality's figure that no figure of its shielded schools can bear out": caught(
        O,
        where(
            O,
            f"{NEW} AND {CELL} AND nivaa = 'kommune' AND antall > 300 AND kommunenr IN {HALF_OPEN}",
            most=1,
            verdi="verdi + 12",
        ),
        "kommune_mot_skolene",
    ),
    "one pupil more in a school than in its municipality": caught(
        O,
        where(O, f"{IN_OPEN} AND nivaa = 'skole'", most=1, antall="antall + 1"),
        "skolene_har_ikke_flere_enn_kommunen",
    ),
    "one pupil less in a school than in its municipality": caught(
        O, where(O, f"{IN_OPEN} AND nivaa = 'skole'", most=1, antall="antall - 1"), "deltakere_skoler_kommune"
    ),
    "the national figure one percentage point off": caught(
        O, where(O, f"{NEW} AND {SHARE} AND nivaa = 'nasjonalt'", verdi="verdi - 1"), "landet_mot_fylkene"
    ),
    "the national figure made anew, a municipality as much as another": caught(
        O,
        where(
            O,
            f"{NEW} AND {SHARE} AND nivaa = 'nasjonalt'",
            verdi=f"(SELECT round(avg(verdi), 1) FROM {O} WHERE {NEW} AND {SHARE} AND nivaa = 'kommune')",
        ),
        "landet_mot_fylkene",
    ),
    "a municipality a step better than its only school": caught(
        O,
        where(
            O,
            f"""{NEW} AND {CELL} AND nivaa = 'kommune' AND verdistatus = 'vist' AND enhet IN (SELECT kommunenr FROM {O}
              WHERE {NEW} AND {CELL} AND nivaa = 'skole' AND verdistatus <> 'mangler' GROUP BY ALL HAVING count(*) = 1)""",
            most=1,
            verdi="verdi + 1",
        ),
        "eneste_skole_er_kommunen",
    ),
    "the levels in reverse order": caught(
        O,
        where(
            O,
            f"{NEW} AND indikator = 'lesing' AND trinn = 5 AND maal LIKE 'andel_mestringsnivaa_%'",
            maal="'andel_mestringsnivaa_' || (4 - CAST(right(maal, 1) AS INTEGER))",
        ),
        "maalene_peker_samme_vei",
    ),
    "regning read from the column of lesing": caught(
        O,
        f"""SELECT * FROM {O} WHERE NOT ({NEW} AND indikator = 'regning')
        UNION ALL SELECT * REPLACE ('regning' AS indikator) FROM {O} WHERE {NEW} AND {CELL}""",
        "ikke_samme_tall_i_to_celler",
    ),
    "8. and 9. trinn swapped": caught(
        O,
        f"""SELECT * REPLACE (verdi + 4 AS verdi) FROM {O} WHERE {NEW} AND {CELL_8}
        UNION ALL SELECT * REPLACE (9 AS trinn) FROM {O} WHERE {NEW} AND {CELL_8}
        UNION ALL SELECT * FROM {O} WHERE NOT ({NEW} AND {CELL_8})""",
        "eldre_trinn_er_ikke_svakere",
    ),
    "a school under another municipality in one column": caught(
        O,
        where(
            O,
            f"{NEW} AND {CELL} AND nivaa = 'skole' AND verdistatus = 'vist' AND fylkesnr = '66'",
            most=1,
            kommunenr=f"(SELECT max(enhet) FROM {O} WHERE {NEW} AND nivaa = 'kommune' AND fylkesnr = '66')",
        ),
        "skolen_har_en_kommune",
    ),
    "two municipalities of one county with each other's codes, in every year": caught(
        O,
        where(O, IN_TWO_EVER, enhet=f"CASE WHEN nivaa = 'kommune' THEN {SWAPPED} ELSE enhet END", kommunenr=SWAPPED),
        "navn_som_registeret",
    ),
    "a name read with the wrong encoding": caught(
        O,
        where(
            O,
            f"{NEW} AND nivaa = 'skole' AND enhetsnavn LIKE '%ø%'",
            most=1,
            enhetsnavn="replace(enhetsnavn, 'ø', 'Ã¸')",
        ),
        "navn_er_lesbart",
    ),
    "a name with a letter that could not be read": caught(
        O, where(O, SKOLE, most=1, enhetsnavn="chr(65533) || enhetsnavn"), "navn_er_lesbart"
    ),
    "a name with a tab in it": caught(O, where(O, SKOLE, most=1, enhetsnavn="enhetsnavn || chr(9)"), "navn_er_lesbart"),
    "a name with a control character beyond ASCII": caught(
        O, where(O, SKOLE, most=1, enhetsnavn="enhetsnavn || chr(154)"), "navn_er_lesbart"
    ),
    "a name that is nothing": caught(O, where(O, SKOLE, most=1, enhetsnavn="NULL"), "enhetsnavn.ikke_null"),
    "a figure preliminary among final ones": caught(
        O, where(O, SKOLE, most=1, forelopig="true"), "en_status_for_hele_celler"
    ),
}
