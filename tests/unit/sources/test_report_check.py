"""An answer of the report API that is not what was asked for is told by what was expected and what was found."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from oppfolging_pipeline.rules.behov import Celle, needed_cells
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import carried_rule_sets
from oppfolging_pipeline.sources.asking import Answer, Ask
from oppfolging_pipeline.sources.drift import Drift
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.sources.report_check import check_answer
from tests.support.report import GEOGRAPHY, UNITS, cells_for, columns_of, country, pivot, rows_of

FIVE, YOUTH = live().rapport.nasjonale_prover.sider
NAME = "nasjonale_prover/2024-25/side.json"
COLUMNS = columns_of([5])
ROWS = rows_of(UNITS, *cells_for(COLUMNS))
LESING = columns_of([5], tests=["Lesing"])


def checked(content: bytes, folder: Path, *, youth: bool = False, forelopig_by: str | None = None) -> list[Drift]:
    drifts = seen(content, folder, youth=youth, forelopig_by=forelopig_by)
    assert {drift.alvorlighet for drift in drifts} <= {"kritisk"}
    return drifts


def seen(
    content: bytes,
    folder: Path,
    *,
    youth: bool = False,
    forelopig_by: str | None = None,
    needed: frozenset[Celle] | None = None,
) -> list[Drift]:
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / sha256
    path.write_bytes(content)
    answer = Answer(
        Ask("nasjonale_prover", "data", "https://udir.example/", NAME, "2024-25"), sha256, len(content), path
    )
    drifts = check_answer(
        answer, YOUTH if youth else FIVE, "2024-25", "nasjonale_prover", default_catalog(), forelopig_by, needed
    )
    assert {(drift.finding.file, drift.sha256) for drift in drifts} <= {(NAME, sha256)}
    return drifts


def test_an_answer_with_everything_asked_for_has_no_drift(tmp_path: Path) -> None:
    assert checked(country(COLUMNS), tmp_path) == []
    assert checked(country(columns_of([8, 9])), tmp_path, youth=True) == []


def test_columns_of_one_owner_beside_those_of_all_are_no_drift(tmp_path: Path) -> None:
    private = [(*column[:3], "Privat eiet", *column[4:]) for column in COLUMNS]
    assert checked(country([*COLUMNS, *private]), tmp_path) == []
    assert {drift.kode for drift in checked(country(private), tmp_path)} == {"maal_mangler", "kolonne_mangler"}


PRELIMINARY = columns_of([5], "Foreløpige tall 2024-25")


def test_a_year_that_only_the_filter_calls_preliminary_is_never_read_as_final(tmp_path: Path) -> None:
    (drift,) = checked(country(COLUMNS), tmp_path, forelopig_by="def")
    assert drift.kode == "forelopig_uenig"
    assert drift.finding.found == f"{len(COLUMNS)} columns of 2024-25"
    assert drift.finding.expected == "'Foreløpige tall 2024-25', as the filter SkoleAarID calls the year"
    assert drift.answers == {drift.sha256, "def"}, "either may be the one that is old"
    (one,) = checked(country([COLUMNS[0], *PRELIMINARY[1:]]), tmp_path, forelopig_by="def")
    assert one.finding.found == "1 columns of 2024-25"


@pytest.mark.parametrize("forelopig_by", ["def", None], ids=["both", "the heading alone"])
def test_a_year_that_the_heading_calls_preliminary_is_one(tmp_path: Path, forelopig_by: str | None) -> None:
    assert checked(country(PRELIMINARY), tmp_path, forelopig_by=forelopig_by) == []


def renamed(old: str, new: str, columns: list[tuple[str, ...]] = COLUMNS) -> bytes:
    return country([tuple(new if label == old else label for label in column) for column in columns])


def dropped(label: str) -> bytes:
    return country([column for column in COLUMNS if label not in column])


@pytest.mark.parametrize(
    ("content", "codes", "told"),
    [
        (country(columns_of([5], "2023-24")), {"annet_aar"}, "found columns of 2023-24; expected 2024-25"),
        (
            country(columns_of([8])),
            {"annet_trinn", "maal_mangler", "kolonne_mangler"},
            "found columns of 8. årstrinn; exp",
        ),
        (
            renamed("Lesing", "Norsk"),
            {"valg_mangler", "maal_mangler", "kolonne_mangler"},
            "the test Norsk on 5. årstrinn",
        ),
        (
            renamed("Skalapoeng", "Skalapoengsum"),
            {"maal_ukjent", "maal_mangler"},
            "the measure 'Skalapoengsum'; expected skala",
        ),
        (
            dropped("Skalapoeng"),
            {"maal_mangler"},
            "for lesing trinn 5, regning trinn 5, engelsk trinn 5; expected skalapoeng",
        ),
        (dropped("Andel på mestringsnivå 1"), {"maal_mangler"}, "andel på mestringsnivå 1 ("),
        (dropped("Andel på mestringsnivå 3"), {"maal_mangler"}, "andel på mestringsnivå 3 ("),
        (dropped("Antall elever deltatt"), {"kolonne_mangler"}, "expected the number of pupils"),
        (dropped("Engelsk"), {"maal_mangler", "kolonne_mangler"}, "no column of it for engelsk trinn 5;"),
        (country(LESING), {"maal_mangler", "kolonne_mangler"}, "for regning trinn 5, engelsk trinn 5"),
        (pivot([], []), {"maal_mangler", "kolonne_mangler", "nivaa_mangler"}, "no national row among 0 rows"),
        (
            country([(*column, "Alle") for column in COLUMNS]),
            {"overskrift_uleselig"},
            "found 7 levels in the header (2024-25.",
        ),
        (country([*COLUMNS, COLUMNS[-1]]), {"overskrift_uleselig"}, "found the heading twice"),
        (pivot(COLUMNS, ROWS[:3]), {"nivaa_mangler"}, "no row of the level Enhet"),
        (pivot(COLUMNS, ROWS[1:]), {"nivaa_mangler"}, "no national row among 3 rows"),
        (pivot(COLUMNS, [*ROWS[:1], *ROWS[2:]]), {"nivaa_mangler"}, "no row 1.49 above"),
        (pivot(COLUMNS, ROWS, [*GEOGRAPHY, "Gruppe"]), {"nivaa_ukjent"}, "the unknown level 'Gruppe'"),
        (pivot(COLUMNS, [*ROWS, {**ROWS[3], "id": "1.49.1423.28027.1"}]), {"nivaa_ukjent"}, "1 rows with longer paths"),
        (pivot(COLUMNS, [*ROWS, *ROWS]), {"doble_rader"}, "8 rows of units that stand more than once"),
        (pivot(COLUMNS, [{**row, "kode": None} for row in ROWS]), {"kolonne_mangler"}, "no code in 4 rows"),
        (pivot(COLUMNS, rows_of(UNITS, *["x"] * len(COLUMNS))), {"svar_som_ikke_kan_leses"}, "found 'x'"),
        (country(COLUMNS)[:-40], {"svar_som_ikke_kan_leses"}, "JSON that breaks off"),
        (b'{"kode":500}', {"svar_som_ikke_kan_leses"}, "key 'metadata': found nothing"),
        (
            json.dumps(
                {"metadata": {"rowHierarchy": [], "columns": [[{"name": "a", "columnCount": 1}], []]}, "rows": []}
            ).encode(),
            {"overskrift_uleselig"},
            "different numbers of columns",
        ),
    ],
)
def test_each_kind_of_drift_has_its_code(tmp_path: Path, content: bytes, codes: set[str], told: str) -> None:
    drifts = checked(content, tmp_path)
    assert {drift.kode for drift in drifts} == codes
    assert told in "\n".join(map(str, drifts))


def test_each_thing_is_told_once_however_many_columns_show_it(tmp_path: Path) -> None:
    assert len(checked(country(columns_of([5], "2023-24")), tmp_path)) == 1


def test_a_test_that_a_grade_does_not_have_is_not_missed(tmp_path: Path) -> None:
    without_nine = checked(country(columns_of([8])), tmp_path, youth=True)
    assert "lesing trinn 9, regning trinn 9;" in str(without_nine[0])
    assert "engelsk" not in str(without_nine[0])


EIGHT_AND_NINE = columns_of([8, 9])
NEEDED = needed_cells(carried_rule_sets())


def unreadable(grade: str, measure: str) -> bytes:
    both = zip(cells_for(EIGHT_AND_NINE), EIGHT_AND_NINE, strict=True)
    cells = ["x" if column[2] == grade and column[-1] == measure else text for text, column in both]
    return pivot(EIGHT_AND_NINE, rows_of(UNITS, *cells))


@pytest.mark.parametrize("measure", ["Skalapoeng", "Antall elever deltatt"])
def test_figures_that_cannot_be_read_stop_only_where_they_are_needed(tmp_path: Path, measure: str) -> None:
    left_out = seen(unreadable("9. årstrinn", measure), tmp_path, youth=True, needed=NEEDED)
    assert {(drift.kode, drift.alvorlighet) for drift in left_out} == {("svar_som_ikke_kan_leses", "advarsel")}
    stopped = seen(unreadable("8. årstrinn", measure), tmp_path, youth=True, needed=NEEDED)
    assert {(drift.kode, drift.alvorlighet) for drift in stopped} == {("svar_som_ikke_kan_leses", "kritisk")}


@pytest.mark.parametrize(
    ("columns", "code", "told"),
    [
        (columns_of([8]), "maal_mangler", "no column of it for lesing trinn 9, regning trinn 9"),
        ([one for one in EIGHT_AND_NINE if "Engelsk" not in one], "maal_mangler", "for engelsk trinn 8"),
        ([one for one in EIGHT_AND_NINE if "Andel på mestringsnivå 3" not in one], "maal_mangler", "nivå 3"),
        (
            [one for one in EIGHT_AND_NINE if one[2] == "8. årstrinn" or one[-1] != "Antall elever deltatt"],
            "kolonne_mangler",
            "for lesing trinn 9, regning trinn 9",
        ),
        ([*EIGHT_AND_NINE, *columns_of([10])], "annet_trinn", "columns of 10. årstrinn"),
        ([*EIGHT_AND_NINE, *columns_of([8], tests=["Kinesisk"])], "valg_mangler", "the test Kinesisk"),
        ([*EIGHT_AND_NINE, (*EIGHT_AND_NINE[0][:-1], "Median")], "maal_ukjent", "the measure 'Median'"),
    ],
    ids=[
        "no 9. trinn",
        "no engelsk",
        "no level 3",
        "no pupils on 9. trinn",
        "a grade more",
        "a test more",
        "a measure more",
    ],
)
def test_what_no_rule_set_needs_is_a_warning(
    tmp_path: Path, columns: list[tuple[str, ...]], code: str, told: str
) -> None:
    drifts = seen(country(columns), tmp_path, youth=True, needed=NEEDED)
    assert {drift.alvorlighet for drift in drifts} == {"advarsel"}
    assert any(drift.kode == code and told in str(drift) for drift in drifts), [str(drift) for drift in drifts]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ([one for one in EIGHT_AND_NINE if one[2] != "8. årstrinn"], "maal_mangler"),
        ([one for one in EIGHT_AND_NINE if one[1] != "Lesing" or one[2] != "8. årstrinn"], "maal_mangler"),
        ([(*one[:2], one[2].replace("8.", "10."), *one[3:]) for one in EIGHT_AND_NINE], "annet_trinn"),
        ([(one[0], one[1].replace("Lesing", "Norsk"), *one[2:]) for one in EIGHT_AND_NINE], "valg_mangler"),
        ([(*one[:-1], one[-1].replace("nivå 1", "grad 1")) for one in EIGHT_AND_NINE], "maal_ukjent"),
    ],
    ids=["no 8. trinn", "no lesing on 8. trinn", "8. trinn renamed", "lesing renamed", "level 1 renamed"],
)
def test_what_a_rule_set_needs_still_stops(tmp_path: Path, columns: list[tuple[str, ...]], code: str) -> None:
    drifts = seen(country(columns), tmp_path, youth=True, needed=NEEDED)
    assert code in {drift.kode for drift in drifts if drift.alvorlighet == "kritisk"}
