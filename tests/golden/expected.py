"""What the golden country must give under `np-skalapoeng` in 2025, worked by hand.

Belongs here: the answers and the arithmetic that leads to them. Does not belong here: the figures (`country`).

Limits: 50 and 47 (51 and 48 for regning 8 in 2024-25). A figure gives 3 below 47, 1 from 47 to 49, 0 from 50.
"""

from __future__ import annotations

# kommunenr: name, points, possible, beyond the absolute limit, (shown, existing) cells, place. In a comment the points
# of each year in the order lesing 5, regning 5, lesing 8, regning 8; x is shielded or cannot be built, – is missing.
KOMMUNER: dict[str, tuple[str, int, int, int, tuple[int, int], int | None]] = {
    "6101": ("Askvik", 36, 36, 12, (12, 12), 1),  # 3333 3333 3333: everything beyond the absolute limit
    "6201": ("Kvernes", 18, 36, 4, (12, 12), 2),  # renumbered from 6114: 1111 3300 3311
    "6105": ("Fossnes", 8, 18, 2, (6, 12), 3),  # exactly half is shown: 33xx 0x0x x1x1
    # Divided from Indreby, and built where the schools that stand in it are all shown, whatever the other part is.
    "6109": ("Jordnes", 11, 30, 3, (10, 12), 4),  # its school 119 alone, 2022-23 and 2023-24: 330x 0x13 1000
    # Six with a third. More cells beyond the absolute limit go first: 4, 3, then four with 2.
    "6103": ("Dalsund", 12, 36, 4, (12, 12), 5),  # 3333 0000 0000
    "6102": ("Bjørkedal", 12, 36, 3, (12, 12), 6),  # 3300 1110 3000
    # Then more possible points: 36, 36, 33, 30; of the two with 36 the lowest kommunenr.
    "6110": ("Lindøy", 12, 36, 2, (12, 12), 7),  # 3110 3110 1100
    "6202": ("Myrland", 12, 36, 2, (12, 12), 8),  # 1111 3100 3010
    "6107": ("Holmøy", 11, 33, 2, (11, 12), 9),  # merged from 6111 and 6112: 111x 3301 0100
    "6108": ("Ildvoll", 10, 30, 2, (10, 12), 10),  # Indreby too, schools 116, 117 and 118: 1x1x 0301 3100
    "6203": ("Nordby", 7, 24, 2, (8, 8), 11),  # a year is missing, two are enough: 3300 –––– 0100
    "6104": ("Eikfjord", 6, 36, 0, (12, 12), 12),  # equal to a limit is not worse: 0000 1111 1001
    "6106": ("Granvik", 15, 15, 5, (5, 12), None),  # less than half is shown: 3xxx 33xx 33xx
    "6204": ("Osmark", 12, 12, 4, (4, 4), None),  # one year only: –––– –––– 3333
}

WHY_NOT = {
    # 5 of 12 cells, each of weight 1: 41.66…, half up.
    "6106": "5 av 12 tall som finnes, er vist. Vektet som poengene er det 41,7 prosent, og minst 50 prosent kreves.",
    "6204": "Viste tall i 1 av 3 år; minst 2 kreves.",
}

