"""The sets that the project carries, and the reading of a set.

Belongs here: from a name or a text to a `RuleSet`. Does not belong here: what a set may hold (`model`), or the sets of
a home (`oppsett`).
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from oppfolging_pipeline.core.errors import Finding, InvalidInput, PermanentError
from oppfolging_pipeline.core.yaml_document import Document, load_document, shown, validate
from oppfolging_pipeline.rules.brudd import Bruddliste, default_breaks
from oppfolging_pipeline.rules.catalog import Catalog, default_catalog
from oppfolging_pipeline.rules.model import ANY_BREAK, RuleSet


def rule_set_names() -> list[str]:
    """The names of the carried sets, sorted."""
    return sorted(_carried())


def load_rule_set(name: str, catalog: Catalog | None = None) -> RuleSet:
    """A carried set by its name. A name is looked up in a list and never becomes a path.

    Raises `PermanentError` for a name outside the list, `InvalidInput` with every fault of the set.
    """
    text, file = carried_text(name), f"{name}.yaml"
    rule_set = load_rule_set_text(text, file, catalog)
    require_name(rule_set, name, text, file)
    return rule_set


def carried_text(name: str) -> str:
    """A carried set as it is written, with its comments. Raises `PermanentError` for a name outside the list."""
    carried = _carried()
    if name not in carried:
        raise PermanentError(f"found no rule set '{name}'; expected one of {', '.join(sorted(carried))}. Choose one.")
    return carried[name].read_text(encoding="utf-8")


def require_name(rule_set: RuleSet, name: str, text: str, file: str) -> None:
    """Raise `InvalidInput` when the set, read from that text, is called otherwise than its file."""
    if rule_set.navn != name:
        found, expected, row = shown(rule_set.navn), f"'{name}', like the file", line_of(text, file, "navn")
        raise InvalidInput([Finding(found, expected, "Rename one of them.", file=file, row=row, key="navn")])


def line_of(text: str, file: str, key: str) -> int | None:
    """The line of a key of the set that is read from that text."""
    return _read(text, file).line_of((key,))


def carried_rule_sets(catalog: Catalog | None = None) -> tuple[RuleSet, ...]:
    """Every carried set, by name."""
    return tuple(load_rule_set(name, catalog) for name in rule_set_names())


def load_rule_set_text(
    text: str, file: str, catalog: Catalog | None = None, breaks: Bruddliste | None = None
) -> RuleSet:
    """A set from the text of a YAML document; `file` is the name that faults carry.

    `catalog` and `breaks` are what the set may refer to, by default the carried ones. Raises `InvalidInput` with every
    fault: row, key, found, expected, action.
    """
    context = {"catalog": catalog or default_catalog(), "breaks": breaks or default_breaks()}
    return validate(_read(text, file), RuleSet, context=context)


def load_with_any_break(text: str, file: str, catalog: Catalog) -> RuleSet:
    """As `load_rule_set_text`, of a set whose breaks cannot be looked up: one that a result was made with some time
    (the list may have changed since), or one beside a list that cannot be read."""
    return validate(_read(text, file), RuleSet, context={"catalog": catalog, ANY_BREAK: True})


@lru_cache(maxsize=64)
def _read(text: str, file: str) -> Document:
    # Every step of a run and every audit asks for its sets, and reading the text is nearly all of the work.
    return load_document(text, file)


@cache
def _carried() -> dict[str, Traversable]:
    folder = resources.files(__package__).joinpath("sets")
    return {file.name.removesuffix(".yaml"): file for file in folder.iterdir() if file.name.endswith(".yaml")}
