"""The wrappers that Dagster hands to assets: what goes before what, and the clock that stands still."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.partitions import partition_key, range_tags, skoleaar_of, skoleaar_partitions
from assets.resources import ClockResource, HomeResource, UttrekkResource
from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.core.files import writer_lock
from oppfolging_pipeline.core.skoleaar import from_start_year


@given(st.integers(min_value=2011, max_value=2099))
def test_a_key_and_its_school_year_lead_to_each_other(start):
    skoleaar = from_start_year(start)
    assert skoleaar_of(partition_key(skoleaar)) == skoleaar


def test_a_key_is_one_that_the_partitions_have():
    keys = skoleaar_partitions.get_partition_keys(current_time=datetime(2026, 11, 1, tzinfo=UTC))
    assert [partition_key(skoleaar_of(key)) for key in keys] == keys


def test_a_range_is_from_the_oldest_to_the_newest_in_whatever_order():
    assert range_tags(["2024-25", "2022-23", "2023-24"]) == {
        "dagster/asset_partition_range_start": "2022-08-01",
        "dagster/asset_partition_range_end": "2024-08-01",
    }


def test_the_resources_own_fields_go_before_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("OPPFOLGING_HOME", str(tmp_path / "miljø"))
    monkeypatch.setenv("OPPFOLGING_INBOX", str(tmp_path / "inn"))
    assert HomeResource().root == tmp_path / "miljø"
    given = HomeResource(home=str(tmp_path / "eget"))
    assert (given.root, given.settings.inbox) == (tmp_path / "eget", tmp_path / "inn")


def test_a_misspelled_variable_stops_the_first_step(monkeypatch):
    monkeypatch.setenv("OPPFOLGING_HJEM", "x")
    with pytest.raises(InvalidInput, match="OPPFOLGING_HJEM"):
        _ = HomeResource().root


def test_writing_holds_the_homes_lock_to_its_end(tmp_path):
    home = HomeResource(home=str(tmp_path))
    with home.writing() as engine:
        assert engine.run("SELECT 1 AS a").fetchall() == [(1,)]
        assert (tmp_path / ".laas").exists()
    with writer_lock(tmp_path / ".laas"):
        pass


def test_an_unknown_rule_set_is_an_error_of_its_name(tmp_path):
    with pytest.raises(PermanentError, match="finnes-ikke"):
        UttrekkResource(rules="finnes-ikke").rule_set(HomeResource(home=str(tmp_path)))


@pytest.mark.parametrize(("regelsett", "expected"), [("", "udir-2020"), ("np-skalapoeng", "np-skalapoeng")])
def test_a_run_that_names_no_set_takes_the_homes(tmp_path, monkeypatch, regelsett, expected):
    monkeypatch.setenv("OPPFOLGING_REGELSETT", regelsett)
    assert UttrekkResource().rule_set(HomeResource(home=str(tmp_path))).navn == expected


def test_the_folder_of_own_settings_is_the_one_named_else_the_homes(tmp_path, monkeypatch):
    monkeypatch.delenv("OPPFOLGING_OPPSETT", raising=False)
    home = HomeResource(home=str(tmp_path))
    assert (home.settings.own_folder, home.own_folder_as_named) == (tmp_path / "oppsett", "")
    named = HomeResource(home=str(tmp_path), oppsett_mappe=str(tmp_path / "et annet"))
    assert named.settings.own_folder == tmp_path / "et annet"
    command = named.run_command("udir-2020", [2024, 2025])
    assert f"--oppsett '{tmp_path}/et annet' --rules udir-2020 --uttrekk 2024,2025" in command


def test_a_fixed_clock_stands_still_and_gives_the_norwegian_day_when_none_is_asked_for():
    clock = ClockResource(fixed="2025-03-01T23:30:00+00:00")
    assert clock.now() == clock.now() == datetime(2025, 3, 1, 23, 30, tzinfo=UTC)
    assert clock.as_of("") == date(2025, 3, 2)  # half past midnight in Oslo
    assert clock.as_of("2024-12-24") == date(2024, 12, 24)


def test_a_clock_that_goes_is_in_utc():
    assert ClockResource().now().tzinfo is UTC
