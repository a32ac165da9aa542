"""The project's own source as data: modules, their imports and where in the module each import stands.

Belongs here: reading. Does not belong here: what is allowed (the tests say that).
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = "oppfolging_pipeline"
ROOTS = (PACKAGE, "assets", "checks")


@dataclass(frozen=True)
class Module:
    """A module by its dotted name, with its text. A package is its `__init__`."""

    name: str
    text: str
    file: str = "source.py"

    @cached_property
    def tree(self) -> ast.Module:
        """One tree: rules tell its nodes apart by their identity, which a second one could be given again."""
        return ast.parse(self.text)

    @property
    def unit(self) -> str:
        """The folder or single module that a rule speaks of: `staging`, `cli`, `assets`; the package itself is ``."""
        return unit_of(self.name)


@dataclass(frozen=True)
class Import:
    """One imported name. `place` is `module`, `function` or `typing` (under TYPE_CHECKING)."""

    target: str
    line: int
    place: str

    @property
    def top(self) -> str:
        """The distribution's top name: `duckdb`."""
        return self.target.partition(".")[0]


def unit_of(name: str) -> str:
    """`oppfolging_pipeline.staging.intake` → `staging`; `assets.audited` → `assets`; the package itself → ``."""
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return parts[0]
    return parts[1] if len(parts) > 1 else ""


def modules() -> list[Module]:
    """Every module of the project, sorted by file."""
    found = []
    for root in ROOTS:
        for path in sorted((REPOSITORY / root).rglob("*.py")):
            relative = path.relative_to(REPOSITORY)
            name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
            found.append(Module(name, path.read_text(encoding="utf-8"), relative.as_posix()))
    return found


def imports(module: Module) -> list[Import]:
    """Every import of the module. `from oppfolging_pipeline import x` is an import of `oppfolging_pipeline.x`."""
    return list(_imports(module, module.tree, "module"))


def _imports(module: Module, node: ast.AST, place: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import():
                yield from (Import(alias.name, child.lineno, place) for alias in child.names)
            case ast.ImportFrom():
                base = _absolute(module, child)
                yield from (Import(f"{base}.{alias.name}", child.lineno, place) for alias in child.names)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from _imports(module, child, "function")
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield from _imports(module, child, "typing")
            case _:
                yield from _imports(module, child, place)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def tracked_files() -> list[Path]:
    """The files that belong to the project: those git tracks, or every file when this is no git checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 (git from the path)
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        return sorted(path for name in names if (path := REPOSITORY / name).is_file())
    made = {"data", "dist", "build", "__pycache__"}
    return sorted(
        path
        for path in REPOSITORY.rglob("*")
        if path.is_file()
        and not any(part in made or part.startswith(".") for part in path.relative_to(REPOSITORY).parts)
    )
