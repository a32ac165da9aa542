"""What a name of a municipality, a county or a statsforvalter's office may be written with.

Belongs here: the form in which a name is kept, and what a text holds that no such name does. Does not belong here:
which file or row it stands in (`rows`), or names of schools, which may hold more.

Such names hold Latin letters, spaces, hyphens and parentheses, all of KLASS's since 1838 (131 and 104). Other signs of
a keyboard may come; signs that cannot be seen, and those that another character set shows in place of Norwegian and
Sámi letters, may not: they would be published as they stand.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NAME = "a name in Latin letters, as KLASS writes it"
ACTION = "Get the list again and leave it as it came: it has been read or saved in another character set."

_LOST = "\N{REPLACEMENT CHARACTER}"
_OTHER_SIGNS = "’«»·"  # beside the signs of ASCII, and every dash
_KINDS = {
    "Cc": "a control character",
    "Cf": "a character that cannot be seen",
    "Cs": "half of a character",
    "Co": "a character of private use",
    "Cn": "a character that does not exist",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
    "Zs": "a space of another kind",
}
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# A letter as web pages, JSON, addresses and mail write it where they may not write it as it is.
_ESCAPED = re.compile(r"&#?\w{2,8};|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|[%=][0-9A-F]{2}")
# Letters of Sámi and Kven beside those of Latin-1: what a run that may be right as it stands is held against.
_LETTERS_OF_NORWAY = frozenset("ČčĐđŊŋŠšŦŧŽž")


def kept(text: str) -> str:
    """The form in which a name is kept: letters with their marks as one sign, every space an ordinary one, trimmed.

    A no-break space is a space to every reader, and spreadsheets and web pages write it for one: to refuse it would be
    to refuse a right name, to publish it would make two names that look the same. Both forms are the same text by
    Unicode's own rules (NFC), but for the kind of space. A text that is encoded twice stays, as the no-break space may
    be half of a letter there.
    """
    if _encoded_twice(text):
        return text.strip(" \t\r\n")
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in text)
    return unicodedata.normalize("NFC", spaced).strip()


def visible(text: str) -> str:
    """The text with every sign that cannot be seen as its code point, such as `<U+00A0>`."""
    return "".join(sign if sign == " " or sign.isprintable() else f"<{code_point(sign)}>" for sign in text)


def code_point(sign: str) -> str:
    """Unicode's name for the sign by its number."""
    return f"U+{ord(sign):04X}"


@lru_cache(maxsize=8192)  # one name stands in many rows, and each is looked at where it is read and where it is used
def fault(text: str) -> str | None:
    """What makes the text no name, with the code points of the signs that do; None for a name that can be one."""
    if twice := _encoded_twice(text):
        signs, meant = twice
        return f"{' '.join(map(code_point, signs))}: '{visible(meant)}' that was encoded twice"
    wrong = {sign: why for sign in text if (why := _why_not(sign)) is not None}
    if wrong:
        return ", ".join(f"{code_point(sign)} ({why})" for sign, why in wrong.items())
    if escaped := _ESCAPED.search(text):
        return f"{escaped[0]}, a sign written as a code"
    return None if any(sign.isalpha() for sign in text) else "no letter"


def _why_not(sign: str) -> str | None:
    """Why a name does not hold the sign; None for one that it may."""
    if sign == "?":
        return "a question mark, as programs write for a letter that they have not"
    if " " <= sign <= "~":
        return None
    if sign == _LOST:
        return "the mark of a letter that was lost"
    category = unicodedata.category(sign)
    if category in _KINDS:
        return _KINDS[category]
    known = unicodedata.name(sign, "")
    if category.startswith("L"):
        return None if known.startswith(("LATIN ", "MODIFIER LETTER ")) else f"{known}, no Latin letter"
    if category == "Mn" and "\u0300" <= sign <= "\u036f" and sign != "\u034f":
        return None
    return None if category == "Pd" or sign in _OTHER_SIGNS else f"{known or 'a sign'}, which no name holds"


def _encoded_twice(text: str) -> tuple[str, str] | None:
    """The first run of signs beyond ASCII that are the bytes of UTF-8 read as Windows-1252 or Latin-1, and what they
    stand for; None where there is none.

    A run of signs that a name may hold can be both: `Å–` is also the bytes of a letter that Norway has not. It is taken
    as it stands unless what it would stand for are letters of Latin-1, Sámi or Kven.
    """
    for run in _BEYOND_ASCII.findall(text):
        meant = _read_again(run)
        if meant is None:
            continue
        if any(_why_not(sign) for sign in run) or all(sign <= "ÿ" or sign in _LETTERS_OF_NORWAY for sign in meant):
            return run, meant
    if (at := text.find("Ã")) >= 0:  # a letter of no name here, and the first byte of å, ø and æ
        return text[at : at + 2], _read_again(text[at : at + 2]) or "a letter"
    return None


def _read_again(run: str) -> str | None:
    try:
        return b"".join(map(_byte, run)).decode("utf-8")
    except UnicodeError:
        return None


def _byte(sign: str) -> bytes:
    """The byte that Windows-1252 shows as the sign; Latin-1's for the five that it has no sign for."""
    try:
        return sign.encode("cp1252")
    except UnicodeEncodeError:
        return sign.encode("latin-1")
