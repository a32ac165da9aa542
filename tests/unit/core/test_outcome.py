"""The report of an audited file: it tells a file that has been spoiled since."""

from __future__ import annotations

import json

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import sha256_of
from oppfolging_pipeline.core.outcome import is_as_audited, read_audit_report
from tests.support.audits import PASSED, report_of


@pytest.fixture
def audited(tmp_path):
    file, report = tmp_path / "a.parquet", tmp_path / "a.json"
    file.write_bytes(b"innhold")
    report.write_bytes(report_of(file, 3))
    return file, report


def test_what_was_written_is_read(audited):
    file, report = audited
    found = read_audit_report(report)
    assert (found.fil_sha256, found.rader, found.utfall) == (sha256_of(file), 3, (PASSED,))
    assert is_as_audited(file, report)


def test_other_bytes_are_not_what_was_audited(audited):
    file, report = audited
    file.write_bytes(b"innhald")
    assert not is_as_audited(file, report)


@pytest.mark.parametrize("content", [None, b"", b"{", b"{}", b"7", b'{"fil_sha256": "x", "rader": null, "utfall": []}'])
def test_a_file_without_a_report_was_never_audited(audited, content):
    file, report = audited
    report.unlink() if content is None else report.write_bytes(content)
    assert not is_as_audited(file, report)
    with pytest.raises(PermanentError, match=r"a\.json.*found no audit report"):
        read_audit_report(report)


@pytest.mark.parametrize("digest", ["absent", None])
def test_a_report_without_a_digest_lets_no_file_through(audited, digest):
    """Such as the list of outcomes of earlier versions: whatever lies there now would be taken as audited."""
    file, report = audited
    outcomes = [PASSED.model_dump(mode="json")]
    report.write_text(json.dumps(outcomes if digest else {"fil_sha256": None, "rader": None, "utfall": outcomes}))
    assert not is_as_audited(file, report)
    with pytest.raises(PermanentError, match="Run again with the uttrekk"):
        read_audit_report(report)
