"""Settings from an environment: what is given is used, and what cannot be used is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.core.network import Addresses, Manners
from oppfolging_pipeline.settings import VARIABLES, read_settings

COLUMN = "OPPFOLGING_MESTRINGSNIVAA_KOLONNE"
RAPPORT = "OPPFOLGING_UDIR_RAPPORT_URL"
EKSPORT = "OPPFOLGING_UDIR_EKSPORT_URL"
KLASS = "OPPFOLGING_KLASS_URL"
KONTAKT = "OPPFOLGING_KONTAKT"
PROTOKOLL = "OPPFOLGING_PROTOKOLL_URL"
LOCAL = {
    RAPPORT: "http://127.0.0.1:8123/rapport/",
    EKSPORT: "http://localhost:8123/eksport",
    KLASS: "http://[::1]:8123/klass//",
}


def faults(environment):
    """Key and fault of every finding."""
    with pytest.raises(InvalidInput) as raised:
        read_settings(environment)
    return [(one.key, one.found) for one in raised.value.findings]


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


@pytest.mark.parametrize("name", VARIABLES)
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


def test_the_column_pattern_reaches_every_level_of_the_catalogue():
    before = read_settings({}).catalog
    after = read_settings({COLUMN: "^Nivå {nivaa}$"}).catalog
    levels = [maal for maal in before.maal if maal.startswith("andel_mestringsnivaa_")]
    assert [after.maal[maal].kolonne for maal in levels] == [f"^Nivå {maal[-1]}$" for maal in levels]
    assert "andel_mestringsnivaa_1" in levels
    assert {maal: after.maal[maal] for maal in after.maal if maal not in levels} == {
        maal: before.maal[maal] for maal in before.maal if maal not in levels
    }
    assert read_settings({}).catalog == before, "the catalogue itself is not changed"


def test_the_catalogues_own_pattern_is_the_default_that_is_documented():
    assert read_settings({COLUMN: r"(?i)mestringsniv[åa]\s*{nivaa}\b"}).catalog == read_settings({}).catalog


@pytest.mark.parametrize(
    ("pattern", "told"),
    [("^Nivå 1$", "'^Nivå 1$' without {nivaa}"), ("({nivaa}", "'({nivaa}' (missing ), unterminated subpattern")],
)
def test_a_pattern_that_cannot_be_used_is_named(pattern, told):
    ((key, found),) = faults({COLUMN: pattern})
    assert key == COLUMN and found.startswith(told)


def test_braces_of_the_pattern_itself_are_left_alone():
    catalog = read_settings({COLUMN: "^Niv.{1,2} {nivaa}$"}).catalog
    assert catalog.maal["andel_mestringsnivaa_1"].kolonne == "^Niv.{1,2} 1$"


def test_without_anything_the_real_sources_and_the_ledger_in_the_home():
    settings = read_settings({})
    assert (settings.addresses, settings.manners, settings.protokoll_url) == (Addresses(), Manners(), None)


def test_a_trial_server_is_asked_where_it_is_without_slashes_at_the_end():
    addresses = read_settings(LOCAL).addresses
    assert addresses == Addresses(
        "http://127.0.0.1:8123/rapport", "http://localhost:8123/eksport", "http://[::1]:8123/klass"
    )


@pytest.mark.parametrize("real", [RAPPORT, EKSPORT, KLASS])
def test_a_mirror_of_one_source_may_stand_beside_the_others(real):
    addresses = read_settings({name: address for name, address in LOCAL.items() if name != real}).addresses
    assert sum(address.startswith("http://") for address in vars(addresses).values()) == 2


def test_every_fault_is_told_at_once():
    given = {
        RAPPORT: "http://statistikk.example.org",
        EKSPORT: "https://a@b",
        KLASS: "https://b?x",
        "OPPFOLGING_PAUSE": "61",
        "OPPFOLGING_TIDSAVBRUDD": "0",
        KONTAKT: "kåre",
        PROTOKOLL: "protokoll.sqlite",
        COLUMN: "x",
        "OPPFOLGING_X": "",
    }
    assert sorted(key for key, _ in faults(given)) == sorted(given)


@pytest.mark.parametrize("text", ["-0.1", "60.1", "nan", "inf", "0,5", "CANARY"])
def test_a_pause_that_is_none_is_refused(text):
    assert faults({"OPPFOLGING_PAUSE": text}) == [("OPPFOLGING_PAUSE", f"'{text}'")]


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "to"])
def test_a_timeout_that_is_none_is_refused(text):
    assert faults({"OPPFOLGING_TIDSAVBRUDD": text}) == [("OPPFOLGING_TIDSAVBRUDD", f"'{text}'")]


@pytest.mark.parametrize(("pause", "tidsavbrudd"), [("0", "0.5"), ("60", "1e3")])
def test_the_ends_of_the_ranges_can_be_used(pause, tidsavbrudd):
    manners = read_settings({"OPPFOLGING_PAUSE": pause, "OPPFOLGING_TIDSAVBRUDD": tidsavbrudd}).manners
    assert (manners.pause, manners.tidsavbrudd) == (float(pause), float(tidsavbrudd))


@pytest.mark.parametrize("text", ["a\r\nX-Evil: 1", "a\tb", "a\x00", "kåre@example.org", "a\x7f"])
def test_a_contact_cannot_write_headers_of_its_own(text):
    assert faults({KONTAKT: text}) == [(KONTAKT, "signs that no header may hold")]


def test_no_secret_is_repeated_in_a_finding():
    # Whatever is wrong, and wherever in it the secret stands.
    given = [
        {name: address}
        for name in (RAPPORT, EKSPORT, KLASS)
        for address in ("https://u:CANARY@h", "https://h?k=CANARY", "http://CANARY:x", "CANARY", "https://h#CANARY")
    ]
    given += [{PROTOKOLL: "CANARY"}, {PROTOKOLL: "//u:CANARY@h/d"}, {KONTAKT: "CANARY\n"}, {"OPPFOLGING_Y": "CANARY"}]
    for environment in given:
        with pytest.raises(InvalidInput) as raised:
            read_settings(environment)
        assert "CANARY" not in str(raised.value) + repr(raised.value) + repr(raised.value.findings)


def test_settings_show_neither_contact_nor_ledger():
    settings = read_settings({KONTAKT: "CANARY@example.org", PROTOKOLL: "postgresql+psycopg://u:CANARY@db/x"})
    assert settings.manners.kontakt == "CANARY@example.org"
    assert settings.protokoll_url == "postgresql+psycopg://u:CANARY@db/x"
    assert "CANARY" not in repr(settings) + str(settings)
