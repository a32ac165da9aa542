"""One file of a home's own settings, by itself.

Belongs here: decoding it, telling what it is by its keys, and what an own rule set may not take from a carried one.
Does not belong here: the folder, and how its files stand beside the carried ones (`oppsett`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.yaml_document import load_document, shown
from oppfolging_pipeline.rules.brudd import Bruddliste, default_breaks, load_breaks_text
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.faseplan import load_faseplan_text
from oppfolging_pipeline.rules.loader import line_of, load_rule_set_text, load_with_any_break, require_name
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.rettelser import default_corrections, load_corrections_text

Slag = Literal["regelsett", "rettelser", "brudd", "faseplan", "statsforvaltere"]
_KEY: Mapping[str, Slag] = {
    "rettelser": "rettelser",
    "brudd": "brudd",
    "samme_spoersmaal": "brudd",
    "faser": "faseplan",
}


def decoded(content: bytes, file: str) -> str:
    """The text. Raises `InvalidInput` when it is no UTF-8 (a byte order mark may stand first)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        found = f"a byte that is no UTF-8 (0x{content[error.start]:02X})"
        raise InvalidInput([Finding(found, "a text in UTF-8", "Save it as UTF-8.", file=file, row=row)]) from error


def load_own_set(
    text: str, file: str, carried: Mapping[str, RuleSet], catalog: Catalog, breaks: Bruddliste | None
) -> RuleSet:
    """A home's own set, called like its file. `breaks`: those that it may permit, None where they cannot be read.

    Raises `InvalidInput` with every fault; also for the name or title of a carried one, which it would be taken for.
    """
    own = (
        load_with_any_break(text, file, catalog) if breaks is None else load_rule_set_text(text, file, catalog, breaks)
    )
    if own.navn in carried:
        expected = f"another name than {' and '.join(sorted(carried))}: what is carried is never replaced"
        raise _refused(own.navn, expected, "Give set and file another name.", text, file, "navn")
    require_name(own, Path(file).stem, text, file)
    if own.tittel.casefold() in {one.tittel.casefold() for one in carried.values()}:
        expected = "a title that no carried set has"
        raise _refused(own.tittel, expected, "Say in it what is its own.", text, file, "tittel")
    return own


def told(content: bytes, file: str, carried: Mapping[str, RuleSet], catalog: Catalog, breaks: Bruddliste) -> str:
    """What a YAML file of settings is, in Norwegian, when it has no fault. `breaks`: those that a set may permit.

    Raises `InvalidInput` with every fault.
    """
    text = decoded(content, file)
    keys = load_document(text, file).data
    slag = (
        next((_KEY[key] for key in keys if key in _KEY), None)
        if isinstance(keys, dict) and "navn" not in keys
        else None
    )
    match slag:
        case "rettelser":
            number = len(load_corrections_text(text, file, catalog, default_corrections()).rettelser)
            return f"Rettelser: {number}."
        case "brudd":
            return f"Brudd: {len(load_breaks_text(text, file, catalog, default_breaks()).brudd)}."
        case "faseplan":
            return f"Faseplan med {len(load_faseplan_text(text, file).halvaar)} halvår."
    own = load_own_set(text, file, carried, catalog, breaks)
    return f"Indikatorsettet {own.navn} ({own.tittel}), {'offisielt' if own.offisielt else 'ikke offisielt'}."


def _refused(found: str, expected: str, action: str, text: str, file: str, key: str) -> InvalidInput:
    return InvalidInput([Finding(shown(found), expected, action, file=file, row=line_of(text, file, key), key=key)])
