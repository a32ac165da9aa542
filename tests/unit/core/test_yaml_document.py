"""YAML read safely with lines, and model errors as findings that say where."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, field_validator

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.core.yaml_document import load_document, refusal, refuse, shown, validate


def findings(text: str, model: type[BaseModel] | None = None):
    with pytest.raises(InvalidInput) as caught:
        document = load_document(text, "sett.yaml")
        if model is not None:
            validate(document, model)
    assert all(finding.file == "sett.yaml" for finding in caught.value.findings)
    return caught.value.findings


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("30", 30),
        ("-3", -3),
        ("0.1", Decimal("0.1")),
        ("-2.50", Decimal("-2.50")),
        ("true", True),
        ("null", None),
        ("", None),
        ("03-01", "03-01"),
        ("2024-01-01", "2024-01-01"),
        ("'010'", "010"),
        ("0,5", "0,5"),
        ("[1, 0.3]", [1, Decimal("0.3")]),
    ],
)
def test_a_value_is_read_as_it_is_written(written, value):
    read = load_document(f"a: {written}\n", "f").data["a"]
    assert read == value
    assert type(read) is type(value)


@given(st.decimals(min_value=-1000, max_value=1000, places=3))
def test_a_decimal_never_passes_through_a_float(number):
    assert str(load_document(f"a: {number}", "f").data["a"]) == str(number)


def test_lines_are_those_of_keys_and_items():
    document = load_document("# comment\na:\n  b: 1\n  c:\n    - 2\n    -\n      d: 3\n", "f")
    paths = {("a",): 2, ("a", "b"): 3, ("a", "c"): 4, ("a", "c", 0): 5, ("a", "c", 1, "d"): 7, ("a", "x"): None}
    assert {path: document.line_of(path) for path in paths} == paths


def test_every_duplicate_key_is_a_finding_although_yaml_keeps_the_last():
    found = findings("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert [(f.row, f.key) for f in found] == [(4, "b.c"), (5, "a")]
    assert "first on row 3" in found[0].found


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a: 1\n  b: 2\n", 2),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: 1\nb: \x07\n", 2),
        ("", None),
        ("# only a comment\n", None),
        ("[" * 5000, None),
    ],
)
def test_a_document_that_cannot_be_read_is_one_finding_with_its_row(text, row):
    (found,) = findings(text)
    assert found.row == row
    assert found.expected == "one YAML document"


@pytest.mark.parametrize("written", ["010", "1_000", "0x1f", "1:30", ".inf", ".nan", "1.0e+3", "no", "yes", "on"])
def test_what_yaml_would_read_as_another_value_is_refused(written):
    (found,) = findings(f"ok: 1\na: {written}\n")
    assert (found.row, found.key, found.found) == (2, "a", f"'{written}'")


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x\n",
        "a: &x {k: 1}\nb: {<<: *x}\n",
        "b: &x\n  - *x\n",
        "b: !!python/object/apply:os.system [ls]\nc: !!python/name:os.system ''\n",
        "true: 1\n",
        "[1, 2]: 1\n",
    ],
)
def test_aliases_tags_and_keys_that_are_no_text_are_refused(text):
    assert findings(text)


def test_aliases_of_aliases_are_refused_without_being_expanded():
    levels = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)]
    assert len(findings("\n".join(levels))) == 39 * 9


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    verdi: int


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")
    navn: str
    deler: tuple[Part, ...] = ()
    etter_navn: dict[str, Part] = {}
    kanskje: Part | None = None

    @field_validator("deler")
    @classmethod
    def _no_negative(cls, deler):
        refuse(
            refusal(found=shown(part.verdi), expected="0 or more", action="Raise it.", at=(index, "verdi"))
            for index, part in enumerate(deler)
            if part.verdi < 0
        )
        return deler


def test_all_faults_of_a_model_come_at_once_with_row_key_and_what_was_expected():
    text = "nvn: x\ndeler:\n  - {verdi: 1}\n  - verdi: a\n  - {}\netter_navn:\n  x:\n    verdi: 1\n    vredi: 2\n"
    found = {f.key: (f.row, f.found, f.expected, f.action) for f in findings(text, Whole)}
    assert found == {
        "navn": (1, "nothing", "the key 'navn'", "Add it."),
        "nvn": (1, "an unknown key", "one of deler, etter_navn, kanskje, navn", "Did you mean 'navn'?"),
        "deler[1].verdi": (4, "'a'", found["deler[1].verdi"][2], "Correct the value."),
        "deler[2].verdi": (5, "nothing", "the key 'verdi'", "Add it."),
        "etter_navn.x.vredi": (9, "an unknown key", "one of verdi", "Did you mean 'verdi'?"),
    }
    assert found["deler[1].verdi"][2].startswith("a valid integer")


def test_several_refusals_of_one_validator_keep_their_own_places():
    found = findings("navn: x\ndeler:\n- {verdi: -1}\n- {verdi: 0}\n- {verdi: -2}\n", Whole)
    assert [(f.row, f.key, f.found) for f in found] == [(3, "deler[0].verdi", "-1"), (5, "deler[2].verdi", "-2")]


def test_an_unknown_key_below_an_optional_model_is_worded_too():
    (found,) = findings("navn: x\nkanskje:\n  verdi: 1\n  ekstra: 2\n", Whole)
    assert (found.key, found.expected, found.action) == ("kanskje.ekstra", "one of verdi", "Remove it.")


def test_a_document_of_another_shape_is_a_finding():
    (found,) = findings("- 1\n- 2\n", Whole)
    assert (found.row, found.key, found.found) == (1, None, "a list of 2")


def test_the_context_reaches_the_validators():
    class Asks(BaseModel):
        a: str

        @field_validator("a")
        @classmethod
        def _known(cls, value, info):
            assert value in info.context["known"]
            return value

    assert validate(load_document("a: x", "f"), Asks, context={"known": ["x"]}).a == "x"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        (Decimal("0.50"), "0.50"),
        ("x" * 70, f"'{'x' * 60}…'"),
        ({"a": 1}, "a mapping"),
        (object(), "a object"),
    ],
)
def test_a_found_value_is_shown_short_and_as_written(value, text):
    assert shown(value) == text
