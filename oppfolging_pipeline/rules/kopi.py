"""A rule set to start a new one from: a copy with its comments, under another name.

Belongs here: the text of the copy. Does not belong here: where it is written (`cli_rules`), or what a set may hold
(`model`).
"""

from __future__ import annotations

import json
import re

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.loader import line_of, load_with_any_break
from oppfolging_pipeline.rules.parameter import EGEN_ANTAKELSE, KJENNETEGN

_HEAD = """\
# Indikatorsettet {navn}, laget som en kopi av {fra}. Endre verdiene her; filen som den er kopiert fra, er urørt.
# En verdi som ikke er Udirs, har `kilde: {egen}` og sin egen `grunn`, og begge deler publiseres.
# `offisielt: true` gjelder bare dette hjemmet: settet danner da puljene. Kommentarene under er fra {fra}.
"""


def copied(text: str, fra: str, navn: str, catalog: Catalog) -> str:
    """The text of the set `fra` as that of a set of its own, called `navn`: not official, without a note, and with a
    title that says what it is a copy of. All else, comments too, is as it was.

    Raises `PermanentError` for a name that no set may have, and for a text that cannot be copied line by line.
    """
    if re.fullmatch(KJENNETEGN, navn) is None:
        raise PermanentError(
            f"found the name '{navn}'; expected small letters a to z, digits and hyphens, such as mitt-sett. "
            "Choose another name."
        )
    lines = text.splitlines()
    changed = {"navn": navn, "tittel": json.dumps(f"{navn} (kopi av {fra})"), "offisielt": "false"}
    for key, value in changed.items():
        number = line_of(text, fra, key)
        if number is None or not lines[number - 1].startswith(f"{key}:"):
            raise _no_copy(fra, f"no line that begins with '{key}:'")
        lines[number - 1] = f"{key}: {value}"
    # What is said of the set that was copied is not said of another.
    lines = [line for line in lines if not line.startswith("merknad:")]
    copy = _HEAD.format(navn=navn, fra=fra, egen=EGEN_ANTAKELSE) + "\n".join(lines) + "\n"
    try:
        found = load_with_any_break(copy, f"{navn}.yaml", catalog)
    except InvalidInput as error:
        raise _no_copy(fra, "a name, title or note over several lines") from error
    if (found.navn, found.offisielt) != (navn, False):
        raise _no_copy(fra, "another name than the copy was to have")
    return copy


def _no_copy(fra: str, found: str) -> PermanentError:
    return PermanentError(f"rule set {fra}: found {found}; expected one line each. Copy the file by hand.")
