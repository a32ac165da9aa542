"""The register that several lists make up together: those that have come in, in place of the carried ones.

Belongs here: which list of each kind counts, and what the example's country needs beside them. Does not belong here:
reading a list (`sources.klass_files`), or how parts fit each other (`register`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.register.reference import carried_register, override
from oppfolging_pipeline.sources import klass_files
from oppfolging_pipeline.sources.example.register_files import STATSFORVALTERE_FILE, register_files
from oppfolging_pipeline.staging.land import are_the_examples

_ARGUMENT = {
    "kommune_koder": "codes",
    "kommune_endringer": "changes",
    "kommune_kart": "change_map",
    "fylke_koder": "counties",
    "statsforvaltere": "statsforvaltere",
}


@dataclass(frozen=True)
class RegisterList:
    """One list, read, with the name it is known by and the number of the intake that brought it as news.

    `together` is the newest intake that brought it at all (None: the same one): lists of one inbox have the same.
    `own`: it is one of the home's own settings, and goes before any other of its kind.
    """

    file: str
    content: klass_files.KlassFile
    intake: int = 0
    together: int | None = None
    own: bool = False

    @property
    def statement(self) -> int:
        """Lists with the same number are one statement, as new as the newest of them."""
        return self.intake if self.together is None else self.together


def register_of(lists: Sequence[RegisterList]) -> Register:
    """For each part of the register the list that came in last; the carried part where there is none.

    A map of one 1 January replaces what a list of changes says of that day, unless the list came in later: then the map
    is left out. A list without any change is of a period without changes: it takes away none that are known. KLASS has
    no statsforvaltere: the offices are the carried ones wherever the counties are Norway's, and the example's where
    they are the example's. Raises `InvalidInput` when two lists of one intake speak of the same part, or the parts do
    not fit.
    """
    lists = _that_tell(lists)
    faults = FindingCollector()
    owned = {one.content.kind for one in lists if one.own}
    lists = [one for one in lists if one.own or one.content.kind not in owned]
    parts: dict[str, Any] = {}
    names: dict[str, str] = {}
    newest: dict[str, int] = {}
    ages: dict[tuple[str, int], int] = {}
    for one in lists:
        argument = _ARGUMENT[one.content.kind]
        newest[argument] = max(one.intake, newest.get(argument, 0))
        ages[argument, one.statement] = max(one.intake, ages.get((argument, one.statement), 0))
    told = (one.intake for one in lists if one.content.kind == "kommune_endringer" and one.content.rows)
    outdated_map = newest.get("change_map", 0) < max(told, default=0)
    for one in lists:
        argument = _ARGUMENT[one.content.kind]
        if ages[argument, one.statement] < newest[argument] or (argument == "change_map" and outdated_map):
            continue
        if argument in parts:
            faults.add(
                Finding(
                    file=one.file,
                    found=f"a second file of {one.content.kind} beside {names[argument]}",
                    expected="one of each kind",
                    action="Keep the newer one in the inbox.",
                )
            )
            continue
        parts[argument], names[argument] = one.content.rows, one.file
    faults.raise_if_any()
    if not parts:
        return carried_register()
    if "counties" in parts and is_of_the_example(parts["counties"]):
        parts.setdefault("statsforvaltere", _example_offices())
    try:
        return override(carried_register(), **parts)
    except InvalidInput as invalid:
        # What does not fit is in no single row: the user's files are named together.
        files_named = ", ".join(sorted(names.values()))
        raise InvalidInput(
            [replace(finding, file=finding.file or files_named) for finding in invalid.findings]
        ) from None


def _that_tell(lists: Sequence[RegisterList]) -> list[RegisterList]:
    """The lists without the empty ones of changes, where there are changes for them to add nothing to: those of another
    list, or the carried ones beside the carried codes. Beside other codes an empty list counts: the carried changes may
    be of codes that they do not have."""
    empty = [one for one in lists if one.content.kind == "kommune_endringer" and not one.content.rows]
    others = [one for one in lists if one not in empty]
    kinds = {one.content.kind for one in others}
    counts = "kommune_koder" in kinds and "kommune_endringer" not in kinds
    return [*others, *empty] if counts else others


def is_of_the_example(counties: Sequence[Mapping[str, str]]) -> bool:
    """Whether a list of counties is the example's, whose offices are not among the carried ones."""
    outside = {pattern.moenster[:2] for pattern in carried_register().utenfor}
    return are_the_examples((row["code"], row["name"]) for row in counties if row["code"] not in outside)


def _example_offices() -> list[dict[str, str]]:
    return klass_files.parse(register_files()[STATSFORVALTERE_FILE], STATSFORVALTERE_FILE).rows
