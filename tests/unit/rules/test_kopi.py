"""A new set begins as a commented copy that is not official and is called something else."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.rules.canonical import as_yaml
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.forskjell import forskjeller
from oppfolging_pipeline.rules.kopi import copied
from oppfolging_pipeline.rules.loader import carried_text, load_rule_set, load_rule_set_text, rule_set_names

CATALOG = default_catalog()


@pytest.mark.parametrize("name", rule_set_names())
def test_a_copy_keeps_every_value_and_comment_and_is_neither_official_nor_called_the_same(name):
    text = carried_text(name)
    copy = copied(text, name, "mitt-sett", CATALOG)
    made = load_rule_set_text(copy, "mitt-sett.yaml")
    assert {one.navn for one in forskjeller(load_rule_set(name), made)} - {"offisielt"} == {"tittel", "merknad"}
    assert (made.navn, made.offisielt) == ("mitt-sett", False)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        line for line in copy.splitlines() if line.startswith("#")
    ][3:]


@pytest.mark.parametrize("name", ["", "Mitt-sett", "mitt sett", "../mitt", "mitt_sett", "mitt-", "æøå"])
def test_a_name_that_could_be_a_path_or_no_name_is_refused(name):
    with pytest.raises(PermanentError, match="expected small letters a to z, digits and hyphens"):
        copied(carried_text("udir-2020"), "udir-2020", name, CATALOG)


def test_a_copy_of_a_copy_and_of_a_set_that_a_result_carries_can_be_made():
    text = as_yaml(load_rule_set("udir-2020"))
    again = copied(copied(text, "udir-2020", "en-kopi", CATALOG), "en-kopi", "enda-en", CATALOG)
    assert load_rule_set_text(again, "enda-en.yaml").navn == "enda-en"


def test_a_title_over_several_lines_is_not_torn_apart():
    text = carried_text("udir-2020").replace("tittel: ", "tittel: >-\n  ", 1)
    with pytest.raises(PermanentError, match="Copy the file by hand"):
        copied(text, "udir-2020", "mitt-sett", CATALOG)
