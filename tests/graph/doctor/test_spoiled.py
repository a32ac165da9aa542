"""Each fault of a home is told with its command, each small thing is a hint, and nothing is changed."""

from __future__ import annotations

import pytest

from tests.graph.doctor.asking import asked
from tests.graph.doctor.spoiled import BROKEN, HINTS


@pytest.mark.parametrize(("spoil", "kode", "found", "command"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_told_with_its_command(home, spoil, kode, found, command):
    spoil(home)
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    told = [one for one in asked(home) if one.kode.startswith(kode)]
    assert told, asked(home)
    assert all(one.alvor == "feil" and one.betyr for one in told)
    assert any(found in one.funnet and command.format(home=home) in one.gjor for one in told), told
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before, "a doctor changes nothing"


@pytest.mark.parametrize(("spoil", "kode", "found"), HINTS.values(), ids=HINTS)
def test_what_the_next_run_sees_to_is_a_hint(home, spoil, kode, found):
    spoil(home)
    told = asked(home)
    assert [one for one in told if one.alvor == "feil"] == []
    assert any(one.kode == kode and found in one.funnet for one in told), told
