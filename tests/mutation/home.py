"""Good data to spoil: a run of the example's national tests, small enough to be made once for the suite.

Belongs here: the home. Does not belong here: spoiling it.
"""

from __future__ import annotations

from pathlib import Path

from oppfolging_pipeline.sources.example.national_tests import national_tests
from oppfolging_pipeline.sources.example.register_files import register_files
from tests.support.run import failures, run_job

SKOLEAAR = ("2022-23", "2023-24", "2024-25")


def make_home(folder: Path) -> Path:
    """The home of one run under `np-skalapoeng` for 2025."""
    inbox = folder / "innboks"
    inbox.mkdir()
    files = dict(register_files())
    for skoleaar in SKOLEAAR:
        files |= national_tests(skoleaar)
    for name, content in files.items():
        (inbox / name).write_bytes(content)
    result = run_job(folder / "hjem", inbox, rules="np-skalapoeng", years=[2025], skoleaar=SKOLEAAR)
    assert result.success, failures(result)
    return folder / "hjem"
