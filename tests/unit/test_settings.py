"""Settings from an environment: what is given is used, and what cannot be used is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.settings import read_settings

COLUMN = "OPPFOLGING_MESTRINGSNIVAA_1_KOLONNE"


def test_without_anything_data_in_this_folder_and_the_example(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert settings.home == tmp_path / "data"
    assert settings.inbox is None


def test_paths_are_made_absolute_at_once(tmp_path, monkeypatch):
    # A step that changes folder, or a resource that is read later, must not find another home.
    monkeypatch.chdir(tmp_path)
    settings = read_settings({"OPPFOLGING_HOME": "hjem", "OPPFOLGING_INBOX": "inn"})
    assert (settings.home, settings.inbox) == (tmp_path / "hjem", tmp_path / "inn")


@pytest.mark.parametrize("name", ["OPPFOLGING_HOME", "OPPFOLGING_INBOX"])
def test_an_empty_variable_is_as_none_at_all(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_settings({name: ""}) == read_settings({})


def test_variables_of_others_are_left_alone():
    settings = read_settings({"PATH": "/x", "DAGSTER_HOME": "/y", "OPPFOLGING": "z", "OPPFOLGING_HOME": "/h"})
    assert settings.home == Path("/h")


def test_every_misspelled_name_is_named_with_those_there_are():
    with pytest.raises(InvalidInput) as raised:
        read_settings({"OPPFOLGING_HJEM": "x", "OPPFOLGING_INBOKS": "y", COLUMN: "("})
    assert [one.key for one in raised.value.findings] == ["OPPFOLGING_HJEM", "OPPFOLGING_INBOKS", COLUMN]
    assert "OPPFOLGING_INBOX" in str(raised.value) and "expected a regular expression" in str(raised.value)


def test_the_column_pattern_reaches_the_catalogue():
    before = read_settings({}).catalog
    after = read_settings({COLUMN: "^Nivå 1$"}).catalog
    assert before.maal_of_column("lesing", "Nivå 1") is None
    assert after.maal_of_column("lesing", "Nivå 1") == "andel_mestringsnivaa_1"
    assert after.maal["skalapoeng"] == before.maal["skalapoeng"]
    assert read_settings({}).catalog == before, "the catalogue itself is not changed"
