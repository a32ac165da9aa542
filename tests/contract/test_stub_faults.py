"""Each fault of the contract server does what it says, to the requests that it is for, as often as it says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.contract.stub_client import TEST_5, TEST_8, WHOLE, fetch, page, report, rows, values
from tests.udir_stub import Fault, StubServer
from tests.udir_stub.faults import KINDS
from tests.udir_stub.pivot import unfold

LESING = "filter=SkoleAarID(20242025)_ProevetypeID(2)&radSti=**&inkluderKoder=true"


def pivot(stub: StubServer) -> Any:
    return report(stub, TEST_5, LESING)


def flat(stub: StubServer) -> Any:
    return rows(stub, 150, f"filter={WHOLE}_SpoersmaalID(-50)")


def depths(document: Any) -> set[int]:
    return {row["id"].count(".") + 1 for row in document["rows"]}


def measures(document: Any) -> list[str]:
    return [labels[-1] for labels in unfold(document["metadata"]["columns"])]


def kommuner(document: Any) -> int:
    if isinstance(document, list):
        return len({row["Kommunekode"] for row in document if row["EnhetNivaa"] == "3"})
    return sum(row["id"].count(".") == 2 for row in document["rows"])


def shielded(document: Any) -> float:
    if isinstance(document, list):
        return float(sum(row["AndelMobbet"] == "*" for row in document) / len(document))
    return float(sum(row["data"][0] == "*" for row in document["rows"]) / len(document["rows"]))


def page_of_5(stub: StubServer) -> Any:
    return page(stub, "GSK_NP_Geo_Trinn5")["rappside"]


def values_of_5(stub: StubServer) -> Any:
    return values(stub, TEST_5)


def values_of_150(stub: StubServer) -> Any:
    return fetch(f"{stub.eksport_url}/150/filterVerdier").json()


def second_page(stub: StubServer) -> Any:
    return rows(stub, 150, f"filter={WHOLE}&antallRader=1000&sideNummer=2")


# (kind, what is asked, what is then so and is not otherwise)
MOVED: list[tuple[str, Callable[[StubServer], Any], Callable[[Any], bool]]] = [
    ("renamed_measure", pivot, lambda found: measures(found)[0] == "Skalapoengsum"),
    ("renamed_measure", flat, lambda found: "ProsentMobbet" in found[0] and "AndelMobbet" not in found[0]),
    ("missing_measure", pivot, lambda found: measures(found) == ["Usikkerhet", "Antall elever deltatt"]),
    ("missing_measure", flat, lambda found: "AndelMobbet" not in found[0]),
    ("added_level", pivot, lambda found: 5 in depths(found) and len(found["metadata"]["rowHierarchy"]) == 5),
    ("added_level", flat, lambda found: "5" in {row["EnhetNivaa"] for row in found}),
    ("added_column_level", pivot, lambda found: len(found["metadata"]["columns"]) == 7),
    ("doubled_rows", pivot, lambda found: len({row["id"] for row in found["rows"]}) < len(found["rows"])),
    ("doubled_rows", flat, lambda found: len({json.dumps(row) for row in found}) < len(found)),
    ("missing_filter", values_of_5, lambda found: "ProevetypeID" not in found),
    ("missing_filter", page_of_5, lambda found: "ProevetypeID" not in found["gyldigeFiltre"]),
    ("new_filter", values_of_5, lambda found: "MaalformID" in found),
    ("new_filter", page_of_5, lambda found: "MaalformID" in found["gyldigeFiltre"]),
    ("missing_level", pivot, lambda found: depths(found) == {1, 2, 3}),
    ("missing_level", flat, lambda found: {row["EnhetNivaa"] for row in found} == {"1", "2", "3"}),
    ("missing_row", pivot, lambda found: sum(row["id"].count(".") == 1 for row in found["rows"]) == 15),
    ("missing_row", flat, lambda found: len({row["Fylkekode"] for row in found if row["EnhetNivaa"] == "2"}) == 15),
    ("other_year", pivot, lambda found: found["metadata"]["columns"][0][0]["name"] == "2023-24"),
    ("other_year", flat, lambda found: found[0]["Skoleaarnavn"] == "2023-24"),
    ("moved_indicator", flat, lambda found: {row["Spoersmaalgruppe"] for row in found} == {"Trivsel"}),
    ("moved_indicator", values_of_150, lambda found: found["SpoersmaalID"][1]["navn"] != "Mobbing på skolen"),
    ("fewer_rows", pivot, lambda found: 200 < kommuner(found) < 260),
    ("fewer_rows", flat, lambda found: 200 < kommuner(found) < 260),
    ("all_shielded", pivot, lambda found: shielded(found) > 0.8),
    ("all_shielded", flat, lambda found: shielded(found) > 0.8),
    ("same_page", second_page, lambda found: found[0]["Sidenummer"] == "1"),
    ("preliminary_name", values_of_5, lambda found: found["SkoleAarID"][0]["navn"] == "Foreløpige tall 2025-26"),
    ("moved_version", page_of_5, lambda found: "NasjonaleProever/4/7/" in found["filterVerdiEndepunkt"]),
    ("moved_version", pivot, lambda found: found.get("kode") == 404),
    ("swapped_tables", lambda stub: rows(stub, 148, f"filter={WHOLE}"), lambda found: "AndelMobbet" in found[0]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "ask", "is_so"), MOVED, ids=[f"{number}-{row[0]}" for number, row in enumerate(MOVED)]
)
def test_an_interface_that_has_moved(
    stub: StubServer, kind: str, ask: Callable[[StubServer], Any], is_so: Callable[[Any], bool]
) -> None:
    before = ask(stub)
    assert not is_so(before)
    stub.faults = [Fault(kind)]
    assert is_so(ask(stub))
    stub.faults = []
    assert ask(stub) == before, "what the fault changed stays changed"


def test_every_fault_of_the_interface_is_tried() -> None:
    transport = {"status", "stall", "cut", "truncated_json", "content_type", "redirect", "delay"}
    by_fetches = {"unreadable_figures", "missing_grade", "another_question"}  # by their tests
    assert {row[0] for row in MOVED} | transport | by_fetches == set(KINDS)


def test_descriptions_are_swapped_with_the_tables_when_asked(stub: StubServer) -> None:
    def listed() -> list[str]:
        return [entry["Beskrivelse"] for entry in fetch(f"{stub.eksport_url}/").json()][:3]

    stub.faults = [Fault("swapped_tables")]
    assert listed() == ["EUG-Indikator", "EUG-Tema", "EUG-Mobbing"]
    stub.faults = [Fault("swapped_tables", detail="beskrivelse")]
    assert listed() == ["EUG-Mobbing", "EUG-Tema", "EUG-Indikator"]


def test_a_moved_page_is_found_where_it_says(stub: StubServer) -> None:
    stub.faults = [Fault("moved_version", "GSK_NP_Geo_Trinn5")]
    moved = page(stub, "GSK_NP_Geo_Trinn5")["rappside"]["rapportElementer"][0]["dataEndepunkt"]
    assert fetch(f"{stub.url}/rapport/{moved}?{LESING}").status_code == 200
    assert fetch(f"{stub.rapport_url}/Statistikk/{TEST_5}/data?{LESING}").status_code == 404
    assert report(stub, TEST_8, LESING)["rows"], "the other page has not moved"


def test_a_status_comes_as_often_as_it_says_and_with_its_wait(stub: StubServer) -> None:
    url = f"{stub.eksport_url}/148/sideData?filter={WHOLE}"
    stub.faults = [
        Fault("status", "sideData", times=2, detail="429", retry_after="7"),
        Fault("status", "filterVerdier"),
    ]
    answers = [fetch(url) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert [answer.headers.get("retry-after") for answer in answers] == ["7", "7", None]
    assert list(answers[0].json()) == ["kode", "feiltype", "melding", "tilleggsinfo"]
    assert [fetch(f"{stub.eksport_url}/148/filterVerdier").status_code for _ in range(3)] == [500] * 3


def test_a_match_is_of_the_address_as_sent_or_unquoted(stub: StubServer) -> None:
    stub.faults = [Fault("status", "TidID(202412)"), Fault("status", "TidID%28202512")]
    quoted, other = ("filter=TidID%28202412%29", "filter=TidID%28202512%29")
    assert [fetch(f"{stub.eksport_url}/150/sideData?{query}").status_code for query in (quoted, other)] == [500, 500]


def test_an_answer_that_stalls_has_begun(stub: StubServer) -> None:
    stub.faults = [Fault("stall", "data")]
    with httpx.stream(
        "GET", f"{stub.rapport_url}/Statistikk/{TEST_5}/data?{LESING}", timeout=1, trust_env=False
    ) as answer:
        assert answer.status_code == 200
        came = 0
        with pytest.raises(httpx.ReadTimeout):
            for part in answer.iter_raw():
                came += len(part)
        assert came == int(answer.headers["content-length"]) // 2


def test_an_answer_that_is_cut_ends_too_early(stub: StubServer) -> None:
    stub.faults = [Fault("cut", "data", times=1)]
    with pytest.raises(httpx.RemoteProtocolError):
        pivot(stub)
    assert pivot(stub)["rows"]


def test_truncated_json_is_a_whole_answer(stub: StubServer) -> None:
    stub.faults = [Fault("truncated_json", "data")]
    answer = fetch(f"{stub.rapport_url}/Statistikk/{TEST_5}/data?{LESING}")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Invalid"):
        answer.json()


def test_another_content_type_comes_with_status_200(stub: StubServer) -> None:
    stub.faults = [Fault("content_type", "codes.json")]
    answer = fetch(f"{stub.klass_url}/classifications/131/codes.json?from=2024-01-01")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_redirect_leads_to_another_host(stub: StubServer) -> None:
    stub.faults = [Fault("redirect", "Rapportside")]
    answer = fetch(f"{stub.rapport_url}/Rapportside/GSK_GSPoeng")
    assert answer.status_code == 302
    assert httpx.URL(answer.headers["location"]).host.endswith(".invalid")


def test_what_was_asked_and_how_much_at_once_is_seen(stub: StubServer) -> None:
    stub.faults = [Fault("delay", detail="0.2")]
    threads = [
        threading.Thread(target=fetch, args=(f"{stub.eksport_url}/148/sideData?filter={WHOLE}",)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stub.requests == [("/eksport/rest/v2/Eksport/148/sideData", f"filter={WHOLE}")] * 3
    assert stub.most_parallel == 3


def test_a_server_that_stalls_can_be_stopped() -> None:
    with StubServer(("2024-25",), faults=[Fault("stall")]) as server:
        with pytest.raises(httpx.ReadTimeout):
            fetch(f"{server.eksport_url}/", timeout=0.3)
        url = server.url
    with pytest.raises(httpx.ConnectError):
        fetch(url)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stall:data", ("stall", "data", None, "")),
        ("status=429:sideData:2", ("status", "sideData", 2, "429")),
        ("new_filter", ("new_filter", "", None, "")),
    ],
)
def test_a_fault_of_the_command_line(text: str, expected: tuple[str, str, int | None, str]) -> None:
    fault = Fault.parsed(text)
    assert (fault.kind, fault.match, fault.times, fault.detail) == expected


def test_a_fault_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="found 'moved'; expected one of status, stall"):
        Fault("moved")
