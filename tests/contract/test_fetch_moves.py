"""A move of the interfaces that can be followed: the figures are the same, and what has moved is told of."""

from __future__ import annotations

import pytest

from tests.contract.fetch_home import FetchHome
from tests.udir_stub import Fault, StubServer

YEAR, GS, EU = "2024-25", "grunnskolepoeng", "elevundersokelsen"

MOVED_ON: list[tuple[str, Fault, set[str], list[str]]] = [
    (GS, Fault("moved_version"), {"versjon_flyttet"},
     ["found GSK/ResultatG/1/7", "expected GSK/ResultatG/1/1, as it is declared"]),
    (GS, Fault("new_filter"), {"filter_ukjent"}, ["key 'MaalformID'", "a new filter with a default of -10"]),
    (EU, Fault("new_filter"), {"filter_ukjent"}, ["key 'MaalformID'", "a new filter, sent as -10"]),
    (EU, Fault("swapped_tables"), {"tabell_flyttet"},
     ["found the table 150 EUG-Mobbing", "expected 148, where it last was"]),
    (EU, Fault("swapped_tables", detail="beskrivelse"), {"tabell_flyttet"},
     ["found the table 148 EUG-Mobbing", "expected 150, where it last was"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kilde", "fault", "koder", "words"), MOVED_ON, ids=[f"{row[1].kind} {row[1].detail}".strip() for row in MOVED_ON]
)
def test_a_move_that_can_be_followed_is_told_of_and_gives_the_same_figures(
    home: FetchHome, stub: StubServer, kilde: str, fault: Fault, koder: set[str], words: list[str]
) -> None:
    stub.faults = [fault]
    done = home.fetch("klass", kilde, years=[YEAR])
    assert done.states[kilde, YEAR] == "hentet"
    told = done.outcomes[kilde, YEAR].warnings
    assert {each.kode for each in told} == koder
    assert {each.alvorlighet for each in told} == {"advarsel"}
    for word in words:
        assert any(word in str(each) for each in told), word
    stub.faults = []
    back = home.fetch("klass", kilde, years=[YEAR])
    assert back.states[kilde, YEAR] == "uendret", "the figures are others"


def test_a_version_that_moves_is_told_of_against_the_last_fetch_and_once(home: FetchHome, stub: StubServer) -> None:
    home.fetch("klass", GS, years=[YEAR])
    stub.faults = [Fault("moved_version")]
    (told,) = home.fetch(GS, years=[YEAR]).outcomes[GS, YEAR].warnings
    assert "found GSK/ResultatG/1/7; expected GSK/ResultatG/1/1, as at the last fetch" in str(told)
    assert home.fetch(GS, years=[YEAR]).outcomes[GS, YEAR].warnings == ()


def test_a_version_that_moves_between_the_page_and_its_filters_is_found_by_the_next_fetch(
    home: FetchHome, stub: StubServer
) -> None:
    stub.faults = [Fault("status", "filterVerdier", detail="500")]
    home.fetch("klass", GS, years=[YEAR])
    stub.faults = [Fault("moved_version")]
    stale = home.fetch("klass", GS, years=[YEAR])
    assert (stale.states[GS, ""], stale.koder()) == ("stoppet", {"side_mangler"})
    moved = home.fetch("klass", GS, years=[YEAR])
    assert moved.states[GS, YEAR] == "hentet"
    assert moved.asked == ["Rapportside/GSK_GSPoeng", "ResultatG/1/7/filterVerdier", "ResultatG/1/7/data"]


@pytest.mark.parametrize(
    ("fault", "koder"),
    [
        (Fault("status", "151/filterVerdier", detail="404"), {"maal_mangler"}),
        (Fault("status", "151/data", detail="400"), {"side_mangler"}),
        (Fault("status", "151/data", detail="403"), {"side_mangler"}),
        (Fault("missing_measure", "151/data", detail="AndelDeltatt"), {"maal_mangler"}),
        (Fault("doubled_rows", "151/data"), {"doble_rader", "radtall_langt_fra"}),
        (Fault("fewer_rows", "151/data"), {"radtall_langt_fra"}),
        (Fault("other_year", "151/data"), {"annet_aar"}),
    ],
    ids=lambda value: f"{value.kind} {value.detail}" if isinstance(value, Fault) else "",
)
def test_the_table_of_participation_is_told_of_and_never_stops_the_survey(
    home: FetchHome, stub: StubServer, fault: Fault, koder: set[str]
) -> None:
    stub.faults = [fault]
    done = home.fetch("klass", EU, years=[YEAR])
    assert done.states[EU, YEAR] == "hentet"
    told = done.outcomes[EU, YEAR].warnings
    assert koder <= {each.kode for each in told}
    assert {each.alvorlighet for each in told} == {"advarsel"}
    stub.faults = []
    back = home.fetch("klass", EU, years=[YEAR])
    assert (back.states[EU, YEAR], back.outcomes[EU, YEAR].warnings) == ("hentet", ()), "the weights come with the next"
