"""A list of the register as KLASS's API answers it: the items of a JSON document.

Belongs here: from JSON to items, with what is wrong with the document. Does not belong here: character sets
(`text_file`), or what the keys mean (`klass_files`).
"""

from __future__ import annotations

import json
import re
from typing import Any

from oppfolging_pipeline.core.errors import Finding, InvalidInput

_BEGINNING = re.compile(r"\s*\{\s*\"(codes|codeChanges)\"\s*:\s*\[")
_CODE = re.compile(r"\"(?:code|oldCode)\"\s*:\s*\"?([^\",}\]]*)[\",}\]]")
_AGAIN = "Get the file again."


class _Several:
    """The values of a key that stands more than once in one object, and not with the same."""


def list_name(text: str) -> str | None:
    """The name of the list, `codes` or `codeChanges`; None for another text."""
    match = _BEGINNING.match(text)
    return match[1] if match else None


def glimpsed(text: str) -> list[str]:
    """The codes in what may be only the beginning of a document."""
    return [code.strip() for code in _CODE.findall(text)]


def items_of(text: str, name: str, file: str) -> list[dict[str, Any]]:
    """The items of the list. Numbers are as they stand. Raises `InvalidInput` for what is no whole list of objects."""
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        fault = Finding(file=file, row=error.lineno, found=error.msg, expected="JSON to the end", action=_AGAIN)
        raise InvalidInput([fault]) from error
    except RecursionError as error:
        fault = Finding(file=file, found="lists within lists without end", expected="a list of codes", action=_AGAIN)
        raise InvalidInput([fault]) from error
    items = document[name]
    if isinstance(items, _Several):
        raise InvalidInput([Finding(file=file, key=name, found=what_it_is(items), expected="one list", action=_AGAIN)])
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) < len(items):
        raise InvalidInput([Finding(file=file, key=name, found="no objects", expected="objects", action=_AGAIN)])
    return objects


def as_text(value: Any) -> str | None:
    """The text of a value; empty for null, None for what is no single value."""
    if value is None:
        return ""
    return value if isinstance(value, str) else None


def what_it_is(value: Any) -> str:
    """What a value is that is no text, for a fault."""
    if isinstance(value, _Several):
        return "the key several times, with different values"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "a list" if isinstance(value, list) else "an object"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        read[key] = value if key not in read or read[key] == value else _Several()
    return read
