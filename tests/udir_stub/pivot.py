"""A pivot: columns whose header stands in levels, rows of cells.

Belongs here: folding labels into levels, and unfolding them. Does not belong here: which columns and rows there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

Labels = tuple[str, ...]
Level = list[dict[str, Any]]


def fold(leaves: Sequence[Labels]) -> list[Level]:
    """Each column's labels, top level first → the header: neighbours under one parent with one name are one."""
    if not leaves:
        return []
    text_ids: dict[tuple[int, str], str] = {}
    levels = []
    for depth in range(len(leaves[0])):
        level = []
        for prefix, columns in groupby(leaves, key=lambda labels: labels[: depth + 1]):
            name = prefix[-1]
            text_id = text_ids.setdefault((depth, name), str(19_717 + len(text_ids)))
            level.append({"name": name, "tekstId_kolonne": text_id, "columnCount": sum(1 for _ in columns)})
        levels.append(level)
    return levels


def unfold(levels: Sequence[Level]) -> list[Labels]:
    """The labels of each column."""
    across = [[entry["name"] for entry in level for _ in range(entry["columnCount"])] for level in levels]
    return list(zip(*across, strict=True))


def pivot(hierarchy: Sequence[str], leaves: Sequence[Labels], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The answer. Without a column there is no row either: that combination does not exist."""
    return {
        "metadata": {"rowHierarchy": list(hierarchy), "columns": fold(leaves)},
        "rows": list(rows) if leaves else [],
    }
