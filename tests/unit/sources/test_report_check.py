"""An answer of the report API that is not what was asked for is told by what was expected and what was found."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from oppfolging_pipeline.rules.catalog import default_catalog
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
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / sha256
    path.write_bytes(content)
    answer = Answer(
        Ask("nasjonale_prover", "data", "https://udir.example/", NAME, "2024-25"), sha256, len(content), path
    )
    drifts = check_answer(
        answer, YOUTH if youth else FIVE, "2024-25", "nasjonale_prover", default_catalog(), forelopig_by
    )
    assert {(drift.finding.file, drift.sha256, drift.alvorlighet) for drift in drifts} <= {(NAME, sha256, "kritisk")}
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
        (country(columns_of([5], levels=4)), {"maal_ukjent"}, "the measure 'Andel på mestringsnivå 4'"),
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
