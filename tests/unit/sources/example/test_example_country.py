"""The example country is invented, of a realistic size, and in realistic trouble."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from oppfolging_pipeline.sources.example import NYESTE_HELE_SKOLEAAR, SKOLEAAR
from oppfolging_pipeline.sources.example.calendar import autumn_era
from oppfolging_pipeline.sources.example.cells import count, figure, published
from oppfolging_pipeline.sources.example.dice import Dice
from oppfolging_pipeline.sources.example.geography import steder
from oppfolging_pipeline.sources.example.results import tallies
from oppfolging_pipeline.sources.example.schools import skoler
from oppfolging_pipeline.sources.example.series import DELTAKELSE, PROVER, UNDERSOKELSE
from oppfolging_pipeline.sources.example.shielding import FEWEST_COUNTED, FEWEST_SHOWN

SHARED = Path(__file__).parents[4] / ".." / "shared"
KLASS = SHARED / "data" / "klass" / "klass131_codes_all.csv"
REAL_TESTS = SHARED / "data" / "udir-eksport" / "nasjonale-prover"
needs_real = pytest.mark.skipif(not KLASS.exists(), reason="the recorded files do not lie beside the repository")
OUTSIDE = {"2190", "2590"}


def column(rows, heading_end):
    return next(name for name in rows[0] if name.endswith(heading_end))


def lesing(trinn, maal="Skalapoeng"):
    return f"Lesing.{trinn}. årstrinn.Alle eierformer.Alle kjønn.{maal}"


def at(rows, level):
    return [row for row in rows if row["EnhetNivaa"] == level]


@needs_real
def test_no_real_code_or_name_of_a_municipality(register):
    with KLASS.open(encoding="utf-8", newline="") as handle:
        real = list(csv.DictReader(handle))
    ours = register("kommune_koder")
    assert not {row["code"] for row in ours} & {row["code"] for row in real}
    # A double name is real if one of its parts is.
    real_parts = {part for row in real for part in row["name"].split(" - ")}
    invented = {part for row in ours + register("fylke_koder") for part in row["name"].split(" - ")}
    assert not invented & real_parts
    assert not {name for sted in steder() for name in sted.navn} & real_parts


@needs_real
def test_no_real_school_or_county(tests_of):
    real_schools, real_counties, real_numbers = set(), set(), set()
    for path in REAL_TESTS.glob("*.csv"):
        for line in path.read_bytes().decode("utf-16-le").splitlines()[2:]:
            cells = line.split("\t")
            real_counties.add(cells[6].split(" (")[0].strip())
            if cells[0] == "4":
                real_schools.add(cells[8].strip())
                real_numbers.add(cells[4])
    rows = tests_of(NYESTE_HELE_SKOLEAAR, "5._trinn") + tests_of(NYESTE_HELE_SKOLEAAR, "ungdomstrinn")
    assert not {row["EnhetNavn"].strip() for row in at(rows, "4")} & real_schools
    assert not {row["Fylke"].strip() for row in at(rows, "2")} & real_counties
    assert not {skole.orgnr for skole in skoler()} & real_numbers


def test_codes_and_numbers_lie_where_none_have_been(register):
    assert all("61" <= row["code"][:2] <= "79" and len(row["code"]) == 4 for row in register("kommune_koder"))
    assert all("61" <= row["code"] <= "79" and len(row["code"]) == 2 for row in register("fylke_koder"))
    assert all(len(skole.orgnr) == 9 and skole.orgnr.startswith("1") for skole in skoler())
    assert len({skole.orgnr for skole in skoler()}) == len(skoler())


def test_size_of_the_country(tests_of):
    rows = tests_of(NYESTE_HELE_SKOLEAAR, "5._trinn")
    codes = {row["Kommunekode"] for row in at(rows, "3")}
    assert len(codes - OUTSIDE) == 351
    assert len(at(rows, "2")) == 15
    assert 2400 <= len(skoler()) <= 2600
    per_kommune = Counter(row["Kommunekode"] for row in at(rows, "4"))
    assert max(per_kommune.values()) > 90
    assert list(per_kommune.values()).count(1) > 50
    assert min(Counter(row["Fylkekode"] for row in at(rows, "3")).values()) == 1, "no county with one municipality"
    assert 50_000 < int(at(rows, "1")[0][column(rows, lesing(5, "Antall elever deltatt"))].replace(" ", "")) < 60_000
    assert 0.04 < sum(skole.privat for skole in skoler()) / len(skoler()) < 0.12


def test_schools_open_and_close(tests_of):
    first, last = (
        {row["Organisasjonsnummer"] for row in at(tests_of(aar, "5._trinn"), "4")}
        for aar in (SKOLEAAR[0], SKOLEAAR[-1])
    )
    assert len(first - last) >= 20
    assert len(last - first) >= 20


def test_some_municipalities_have_no_row_for_the_later_grades(tests_of):
    with_5 = {row["Kommunekode"] for row in at(tests_of(NYESTE_HELE_SKOLEAAR, "5._trinn"), "3")}
    with_8 = {row["Kommunekode"] for row in at(tests_of(NYESTE_HELE_SKOLEAAR, "ungdomstrinn"), "3")}
    assert with_8 < with_5
    assert len(with_5 - with_8) == 2


@pytest.mark.parametrize("skoleaar", SKOLEAAR)
@pytest.mark.parametrize(("level", "low", "high"), [("1", 0, 0), ("2", 0, 0), ("3", 0.07, 0.14), ("4", 0.25, 0.36)])
@pytest.mark.parametrize(("which", "trinn"), [("5._trinn", 5), ("ungdomstrinn", 8)])
def test_share_of_shielded_cells(tests_of, skoleaar, level, low, high, which, trinn):
    rows = tests_of(skoleaar, which)
    cells = [row[column(rows, lesing(trinn))] for row in at(rows, level)]
    assert low <= cells.count("*") / len(cells) <= high


@pytest.mark.parametrize(
    ("which", "field", "level", "low", "high"),
    [
        ("indikator", "Score", "3", 0.07, 0.14),
        ("indikator", "Score", "4", 0.25, 0.36),
        # A share is shielded for how few it counts, which is far more often.
        ("mobbing", "AndelMobbet", "3", 0.25, 0.40),
        ("mobbing", "AndelMobbet", "4", 0.45, 0.65),
        ("deltakelse", "AndelDeltatt", "3", 0.03, 0.10),
        ("deltakelse", "AndelDeltatt", "4", 0.15, 0.32),
    ],
)
def test_share_of_shielded_cells_in_the_survey(survey_of, which, field, level, low, high):
    cells = [row[field] for row in at(survey_of(NYESTE_HELE_SKOLEAAR, which), level)]
    assert low <= cells.count("*") / len(cells) <= high


def test_a_shielded_figure_hides_everything_beside_it(tests_of):
    rows = tests_of(NYESTE_HELE_SKOLEAAR, "5._trinn")
    parts = [
        column(rows, lesing(5, maal)) for maal in ("Usikkerhet", "Andel på mestringsnivå 1", "Antall elever deltatt")
    ]
    shielded = [row for row in rows if row[column(rows, lesing(5))] == "*"]
    assert shielded
    assert all(row[part] == "*" for row in shielded for part in parts)


def test_every_kind_of_cell_occurs(tests_of):
    seen = Counter()
    for skoleaar in SKOLEAAR:
        rows = tests_of(skoleaar, "5._trinn")
        value, number = column(rows, lesing(5)), column(rows, lesing(5, "Antall elever deltatt"))
        kinds = {"": "none", "*": "shielded", "0": "zero"}
        seen.update((kinds.get(row[value], "figure"), kinds.get(row[number], "figure")) for row in rows)
    assert set(seen) >= {("figure", "figure"), ("shielded", "shielded"), ("none", "zero"), ("figure", "shielded")}
    assert ("shielded", "figure") not in seen
    assert ("figure", "zero") not in seen
    assert seen["none", "zero"] < 0.03 * seen.total()


@pytest.mark.parametrize(
    ("which", "heading_end", "low", "high"),
    [
        ("5._trinn", lesing(5), 49, 50),
        ("5._trinn", lesing(5, "Andel på mestringsnivå 1"), 22, 26),
        ("ungdomstrinn", lesing(8), 49, 50),
        ("ungdomstrinn", lesing(8, "Andel på mestringsnivå 1"), 22, 26),
    ],
)
def test_national_figures_of_the_tests(tests_of, which, heading_end, low, high):
    rows = tests_of(NYESTE_HELE_SKOLEAAR, which)
    assert low <= float(at(rows, "1")[0][column(rows, heading_end)].replace(",", ".")) <= high


@pytest.mark.parametrize(
    ("which", "kode", "trinn", "field", "low", "high"),
    [
        ("mobbing", "EUIndeks_1398", "7", "AndelMobbet", 12, 15),
        ("mobbing", "EUIndeks_1398", "10", "AndelMobbet", 8, 10),
        ("indikator", "EUIndeks_1380", "7", "Score", 4.1, 4.3),
        ("indikator", "EUIndeks_1380", "10", "Score", 3.8, 4.0),
        ("indikator", "EUIndeks_1385", "7", "Score", 3.6, 3.8),
        ("indikator", "EUIndeks_1385", "10", "Score", 3.2, 3.4),
    ],
)
def test_national_figures_of_the_survey(survey_of, which, kode, trinn, field, low, high):
    row = next(
        row
        for row in at(survey_of(NYESTE_HELE_SKOLEAAR, which), "1")
        if (row["Spoersmaalkode"], row["TrinnKode"], row["KjoennKode"]) == (kode, trinn, "A")
    )
    assert low <= float(row[field].replace(",", ".")) <= high


@pytest.mark.parametrize(
    ("skoleaar", "low", "high"), [("2017-18", 41, 42.5), ("2020-21", 42.8, 44), ("2024-25", 41, 42.5)]
)
def test_national_figures_of_the_marks(marks, skoleaar, low, high):
    assert low <= marks[0][f"{skoleaar}.Alle eierformer.Begge kjønn.Grunnskolepoeng"] <= high


def test_national_tests_break_between_2021_22_and_2022_23(tests_of):
    before, after = (
        int(at(rows, "1")[0][column(rows, lesing(5))])
        for rows in (tests_of("2021-22", "5._trinn"), tests_of("2022-23", "5._trinn"))
    )
    assert before == 48
    assert after > before


def test_sums_hold_every_pupil_also_the_shielded_ones():
    figures = published(NYESTE_HELE_SKOLEAAR, autumn_era(NYESTE_HELE_SKOLEAAR), PROVER + UNDERSOKELSE)
    for serie, schools in figures.skoler.items():
        assert any(cell.status == "skjermet" for cell in schools.values())
        assert figures.land[serie].tally.antall == sum(cell.tally.antall for cell in schools.values())
        assert figures.land[serie].tally.sum == sum(cell.tally.sum for cell in figures.kommuner[serie].values())
        assert figures.land[serie].tally.sum == sum(cell.tally.sum for cell in figures.fylker[serie].values())
        assert all(cell.tally.antall >= FEWEST_SHOWN for cell in schools.values() if cell.status == "vist")


def numbers(text: str) -> int:
    return int(text.replace(" ", ""))


@pytest.mark.parametrize("skoleaar", SKOLEAAR)
def test_beside_a_share_of_bullied_stands_how_many_were_bullied(survey_of, skoleaar):
    """As Udir has it: the parts' add up to the whole's, and none is more than those who answered."""
    answered = {
        (row["Organisasjonsnummer"], row["TrinnKode"]): row
        for row in survey_of(skoleaar, "deltakelse")
        if row["EierformNavn"] == "Alle eierformer"
    }
    asked = [
        row for row in survey_of(skoleaar, "mobbing")
        if (row["SpoersmaalNivaa"], row["KjoennKode"], row["EierformNavn"]) == ("1", "A", "Alle eierformer")
    ]  # fmt: skip
    of_level: dict[tuple[str, str], list[int]] = {}
    noughts = 0
    for row in asked:
        share, bullied = row["AndelMobbet"], row["AntallBesvart"]
        beside = answered[row["Organisasjonsnummer"], row["TrinnKode"]]["AntallBesvart"]
        if not share or "*" in (share, bullied):
            continue
        # What half a tenth of a per cent more would be of: no more than have answered.
        assert 100 * numbers(bullied) <= numbers(beside) * (float(share.replace(",", ".")) + 0.05)
        assert (bullied == "0") == (share == "0,0")
        noughts += bullied == "0"
        of_level.setdefault((row["EnhetNivaa"], row["TrinnKode"]), []).append(numbers(bullied))
    assert noughts > 20, "0,0 is shown, and so a star is no nought"
    for trinn in ("7", "10"):
        (whole,) = of_level["1", trinn]
        assert sum(of_level["2", trinn]) == whole > sum(of_level["3", trinn]) > sum(of_level["4", trinn])


def test_a_shielded_share_of_bullied_mostly_means_few_bullied():
    serie = next(serie for serie in UNDERSOKELSE if serie.andel and serie.trinn == 7)
    schools = published(NYESTE_HELE_SKOLEAAR, autumn_era(NYESTE_HELE_SKOLEAAR), (serie,)).skoler[serie].values()
    hidden = [cell.tally for cell in schools if cell.status == "skjermet"]
    shown = [cell.tally for cell in schools if cell.status == "vist"]
    assert sum(0 < tally.teller < FEWEST_COUNTED for tally in hidden) > 0.5 * len(hidden)
    assert not any(0 < tally.teller < FEWEST_COUNTED for tally in shown)
    assert any(tally.antall >= 40 for tally in hidden), "grades of many pupils are among them"
    share_of = [sum(t.teller for t in some) / sum(t.antall for t in some) for some in (shown, hidden)]
    assert share_of[0] > 1.3 * share_of[1], "so the shown ones have more bullied than the others"


def test_a_grade_takes_the_whole_survey_or_nothing_of_it():
    of_year = tallies()[-1]
    for participation in DELTAKELSE:
        for nr, taken in of_year[participation].items():
            answered = [of_year[serie][nr].antall for serie in UNDERSOKELSE if serie.trinn == participation.trinn]
            assert taken.teller == max(answered) <= taken.antall
            assert all(answered) or not any(answered)


def test_a_good_number_of_municipalities_is_weak(tests_of):
    weak: set[str] = set()
    for which, trinn in (("5._trinn", 5), ("ungdomstrinn", 8)):
        rows = tests_of(NYESTE_HELE_SKOLEAAR, which)
        name = column(rows, lesing(trinn))
        limit = int(at(rows, "1")[0][name]) - 3
        found = {row["Kommunekode"] for row in at(rows, "3") if row[name].isdecimal() and int(row[name]) < limit}
        weak = found if not weak else weak & found
    assert 10 <= len(weak) <= 80


def test_schools_of_many_municipalities_differ_widely(tests_of):
    rows = tests_of(NYESTE_HELE_SKOLEAAR, "5._trinn")
    name = column(rows, lesing(5))
    shown: dict[str, list[int]] = {}
    for row in at(rows, "4"):
        if row[name].isdecimal():
            shown.setdefault(row["Kommunekode"], []).append(int(row[name]))
    assert sum(max(values) - min(values) >= 8 for values in shown.values() if 3 <= len(values) <= 20) >= 25


@pytest.mark.parametrize(
    ("total", "antall", "desimaler", "text"),
    [
        (48_500, 1, 0, "49"),
        (48_499, 1, 0, "48"),
        (41_250, 1, 1, "41,3"),
        (13_049 * 7, 7, 1, "13,0"),
        (400, 1, 1, "0,4"),
    ],
)
def test_figures_are_rounded_half_up(total, antall, desimaler, text):
    assert figure(total, antall, desimaler) == text


def test_counts_have_a_plain_space():
    assert [count(number) for number in (0, 999, 1289, 56_929)] == ["0", "999", "1 289", "56 929"]


def test_dice_fall_alike_everywhere_and_normally():
    assert [Dice("prøve").whole(1, 1000) for _ in range(2)] == [Dice("prøve").whole(1, 1000)] * 2
    dice = Dice("fordeling")
    draws = [dice.normal() for _ in range(4000)]
    mean = sum(draws) / len(draws)
    assert abs(mean) < 0.06
    assert 0.94 < sum((draw - mean) ** 2 for draw in draws) / len(draws) < 1.06


@pytest.mark.parametrize("skoleaar", [SKOLEAAR[0], SKOLEAAR[-1]])
@pytest.mark.parametrize("which", ["5._trinn", "ungdomstrinn"])
def test_the_shares_on_the_mestringsnivaaer_add_up_in_every_shown_cell(tests_of, skoleaar, which):
    rows = tests_of(skoleaar, which)
    groups: dict[str, list[str]] = {}
    for name in rows[0]:
        stem, _, level = name.partition(".Andel på mestringsnivå ")
        if level:
            groups.setdefault(stem, []).append(name)
    cells = [[row[name] for name in levels] for row in rows for levels in groups.values()]
    shown = [[float(text.replace(",", ".")) for text in cell] for cell in cells if cell[0] not in ("*", "")]
    assert len(shown) > 1_000
    # Each share is rounded alone, by at most 0,05.
    assert max(abs(sum(shares) - 100) - 0.05 * len(shares) for shares in shown) < 1e-9
    assert {len(set(cell)) for cell in cells if cell[0] in ("*", "")} == {1}, "a cell hides all of its levels, or none"
