"""Writing the example country to a folder.

Belongs here: which files there are, and the version of the generator. Does not belong here: their content.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from oppfolging_pipeline.sources.example.calendar import SKOLEAAR
from oppfolging_pipeline.sources.example.final_marks import final_marks
from oppfolging_pipeline.sources.example.national_tests import national_tests
from oppfolging_pipeline.sources.example.register_files import register_files
from oppfolging_pipeline.sources.example.survey import survey

_VERSION_DIGITS = 12


def write_example(folder: Path) -> None:
    """Write every file of the example into `folder`, made if need be. Each call writes the same bytes.

    Files that already stand there under the same names are replaced; others are left alone. Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, register_files())
    for skoleaar in SKOLEAAR:
        _write(folder, national_tests(skoleaar))
        _write(folder, survey(skoleaar))
    _write(folder, final_marks())


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


@cache
def example_version() -> str:
    """A digest of the generator's own source: it changes when the generator does."""
    digest = hashlib.sha256()
    modules = (entry for entry in resources.files(__package__).iterdir() if entry.name.endswith(".py"))
    for module in sorted(modules, key=lambda entry: entry.name):
        digest.update(module.name.encode() + b"\0" + module.read_bytes() + b"\0")
    return digest.hexdigest()[:_VERSION_DIGITS]
