"""What of the survey need not be there, and is told of and left out: participation, and what no rule set needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.http_faults import HttpRefused
from tests.support.asker import RecordedAsker
from tests.support.export import (
    BASE,
    OF_TABLE,
    address,
    choices,
    country,
    described,
    filter_of,
    filters,
    listing,
    page,
    paged,
    rows_of,
    side_data,
)
from tests.unit.sources.exporting import BULLYING, REFUSED, Answers, Asking, fetched, the_client

ROWS = rows_of(["mobbing"])
TAKEN_PART = address(151, 1)
NO_TAKEN_PART = page(
    [{key: text for key, text in row.items() if key != "AndelDeltatt"} for row in rows_of(["deltakelse"])]
)


@pytest.fixture
def asker(tmp_path: Path) -> Asking:
    return lambda answers: RecordedAsker(answers, tmp_path)


@pytest.mark.parametrize(
    ("answers", "kode"),
    [
        ({f"{BASE}/": listing({148: "EUG-Indikator", 150: "EUG-Mobbing"})}, "maal_mangler"),
        ({f"{BASE}/151/filterVerdier": REFUSED}, "maal_mangler"),
        (described(t151=filters([], TidID=choices((201412, "201412", "2014-15")))), "maal_mangler"),
        ({TAKEN_PART: REFUSED}, "side_mangler"),
        ({TAKEN_PART: HttpRefused(Finding("403", "200", "Ask."), 403)}, "side_mangler"),
        ({TAKEN_PART: NO_TAKEN_PART}, "maal_mangler"),
        ({TAKEN_PART: page([])}, "svar_som_ikke_kan_leses"),
        ({TAKEN_PART: page(rows_of(["deltakelse"])[:-1], total=8)}, "radtall_langt_fra"),
    ],
    ids=["not listed", "filters refused", "no such year", "refused", "forbidden", "no measure", "no rows", "rows lost"],
)
def test_the_table_of_participation_is_told_of_and_left_out_when_it_is_not_as_asked(
    asker: Asking, answers: Answers, kode: str
) -> None:
    """Nothing but weights needs it: before, a table that nobody needs would have stopped the source."""
    # Each other table is taken for it, until its rows have no AndelDeltatt.
    of_others = {
        f"{BASE}/{number}/filterVerdier": json.dumps(filters(OF_TABLE.get(number, ["stotte"]))).encode()
        for number in (148, 149, 150)
    }
    pinned = "TidID(202412)_EierformID(-10)_KjoennID(-10)_TrinnID(6_9)"
    for number in (148, 149, 150):
        of_others[f"{BASE}/{number}/sideData?filter={pinned}"] = side_data(1)
        first = f"{BASE}/{number}/data?filter={pinned}&format=0&sideNummer=1&antallRader=10000"
        of_others[first] = page(rows_of(OF_TABLE.get(number, ["stotte"])))
    client, one = the_client(), asker({**country(), **of_others, **answers})
    published = client.published(one)
    assert published.years == ("2023-24", "2024-25", "2025-26")
    fetched_names = [answer.ask.name for answer in client.fetch(one, published, "2024-25")]
    assert [name.split("/")[-1].split(".")[0] for name in fetched_names] == ["EUG-Indikator", "EUG-Mobbing"]
    assert kode in {drift.kode for drift in client.moved.drifts}
    assert {drift.alvorlighet for drift in client.moved.drifts} == {"advarsel"}


def test_a_table_of_participation_that_has_moved_is_found_by_its_rows_and_told_of(asker: Asking) -> None:
    listed = listing({148: "EUG-Indikator", 150: "EUG-Mobbing", 161: "EUG-Svar"})
    rows = page(rows_of(["deltakelse"]))
    moved: Answers = {
        f"{BASE}/": listed,
        f"{BASE}/161/filterVerdier": json.dumps(filters([], SpoersmaalID=None)).encode(),
    }
    pinned = filter_of(151).replace("_TrinnID", "_KjoennID(-10)_TrinnID")
    for number, first in ((148, page(rows_of(OF_TABLE[148]))), (150, page(ROWS)), (161, rows)):
        moved[f"{BASE}/{number}/sideData?filter={pinned}"] = side_data(1)
        moved[f"{BASE}/{number}/data?filter={pinned}&format=0&sideNummer=1&antallRader=10000"] = first
    client, one = the_client(), asker({**country(), **moved})
    published = client.published(one)
    assert published.warnings == (), "nothing is known before its rows"
    assert [answer.ask.name.split("/")[-1] for answer in client.fetch(one, published, "2024-25")][-1] == (
        "EUG-Deltakelse.161.data-1.json"
    )
    (drift,) = client.moved.drifts
    assert (drift.kode, drift.finding.found) == ("tabell_flyttet", "the table 161 EUG-Svar")


def test_a_table_of_participation_with_questions_and_genders_is_chosen_all_of(asker: Asking) -> None:
    """The grunnskole table has not been recorded: it may have the fields that the others have."""
    rows = [{**row, "KjoennKode": "A", "Spoersmaalgruppekode": None} for row in rows_of(["deltakelse"])]
    pinned = filter_of(151).replace("_TrinnID", "_KjoennID(-10)_TrinnID")
    changed = {url.replace(filter_of(151), pinned): content for url, content in paged(151, [page(rows)]).items()}
    one = asker({**country(), **described(t151=filters([])), **changed})
    assert len(fetched(one)) == 3


BULLIED_7 = {("mobbing", "andel_mobbet", 7)}
SUPPORT_7 = {("stotte_fra_larer", "score", 7)}
BULLIED = ["EUG-Mobbing", "EUG-Deltakelse"]
SEVEN = choices((6, "7", "7. årstrinn"))
OF_SUPPORT = [
    row for row in rows_of(OF_TABLE[148]) if (row["Spoersmaalkode"], row["TrinnKode"]) == ("EUIndeks_1380", "7")
]


@pytest.mark.parametrize(
    ("needed", "answers", "names"),
    [
        (BULLIED_7, described(t148=filters([], SpoersmaalID=None), t149=filters([])), BULLIED),
        (BULLIED_7, {address(148, 1): page(rows_of(["motivasjon"], KjoennKode="J"))}, BULLIED),
        (SUPPORT_7, {BULLYING: REFUSED}, ["EUG-Indikator", "EUG-Deltakelse"]),
        (SUPPORT_7, {address(148, 1): page(OF_SUPPORT)}, ["EUG-Indikator", "EUG-Mobbing", "EUG-Deltakelse"]),
    ],
    ids=["a table that is none", "rows of one gender", "a table refused", "an index and a grade without rows"],
)  # fmt: skip
def test_what_no_rule_set_needs_of_the_survey_is_told_of_and_left_out(
    asker: Asking, needed: Behov, answers: Answers, names: list[str]
) -> None:
    """Guards against a survey that stops for an index that nobody uses."""
    one, client = asker({**country(), **answers}), the_client(needed)
    found = client.fetch(one, published := client.published(one), "2024-25")
    assert [answer.ask.name.split("/")[-1].split(".")[0] for answer in found] == names
    warnings = (*published.warnings, *client.moved.drifts)
    assert {drift.alvorlighet for drift in warnings} == {"advarsel"}
    with pytest.raises(DriftError):  # of all of the catalogue it stops
        (whole := the_client()).fetch(again := asker({**country(), **answers}), whole.published(again), "2024-25")


def test_an_index_and_a_grade_that_a_table_lacks_are_not_asked_for_when_nobody_needs_them(asker: Asking) -> None:
    asked = "TidID(202412)_EierformID(-10)_KjoennID(-10)_SpoersmaalID(-32)_TrinnID(6)"
    own = {
        f"{BASE}/148/sideData?filter={asked}": side_data(1),
        f"{BASE}/148/data?filter={asked}&format=0&sideNummer=1&antallRader=10000": page(OF_SUPPORT),
    }
    one = asker({**country(), **described(t148=filters(["stotte"], TrinnID=SEVEN)), **own})
    client = the_client(SUPPORT_7)
    published = client.published(one)
    assert {drift.finding.found for drift in published.warnings} == {"no EUIndeks_1385", "no grade 10"}
    assert len(client.fetch(one, published, "2024-25")) == 3


def test_what_is_needed_of_the_survey_stops_whatever_else_is_not(asker: Asking) -> None:
    client = the_client(SUPPORT_7)
    one = asker({**country(), address(148, 1): page(rows_of(["motivasjon"]))})
    with pytest.raises(DriftError) as caught:
        client.fetch(one, client.published(one), "2024-25")
    assert {drift.kode for drift in caught.value.drifts} == {"maal_mangler"}
    assert any("stotte_fra_larer on grade 7" in drift.finding.found for drift in caught.value.drifts)
