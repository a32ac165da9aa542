"""An answer as a document: JSON to its end, and no more of it than memory is meant for."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.sources.asking import Answer, Ask
from oppfolging_pipeline.sources.drift import Drift, DriftError
from oppfolging_pipeline.sources.live import live

ASK = Ask("klass", "koder", "https://klass.example/", "klass/koder.json")


def refused(answer: Answer) -> Drift:
    with pytest.raises(DriftError) as caught:
        answer.document()
    (drift,) = caught.value.drifts
    assert (drift.alvorlighet, drift.kode, drift.sha256) == ("kritisk", "svar_som_ikke_kan_leses", answer.sha256)
    assert drift.finding.file == ASK.name
    return drift


def test_of_a_key_that_stands_twice_the_last_one_counts(tmp_path: Path) -> None:
    path = tmp_path / "abc"
    path.write_bytes(b'{"a": 1, "a": 2}')
    assert Answer(ASK, "abc", 16, path).document() == {"a": 2}


@pytest.mark.parametrize(("content", "place"), [(b'{"a":', "line 1, column 6"), (b'"\xff"', "a byte")])
def test_what_is_no_json_is_told_by_its_place(tmp_path: Path, content: bytes, place: str) -> None:
    path = tmp_path / "abc"
    path.write_bytes(content)
    assert refused(Answer(ASK, "abc", len(content), path)).finding.found == f"JSON that breaks off at {place}"


def test_an_answer_that_is_larger_than_a_document_may_be_is_not_read_at_all(tmp_path: Path) -> None:
    most = live().http.storste_dokument
    drift = refused(Answer(ASK, "abc", most + 1, tmp_path / "that nobody opens"))
    assert drift.finding.found == f"{most + 1} bytes or more"
    assert "storste_dokument in live.yaml" in drift.finding.action
