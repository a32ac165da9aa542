"""KLASS: three questions with the day after the last one as the end, and lists that are the ones asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from oppfolging_pipeline.register.reference import carried_register, override
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.klass_api import KlassClient
from oppfolging_pipeline.sources.klass_files import parse
from oppfolging_pipeline.sources.live import live
from tests.support.asker import RecordedAsker

BASE = "https://klass.example/api/klass/v1"
DAYS = "from=2020-01-01&to=2026-11-24"
KOMMUNER, ENDRINGER, FYLKER = (
    f"{BASE}/classifications/{which}.json?{DAYS}" for which in ("131/codes", "131/changes", "104/codes")
)


def codes(*values: str) -> bytes:
    items = [
        {
            "code": code,
            "name": f"Sted {code}",
            "validFrom": None,
            "validTo": None,
            "validFromInRequestedRange": "2020-01-01",
            "validToInRequestedRange": "2026-11-24",
        }
        for code in values
    ]
    return json.dumps({"codes": items}).encode()


ANSWERS: dict[str, bytes | Exception] = {
    KOMMUNER: codes("6101", "9999"),
    ENDRINGER: b'{"codeChanges":[]}',
    FYLKER: codes("61", "99"),
}
Fetch = Callable[[dict[str, bytes | Exception]], RecordedAsker]


@pytest.fixture
def fetched(tmp_path: Path) -> Fetch:
    def of(answers: dict[str, bytes | Exception]) -> RecordedAsker:
        asker = RecordedAsker(answers, tmp_path)
        KlassClient(BASE, live().klass).fetch(asker, date(2020, 1, 1), date(2026, 11, 23))
        return asker

    return of


def test_codes_and_changes_are_asked_for_to_the_day_after_the_last(fetched: Fetch) -> None:
    asker = fetched(ANSWERS)
    assert asker.urls == [KOMMUNER, ENDRINGER, FYLKER]
    assert len(asker.urls) == KlassClient.calls
    assert [(ask.kilde, ask.part, ask.name) for ask in asker.asks] == [
        ("klass", "koder", "klass/kommune_koder.json"),
        ("klass", "endringer", "klass/kommune_endringer.json"),
        ("klass", "koder", "klass/fylke_koder.json"),
    ]


def test_the_answers_make_a_register(fetched: Fetch) -> None:
    kommuner, endringer, fylker = (
        parse(content, url).rows for url, content in fetched(ANSWERS).answers.items() if isinstance(content, bytes)
    )
    offices = [{"statsforvalter": "Embetet", "fylkesnr": "61"}]
    register = override(carried_register(), codes=kommuner, changes=endringer, counties=fylker, statsforvaltere=offices)
    assert list(register.gjeldende(date(2030, 1, 1))) == ["6101"]


@pytest.mark.parametrize(
    ("url", "content", "told"),
    [
        (KOMMUNER, codes("61"), "klass/kommune_koder.json: found a list of fylke_koder; expected kommune_koder"),
        (FYLKER, codes("6101"), "klass/fylke_koder.json: found a list of kommune_koder; expected fylke_koder"),
        (ENDRINGER, codes("6101"), "klass/kommune_endringer.json: found a list of kommune_koder"),
        (KOMMUNER, codes(), "klass/kommune_koder.json: found no rows"),
        (KOMMUNER, codes("6101")[:-30], "klass/kommune_koder.json, row 1: found"),
        (KOMMUNER, codes("6101").replace(b'"name"', b'"navn"'), "column 'name': found no such column"),
        (
            KOMMUNER,
            codes("6101").replace(b"Sted", b"K\\u00e5\\u009a"),
            "found 'Kå<U+009A> 6101', with U+009A (a control",
        ),
        (
            FYLKER,
            codes("61").replace(b"Sted", b"M?re"),
            "klass/fylke_koder.json, column 'name', key 'codes[0]': found 'M?re",
        ),
        (ENDRINGER, b'{"feil":"nei"}', "klass/kommune_endringer.json: found a file with other content"),
    ],
)
def test_another_answer_than_the_list_asked_for_is_told(fetched: Fetch, url: str, content: bytes, told: str) -> None:
    with pytest.raises(DriftError) as caught:
        fetched({**ANSWERS, url: content})
    assert {drift.kode for drift in caught.value.drifts} == {"svar_som_ikke_kan_leses"}
    assert all(drift.sha256 for drift in caught.value.drifts)
    assert told in str(caught.value)


def test_what_is_wrong_with_all_three_is_told_at_once(fetched: Fetch) -> None:
    with pytest.raises(DriftError) as caught:
        fetched(dict.fromkeys(ANSWERS, b"{}"))
    assert len(caught.value.drifts) == 3
