"""Figures read from the files a second time, in plain pandas, sharing no code with the package.

Belongs here: Udir's csv, the saved export rows, the Excel download and KLASS's lists. Does not belong here: any rule
about points or places (`independent`). The figures are whole thousandths, so that no comparison meets a float.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

COLUMNS = [
    "kilde",
    "aar",
    "nivaa",
    "enhet",
    "kommune",
    "indikator",
    "trinn",
    "status",
    "verdi",
    "antall",
    "antall_skjult",
]
SURVEY = {"EUIndeks_1398": "mobbing", "EUIndeks_1380": "stotte_fra_larer", "EUIndeks_1385": "motivasjon"}
_LEVEL = {"1": "land", "2": "fylke", "3": "kommune", "4": "skole"}


def national_tests(folder: Path, measure: str) -> pd.DataFrame:
    """Lesing and regning on trinn 5 and 8 from every csv download in the folder, by the heading's last word(s)."""
    parts = []
    for path in sorted(folder.glob("*asjonale_pr*trinn.csv")):
        text = path.read_bytes().decode("utf-16-le").split("\n")
        table = pd.DataFrame([line.split("\t") for line in text[2:] if line], columns=text[1].split("\t"))
        unit = _units(table)
        for heading in table.columns[9:]:
            aar, proeve, trinn, _, eierform, kjonn, maal = heading.split(".", 6)
            if maal != measure or proeve == "Engelsk" or trinn == "9":
                continue
            assert (eierform, kjonn) == ("Alle eierformer", "Alle kjønn")
            beside = heading.removesuffix(measure) + "Antall elever deltatt"
            parts.append(
                unit.assign(
                    kilde="np", aar=aar, indikator=proeve.lower(), trinn=int(trinn),
                    **_figures(table[heading], table[beside]),
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def survey(folder: Path) -> pd.DataFrame:
    """The three indices on trinn 7 and 10 for all owners and all pupils, from saved export rows (JSON or csv).

    `antall` is those who answered. Beside a share of bullied stand the bullied alone: there it is the count of the
    table of participation, hidden where that has a star, and 0 where it has none.
    """
    files = [_flat(path) for path in sorted(folder.glob("elevundersokelsen_*"))]
    taken_part: dict[tuple[str, ...], str] = {}
    for rows in files:
        if "AndelDeltatt" in rows.columns:
            of_all = rows[rows.EierformNavn == "Alle eierformer"]
            keys = zip(of_all.Skoleaarnavn, of_all.Organisasjonsnummer, of_all.TrinnKode, strict=True)
            taken_part |= dict(zip(keys, of_all.AntallBesvart.fillna(""), strict=True))
    parts = []
    for rows in files:
        if "AndelDeltatt" in rows.columns:
            continue
        of_index = (rows.Spoersmaalkode == rows.Spoersmaalgruppekode) | (rows.Spoersmaalnavn == "Alle spørsmål")
        of_all = (rows.EierformNavn == "Alle eierformer") & (rows.KjoennKode == "A")
        rows = rows[of_index & of_all & rows.Spoersmaalgruppekode.isin(list(SURVEY)) & rows.TrinnKode.isin(["7", "10"])]
        value = "Score" if "Score" in rows.columns else "AndelMobbet"
        keys = zip(rows.Skoleaarnavn, rows.Organisasjonsnummer, rows.TrinnKode, strict=True)
        bullied = value == "AndelMobbet"
        counts = pd.Series([taken_part.get(key, "") for key in keys], rows.index) if bullied else rows.AntallBesvart
        parts.append(
            _units(rows).assign(
                kilde="eu", aar=rows.Skoleaarnavn.str[-7:], indikator=rows.Spoersmaalgruppekode.map(SURVEY),
                trinn=rows.TrinnKode.astype(int), **_figures(rows[value].fillna(""), counts.fillna("")),
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _flat(path: Path) -> pd.DataFrame:
    if path.suffix == ".json":
        return pd.DataFrame(json.loads(path.read_text(encoding="utf-8")), dtype=object)
    return pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)


def final_marks(path: Path, years: list[str], codes: pd.DataFrame) -> pd.DataFrame:
    """Grunnskolepoeng of the years from the Excel download, in the municipality codes in force on 30 June of each.

    Old and new codes stand side by side with figures cast back, and a school stands under every municipality that it
    has belonged to: of a school's rows the one in a municipality in force goes first, then one with a figure, then the
    municipality that ended first, then the lowest code.
    """
    table = pd.read_excel(path, sheet_name=0, dtype=object)
    unit = _units(table)
    parts = []
    for aar in years:
        day = f"20{aar[-2:]}-06-30"
        before = f"{aar}.Alle eierformer.Begge kjønn."
        found = unit.assign(
            kilde="gsp", aar=aar, indikator="grunnskolepoeng", trinn=10,
            **_figures(table[f"{before}Grunnskolepoeng"].map(_as_csv), table[f"{before}Antall elever"].map(_as_csv)),
        )  # fmt: skip
        valid = codes[(codes.validFrom <= day) & ((codes.validTo == "") | (codes.validTo > day))]
        ends = dict(zip(valid.code, valid.validTo.replace("", "9999-12-31"), strict=True))
        found["outside"] = ~found.kommune.isin(list(ends))
        found["empty"] = found.status == "mangler"
        found["end"] = found.kommune.map(ends).fillna("9999-12-31")
        schools = found[found.nivaa == "skole"].sort_values(["enhet", "outside", "empty", "end", "kommune"])
        municipal = found[(found.nivaa == "land") | ((found.nivaa == "kommune") & ~found.outside)]
        parts += [municipal, schools.drop_duplicates("enhet")]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _units(rows: pd.DataFrame) -> pd.DataFrame:
    level = rows.EnhetNivaa.astype(str).map(_LEVEL)
    kommune = rows.Kommunekode.map(lambda code: "" if pd.isna(code) else str(code).zfill(4))
    orgnr = rows.Organisasjonsnummer.map(str)
    enhet = orgnr.where(level == "skole", kommune.where(level == "kommune", "I"))
    return pd.DataFrame({"nivaa": level, "enhet": enhet, "kommune": kommune}, index=rows.index)


def _figures(values: pd.Series, counts: pd.Series) -> dict[str, pd.Series]:
    values, counts = values.str.strip(), counts.str.strip()
    return {
        "status": values.map(lambda text: {"*": "skjermet", "": "mangler"}.get(text, "vist")),
        "verdi": values.map(_thousandths),
        "antall": counts.map(lambda text: 0 if text in ("", "*") else int(text.replace(" ", ""))),
        "antall_skjult": counts == "*",
    }


def _thousandths(text: str) -> int:
    if text in ("", "*"):
        return 0
    whole, _, decimals = text.replace(" ", "").partition(",")
    return int(whole) * 1000 + int(decimals.ljust(3, "0"))


def _as_csv(cell: object) -> str:
    return "" if pd.isna(cell) else f"{cell:.1f}".replace(".", ",") if isinstance(cell, float) else str(cell)
