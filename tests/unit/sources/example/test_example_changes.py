"""Mergers, splits, new numbers and moves, and the trap of counting pupils twice."""

from __future__ import annotations

from itertools import pairwise

import pytest

from oppfolging_pipeline.sources.example import SKOLEAAR

POINTS = "{}.Alle eierformer.Begge kjønn.Grunnskolepoeng"
PUPILS = "{}.Alle eierformer.Begge kjønn.Antall elever"


def codes(rows, level="3"):
    return {row["Kommunekode"] for row in rows if row["EnhetNivaa"] == level}


def of_kommune(rows, *kommuner):
    return {row["Organisasjonsnummer"] for row in rows if row["EnhetNivaa"] == "4" and row["Kommunekode"] in kommuner}


def successors(register, dato):
    found: dict[str, set[str]] = {}
    for row in register("kommune_endringer"):
        if row["changeOccurred"] == dato:
            found.setdefault(row["oldCode"], set()).add(row["newCode"])
    return found


@pytest.mark.parametrize("dato", ("2020-01-01", "2024-01-01"))
def test_changes_agree_with_the_validity_of_the_codes(register, dato):
    valid = register("kommune_koder")
    ended = {row["code"] for row in valid if row["validTo"] == dato}
    begun = {row["code"] for row in valid if row["validFrom"] == dato}
    change = successors(register, dato)
    assert set(change) == ended
    assert set().union(*change.values()) == begun


def test_every_kind_of_change_in_2024(register):
    change = successors(register, "2024-01-01")
    sources: dict[str, set[str]] = {}
    for old, new in change.items():
        for code in new:
            sources.setdefault(code, set()).add(old)
    assert [len(new) for new in change.values()].count(2) == 1, "one split"
    assert sorted(len(old) for old in sources.values() if len(old) > 1) == [2, 3], "a merger of two and one of three"
    assert sum(new == {old} for old, new in change.items()) == 1, "one change of name only"
    renumbered = {old for old, new in change.items() if new != {old} and len(new) == 1 and len(sources[min(new)]) == 1}
    assert len(renumbered) == 75
    assert {old[:2] for old in renumbered} == {"63", "64"}


def test_changes_in_2020(register):
    change = successors(register, "2020-01-01")
    targets = [min(new) for new in change.values()]
    assert sum(targets.count(code) == 2 for code in set(targets)) == 2, "two mergers, one of which is divided again"
    assert sum(targets.count(code) == 1 for code in targets) == 75


def test_one_register_row_per_code_and_day(register):
    for name in ("kommune_koder", "fylke_koder"):
        by_code: dict[str, list[tuple[str, str]]] = {}
        for row in register(name):
            by_code.setdefault(row["code"], []).append((row["validFrom"], row["validTo"] or "9999"))
        for periods in by_code.values():
            ordered = sorted(periods)
            assert all(end <= start for (_, end), (start, _) in pairwise(ordered))
    current = {row["code"] for row in register("fylke_koder") if not row["validTo"]}
    assert {row["fylkesnr"] for row in register("statsforvaltere")} == current
    assert len(register("statsforvaltere")) == len(current)
    assert len({row["statsforvalter"] for row in register("statsforvaltere")}) < len(current)


@pytest.mark.parametrize("skoleaar", SKOLEAAR)
def test_tests_and_survey_use_the_codes_of_the_autumn(tests_of, survey_of, register, skoleaar):
    day = f"{skoleaar[:4]}-10-01"
    valid = {r["code"] for r in register("kommune_koder") if r["validFrom"] <= day and day < (r["validTo"] or "9999")}
    assert codes(tests_of(skoleaar, "5._trinn")) - {"2190", "2590"} == valid
    survey = {row["Kommunekode"] for row in survey_of(skoleaar, "mobbing") if row["EnhetNivaa"] == "3"}
    assert survey == valid | {"2190", "2590"}


