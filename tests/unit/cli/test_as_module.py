"""The command line as a module: `python -m oppfolging_pipeline.cli`."""

from __future__ import annotations

import runpy
import sys

import pytest


def test_the_module_is_the_command_and_not_nothing_at_all(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["oppfolging", "--help"])
    monkeypatch.delitem(sys.modules, "oppfolging_pipeline.cli", raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("oppfolging_pipeline.cli", run_name="__main__")
    assert ended.value.code == 0 and "doctor" in capsys.readouterr().out
