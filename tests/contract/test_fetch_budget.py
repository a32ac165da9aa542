"""How much is asked of the interfaces: few requests, each once, page by page, and politely."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oppfolging_pipeline.rules.catalog import default_catalog
from tests.contract.fetch_home import FetchHome
from tests.contract.stub_client import OF_NO_QUESTION, rows
from tests.udir_stub import Fault, StubServer

EU = "elevundersokelsen"
MOST = 40  # requests for three school years of every indicator, metadata included
SIZE = 1_000
FILTER = "filter=TidID(202412)_EierformID(-10)_KjoennID(-10)_SpoersmaalID({questions})_TrinnID(6_9)"


def test_three_school_years_of_the_whole_country_are_few_requests(home: FetchHome, stub: StubServer) -> None:
    done = home.fetch(contact="post@skolekontoret.example")
    assert set(done.states.values()) == {"hentet"}
    whole = {(kilde, year) for kilde in default_catalog().kilder for year in ("2023-24", "2024-25", "2025-26")}
    assert set(done.states) == {("klass", ""), *whole} - {("grunnskolepoeng", "2025-26")}, "that is not given yet"
    assert len(stub.requests) <= MOST
    assert len(set(stub.requests)) == len(stub.requests), "something was asked for twice"
    assert stub.most_parallel <= 2
    assert stub.agents == {"oppfolging_pipeline/0.0.1 (+post@skolekontoret.example)"}
    assert done.report.counted.calls == len(stub.requests)


@pytest.fixture(scope="module")
def small_server() -> Iterator[StubServer]:
    """A server whose pages are small."""
    with StubServer(("2024-25",), page_size=SIZE) as server:
        yield server


@pytest.fixture
def paged(tmp_path: Path, small_server: StubServer) -> Iterator[FetchHome]:
    small_server.faults = []
    small_server.requests.clear()
    yield FetchHome(tmp_path / "hjem", small_server)
    small_server.faults = []


def pages(table: int, first: int, last: int) -> list[str]:
    return [f"{table}/data#{number}" for number in range(first, last + 1)]


METADATA = ["Eksport", "148/filterVerdier", "150/filterVerdier", "151/filterVerdier"]


def test_every_page_is_asked_for_once_and_none_beyond_the_last(paged: FetchHome, small_server: StubServer) -> None:
    totals = [
        int(rows(small_server, table, text)[0]["RaderTotalt"])
        for table, text in (
            (148, FILTER.format(questions="-32_-37")),
            (150, FILTER.format(questions="-50")),
            (151, f"filter={OF_NO_QUESTION}"),
        )
    ]  # fmt: skip
    paged.fetch("klass")
    done = paged.fetch(EU)
    scores, bullying, part = (-(-total // SIZE) for total in totals)
    assert min(scores, bullying, part) > 3, "too few pages to show anything"
    assert done.asked == [
        *METADATA, "148/sideData", *pages(148, 1, scores), "150/sideData", *pages(150, 1, bullying),
        "151/sideData", *pages(151, 1, part),
    ]  # fmt: skip
    assert done.outcomes[EU, "2024-25"].rows == sum(totals)


def test_a_fetch_that_was_cut_off_between_pages_goes_on_with_the_page(
    paged: FetchHome, small_server: StubServer
) -> None:
    paged.fetch("klass")
    small_server.faults = [Fault("cut", "sideNummer=3")]
    first = paged.fetch(EU)
    assert (first.states[EU, "2024-25"], first.asked[-4:]) == ("ikke_naadd", ["148/data#3"] * 4)
    small_server.faults = []
    second = paged.fetch(EU)
    assert second.states[EU, "2024-25"] == "hentet"
    assert second.asked[:2] == ["148/data#3", "148/data#4"]
    assert len(set(second.asked)) == len(second.asked)


def test_a_server_that_gives_its_first_page_again_is_told_of_after_two(
    paged: FetchHome, small_server: StubServer
) -> None:
    paged.fetch("klass")
    small_server.faults = [Fault("same_page", "148/data")]
    first = paged.fetch(EU)
    failed = first.outcomes[EU, "2024-25"]
    assert (failed.state, {each.kode for each in failed.warnings}) == ("stoppet", {"samme_side_to_ganger"})
    assert "data-2.json" in failed.message
    assert "found the page before a second time; expected page 2" in failed.message
    assert [each for each in first.asked if each.startswith("148/data")] == ["148/data#1", "148/data#2"]
    assert paged.in_force() == {("register", "")}
    small_server.faults = []
    second = paged.fetch(EU)
    assert second.states[EU, "2024-25"] == "hentet"
    assert not any(each.startswith(("150/", "151/")) for each in second.asked), "what was whole is asked for again"
