"""YAML documents read safely, with the line of every value, so that a fault names where it stands.

Belongs here: reading (`load_document`), validation against a typed model (`validate`), and how a model words a
refusal (`refuse`, `refusal`). Does not belong here: what a document must hold (the models in `rules`, `cohorts`, …).

Stricter than YAML 1.1 where it would read something else than what is written: a key that stands twice, `010` (octal),
`1_000`, `no` (a boolean) and aliases are faults. A decimal becomes the exact `Decimal` of its text, never a float.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.yaml_nodes import NodeBuilder, Path, dotted

Model = TypeVar("Model", bound=BaseModel)

_REFUSAL = "refusal"


@dataclass(frozen=True)
class Document:
    """What a file holds: mappings, lists, text, `int`, `Decimal`, `bool` and None, and the line of each of them."""

    file: str
    data: Any
    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int | None:
        """The line (from 1) of the key or list item at the path; None when nothing stands there."""
        return self.lines.get(path)

    def nearest(self, path: Path) -> Path:
        """The longest beginning of the path at which something stands: the parent of what is missing."""
        while path and path not in self.lines:
            path = path[:-1]
        return path


def load_document(text: str, file: str) -> Document:
    """Read one YAML document. `file` is the name that faults carry.

    Raises `InvalidInput` with the row of a syntax error, or with every other fault of the reading at once: duplicate
    keys, aliases, tags, numbers that are no plain numbers, an empty document. A date stays the text that it is.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _syntax(file, mark.line + 1 if mark else None, error.problem or error.context or "a fault") from error
    except yaml.reader.ReaderError as error:
        row = text.count("\n", 0, error.position) + 1
        raise _syntax(file, row, f"a character that may not stand in YAML (U+{error.character:04X})") from error
    except RecursionError as error:
        raise _syntax(file, None, "lists or mappings in each other beyond any use") from error
    if node is None:
        raise _syntax(file, None, "an empty document")
    builder = NodeBuilder(file)
    data = builder.build(node)
    builder.findings.raise_if_any()
    return Document(file=file, data=data, lines=builder.lines)


def _syntax(file: str, row: int | None, found: str) -> InvalidInput:
    return InvalidInput(
        [Finding(file=file, row=row, found=found, expected="one YAML document", action="Correct the file.")]
    )


def refusal(*, found: str, expected: str, action: str, at: Path = ()) -> InitErrorDetails:
    """One fault that a validator has seen; `at` leads from the value that is validated to the culprit."""
    context = {"found": found, "expected": expected, "action": action}
    return InitErrorDetails(type=PydanticCustomError(_REFUSAL, "{expected}", context), loc=at, input=None)


def refuse(refusals: Iterable[InitErrorDetails]) -> None:
    """Raise the refusals from inside a validator, all at once (pydantic puts the outer path before theirs)."""
    gathered = list(refusals)
    if gathered:
        raise ValidationError.from_exception_data("refused", gathered)


def validate(document: Document, model: type[Model], context: Mapping[str, Any] | None = None) -> Model:
    """The document as the model. `context` is handed to the model's validators.

    Raises `InvalidInput` with every fault: file, line, key (`indikatorer[3].vekt`), found, expected, action. The line
    of a key that is missing is that of the mapping that lacks it.
    """
    try:
        return model.model_validate(document.data, context=dict(context or {}))
    except ValidationError as error:
        raise InvalidInput([_finding(document, model, details) for details in error.errors()]) from error


def _finding(document: Document, model: type[BaseModel], details: ErrorDetails) -> Finding:
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    found, expected, action = _wording(model, path, details)
    row = document.line_of(document.nearest(path))
    return Finding(file=document.file, row=row, key=dotted(path) or None, found=found, expected=expected, action=action)


def _wording(model: type[BaseModel], path: Path, details: ErrorDetails) -> tuple[str, str, str]:
    context = details.get("ctx", {})
    match details["type"]:
        case "refusal":
            return str(context["found"]), str(context["expected"]), str(context["action"])
        case "missing":
            is_item = isinstance(path[-1], int)
            return "nothing", "one more item" if is_item else f"the key '{path[-1]}'", "Add it."
        case "extra_forbidden":
            allowed = sorted(_model_at(model, path[:-1]).model_fields)
            close = difflib.get_close_matches(str(path[-1]), allowed, n=1)
            action = f"Did you mean '{close[0]}'?" if close else "Remove it."
            return "an unknown key", f"one of {', '.join(allowed)}", action
        case _:
            expected = details["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            return shown(details["input"]), expected, "Correct the value."


def _model_at(annotation: Any, path: Path) -> type[BaseModel]:
    """The model that stands at the path: through fields, lists and mappings of models."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not path:
            return annotation
        return _model_at(annotation.model_fields[str(path[0])].annotation, path[1:])
    arguments = [argument for argument in get_args(annotation) if argument is not Ellipsis]
    is_optional = type(None) in arguments
    inner = next(argument for argument in reversed(arguments) if argument is not type(None))
    return _model_at(inner, path if is_optional else path[1:])


def shown(value: object) -> str:
    """How a found value is written in a finding: short, and as it stands in the file."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case str():
            return f"'{value}'" if len(value) <= 60 else f"'{value[:60]}…'"
        case dict():
            return "a mapping"
        case list() | tuple():
            return f"a list of {len(value)}"
        case _:
            return f"a {type(value).__name__}"