def test_names_of_ended_units_carry_their_years(tests_of):
    before, after = tests_of("2023-24", "5._trinn"), tests_of("2024-25", "5._trinn")
    assert {
        row["Kommune"].endswith(" (2020 - 2023)")
        for row in before
        if row["Fylkekode"] in ("63", "64") and row["EnhetNivaa"] == "3"
    } == {True}
    assert all("2020" not in row["Kommune"] + row["Fylke"] for row in after)
    assert any(row["Fylke"] == "Rimvidda (2020 - 2023)" for row in before)


def test_two_municipalities_of_one_name_carry_their_county(tests_of):
    names = {row["Kommune"] for row in tests_of("2024-25", "5._trinn") if row["Kommunekode"] in ("7241", "7641")}
    assert len(names) == 2
    assert {name.split(" (")[1] for name in names} == {"Myrland)", "Ørneland)"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("6953",), ("6954", "6955")),
        (("6741", "6742"), ("6743",)),
        (("6841", "6842", "6843"), ("6844",)),
        (("6301",), ("7701",)),
    ],
)
def test_schools_keep_their_number_through_a_change(tests_of, old, new):
    for which in ("5._trinn", "ungdomstrinn"):
        before, after = tests_of("2023-24", which), tests_of("2024-25", which)
        assert of_kommune(before, *old) == of_kommune(after, *new) != set()
        assert not codes(before) & (set(new) - set(old))
        assert not codes(after) & (set(old) - set(new))


def test_the_split_can_be_rebuilt_on_one_side_and_not_on_the_other(tests_of):
    now = tests_of("2024-25", "5._trinn")
    sides = []
    for skoleaar in ("2022-23", "2023-24"):
        for test in ("Lesing", "Regning"):
            column = f"{skoleaar}.{test}.5. årstrinn.Alle eierformer.Alle kjønn.Skalapoeng"
            cells = {row["Organisasjonsnummer"]: row[column] for row in tests_of(skoleaar, "5._trinn")}
            sides.append([[cells[nr] for nr in of_kommune(now, code)] for code in ("6954", "6955")])
    assert any(all(cell.isdecimal() for cell in large) for large, _ in sides)
    assert any("*" in small and any(cell.isdecimal() for cell in small) for _, small in sides)


def test_one_part_of_the_merger_of_three_is_shielded_in_some_cells(tests_of):
    cells = {
        row[column]
        for skoleaar in ("2022-23", "2023-24")
        for which in ("5._trinn", "ungdomstrinn")
        for row in tests_of(skoleaar, which)
        if row["Organisasjonsnummer"] == "6843"
        for column in row
        if column.endswith("Skalapoeng")
    }
    assert "*" in cells
    assert any(cell.isdecimal() for cell in cells)


def moved_school(tests_of):
    before, after = tests_of("2021-22", "5._trinn"), tests_of("2022-23", "5._trinn")
    then = {row["Organisasjonsnummer"]: row["Kommunekode"] for row in before if row["EnhetNivaa"] == "4"}
    return [
        (row["Organisasjonsnummer"], then[row["Organisasjonsnummer"]], row["Kommunekode"])
        for row in after
        if row["EnhetNivaa"] == "4" and then.get(row["Organisasjonsnummer"], row["Kommunekode"]) != row["Kommunekode"]
    ]


def test_one_school_moves_to_another_municipality_without_a_change_of_codes(tests_of, marks):
    ((orgnr, old, new),) = moved_school(tests_of)
    rows = {row["Kommunekode"]: row for row in marks if row["Organisasjonsnummer"] == int(orgnr)}
    assert set(rows) == {int(old), int(new)}
    assert rows[int(old)][PUPILS.format("2021-22")] == rows[int(new)][PUPILS.format("2021-22")] is not None
    assert rows[int(old)][PUPILS.format("2022-23")] is None
    assert rows[int(new)][PUPILS.format("2022-23")] is not None
    assert "er flyttet fra" in rows[int(new)][POINTS.format("2022-23") + ".Brudd"]


