"""The queries that take figures out of flat rows.

Belongs here: SQL over the temporary tables `flate` (every row, texts), `utvalg` (the rows asked for) and `lest` (what
each text says). Does not belong here: running it, or wording what is wrong (`flat`).
"""

from __future__ import annotations

from oppfolging_pipeline.sources.parsed import FORELOPIG, LAND, NIVAA

# An answer that was fetched without choosing owner, gender and question holds every combination of them.
# A row of the table of participation is about the whole survey: it has no question, and may have no gender either.
PARTICIPATION = "coalesce(nullif(Spoersmaalgruppekode, ''), nullif(Spoersmaalkode, '')) IS NULL"
WHOLE = (
    f"EierformNavn = 'Alle eierformer' AND (KjoennKode = 'A' OR (nullif(KjoennKode, '') IS NULL AND {PARTICIPATION}))"
)
# The same levels stand a second time for the schools abroad, under a nation of their own.
AT_HOME = f"coalesce(nullif(Nasjonaltkode, ''), '{LAND}') = '{LAND}'"
INDEX_ROW = "coalesce(Spoersmaalnavn, '') = 'Alle spørsmål'"
CODES = f"CASE WHEN {INDEX_ROW} THEN [Spoersmaalkode, Spoersmaalgruppekode] ELSE [Spoersmaalkode] END"
# A grade that is no number is taken along, to be told as a fault.
ASKED = f"""
{WHOLE} AND {AT_HOME}
AND (list_has_any({CODES}, $koder) OR ({INDEX_ROW} AND list_contains($navn, coalesce(Spoersmaalgruppe, '')))
  OR ($deltakelse AND {PARTICIPATION}))
AND (TRY_CAST(TrinnKode AS INTEGER) IS NULL OR list_contains($trinn, TRY_CAST(TrinnKode AS INTEGER)))
"""

# `spurt`: what is asked for. `utvalg`: the rows of `flate` that it finds, each with the texts of its cells. `{verdi}`
# gives the text of the measure's own field. An indicator of the survey without a code is of the whole survey.
CHOSEN = """
CREATE OR REPLACE TEMP TABLE lest (maal VARCHAR, del VARCHAR, tekst VARCHAR, status VARCHAR, tall DECIMAL(12, 3));
CREATE OR REPLACE TEMP TABLE spurt (indikator VARCHAR, maal VARCHAR, felt VARCHAR, kode VARCHAR, trinn INTEGER[])
"""
CHOOSE = f"""
CREATE OR REPLACE TEMP VIEW utvalg AS
SELECT s.indikator, s.maal, s.felt, coalesce(CASE s.maal {{verdi}} END, '') AS verdi_tekst,
  coalesce(CAST({{antall}} AS VARCHAR), '') AS antall_tekst, f.*
FROM flate f JOIN spurt s ON CASE WHEN s.kode IS NULL THEN {PARTICIPATION} ELSE list_contains({CODES}, s.kode) END
  AND (TRY_CAST(TrinnKode AS INTEGER) IS NULL OR list_contains(s.trinn, TRY_CAST(TrinnKode AS INTEGER)))
WHERE {WHOLE} AND {AT_HOME}
"""  # noqa: S608 (texts of this module)

# Index rows with the code and another name, or with the name and another code: the first of each kind.
MISMATCHES = f"""
SELECT min(rad), Spoersmaalgruppe, coalesce(Spoersmaalkode, Spoersmaalgruppekode) AS kode
FROM (
  SELECT *, coalesce(list_contains({CODES}, $kode), false) AS har_kode,
    list_contains($navn, coalesce(Spoersmaalgruppe, '')) AS har_navn
  FROM flate WHERE {WHOLE} AND {AT_HOME}
)
WHERE har_kode <> har_navn AND (har_kode OR {INDEX_ROW})
GROUP BY ALL ORDER BY 1
"""  # noqa: S608 (texts of this module)

# A spreadsheet drops leading zeros (`301` is Oslo, 0301): columns in which no code begins with one any more have lost
# them, where county and municipality still agree. Elsewhere a short code is a fault.
ZEROS_BACK = r"""
UPDATE flate SET Fylkekode = lpad(Fylkekode, 2, '0'),
  Kommunekode = CASE WHEN Kommunekode <> '' THEN lpad(Kommunekode, 4, '0') ELSE Kommunekode END
WHERE regexp_full_match(Fylkekode, '\d')
  AND (coalesce(Kommunekode, '') IN ('', '0') OR (length(Kommunekode) = 3 AND starts_with(Kommunekode, Fylkekode)))
  AND NOT EXISTS (
    SELECT 1 FROM flate WHERE regexp_full_match(Fylkekode, '0\d+') OR regexp_full_match(Kommunekode, '0\d+')
  )
"""