# (kommunenr, indikator, trinn, skoleaar): verdi, verdistatus, antall, beregnet, points
CELLS = {
    # Holmøy 2022-23, a pupil-weighted mean of Hellvik and Haugsund.
    ("6107", "lesing", 5, "2022-23"): (47.0, "vist", 40, True, 1),  # (44·10 + 48·30) / 40 = 47, equal to the limit
    ("6107", "regning", 5, "2022-23"): (48.0, "vist", 40, True, 1),  # (48·30 + 47·10) / 40 = 47.75
    ("6107", "lesing", 8, "2022-23"): (47.0, "vist", 40, True, 1),  # (46·20 + 47·20) / 40 = 46.5: half goes up
    ("6107", "regning", 8, "2022-23"): (None, "kan_ikke_bygges", None, True, None),  # Hellvik is shielded
    ("6107", "regning", 5, "2023-24"): (46.0, "vist", 25, True, 3),  # Hellvik has no pupils: Haugsund alone
    ("6107", "lesing", 8, "2023-24"): (50.0, "vist", 40, True, 0),  # (50·20 + 49·20) / 40 = 49.5
    ("6107", "regning", 8, "2023-24"): (47.0, "vist", 80, True, 1),  # (50·20 + 46·60) / 80 = 47
    ("6107", "lesing", 5, "2024-25"): (50.0, "vist", 40, False, 0),  # its own; 20 of them in a shielded school
    # Ildvoll and Jordnes, divided from Indreby, whose own figure of 40 in regning 5 would have given 3.
    ("6108", "lesing", 5, "2022-23"): (47.0, "vist", 40, True, 1),  # (46·20 + 48·20) / 40
    ("6109", "lesing", 5, "2022-23"): (46.0, "vist", 20, True, 3),  # 119
    ("6108", "regning", 5, "2022-23"): (None, "kan_ikke_bygges", None, True, None),  # school 117 is shielded
    ("6109", "regning", 5, "2022-23"): (46.0, "vist", 20, True, 3),  # 119, whatever 117 hides
    ("6108", "lesing", 8, "2022-23"): (49.0, "vist", 40, True, 1),  # 118; the closed school 120 had no pupils
    ("6109", "lesing", 8, "2022-23"): (50.0, "vist", 20, True, 0),  # 119
    ("6108", "regning", 8, "2022-23"): (None, "kan_ikke_bygges", None, True, None),  # 120 may belong to either
    ("6109", "regning", 8, "2022-23"): (None, "kan_ikke_bygges", None, True, None),
    ("6108", "lesing", 5, "2023-24"): (50.0, "vist", 50, True, 0),  # (49·20 + 50·30) / 50 = 49.6
    ("6108", "regning", 5, "2023-24"): (46.0, "vist", 30, True, 3),  # 116 and 117
    ("6109", "regning", 5, "2023-24"): (None, "kan_ikke_bygges", None, True, None),  # school 119 is shielded
    # Indreby itself is shielded, and its schools 118 and 119 are shown.
    ("6108", "lesing", 8, "2023-24"): (50.0, "vist", 40, True, 0),
    ("6109", "lesing", 8, "2023-24"): (49.0, "vist", 20, True, 1),
    ("6109", "regning", 8, "2023-24"): (46.0, "vist", 20, True, 3),  # 40 and 20 are Indreby's 60
    # A pure renumbering moves the figure.
    ("6201", "lesing", 5, "2022-23"): (49.0, "vist", 20, False, 1),
    ("6105", "lesing", 8, "2022-23"): (None, "skjermet", None, False, None),
    ("6203", "lesing", 8, "2023-24"): (None, "mangler", None, False, None),
    ("6204", "lesing", 8, "2022-23"): (None, "mangler", None, False, None),
    # Equal to the absolute limit of that year; two schools of 20, both shielded.
    ("6104", "regning", 8, "2024-25"): (48.0, "vist", 40, False, 1),
}

