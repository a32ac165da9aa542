"""Which school years lie in files, read off cheaply before a run.

Belongs here: a look at headings, to know which partitions to ask for. Does not belong here: judging a file: what
cannot be looked into gives no year here, and is refused with its faults when the run reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.core.skoleaar import is_skoleaar
from oppfolging_pipeline.sources.container import is_zip
from oppfolging_pipeline.sources.text_file import HEAD, encoding_of, find_heading, head_text
from oppfolging_pipeline.sources.wide_rows import is_wide_heading
from oppfolging_pipeline.sources.wide_xlsx import read_wide_xlsx

_SKOLEAAR = re.compile(r"(?<![\d-])\d{4}-\d{2}(?![\d-])")
_SKOLEAAR_BYTES = re.compile(_SKOLEAAR.pattern.encode())
_OVERLAP = 16


def school_years(files: Iterable[Path]) -> list[str]:
    """Every school year that the files' headings or rows name, sorted."""
    return sorted({year for file in files for year in _years_of(file) if is_skoleaar(year)})


def _years_of(file: Path) -> set[str]:
    with file.open("rb") as handle:
        head = handle.read(HEAD)
        if is_zip(head):
            try:
                heading = read_wide_xlsx(file.read_bytes(), file.name).rows[0]
            except InvalidInput:
                return set()
            return set(_SKOLEAAR.findall("\n".join(heading)))
        if wide := find_heading(head_text(head), is_wide_heading):
            return set(_SKOLEAAR.findall("\n".join(wide.cells)))
        # Flat rows name their year in every row, and one answer may hold several: the whole file is looked through.
        years: set[str] = set()
        utf16 = encoding_of(head)[0] != "utf-8"
        while head:
            head = head.replace(b"\x00", b"") if utf16 else head  # digits of UTF-16 are those of ASCII beside a zero
            years.update(found.decode() for found in _SKOLEAAR_BYTES.findall(head))
            more = handle.read(HEAD)
            # A year may stand across two readings: the end of the last one is looked at again with the next.
            head = head[-_OVERLAP:] + more if more else b""
        return years
