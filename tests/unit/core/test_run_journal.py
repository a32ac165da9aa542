"""The journal of a run: written as a whole, read as it was, and able to ask for the same again."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.run_journal import JOURNAL_FILE, Asked, RunJournal, read_journal, write_journal

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
ASKED = Asked("/inn boks", "np-skalapoeng", (2024, 2025), "2025-03-01", "", tillat_eldre=True)


@pytest.mark.parametrize(
    "journal",
    [
        RunJournal(NOW, ASKED),
        RunJournal(NOW, ASKED).ended(NOW, {}),
        RunJournal(NOW, Asked()).ended(NOW, {"andel": "æ"}),
    ],
    ids=["going on", "done", "failed"],
)
def test_what_was_written_is_read(tmp_path, journal):
    write_journal(tmp_path, journal)
    assert read_journal(tmp_path) == journal
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL_FILE]


def test_a_run_has_failed_when_there_are_faults_and_is_done_when_there_are_none():
    begun = RunJournal(NOW, ASKED)
    assert (begun.utfall, begun.ended(NOW, {}).utfall, begun.ended(NOW, {"a": "b"}).utfall) == (
        None,
        "ferdig",
        "feilet",
    )


def test_the_command_asks_for_the_same_again():
    assert shlex.split(ASKED.command(Path("/et hjem"))) == [
        "oppfolging", "run", "--home", "/et hjem", "--inbox", "/inn boks", "--rules", "np-skalapoeng",
        "--uttrekk", "2024,2025", "--per", "2025-03-01", "--tillat-eldre",
    ]  # fmt: skip
    assert Asked().command(Path("/h")) == "oppfolging run --home /h"


def test_a_home_without_a_run_has_none(tmp_path):
    assert read_journal(tmp_path) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"startet": "i går", "bedt_om": {}}'])
def test_what_is_no_journal_is_refused_with_what_to_do(tmp_path, content):
    (tmp_path / JOURNAL_FILE).write_text(content)
    with pytest.raises(PermanentError, match="Remove the file"):
        read_journal(tmp_path)
