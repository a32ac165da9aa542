"""The example country's files, written once per home.

Belongs here: whether the folder is whole and of this version. Does not belong here: what is in the files (`example`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from oppfolging_pipeline.sources.example import example_version, write_example

_MARKER = ".versjon"  # hidden: no file of the inbox


def ensure_example(folder: Path) -> Path:
    """The folder with the example's files, written anew unless it holds a whole set of this version."""
    marker = folder / _MARKER
    if marker.exists() and marker.read_text(encoding="utf-8") == example_version():
        return folder
    building = folder.with_name(f".{folder.name}.neste")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    write_example(building)
    (building / _MARKER).write_text(example_version(), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)
    return folder
