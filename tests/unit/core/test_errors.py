"""What a fault says: where, found, expected, action; and that none is lost."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.core.errors import (
    Finding,
    FindingCollector,
    InvalidInput,
    OppfolgingError,
    PermanentError,
    TransientError,
)


def finding(number: int = 1, **where: object) -> Finding:
    return Finding(found=f"'{number}'", expected="another", action="Correct it.", **where)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (
            {"file": "a.csv", "row": 3, "column": "Kommunekode"},
            "a.csv, row 3, column 'Kommunekode': found '1'; expected another. Correct it.",
        ),
        (
            {"file": "a.yaml", "row": 1, "key": "x.y"},
            "a.yaml, row 1, key 'x.y': found '1'; expected another. Correct it.",
        ),
        ({"key": "OPPFOLGING_HOME"}, "key 'OPPFOLGING_HOME': found '1'; expected another. Correct it."),
        ({"row": 0}, "row 0: found '1'; expected another. Correct it."),  # zero is a row, not nothing
        ({}, "input: found '1'; expected another. Correct it."),
    ],
)
def test_a_finding_says_where_what_and_what_to_do(where, text):
    assert str(finding(**where)) == text


def test_text_of_a_source_is_one_line_that_a_terminal_can_show():
    raw = "\x1b[31mrød\r\n\x00\u202eskrift"
    one = Finding(found=raw, expected="a\tb", action="c\nd", file="f\x07", column="g\x9b", key="h\u2028i")
    assert str(one) == (
        "f<U+0007>, column 'g<U+009B>', key 'h<U+2028>i': "
        "found <U+001B>[31mrød  <U+0000><U+202E>skrift; expected a<U+0009>b. c d"
    )
    assert one.found == raw, "whoever keeps it has it as it came"


@pytest.mark.parametrize("sign", ["\u00a0", "\u202f", "\u2009", "\u200b", "\ufeff", "\u00ad", "\u009a"])
def test_a_sign_that_cannot_be_seen_is_named_and_not_shown_as_a_space_or_as_nothing(sign):
    assert f"'1<U+{ord(sign):04X}>289'" in str(finding(f"'1{sign}289'"))


def test_a_long_text_of_a_source_is_cut_in_each_part():
    one = Finding(found="x" * 1001, expected="y" * 1000, action="z" * 5000, file="w" * 2000)
    assert str(one) == f"{'w' * 1000} …: found {'x' * 1000} …; expected {'y' * 1000}. {'z' * 1000} …"
    assert len(one.found) == 1001


def test_every_finding_stands_in_the_message():
    error = InvalidInput([finding(1, file="a"), finding(2, file="b")])
    assert str(error).splitlines() == [
        "2 faults in the input:",
        "  - a: found '1'; expected another. Correct it.",
        "  - b: found '2'; expected another. Correct it.",
    ]


def test_one_fault_is_no_plural():
    assert str(InvalidInput([finding()])).startswith("1 fault in the input:")


def test_a_flood_is_cut_in_the_message_and_kept_in_the_error():
    error = InvalidInput([finding(number) for number in range(60)])
    assert len(error.findings) == 60
    assert len(str(error).splitlines()) == 52
    assert str(error).endswith("… and 10 more")


def test_an_error_without_findings_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="without findings"):
        InvalidInput([])


def test_a_collector_raises_all_that_it_was_given_and_nothing_when_empty():
    collector = FindingCollector()
    collector.raise_if_any()
    collector.add(finding(1))
    collector.extend([finding(2), finding(3)])
    with pytest.raises(InvalidInput) as raised:
        collector.raise_if_any()
    assert [one.found for one in raised.value.findings] == ["'1'", "'2'", "'3'"]


def test_two_collectors_do_not_share_their_findings():
    one, other = FindingCollector(), FindingCollector()
    one.add(finding())
    assert other.findings == []


def test_what_may_pass_by_itself_is_apart_from_what_may_not():
    # A retry of a permanent error never helps; of a transient one it may.
    assert not issubclass(TransientError, PermanentError)
    assert issubclass(InvalidInput, PermanentError)
    assert {TransientError.__base__, PermanentError.__base__} == {OppfolgingError}
