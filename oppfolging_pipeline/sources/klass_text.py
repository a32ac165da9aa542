"""The bytes of a list of the register as text: which character set it was saved in.

Belongs here: telling UTF-8, UTF-16 and Windows-1252 from each other, and refusing bytes that are none. Does not belong
here: what the text says (`klass_csv`, `klass_json`), or whether a name that was damaged before can be one
(`register.names`).
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from oppfolging_pipeline.core.errors import Finding, InvalidInput

_TOLD_BY = 16  # bytes that tell UTF-16 without a mark: headings and JSON begin with signs of ASCII, half of them zero
_ACTION = "Get the file again, and leave it as it came."


def glimpse(head: bytes) -> str:
    """The beginning of a file as text, to tell what it is. It may end anywhere; what cannot be read is U+FFFD."""
    return head.decode(_utf16(head) or "utf-8", errors="replace").lstrip("\ufeff")


def text_of(content: bytes, file: str) -> str:
    """The whole file as text, without its byte order mark.

    Windows-1252 is read by its own bytes: as ISO-8859-1 the letter š would be a control character that nobody sees.
    Raises `InvalidInput` with the row of the first byte that the character set has not.
    """
    if encoding := _utf16(content):
        return _decoded(content, encoding, file, " in a file of UTF-16").lstrip("\ufeff")
    try:
        return content.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError:
        if content.startswith(BOM_UTF8) or _is_damaged_utf8(content):
            return _decoded(content, "utf-8", file, " in a file of UTF-8")
    return _decoded(content, "cp1252", file, ", which neither UTF-8 nor Windows-1252 has there")


def _utf16(content: bytes) -> str | None:
    """The kind of UTF-16 that the bytes are, by their mark or by the zeros of their first signs."""
    if content.startswith(BOM_UTF16_LE):
        return "utf-16-le"
    if content.startswith(BOM_UTF16_BE):
        return "utf-16-be"
    first = content[:_TOLD_BY]
    even, odd = first[::2], first[1::2]
    if len(odd) > 1 and not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if len(odd) > 1 and not any(even) and all(odd) else None


def _is_damaged_utf8(content: bytes) -> bool:
    """Whether more of the bytes beyond ASCII make signs of UTF-8 than do not: in Windows-1252 they hardly ever do."""
    text = content.decode("utf-8", errors="surrogateescape")
    return len(re.findall("[\u0080-\ud7ff\ue000-\U0010ffff]", text)) > len(re.findall("[\udc80-\udcff]", text))


def _decoded(content: bytes, encoding: str, file: str, where: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="replace")
        shown = " ".join(f"0x{byte:02X}" for byte in content[error.start : error.end])
        at_end = error.end == len(content)
        finding = Finding(
            file=file,
            row=len(re.findall("\r\n|\r|\n", before)) + 1,
            found=f"the byte {shown}{where}" + (", which ends in the middle of a letter" if at_end else ""),
            expected="UTF-8, UTF-16 or Windows-1252 from end to end",
            action=f"The file is cut off. {_ACTION}" if at_end else _ACTION,
        )
        raise InvalidInput([finding]) from error
