"""A result is read with the set that it carries, whatever has become of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.kopi import copied
from oppfolging_pipeline.rules.loader import carried_text, load_rule_set, load_rule_set_text
from oppfolging_pipeline.staging.brukte_sett import (
    TABLE,
    refuse_other_contents,
    set_for,
    set_of,
    sets_used,
)
from tests.support.sets import made_with

CATALOG = default_catalog()
OWN = load_rule_set_text(copied(carried_text("udir-2020"), "udir-2020", "mitt-sett", CATALOG), "mitt-sett.yaml")
CHANGED = OWN.model_copy(update={"tittel": "Mitt andre"})


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lager")


def test_the_set_of_a_result_is_the_one_it_was_made_with_also_when_no_file_has_it(lake: Lake):
    made_with(lake, 2024, OWN)
    made_with(lake, 2025, load_rule_set("udir-2020"))
    assert sets_used(lake, CATALOG) == {(2024, "mitt-sett"): OWN, (2025, "udir-2020"): load_rule_set("udir-2020")}


def test_a_result_that_is_not_what_was_audited_has_no_set(lake: Lake):
    made_with(lake, 2024, OWN)
    made_with(lake, 2025, load_rule_set("udir-2020"), audited=False)
    assert list(sets_used(lake, CATALOG)) == [(2024, "mitt-sett")]


def test_a_copy_of_a_result_under_another_name_is_no_result(lake: Lake):
    made_with(lake, 2024, OWN)
    (file,) = lake.files(TABLE)
    copy = file.with_name("mitt-sett-kopi.parquet")
    copy.write_bytes(file.read_bytes())
    assert (lake.files(TABLE), lake.strays(TABLE)) == ([file], [copy])


def test_a_result_of_an_earlier_version_has_the_carried_set_of_its_name():
    assert set_of(None, "udir-2020", CATALOG) == load_rule_set("udir-2020")
    assert set_of(None, "et-annet", CATALOG) is None
    with pytest.raises(PermanentError, match="Run `oppfolging run --rules et-annet --uttrekk 2024`"):
        set_for((2024, "et-annet"), {})


def test_a_set_that_this_version_cannot_read_is_refused_by_name():
    with pytest.raises(InvalidInput, match=r"mitt-sett, as it was used, row 1, key 'navn'"):
        set_of("navn: [1]", "mitt-sett", CATALOG)


def command(years: object) -> str:
    return f"kjør {list(years)}"


@pytest.mark.parametrize(
    ("rule_set", "years", "refused"),
    [
        (OWN, [2025], None),  # the same content
        (CHANGED, [2023, 2024], None),  # every year of it is made anew
        (CHANGED, [2025], "kjør [2023, 2024, 2025]"),
        (CHANGED, [2024], "kjør [2023, 2024]"),
        (load_rule_set("udir-2020"), [2025], None),  # another name
    ],
)
def test_a_changed_set_under_the_same_name_is_refused_until_its_years_are_made_anew(rule_set, years, refused):
    used = {(2023, "mitt-sett"): OWN, (2024, "mitt-sett"): OWN}
    if refused is None:
        refuse_other_contents(rule_set, years, used, command)
        return
    with pytest.raises(InvalidInput) as caught:
        refuse_other_contents(rule_set, years, used, command)
    assert refused in str(caught.value) and "give the changed set another name" in str(caught.value)
