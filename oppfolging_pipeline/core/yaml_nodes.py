"""From YAML nodes to values with lines: the reading rules behind `yaml_document`.

Belongs here: what a mapping, a list and a scalar become, and which of them are refused. Does not belong here: syntax
errors, documents and models (`yaml_document`).
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from oppfolging_pipeline.core.errors import Finding, FindingCollector

Path = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")


def dotted(path: Path) -> str:
    """`("indikatorer", 3, "vekt")` → `indikatorer[3].vekt`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


@dataclass
class NodeBuilder:
    """Turns nodes into values and keeps the line of each. Gathers faults and goes on, so that all are shown at once."""

    file: str
    lines: dict[Path, int] = field(default_factory=dict)
    findings: FindingCollector = field(default_factory=FindingCollector)
    seen: set[int] = field(default_factory=set)

    def build(self, node: yaml.Node, path: Path = ()) -> Any:
        """The value of the node. What is at fault becomes None and a finding."""
        self.lines.setdefault(path, _line(node))
        if id(node) in self.seen:  # also what keeps a cycle, or aliases of aliases, from being walked for ever
            self._fault(node, path, "an alias", "the value itself", "Write the value out where it is used.")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[Hashable, Any]:
        result: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node, path) if isinstance(key_node, yaml.ScalarNode) else None
            if isinstance(key, bool) or not isinstance(key, str | int):
                self._fault(key_node, path, "a key that is no text", "a key that is text", "Put it in quotes.")
                continue
            key_path = (*path, key)
            if key in result:
                found = f"the key for the second time (first on row {self.lines[key_path]})"
                self._fault(key_node, key_path, found, "each key once", "Remove one of them.")
                continue
            self.lines[key_path] = _line(key_node)
            result[key] = self.build(value_node, key_path)
        return result

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        tag, text = node.tag.removeprefix(_TAG), str(node.value)
        match tag:
            case "str" | "timestamp" | "merge" | "value":
                return text
            case "null":
                return None
            case "bool" if text.lower() in ("true", "false"):
                return text.lower() == "true"
            case "int" if _INTEGER.fullmatch(text):
                return int(text)
            case "float" if _DECIMAL.fullmatch(text):
                return Decimal(text)
            case "bool":
                self._fault(node, path, f"'{text}'", "true or false", "Put it in quotes if it is meant as text.")
            case "int" | "float":
                expected = "a plain number such as 30 or 0.5"
                self._fault(node, path, f"'{text}'", expected, "Put it in quotes if it is meant as text.")
            case _:
                self._fault(node, path, f"the tag {node.tag}", "no tag", "Remove the tag.")
        return None

    def _fault(self, node: yaml.Node, path: Path, found: str, expected: str, action: str) -> None:
        key = dotted(path) or None
        self.findings.add(
            Finding(file=self.file, row=_line(node), key=key, found=found, expected=expected, action=action)
        )


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
