"""Bytes as text: which encoding they are in, and what no text of a source has."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.sources.text_file import as_utf8, decode, encoding_of, find_heading, head_text, is_windows

LETTERS = "Kåfjord;Kárášjohka;blåbær\r\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (LETTERS.encode(), "utf-8"),
        (LETTERS.encode("utf-8-sig"), "utf-8"),
        (LETTERS.encode("utf-16-le"), "utf-16-le"),
        (b"\xff\xfe" + LETTERS.encode("utf-16-le"), "utf-16-le"),
        (LETTERS.encode("utf-16-be"), "utf-16-be"),
        (b"\xfe\xff" + LETTERS.encode("utf-16-be"), "utf-16-be"),
        (LETTERS.encode("cp1252"), "cp1252"),
    ],
)
def test_a_text_is_read_by_its_own_bytes(content: bytes, encoding: str) -> None:
    read = decode(content, "fil")
    assert (read.text, read.encoding) == (LETTERS, encoding)
    assert head_text(content) == LETTERS


@pytest.mark.parametrize("byte", [b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"])
def test_a_byte_that_windows_1252_has_no_letter_for_is_refused(byte: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"row 1: found the byte 0x.., which neither UTF-8 nor Windows"):
        decode(b"abc" + byte, "fil")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\nK\u009arfugl\n", r"row 2: found the control character U\+009A after 'K'"),
        ("a\x07\n", r"control character U\+0007 after 'a'"),
        ("Kr\ufffdk\n", r"a letter that was lost \(U\+FFFD\) after 'Kr'"),
        ("KrÃ¥k\n", "letters of UTF-8 that were read as Windows-1252 \\('Ã¥'\\)"),
    ],
)
def test_signs_that_no_text_of_a_source_has_are_named(text: str, found: str) -> None:
    with pytest.raises(InvalidInput, match=found):
        decode(text.encode(), "fil")


def test_two_encodings_in_one_file_are_refused() -> None:
    with pytest.raises(InvalidInput, match="letters of UTF-8 and of another encoding in one file"):
        decode("Kråk".encode() + "Kråk".encode("cp1252"), "fil")


def test_a_head_that_ends_in_a_letter_is_still_utf8() -> None:
    head = ("a" * ((1 << 16) - 1) + "å").encode()[: 1 << 16]
    assert head_text(head) == "a" * ((1 << 16) - 1)


def test_a_zero_byte_alone_makes_no_utf16() -> None:
    assert encoding_of(b"\x00\x00a") == ("utf-8", 0)


@pytest.mark.parametrize(
    ("content", "windows"), [(b"a" * 3_000_000 + b"\xe5", True), ("å".encode() * 2_000_000, False), (b"\x81", False)]
)
def test_a_letter_far_down_tells_windows_1252_from_utf8(tmp_path: Path, content: bytes, windows: bool) -> None:
    path = tmp_path / "fil"
    path.write_bytes(content)
    assert is_windows(path) is windows


def test_a_copy_in_utf8_is_gone_when_it_has_been_read(tmp_path: Path) -> None:
    path = tmp_path / "fil"
    path.write_bytes(LETTERS.encode("utf-16"))
    with as_utf8(path, "utf-16-le", 2, "fil") as copy:
        assert copy.read_bytes() == LETTERS.encode()
    assert not copy.exists()


@pytest.mark.parametrize("separator", ["\t", ";", "|", ","])
@pytest.mark.parametrize(("above", "number"), [("", 1), ("sep=x\n", 2), ("\r\n\r\n", 3), ("a\rb\r", 3)])
def test_a_heading_is_found_under_any_separator_and_below_other_lines(separator: str, above: str, number: int) -> None:
    found = find_heading(f"{above}en{separator}to\n1{separator}2\n", lambda cells: tuple(cells) == ("en", "to"))
    assert found is not None
    assert (found.number, found.separator) == (number, separator)
