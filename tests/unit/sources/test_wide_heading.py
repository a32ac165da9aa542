"""The heading of a wide download: a name that has changed is told, never guessed at."""

import pytest

from tests.support.files import UNIT_COLUMNS, heading, measures, nation, wide_csv
from tests.unit.sources.conftest import Reader, Refusal, cells_of

SKALAPOENG, USIKKERHET, ANTALL = measures()
STEM = SKALAPOENG.removesuffix("Skalapoeng")


def with_heading(*groups: list[str]) -> bytes:
    head = heading(*groups)
    return wide_csv([nation(*[50] * (len(head) - 9))], head)


@pytest.mark.parametrize("position", range(9), ids=UNIT_COLUMNS)
def test_a_change_in_any_of_the_nine_first_headings_is_told(refusal: Refusal, position: int) -> None:
    head = heading()
    head[position] = "Noe annet"
    (finding,) = refusal(wide_csv([nation(50, 1, 9)], head))
    assert (finding.row, finding.column) == (2, UNIT_COLUMNS[position])
    assert finding.found == f"heading 'Noe annet' in column {position + 1}"
    assert finding.expected == f"'{UNIT_COLUMNS[position]}'"


def test_headings_that_end_early_are_told(refusal: Refusal) -> None:
    findings = refusal(wide_csv([["1"] * 5], UNIT_COLUMNS[:5]))
    assert [finding.column for finding in findings] == list(UNIT_COLUMNS[5:])
    assert findings[0].found == "no heading in column 6"


@pytest.mark.parametrize(
    ("group", "column", "found", "expected"),
    [
        ([STEM + "Skalapoengsum", ANTALL], STEM + "Skalapoengsum", "measure 'Skalapoengsum'", "skalapoeng (^Skala"),
        ([SKALAPOENG, USIKKERHET], SKALAPOENG, "no column with the number of pupils", "one for each year"),
        ([USIKKERHET, ANTALL], ANTALL, "no measure beside it", "at least one measure"),
        ([SKALAPOENG, ANTALL, ANTALL], ANTALL, "the heading twice", "each heading once"),
        (
            [SKALAPOENG, ANTALL, STEM + "Antall elever"],
            STEM + "Antall elever",
            f"a second column of the same content as '{ANTALL}'",
            "one column for each",
        ),
        (measures(test="Kinesisk"), measures(test="Kinesisk")[0], "the test 'Kinesisk'", "Engelsk, Lesing, Regning"),
        (measures(trinn=6), measures(trinn=6)[0], "trinn 6", "one of 5, 8, 9 for Lesing"),
        (measures("2024-26"), measures("2024-26")[0], "heading '2024-26.Les", "a measure of Nasjonale prøver"),
        (["Skalapoeng"], "Skalapoeng", "heading 'Skalapoeng'", "a measure of Nasjonale prøver or Grunnskolepoeng"),
        ([""], None, "no column of figures", "at least one measure"),
    ],
)
def test_a_name_that_is_not_udirs_is_told(
    refusal: Refusal, group: list[str], column: str | None, found: str, expected: str
) -> None:
    findings = refusal(with_heading(group))
    told = [f for f in findings if f.row == 2 and (f.column or None) == column and found in f.found]
    assert told, [str(finding) for finding in findings]
    assert expected in told[0].expected


def test_a_heading_without_any_figures_is_told(refusal: Refusal) -> None:
    (finding,) = refusal(with_heading([]))
    assert "no column of figures" in finding.found


@pytest.mark.parametrize("other", [{"owner": "Privat eiet"}, {"kjonn": "Jente"}])
def test_only_columns_of_other_owners_or_genders_are_no_figures(refusal: Refusal, other: dict[str, str]) -> None:
    (finding,) = refusal(with_heading(measures(**other)))  # type: ignore[arg-type]
    assert "no column of figures for all owners and all pupils" in finding.found


def test_columns_of_other_owners_and_genders_are_left_out_and_named(read: Reader) -> None:
    others = [*measures(owner="Privat eiet"), *measures(kjonn="Gutt")]
    parsed = read(with_heading(measures(), others))
    assert len(cells_of(parsed)) == 1
    assert set(parsed.ignored_columns) == {USIKKERHET, *others}


@pytest.mark.parametrize("kjonn", ["Alle kjønn", "Begge kjønn"])
def test_both_names_for_all_pupils_are_known(read: Reader, kjonn: str) -> None:
    assert len(cells_of(read(with_heading(measures(kjonn=kjonn))))) == 1


def test_a_preliminary_year_is_marked_and_has_its_own_name_taken_off(read: Reader) -> None:
    head = [measures(), measures("Foreløpige tall 2025-26")]
    assert [(r["skoleaar"], r["forelopig"]) for r in cells_of(read(with_heading(*head)))] == [
        ("2024-25", False),
        ("2025-26", True),
    ]


def test_two_reports_in_one_file_are_told(refusal: Refusal) -> None:
    marks = "2024-25.Alle eierformer.Alle kjønn."
    (finding,) = refusal(with_heading(measures(), [marks + "Grunnskolepoeng", marks + "Antall elever"]))
    assert finding.found == "columns of grunnskolepoeng and nasjonale_prover"


def test_the_mestringsnivaaer_are_found_by_the_catalogues_patterns(read: Reader) -> None:
    group = [STEM + f"Andel mestringsnivå {level}" for level in (1, 2, 3)] + [ANTALL]
    cells = cells_of(read(with_heading(group)))
    expected = [(f"andel_mestringsnivaa_{level}", group[level - 1]) for level in (1, 2, 3)]
    assert [(cell["maal"], cell["kolonne"]) for cell in cells] == expected


def test_a_mestringsnivaa_that_the_grade_has_not_is_told(refusal: Refusal) -> None:
    (finding,) = refusal(with_heading([*measures(), STEM + "Andel mestringsnivå 4"]))
    assert finding.found == "measure 'Andel mestringsnivå 4'"
    assert "andel_mestringsnivaa_3" in finding.expected
    assert "andel_mestringsnivaa_4" not in finding.expected


def test_elevundersokelsen_with_units_in_its_headings_says_what_to_use_instead(refusal: Refusal) -> None:
    head = ["IndikatorNivaa", "Indikatorkode_Over", "2020-21.Hele landet.Alle fylker.Alle skoler.Prosentandel"]
    (finding,) = refusal(wide_csv([["1", "2", "3"]], head))
    assert "Elevundersøkelsen" in finding.found
    assert "flat rows of the export API" in finding.action
