"""A rule document as plain values: canonical JSON for its digest, YAML in full, and its parameters as a flat list.

Belongs here: how a validated model is written down. Does not belong here: what it means.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel

from oppfolging_pipeline.rules.indikator import AbsoluttGrense, SettIndikator
from oppfolging_pipeline.rules.parameter import Parameter


def canonical_json(model: BaseModel) -> str:
    """The content with sorted keys and no spaces; a decimal is its shortest exact text, so 20 and 20.0 are equal."""
    return json.dumps(plain(model.model_dump()), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(model: BaseModel) -> str:
    """The digest of the content: comments and the order of keys are no part of it."""
    return hashlib.sha256(canonical_json(model).encode()).hexdigest()


_WHOLE_LINES = 1 << 20


def as_yaml(model: BaseModel) -> str:
    """The content in full as a YAML document, without comments: read again it is the same content."""
    return yaml.dump(
        model.model_dump(exclude_none=True), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WHOLE_LINES
    )


class _Dumper(yaml.SafeDumper):
    """Lists where models have tuples, and decimals as the plain numbers that they are written as."""


_Dumper.add_representer(tuple, lambda dumper, value: dumper.represent_list(value))


def _represent_decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = plain(value)
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(Decimal, _represent_decimal)


def flattened(model: BaseModel) -> list[dict[str, Any]]:
    """Every parameter below the model, in declared order, as `{navn, verdi, kilde, grunn}` with dotted `navn`."""
    return _flattened(model, "")


def _flattened(value: Any, name: str) -> list[dict[str, Any]]:
    match value:
        case Parameter():
            return [_row(name, value.verdi, value)]
        case AbsoluttGrense():
            return [_row(f"{name}.metode", value.metode, value), _row(f"{name}.verdi", value.verdi, value)]
        case BaseModel():
            parts = [(key, getattr(value, key)) for key in type(value).model_fields]
        case dict():
            parts = list(value.items())
        case tuple():
            parts = [(_item_name(item), item) for item in value]
        case _:
            return []
    prefix = f"{name}." if name else ""
    return [row for key, part in parts for row in _flattened(part, f"{prefix}{key}")]


def _item_name(item: SettIndikator) -> str:
    return f"{item.indikator}.{item.trinn}"


def _row(name: str, verdi: object, source: Parameter[Any] | AbsoluttGrense) -> dict[str, Any]:
    return {"navn": name, "verdi": plain(verdi), "kilde": source.kilde, "grunn": source.grunn}


def plain(value: Any) -> Any:
    """The value as JSON has it: a decimal is its shortest exact text, a tuple a list."""
    match value:
        case Decimal():
            text = f"{value:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value
