"""A set written down in full is the same set when it is read again."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.rules.canonical import as_yaml
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import (
    carried_text,
    load_rule_set,
    load_rule_set_text,
    load_with_any_break,
    rule_set_names,
)


@pytest.mark.parametrize("name", rule_set_names())
def test_a_set_in_full_reads_as_the_same_set_whatever_its_decimals_were_written_as(name):
    rule_set = load_rule_set(name)
    again = load_rule_set_text(as_yaml(rule_set), "f")
    assert again == rule_set and again.sha256 == rule_set.sha256
    other = load_rule_set_text(carried_text(name).replace("nivaa: {verdi: 20,", "nivaa: {verdi: 20.00,"), "f")
    assert as_yaml(other) == as_yaml(rule_set)


def test_a_set_that_permits_a_break_which_is_known_no_longer_can_still_be_read():
    text = as_yaml(load_rule_set("udir-2020")).replace("avlyst-eksamen-2020-2022", "et-brudd-som-er-borte")
    assert load_with_any_break(text, "f", default_catalog()).brudd.verdi == ("et-brudd-som-er-borte",)
