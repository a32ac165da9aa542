"""The home's own files by themselves: its statsforvaltere, which come in with every run, and a file to be looked at.

Belongs here: what one file is, and what is wrong with it. Does not belong here: reading all of them together
(`rules.oppsett`), the rows of a list (`sources.klass_files`), or which list goes before which (`register_lists`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from oppfolging_pipeline.core.errors import Finding, InvalidInput, PermanentError
from oppfolging_pipeline.rules.brudd import Bruddliste
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.oppsett import Oppsett
from oppfolging_pipeline.rules.oppsett_fil import told
from oppfolging_pipeline.sources import klass_files

KIND = "statsforvaltere"


def own_files(oppsett: Oppsett) -> list[Path]:
    """The files of the home's own settings that come in with a run: its statsforvaltere, if it has some.

    Raises `InvalidInput` with every fault of the list, and for a list of something else.
    """
    if oppsett.embeter is None:
        return []
    _offices(oppsett.embeter)
    return [oppsett.embeter]


def checked(path: Path, carried: Mapping[str, RuleSet], catalog: Catalog, breaks: Bruddliste) -> str:
    """What the file is, in Norwegian, when it has no fault: a list of statsforvaltere, or by its keys corrections,
    breaks, a plan or a rule set. `breaks`: those that a set may permit.

    Raises `InvalidInput` with every fault, and `PermanentError` when there is no such file.
    """
    if not path.is_file():
        raise PermanentError(f"{path}: found no such file; expected a file of settings. Correct its name.")
    if path.suffix.lower() == ".csv":
        return f"Statsforvalterembeter: {len(_offices(path).rows)} rader."
    return told(path.read_bytes(), str(path), carried, catalog, breaks)


def _offices(path: Path) -> klass_files.KlassFile:
    found = klass_files.parse(path.read_bytes(), str(path))
    if found.kind != KIND:
        raise InvalidInput(
            [
                Finding(
                    file=str(path),
                    row=1,
                    found=f"a list of the kind {found.kind}",
                    expected="the statsforvaltere, each county with its office",
                    action="Write the headings of a list of statsforvaltere, or put the file in the inbox.",
                )
            ]
        )
    return found