DROP = "DROP VIEW utvalg; DROP TABLE flate; DROP TABLE spurt; DROP TABLE lest"
READ = "INSERT INTO lest SELECT $maal, $del, tekst, status, tall FROM lest_naa"

_AAR = "right(Skoleaarnavn, 7)"
# What no name of a place has: control characters, the sign for a lost letter, what Norwegian letters become in the
# character sets of DOS and Mac (`Gr›nn`, `Gr¿nn`), and letters of UTF-8 that were read as Windows-1252 (`GrÃ¸nn`).
_LOST = r"[\x00-\x1f\x7f-\x{9f}\x{fffd}]|\pL[?¿¾®¯›†]\pL|Ã|Å[¡‹§½¾]|Ä[‘‚]"
# (field, what makes a row of `utvalg` wrong, what was expected)
ROW_RULES = (
    ("EnhetNivaa", f"coalesce(EnhetNivaa, '') NOT IN {tuple(NIVAA)}", "1, 2, 3 or 4"),
    (
        "Fylkekode",
        r"EnhetNivaa IN ('2', '3', '4') AND NOT regexp_full_match(coalesce(Fylkekode, ''), '\d{2}')",
        "two digits",
    ),
    (
        "Kommunekode",
        r"EnhetNivaa IN ('3', '4') AND NOT regexp_full_match(coalesce(Kommunekode, ''), '\d{4}')",
        "four digits",
    ),
    (
        "Organisasjonsnummer",
        r"EnhetNivaa = '4' AND NOT regexp_full_match(coalesce(Organisasjonsnummer, ''), '\d{9}')",
        "nine digits",
    ),
    (
        "Skoleaarnavn",
        rf"NOT regexp_full_match(coalesce(Skoleaarnavn, ''), '({FORELOPIG})?\d{{4}}-\d{{2}}') OR "
        f"(TRY_CAST(left({_AAR}, 4) AS INTEGER) + 1) % 100 IS DISTINCT FROM TRY_CAST(right({_AAR}, 2) AS INTEGER)",
        "a school year such as 2024-25",
    ),
    *(
        (name, f"regexp_matches(coalesce({name}, ''), '{_LOST}')", "a name with all of its letters")
        for name in ("EnhetNavn", "Kommune", "Fylke")
    ),
    ("TrinnKode", r"NOT regexp_full_match(coalesce(TrinnKode, ''), '\d{1,2}')", "a grade"),
)

_NIVAA = " ".join(f"WHEN '{level}' THEN '{name}'" for level, name in NIVAA.items())
FIGURES = f"""
SELECT $kilde AS kilde, {_AAR} AS skoleaar, CASE EnhetNivaa {_NIVAA} END AS nivaa,
  CASE EnhetNivaa WHEN '1' THEN $land WHEN '2' THEN Fylkekode WHEN '3' THEN Kommunekode ELSE Organisasjonsnummer END
    AS enhet,
  CASE WHEN EnhetNivaa <> '1' THEN Fylkekode END AS fylkesnr,
  CASE WHEN EnhetNivaa IN ('3', '4') THEN Kommunekode END AS kommunenr,
  trim(coalesce(CASE EnhetNivaa WHEN '2' THEN Fylke WHEN '3' THEN Kommune ELSE EnhetNavn END, '')) AS enhetsnavn,
  u.indikator, u.maal, CAST(TrinnKode AS INTEGER) AS trinn,
  CAST(v.tall AS DECIMAL(9, 3)) AS verdi, v.status AS verdistatus,
  CAST(a.tall AS INTEGER) AS antall, a.status AS antallstatus,
  starts_with(Skoleaarnavn, $forelopig) AS forelopig, CAST(NULL AS VARCHAR) AS brudd, rad, felt AS kolonne
FROM utvalg u
JOIN lest v ON v.del = 'verdi' AND v.maal = u.maal AND v.tekst = u.verdi_tekst
JOIN lest a ON a.del = 'antall' AND a.maal = u.maal AND a.tekst = u.antall_tekst
ORDER BY rad, indikator, maal
"""  # noqa: S608 (texts of this module)
