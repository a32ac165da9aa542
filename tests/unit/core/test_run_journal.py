"""The journal of a run: written as a whole, read as it was, and able to ask for the same again."""

from __future__ import annotations

import json
import os
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.run_journal import (
    JOURNAL_FILE,
    Asked,
    RunJournal,
    read_journal,
    settle,
    unsettled,
    write_journal,
)

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
OWN = datetime(2025, 3, 1, 13, tzinfo=UTC)
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


def without_zone() -> str:
    return json.dumps({"startet": "2025-03-01T12:00:00", "bedt_om": {}, "avsluttet": None, "utfall": None, "feil": {}})


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"startet": "i går", "bedt_om": {}}', without_zone(), without_zone().replace("null", '"tja"'),
     None],
)  # fmt: skip
def test_what_is_no_journal_is_refused_with_what_to_do(tmp_path, content):
    """A time without a zone broke the doctor off when it was compared with the clock."""
    (tmp_path / JOURNAL_FILE).mkdir() if content is None else (tmp_path / JOURNAL_FILE).write_text(content)
    with pytest.raises(PermanentError, match="Remove the file"):
        read_journal(tmp_path)


def test_a_journal_of_an_earlier_version_is_read(tmp_path):
    whole = without_zone().replace("12:00:00", "12:00:00+00:00")
    (tmp_path / JOURNAL_FILE).write_text(whole)
    journal = read_journal(tmp_path)
    assert journal == RunJournal(NOW, Asked()) and journal.utgivelse_foer is None


@pytest.mark.parametrize(
    ("journal", "settled"),
    [
        (RunJournal(NOW, ASKED).ended(NOW, {"andel": "x"}), True),
        (RunJournal(NOW, ASKED), True),
        (RunJournal(NOW, ASKED).ended(NOW, {}), False),
        (RunJournal(OWN, ASKED), False),
    ],
    ids=["failed", "broken off", "done", "the run itself"],
)
def test_a_whole_run_that_has_no_journal_settles_another_ones(tmp_path, journal, settled):
    write_journal(tmp_path, journal)
    settle(tmp_path, OWN.isoformat(), NOW)
    after = read_journal(tmp_path)
    assert after is not None and after.avloest == (NOW if settled else None)
    assert (after.utfall, after.feil) == (journal.utfall, journal.feil), "how it went itself is not rewritten"


def test_the_quarantine_is_settled_by_order_and_not_by_its_clock(tmp_path):
    """A report that was dated ahead, or a clock that was set back, told of a failure for ever, or never."""
    for name in ("a", "b"):
        (tmp_path / "karantene" / name).mkdir(parents=True)
        os.utime(tmp_path / "karantene" / name, (4e9, 4e9))
    settle(tmp_path, "", NOW)
    assert unsettled(tmp_path) == []
    (later := tmp_path / "karantene" / "c").mkdir()
    os.utime(later, (0, 0))
    assert unsettled(tmp_path) == [later]


def test_a_journal_that_cannot_be_read_hides_no_run_that_went_well(tmp_path):
    (tmp_path / JOURNAL_FILE).write_text("{")
    (tmp_path / "karantene" / "a").mkdir(parents=True)
    settle(tmp_path, "", NOW)
    assert (unsettled(tmp_path), (tmp_path / JOURNAL_FILE).read_text()) == ([], "{")