@pytest.mark.parametrize("skoleaar", ("2021-22", "2022-23"))
@pytest.mark.parametrize("level", (2, 3, 4))
def test_a_naive_sum_of_the_marks_counts_pupils_twice(marks, skoleaar, level):
    rows = [row for row in marks if row["EnhetNivaa"] == level and isinstance(row[PUPILS.format(skoleaar)], int)]
    naive = sum(row[PUPILS.format(skoleaar)] for row in rows)
    once = {row["Organisasjonsnummer"]: row[PUPILS.format(skoleaar)] for row in rows}
    assert naive > 1.05 * (sum(once.values()) if level == 4 else marks[0][PUPILS.format(skoleaar)])


@pytest.mark.parametrize("skoleaar", ("2018-19", "2021-22", "2023-24"))
def test_the_marks_of_valid_codes_count_pupils_once(marks, register, skoleaar):
    day = f"20{skoleaar[-2:]}-06-30"
    valid = {
        int(r["code"]) for r in register("kommune_koder") if r["validFrom"] <= day and day < (r["validTo"] or "9999")
    }
    rows = [row for row in marks if row["EnhetNivaa"] == 3 and row["Kommunekode"] in valid | {2190, 2590}]
    shown = sum(row[PUPILS.format(skoleaar)] for row in rows if isinstance(row[PUPILS.format(skoleaar)], int))
    assert 0.95 * marks[0][PUPILS.format(skoleaar)] < shown <= marks[0][PUPILS.format(skoleaar)]


def test_a_renumbered_municipality_carries_its_figures_backwards_and_the_old_row_ends(marks, register):
    newest = {
        row["newCode"]: row["oldCode"] for row in register("kommune_endringer") if row["changeOccurred"] == "2024-01-01"
    }
    by_code = {row["Kommunekode"]: row for row in marks if row["EnhetNivaa"] == 3}
    new, old = by_code[7701], by_code[int(newest["7701"])]
    for skoleaar in ("2019-20", "2021-22", "2022-23"):
        assert new[POINTS.format(skoleaar)] == old[POINTS.format(skoleaar)]
    assert any(isinstance(new[POINTS.format(skoleaar)], int | float) for skoleaar in ("2019-20", "2021-22", "2022-23"))
    assert old[POINTS.format("2023-24")] is None
    assert new[PUPILS.format("2023-24")] is not None


def test_schools_stand_under_both_numbers_and_end_with_the_old_one(marks, register):
    old = next(int(row["oldCode"]) for row in register("kommune_endringer") if row["newCode"] == "7701")
    under = {code: [r for r in marks if r["EnhetNivaa"] == 4 and r["Kommunekode"] == code] for code in (old, 7701)}
    by_orgnr = {row["Organisasjonsnummer"]: row for row in under[7701]}
    assert under[old]
    for row in under[old]:
        twin = by_orgnr[row["Organisasjonsnummer"]]
        assert all(row[name.format("2022-23")] == twin[name.format("2022-23")] for name in (POINTS, PUPILS))
        assert row[PUPILS.format("2023-24")] is None
    assert any(row[PUPILS.format("2023-24")] is not None for row in under[7701])


@pytest.mark.parametrize(("code", "reason"), [(6743, "sammenslåing"), (6844, "sammenslåing"), (6954, "deling")])
def test_a_merged_or_divided_municipality_has_no_marks_before_it_began(marks, code, reason):
    row = next(row for row in marks if row["EnhetNivaa"] == 3 and row["Kommunekode"] == code)
    assert row[POINTS.format("2022-23")] is None
    assert row[POINTS.format("2023-24")] is not None
    assert f"er resultatet av en {reason}" in row[POINTS.format("2023-24") + ".Brudd"]


def test_look_alikes_of_svalbard_and_abroad_stand_in_every_file_but_not_in_the_register(
    tests_of, survey_of, marks, register
):
    for skoleaar in SKOLEAAR:
        for which in ("5._trinn", "ungdomstrinn"):
            assert {"2190", "2590"} <= codes(tests_of(skoleaar, which))
            assert {"2190", "2590"} <= codes(tests_of(skoleaar, which), "4")
        assert {"2190", "2590"} <= codes(survey_of(skoleaar, "mobbing"), "4")
    assert {2190, 2590} <= {row["Kommunekode"] for row in marks}
    assert not {"2190", "2590"} & {row["code"] for row in register("kommune_koder")}
