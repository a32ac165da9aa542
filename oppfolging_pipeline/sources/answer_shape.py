"""Answers of an interface against the typed shape that is read from them.

Belongs here: turning what does not fit a shape into findings. Does not belong here: the shapes (beside their readers).
"""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.sources.drift import Drift, DriftError

T = TypeVar("T")
ASK_AGAIN = "Fetch again; if the answer stays so, the interface has changed."
_SHOWN = 10  # places of one answer that are named
_BEGINNING = 80  # characters of what was found instead


def shaped(shape: TypeAdapter[T], document: object, file: str, sha256: str | None = None) -> T:
    """The document as the shape. Fields that the shape does not have are left out.

    Raises `DriftError` (`svar_som_ikke_kan_leses`) with the places that do not fit, the first of them when there are
    many; `file` and `sha256` name the answer.
    """
    try:
        return shape.validate_python(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)[:_SHOWN]
        raise DriftError(
            Drift(
                "kritisk",
                "svar_som_ikke_kan_leses",
                Finding(
                    file=file,
                    key=".".join(str(part) for part in fault["loc"]) or None,
                    found=_begins(fault["input"]) if fault["type"] != "missing" else "nothing",
                    expected="a value" if fault["type"] == "missing" else _expected(fault["msg"]),
                    action=ASK_AGAIN,
                ),
                sha256,
            )
            for fault in faults
        ) from None


def too_large(file: str, size: int, most: int, sha256: str | None = None) -> DriftError:
    """The error for an answer of `size` bytes or more, when at most `most` are read as one document."""
    action = "Look at the snapshot: the interface has changed, or storste_dokument in live.yaml is too small."
    found, expected = f"{size} bytes or more", f"at most {most} bytes of one JSON document"
    return DriftError(
        [Drift("kritisk", "svar_som_ikke_kan_leses", Finding(found, expected, action, file=file), sha256)]
    )


def _begins(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _BEGINNING else f"{text[:_BEGINNING]}…"


def _expected(message: str) -> str:
    return message.removeprefix("Input should be ").removeprefix("Value error, ")
