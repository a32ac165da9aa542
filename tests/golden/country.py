"""The golden country: a tiny invented country whose every figure was set by hand, written as files for an inbox.

Belongs here: the figures, the register and the bytes of the files. Does not belong here: what the pipeline should make
of them (`expected`). Names and codes are invented: codes begin at 61, organisation numbers with 1.

A figure is `value` or `value/pupils` (when not said: 20 pupils in a school, and in a municipality those of its schools,
20 in a shielded one), `*` is shielded, `_` an empty cell, `_/0` an empty cell
that none took part in, `.` a grade that the unit does not have, `-` a year without any row. The order in a year is
lesing 5, regning 5, lesing 8, regning 8; the years are 2022-23 | 2023-24 | 2024-25. Codes change on 2024-01-01.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

YEARS = ("2022-23", "2023-24", "2024-25")
CHANGE = "2024-01-01"
PUPILS = 20  # of a school, when not said

# The national figure is 50 everywhere, so that the limits are 50 and 47, but 51 and 48 for regning 8 in 2024-25.
LAND = "50/900 50/900 50/900 50/900 | 50/900 50/900 50/900 50/900 | 50/900 50/900 50/900 51/900"

KOMMUNER = """
6101 Askvik    | 46 46 46 46                   | 46 46 46 46                      | 46 46 46 46
6102 Bjørkedal | 46 46 50 50                   | 49 49 49 50                      | 46 50 50 51
6103 Dalsund   | 46 46 46 46                   | 50 50 50 50                      | 50 50 50 51
6104 Eikfjord  | 50 50 50 50                   | 47 47 47 47                      | 49 50 50 48
6105 Fossnes   | 46 46 *  *                    | 50 *  50 *                       | *  49 *  50
6106 Granvik   | 46 *  *  *                    | 46 46 *  *                       | 46 46 *  *
6107 Holmøy    | -                             | -                                | 50 49 50 51
6111 Hellvik   | 44/10 48/30 46/20 *           | 46/10 _/0 50/20 50/20            | -
6112 Haugsund  | 48/30 47/10 47/20 50/20       | 46/30 46/25 49/20 46/60          | -
6108 Ildvoll   | -                             | -                                | 46 49 50 51
6109 Jordnes   | -                             | -                                | 49 50 50 51
6113 Indreby   | 47/60 40/60 49/60 48/65       | 50/70 40/50 *     47/60          | -
6110 Lindøy    | 46 49 49 50                   | 46 49 49 50                      | 49 49 50 51
6201 Kvernes   | -                             | -                                | 46 46 49 50
6114 Kvernes   | 49 49 49 49                   | 46 46 50 50                      | -
6202 Myrland   | 49 49 49 49                   | 46 49 50 50                      | 46 50 49 51
6203 Nordby    | 46 46 50 50                   | -                                | 50 49 50 51
6204 Osmark    | _  _  _  _                    | -                                | 46 46 46 46
2190 Isnes     | 40 40 40 40                   | 40 40 40 40                      | 40 40 40 40
"""

# number, name, municipality in the old and in the new codes, figures
SKOLER = """
101 Ask       6101 6101 | 46 46 . .             | 46 46 . .                        | 46 46 . .
102 Asker     6101 6101 | . . 46 46             | . . 46 46                        | . . 46 46
103 Bjørk     6102 6102 | 46 46 . .             | 49 49 . .                        | 46 50 . .
104 Bekk      6102 6102 | . . 50 50             | . . 50 50                        | . . 50 51
105 Flytte    6102 6103 | 49/2 49/2 . .           | 49 49 . .                        | 49 49 . .
106 Dal       6103 6103 | 46 46 . .             | 50 50 . .                        | 50 50 . .
107 Dokka     6103 6103 | . . 46 46             | . . 50 50                        | . . 50 51
108 Eik       6104 6104 | 46 46 . .             | 46 46 . .                        | 50 *  . .
109 Elv       6104 6104 | . . 46 46             | . . 50 50                        | . . 50 *
110 Foss      6105 6105 | 46 *  . .             | 49 *  . .                        | *  50 . .
111 Fjell     6105 6105 | . . 46 *              | . . 46 *                         | . . *  *
112 Gran      6106 6106 | 46 46 . .             | 46 46 . .                        | 46 46 . .
113 Grend     6106 6106 | . . 50 50             | . . 50 50                        | . . 50 51
114 Holm      6112 6107 | 46/10 46/5 . .        | 46/10 46/5 . .                   | 46 50 . .
115 Haug      6112 6107 | . . 49/10 49/10       | . . 50/10 50/20                  | . . 50 51
116 Indre     6113 6108 | 46/20 50/20 . .       | 49/20 46/20 . .                  | 46 49 . .
117 Ild       6113 6108 | 48/20 *     . .       | 50/30 46/10 . .                  | 50/3 49 . .
118 Iver      6113 6108 | . . 49/40 46/40       | . . 50/40 47/40                  | . . 50 51
119 Jord      6113 6109 | 46/20 46/20 50/20 50/20 | 50/20 * 49/20 46/20            | 49 50 50 51
120 Nedlagt   6113 -    | . . _/0 50/5          | -                                | -
121 Lind      6110 6110 | 46 49 49 50           | 46 49 49 50                      | 49 49 50 51
122 Kvern     6114 6201 | 49 49 . .             | 46 46 . .                        | 46 46 . .
123 Kai       6114 6201 | . . 49 49             | . . 50 50                        | . . 49 50
124 Myr       6202 6202 | 49 49 . .             | 46 49 . .                        | 46 50 . .
125 Mo        6202 6202 | . . 49 49             | . . 50 50                        | . . 49 51
126 Nord      6203 6203 | 46 46 . .             | -                                | 50 49 . .
127 Nes       6203 6203 | . . 50 50             | -                                | . . 50 51
128 Os        6204 6204 | -                     | -                                | 46 46 46 46
129 Is        2190 2190 | 40 40 40 40           | 40 40 40 40                      | 40 40 40 40
133 Egg       6104 -    | 54 54 54 54           | * * 44 44                        | -
134 Fure      6105 -    | -                     | * . 54 .                         | -
135 Hov       6107 6107 | -                     | -                                | * * . .
136 Elg       6104 6104 | -                     | -                                | * * . *
137 Furu      6105 6105 | . * . .               | -                                | . * . *
130 Stengt    6101 -    | 46 46 . .             | 46 46 . .                        | -
131 Hell      6111 -    | 44/10 48/30 46/20 *   | 46/10 _/0 50/20 50/20            | -
132 Hau       6112 -    | 49/20 48/5 45/10 51/10 | 46/20 46/20 48/10 44/40         | -
138 Bru       6102 -    | -                     | . . * .                          | -
"""

REGISTER = {
    "kommune_koder.csv": "code,name,validFrom,validTo\n"
    + "".join(f"{code},{name},2020-01-01,\n" for code, name in [
        ("6101", "Askvik"), ("6102", "Bjørkedal"), ("6103", "Dalsund"), ("6105", "Fossnes"), ("6106", "Granvik"),
        ("6110", "Lindøy"), ("6202", "Myrland"), ("6203", "Nordby"), ("6204", "Osmark"),
    ])
    + f"6104,Eikfjorden,2020-01-01,{CHANGE}\n6104,Eikfjord,{CHANGE},\n"
    + "".join(f"{code},{name},2020-01-01,{CHANGE}\n" for code, name in [
        ("6111", "Hellvik"), ("6112", "Haugsund"), ("6113", "Indreby"), ("6114", "Kvernes"),
    ])
    + "".join(f"{code},{name},{CHANGE},\n" for code, name in [
        ("6107", "Holmøy"), ("6108", "Ildvoll"), ("6109", "Jordnes"), ("6201", "Kvernes"),
    ]),
    "kommune_endringer.csv": "changeOccurred,oldCode,oldName,newCode,newName\n"
    + "".join(f"{CHANGE},{row}\n" for row in [
        "6104,Eikfjorden,6104,Eikfjord", "6111,Hellvik,6107,Holmøy", "6112,Haugsund,6107,Holmøy",
        "6113,Indreby,6108,Ildvoll", "6113,Indreby,6109,Jordnes", "6114,Kvernes,6201,Kvernes",
    ]),
    "fylke_koder.csv": "code,name,validFrom,validTo\n61,Fjordfylket,2020-01-01,\n62,Skogfylket,2020-01-01,\n",
    "statsforvaltere.csv": "statsforvalter,fylkesnr\n"
    + "Statsforvalteren i Fjordfylket,61\nStatsforvalteren i Skogfylket,62\n",
}  # fmt: skip

_UNIT = (
    "EnhetNivaa", "Nasjonaltkode", "Fylkekode", "Kommunekode", "Organisasjonsnummer", "Nasjonalt", "Fylke", "Kommune",
    "EnhetNavn",
)  # fmt: skip
_FILES = {"5._trinn": (5, 0), "ungdomstrinn": (8, 2)}
_NONE = ("", "", "")


def orgnr(number: int | str) -> str:
    """The organisation number of a school by its number in `SKOLER`."""
    return f"100000{number}"


def write_country(folder: Path) -> Path:
    """Write the inbox: two downloads for each year, and the register. Each call writes the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in REGISTER.items():
        (folder / name).write_text(text, encoding="utf-8")
    for position, skoleaar in enumerate(YEARS):
        for name, (trinn, first) in _FILES.items():
            heading = [
                f"{skoleaar}.{proeve}.{trinn}. årstrinn.Alle eierformer.Alle kjønn.{measure}"
                for proeve in ("Lesing", "Regning")
                for measure in ("Skalapoeng", "Usikkerhet", "Antall elever deltatt")
            ]
            lines = ["sep=\t", "\t".join([*_UNIT, *heading])]
            for unit, years in _rows(position):
                cells = [_texts(cell) for cell in years[position][first : first + 2]]
                if any(cell is not None for cell in cells):
                    lines.append("\t".join([*unit, *(text for cell in cells for text in cell or _NONE)]))
            (folder / f"{skoleaar}_{name}.csv").write_bytes(("\n".join(lines) + "\n").encode("utf-16-le"))
    return folder