# School number: kommunenr, points, possible, (shown, existing) cells, place (equal shares have the same), in the upper
# quarter.
SKOLER: dict[int, tuple[str, int, int, tuple[int, int], int | None, bool | None]] = {
    101: ("6101", 18, 18, (6, 6), 1, True),  # 100
    102: ("6101", 18, 18, (6, 6), 1, True),  # 100
    112: ("6106", 18, 18, (6, 6), 1, True),  # 100
    114: ("6107", 15, 18, (6, 6), 4, True),  # 33 33 30 = 83.33; stood in 6112 before
    108: ("6104", 12, 15, (5, 6), 5, True),  # 33 33 0x = 80
    122: ("6201", 14, 18, (6, 6), 6, True),  # 11 33 33 = 77.78
    # 25 schools are judged: ⌈6.25⌉ = 7. Two share the seventh place, and both count.
    103: ("6102", 11, 18, (6, 6), 7, True),  # 33 11 30 = 61.11
    116: ("6108", 11, 18, (6, 6), 7, True),  # 30 13 31 = 61.11
    126: ("6203", 7, 12, (4, 4), 9, False),  # 33 –– 01 = 58.33
    124: ("6202", 9, 18, (6, 6), 10, False),  # 11 31 30 = 50
    110: ("6105", 4, 9, (3, 6), 11, False),  # 3x 1x x0 = 44.44; exactly half is shown
    109: ("6104", 6, 15, (5, 6), 12, False),  # 33 00 0x = 40
    105: ("6103", 6, 18, (6, 6), 13, False),  # 11 11 11: moved from 6102, judged in 6103 with all its years
    106: ("6103", 6, 18, (6, 6), 13, False),  # 33 00 00
    107: ("6103", 6, 18, (6, 6), 13, False),  # 33 00 00
    117: ("6108", 5, 15, (5, 6), 13, False),  # 1x 03 01
    119: ("6109", 11, 33, (11, 12), 13, False),  # 3300 0x13 1000
    121: ("6110", 12, 36, (12, 12), 13, False),  # as its municipality, which has no other school
    118: ("6108", 5, 18, (6, 6), 19, False),  # 13 01 00 = 27.78
    123: ("6201", 4, 18, (6, 6), 20, False),  # 11 00 11 = 22.22
    125: ("6202", 3, 18, (6, 6), 21, False),  # 11 00 10 = 16.67
    115: ("6107", 2, 18, (6, 6), 22, False),  # 11 00 00 = 11.11
    104: ("6102", 0, 18, (6, 6), 23, False),
    113: ("6106", 0, 18, (6, 6), 23, False),
    127: ("6203", 0, 12, (4, 4), 23, False),
    111: ("6105", 6, 6, (2, 6), None, None),  # a third is shown
    135: ("6107", 0, 0, (0, 2), None, None),  # new in 2024-25, and shielded: xx
    136: ("6104", 0, 0, (0, 3), None, None),  # new in 2024-25, and shielded: xxx
    137: ("6105", 0, 0, (0, 3), None, None),  # shielded: x in regning 5 of 2022-23, xx in regning of 2024-25
    128: ("6204", 12, 12, (4, 4), None, None),  # four cells of 3 points; one year only
}

# With 7 places in category 1 the cut goes through the six with a third; with 2 in category 2 the third is left out.
# kommunenr: selected, shared place, near the cut, margin to the first outside (Myrland, 100/3 %)
WITH_7_PLACES = {
    "6101": (True, False, False, 200 / 3),  # 100 − 100/3
    "6201": (True, False, False, 50 / 3),  # 50 − 100/3
    "6105": (True, False, False, 100 / 9),  # 400/9 − 300/9
    "6109": (True, False, False, 10 / 3),  # 110/3 − 100/3
    "6103": (True, True, True, 0.0),
    "6102": (True, True, True, 0.0),
    "6110": (True, True, True, 0.0),
    "6202": (False, False, True, 0.0),
    "6107": (False, False, True, 0.0),
    "6108": (False, False, True, 0.0),
    "6203": (False, False, False, -25 / 6),  # 175/6 − 200/6
    "6104": (False, False, False, -50 / 3),
}

# kommunenr: spread, schools, judged, in the upper quarter, place, chosen, margin of spread to the third
CANDIDATES_WITH_7_PLACES = {
    "6106": (50.0, 2, 2, 1, 1, True, 30.0),  # 100 and 0; the municipality itself is not judged
    "6107": (36.1, 3, 2, 1, 2, True, 16.1),  # 750/9 and 100/9: half the distance, 325/9, published as 36.1
    "6104": (20.0, 3, 2, 1, 3, False, 0.0),  # 80 and 40: exactly at the level
    # Not: 6203 (spread 29.2, but 58.33 is not in the upper quarter), 6108 (spread 14.6), 6202 (16.7), 6109 and 6110
    # (one school), 6204 (no judged school).
}
