"""Where a list of rows in JSON breaks: the right row, however the stream is cut into pieces."""

from __future__ import annotations

import io
import json

import pytest

from oppfolging_pipeline.sources.flat_json import where_json_breaks

ROW = {"navn": "Krattvik på Ærøya", "tall": 4.2, "tegn": '],[{"'}
MANY = json.dumps([{**ROW, "nr": number, "fyll": "x" * 900} for number in range(3000)], ensure_ascii=False)


@pytest.mark.parametrize(
    "text", [json.dumps([ROW]), f" [ {json.dumps(ROW)} ,\n{json.dumps(ROW)}\n] \n", MANY, "\ufeff" + MANY]
)
def test_a_whole_list_breaks_nowhere(text: str) -> None:
    assert where_json_breaks(io.BytesIO(text.encode())) is None


@pytest.mark.parametrize(
    ("text", "row", "found"),
    [
        ("", 1, "JSON that breaks off after this row"),
        ("[", 1, "JSON that breaks off at position 1 of the row"),
        ('{"kode": 400}', 1, "JSON that breaks off after this row"),
        ('[{"a": 1} {"a": 2}]', 1, "JSON that breaks off after this row"),
        ('[{"a": 1}, {"a": }]', 2, "JSON that breaks off at position 7 of the row"),
        ('[{"a": 1}, {"a": 2}', 2, "JSON that breaks off after this row"),
        (MANY.replace('"nr": 2500', '"nr": 25 00'), 2501, "JSON that breaks off at position"),
        (MANY[:-500], 3000, "JSON that breaks off at position"),
    ],
)
def test_the_first_broken_row_is_named(text: str, row: int, found: str) -> None:
    broken = where_json_breaks(io.BytesIO(text.encode()))
    assert broken is not None
    assert (broken.row, broken.expected) == (row, "JSON to the end")
    assert broken.found.startswith(found)


def test_a_byte_that_is_no_utf_8_is_told_by_its_place_in_the_file() -> None:
    content = MANY.encode()
    place = content.index(b'"nr": 2000')
    broken = where_json_breaks(io.BytesIO(content[:place] + b"\xe5" + content[place:]))
    assert broken is not None
    assert (broken.row, broken.found) == (None, f"bytes that are no UTF-8 at position {place}")