def _rows(position: int) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Unit columns and figures of each row, in the order of Udir's downloads: each municipality before its schools."""
    yield ["1", "I", "00", "0000", "I", "Hele landet", "Alle fylker", "Alle kommuner", "Alle skoler"], _years(LAND)
    for code, pupils in (("61", 600), ("62", 300)):  # the counties add up to the nation
        names = ["Hele landet", f"Fylke {code}", "Alle kommuner", "Alle skoler"]
        yield ["2", "I", code, "0000", code, *names], _years(LAND.replace("/900", f"/{pupils}"))
    schools = [
        (*line.partition("|")[0].split(), _years(line.partition("|")[2])) for line in SKOLER.strip().splitlines()
    ]
    for line in KOMMUNER.strip().splitlines():
        unit, _, figures = line.partition("|")
        code, name = unit.split()
        # Udir writes the years into a name that is no longer in use, and blanks behind some names.
        shown = f"{name} (2020 - 2023)" if code == "6114" else f"{name} "
        place = ["I", code[:2], code]
        here = [school for school in schools if school[3 if position == len(YEARS) - 1 else 2] == code]
        own = _years(figures)
        own[position] = [
            _with_pupils(cell, [cells[position][column] for *_, cells in here])
            for column, cell in enumerate(own[position])
        ]
        yield ["3", *place, code, "Hele landet", f"Fylke {code[:2]}", shown, "Alle skoler"], own
        for number, school, _, _, cells in here:
            names = ["Hele landet", f"Fylke {code[:2]}", shown, f"{school} skole"]
            yield ["4", *place, orgnr(number), *names], cells


def _with_pupils(cell: str, of_schools: list[str]) -> str:
    """The cell of a municipality with its number of pupils, where the cell does not say it."""
    if "/" in cell or cell in ("*", ".", "_") or all(one == "." for one in of_schools):
        return cell
    pupils = sum(int(one.partition("/")[2] or PUPILS) for one in of_schools if one not in (".", "_"))
    return f"{cell}/{pupils}"


def _years(text: str) -> list[list[str]]:
    return [["."] * 4 if year.strip() == "-" else year.split() for year in text.split("|")]


def _texts(cell: str) -> tuple[str, str, str] | None:
    """Skalapoeng, Usikkerhet and Antall as they stand in the file; None for a grade that the unit does not have."""
    if cell == ".":
        return None
    if cell == "*":
        return "*", "*", "*"
    value, _, pupils = cell.partition("/")
    if value == "_":
        return "", "", pupils
    return value, "1,0", pupils or str(PUPILS)
