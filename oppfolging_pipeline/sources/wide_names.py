"""Names and headings that have lost letters on their way through a program.

Belongs here: telling that a name is not what Udir wrote. Does not belong here: signs that no text may have at all
(`text_file`), or other faults of rows (`wide`) and headings (`wide_heading`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.sources.figures import as_found
from oppfolging_pipeline.sources.parsed import NAME_COLUMN

_AGAIN = "Download the report again from Udir, or save the file as UTF-8."
# What an encoding without the letter leaves of it (`K?r??johka`), a control character, and the errors of a spreadsheet.
_LOST = re.compile(r"\w\?+\w|^\?+\w|[\x00-\x1f\x7f-\x9f\ufffd]|^#[A-ZÆØÅ/0-9]+[!?]?$")
_PERHAPS = re.compile(r"[?#\x00-\x1f\x7f-\x9f\ufffd]")
# The words of every heading that have such a letter: as Udir writes them, and as they may look when it is lost.
_WORDS = ((re.compile(r"\d\. ([^.]{0,3}rstrinn)\b"), "årstrinn"), (re.compile(r"\b(kj[^.]{1,3}nn)\b"), "kjønn"))


def lost_names(units: Sequence[tuple[int, str, str]], file: str) -> list[Finding]:
    """One fault for all names that have lost letters; `units`: row, level and name of each."""
    if not _PERHAPS.search(" ".join(name for _, _, name in units)):  # as in nearly every file
        return []
    lost = [(row, level, name) for row, level, name in units if _LOST.search(name)]
    if not lost:
        return []
    row, level, name = lost[0]
    found = as_found(name) + (f", and so {len(lost) - 1} more names" if len(lost) > 1 else "")
    expected = "a name with all of its letters"
    return [Finding(found, expected, _AGAIN, file=file, row=row, column=NAME_COLUMN[level])]


def lost_letters(cells: Sequence[str], row: int, file: str) -> Finding | None:
    """One fault for a heading of which all words with such a letter are spoiled alike; None where none is."""
    for cell in cells:
        for spoiled, right in _WORDS:
            if (match := spoiled.search(cell)) and match[1] != right:
                found = f"'{match[1]}' where '{right}' should stand: letters were lost when the file was saved"
                return Finding(found, f"'{right}', as Udir writes it", _AGAIN, file=file, row=row, column=cell)
    return None
