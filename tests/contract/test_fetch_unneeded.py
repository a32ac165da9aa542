"""What no rule set needs is told of and left out; what one needs and is not there stops its source."""

from __future__ import annotations

import pytest

from tests.contract.fetch_home import FetchHome
from tests.udir_stub import Fault, StubServer

YEAR, NP, EU = "2024-25", "nasjonale_prover", "elevundersokelsen"
YOUTH, FILTERS = "NasjonaleProever/1/1/data", "NasjonaleProever/1/1/filterVerdier"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("missing_grade", YOUTH, detail="9"), "no column of it for lesing trinn 9, regning trinn 9"),
        (Fault("missing_grade", FILTERS, detail="9"), "key 'TrinnID': found the choices"),
        (Fault("missing_measure", YOUTH, detail="Andel på mestringsnivå 3"), "mestringsnivå 3"),
        (
            Fault("renamed_measure", YOUTH, detail="Andel på mestringsnivå 4"),
            "found the measure 'Andel på mest",
        ),
    ],
    ids=["no 9. trinn in the answer", "no 9. trinn in the filter", "no level 3", "level 4 renamed"],
)
def test_what_no_rule_set_needs_is_told_of_and_the_year_is_taken_into_use(
    home: FetchHome, stub: StubServer, fault: Fault, words: str
) -> None:
    home.fetch("klass")
    stub.faults = [fault]
    done = home.fetch(NP, years=[YEAR]).outcomes[NP, YEAR]
    assert done.state == "hentet", done.message
    assert {drift.alvorlighet for drift in done.warnings} == {"advarsel"}
    assert any(words in str(drift) for drift in done.warnings), [str(drift) for drift in done.warnings]
    assert (NP, YEAR) in home.in_force()


@pytest.mark.parametrize(
    "fault",
    [
        Fault("missing_grade", YOUTH, detail="8"),
        Fault("missing_grade", FILTERS, detail="8"),
        Fault("missing_measure", YOUTH, detail="Andel på mestringsnivå 1"),
    ],
    ids=["no 8. trinn in the answer", "no 8. trinn in the filter", "no level 1"],
)
def test_what_a_rule_set_needs_and_is_not_there_stops(home: FetchHome, stub: StubServer, fault: Fault) -> None:
    home.fetch("klass")
    stub.faults = [fault]
    done = home.fetch(NP, years=[YEAR])
    assert [one.state for one in done.report.failures] == ["stoppet"]
    assert (NP, YEAR) not in home.in_force()


def test_participation_that_cannot_be_read_is_left_out_of_what_is_taken_into_use(
    home: FetchHome, stub: StubServer
) -> None:
    """Guards against a table that came whole and is wrong in itself stopping the figures that it only weighs, and
    against a year that is new at every fetch since a content of it gave nothing."""
    home.fetch("klass")
    stub.faults = [Fault("unreadable_figures", "151/data", detail="AndelDeltatt")]
    done = home.fetch(EU, years=[YEAR]).outcomes[EU, YEAR]
    assert done.state == "hentet", done.message
    assert {(drift.kode, drift.alvorlighet) for drift in done.warnings} == {("svar_som_ikke_kan_leses", "advarsel")}
    assert len([one for one in home.archive.readings().values() if one.kilde == EU]) == 2
    assert home.fetch(EU, years=[YEAR]).states[EU, YEAR] == "uendret"
