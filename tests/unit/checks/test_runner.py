"""The runner fails closed: a check that could not be run is an error of the check, never a pass."""

from __future__ import annotations

import pytest

from checks.catalogue import Target
from checks.errors import CheckError
from checks.runner import run_checks
from checks.suite import Check, rows_check
from tests.unit.checks.conftest import TABLE, hidden, shown, target

UNKNOWN = Check("ukjent", "expect_column_values_to_be_lovely", "Ukjent.", {"column": "verdi"})
NO_SUCH_COLUMN = Check("borte", "expect_column_values_to_not_be_null", "Borte.", {"column": "finnes_ikke"})
BROKEN_QUERY = rows_check("spørring", TABLE, "ingen_slik_funksjon(verdi)", "Spørring.")
WRONG_ARGUMENT = Check("argument", "expect_column_values_to_be_between", "Argument.", {"column": "verdi"})


@pytest.mark.parametrize(
    "broken", [UNKNOWN, NO_SUCH_COLUMN, BROKEN_QUERY, WRONG_ARGUMENT], ids=lambda check: check.name
)
def test_a_check_that_cannot_be_run_is_an_error_and_no_pass(tmp_path, broken):
    with pytest.raises(CheckError, match="prove"):
        run_checks([target(tmp_path, [shown(), hidden()], extra=[broken])], tmp_path / "neste")


def test_a_missing_column_is_never_a_pass(tmp_path):
    columns = tuple(column for column in TABLE.columns if column.name != "verdi")
    with pytest.raises(CheckError, match="verdi"):
        run_checks([target(tmp_path, [shown()], columns=columns)], tmp_path / "neste")


def test_a_missing_file_is_named(tmp_path):
    whole = target(tmp_path, [shown()])
    absent = Target(TABLE, (*whole.files, tmp_path / "borte.parquet"), whole.view, whole.checks)
    with pytest.raises(CheckError, match=r"borte\.parquet"):
        run_checks([absent], tmp_path / "neste")


def test_no_file_at_all_is_an_error(tmp_path):
    with pytest.raises(CheckError, match="no file"):
        run_checks([Target(TABLE, (), "sjekk_0", ())], tmp_path / "neste")


def test_files_of_one_table_are_checked_together(tmp_path):
    # Two partitions with the same key: each on its own would pass.
    one, two = target(tmp_path, [shown()], number=0), target(tmp_path, [shown()], number=1)
    both = Target(TABLE, one.files + two.files, one.view, one.checks)
    (outcomes,) = run_checks([both], tmp_path / "neste")
    assert [one.kontroll for one in outcomes if not one.passed] == ["unik_noekkel"]


def test_many_offenders_are_counted_and_the_first_are_named(tmp_path):
    rows = [shown(f"{number}", verdi="47.5") for number in range(100, 130)]
    (outcomes,) = run_checks([target(tmp_path, rows)], tmp_path / "neste")
    (form,) = [one for one in outcomes if not one.passed]
    assert (form.kontroll, form.antall_avvik, len(form.avvik)) == ("kommunenr.form", 30, 20)


def test_nothing_is_left_of_the_catalogue_and_a_quote_in_the_path_is_no_matter(tmp_path):
    folder = tmp_path / "en mappe med ' i"
    folder.mkdir()
    run_checks([target(folder, [shown()])], folder / "neste")
    assert list((folder / "neste").iterdir()) == []
