"""The units of a report as a tree of `EnhetID`s, and the paths of internal ids that rows carry.

Belongs here: numbers of units (`indeks`, `id`, row ids), choosing units by filter and by `radSti`. Does not belong
here: figures.

As recorded: -10 the root, -12 the country, -13 abroad beside it; counties and municipalities have negative ids, schools
positive ones; a row's id is made of other numbers, but for a school ends with its EnhetID; `indeks` skips numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.udir_stub.abroad import UTLANDET
from tests.udir_stub.country import Path
from tests.udir_stub.errors import Refused

ALL, NATION, ABROAD = -10, -12, -13
_FIXED_IDS = {("I",): NATION, (UTLANDET,): ABROAD, (UTLANDET, "25"): -34, (UTLANDET, "25", "2599"): -476}
_FIXED_PARTS = {("I",): "1", (UTLANDET,): "2", (UTLANDET, "25"): "24", (UTLANDET, "25", "2599"): "449"}


@dataclass
class Node:
    """A unit under one parent: a school that moved stands twice, with one EnhetID."""

    path: Path
    name: str
    children: list[Node] = field(default_factory=list)
    id: int = 0
    part: str = ""


class Geography:
    """The tree over all school years of a report. `named` gives the units, those of the newest year first."""

    def __init__(self, named: Iterable[tuple[Path, str]]) -> None:
        self.nodes: dict[Path, Node] = {}
        for path, name in named:
            if path not in self.nodes:
                self.nodes[path] = Node(path, name)
        for path, node in self.nodes.items():
            if len(path) > 1:
                self.nodes[path[:-1]].children.append(node)
        areas = sorted({path[-1] for path in self.nodes if len(path) in (2, 3)})
        parts = {code: str(number) for number, code in enumerate(areas, start=31)}
        for path, node in self.nodes.items():
            node.id = _FIXED_IDS.get(path) or (_school_id(path[-1]) if len(path) > 3 else _area_id(path[-1]))
            node.part = _FIXED_PARTS.get(path) or (str(node.id) if len(path) > 3 else parts[path[-1]])

    def row_id(self, path: Path) -> str:
        """The row's id: `1.49.1423`."""
        return ".".join(self.nodes[path[: depth + 1]].part for depth in range(len(path)))

    def values(self) -> list[dict[str, Any]]:
        """The tree as the list of the filter `EnhetID`."""
        root: dict[str, Any] = {
            "indeks": 0, "id": ALL, "kode": "Alle", "navn": "Hele landet", "erBegrenset": 0, "nivaa": 0, "skjult": 1,
        }  # fmt: skip
        found = [root]
        root["barn"] = [self._append(node, 0, found) for node in self.nodes.values() if len(node.path) == 1]
        return found

    def _append(self, node: Node, parent: int, found: list[dict[str, Any]]) -> int:
        level = len(node.path)
        # A municipality takes one number more than it shows.
        number: int = found[-1]["indeks"] + (2 if found[-1]["nivaa"] == 3 else 1)
        entry: dict[str, Any] = {
            "indeks": number, "id": node.id, "kode": node.path[-1], "navn": node.name, "erBegrenset": 0,
            "nivaa": level, "forelder": parent,
        }  # fmt: skip
        found.append(entry)
        if node.children:
            entry["barn"] = [self._append(child, number, found) for child in node.children]
        return number

    def within(self, ids: Sequence[int] | None) -> Callable[[Path], bool]:
        """Whether a unit is one of those chosen, or below one. None and -10: every unit."""
        if ids is None or ALL in ids:
            return lambda path: True
        roots = [node.path for node in self.nodes.values() if node.id in ids]
        return lambda path: any(path[: len(root)] == root for root in roots)

    def at(self, rad_sti: str) -> Callable[[Path], bool]:
        """Which rows a `radSti` gives: `1` or `-12` that unit, `-12.*.*` two levels below it, `**` everything.

        Raises `Refused` for anything else.
        """
        if rad_sti == "**":
            return lambda path: True
        parts = rad_sti.split(".")
        fixed = [part for part in parts if part != "*"]
        if parts != fixed + ["*"] * (len(parts) - len(fixed)) or not all(_is_number(part) for part in fixed):
            raise Refused(400, "Feil i forespørselen", f"Ugyldig radSti: {rad_sti}")
        anchor = self._find(fixed)
        if len(parts) == len(fixed):
            return lambda path: path == anchor
        return lambda path: path[: len(anchor)] == anchor and len(anchor) < len(path) <= len(parts)

    def _find(self, parts: Sequence[str]) -> Path:
        path: Path = ()
        for depth, part in enumerate(parts, start=1):
            below = (n for n in self.nodes.values() if len(n.path) == depth and n.path[:-1] == path)
            found = next((n for n in below if part in (str(n.id), n.part)), None)
            if found is None:
                raise Refused(400, "Feil i forespørselen", f"Ukjent enhet i radSti: {part}")
            path = found.path
        return path


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def _area_id(code: str) -> int:
    return -(500 + int(code)) if len(code) == 2 else -(1000 + int(code))


def _school_id(orgnr: str) -> int:
    """A positive number of its own for each school, without any order that means something."""
    digits = int(orgnr.removeprefix(UTLANDET))
    return 7_000_000 + digits % 1_000_003 if orgnr.startswith(UTLANDET) else digits % 6_999_997
