"""Kills at random moments, one upon the other: a reader finds a whole release, the doctor says what happened, and the
next run gives what an undisturbed one does.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.e2e.conftest import KILLS
from tests.e2e.kills import faults_of


def test_no_kill_leaves_anything_half_done_or_untold(killed_at_random):
    assert len(killed_at_random.kills) == KILLS
    assert faults_of(killed_at_random) == []


def test_the_kills_are_spread_over_the_run(killed_at_random):
    assert len({kill.step for kill in killed_at_random.kills}) >= 5
    assert sum(kill.begun for kill in killed_at_random.kills) >= KILLS - 2


SPOILED = {
    "a file that is not whole": {"faults": ("mart.grense: no such table",)},
    "a release that is neither": {"content": "0" * 64},
    "a version that went back": {"version": 0},
    "a doctor that sees nothing": {"told": (), "doctor": 0},
    "a doctor that changes something": {"doctor_changed": ("lager",)},
}


@pytest.mark.parametrize("found", SPOILED.values(), ids=SPOILED)
def test_the_look_would_tell_of(killed_at_random, found):
    first, *others = killed_at_random.kills
    kills = replace(killed_at_random, kills=(replace(first, begun=True, ended=False, **found), *others))
    assert faults_of(kills) != []
