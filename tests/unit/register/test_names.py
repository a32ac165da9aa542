"""Names that can be none are told with their code points, and no name that there is or has been is refused."""

from __future__ import annotations

import csv

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.register import names
from oppfolging_pipeline.register.reference import carried_register, override
from tests.support.shared import SHARED, needs_shared
from tests.unit.register.country import OFFICES, change, code, country

# Names, as they are, of municipalities, counties and offices, and some that there may be.
GOOD = [
    "Kárášjohka - Karasjok", "Evenášši", "Herøy (Møre og Romsdal)", "Østfold, Buskerud, Oslo og Akershus", "Å", "Ås",
    "Gáivuotna - Kåfjord - Kaivuono", "Porsáŋgu", "Trööndelage", "Raarvihke", "Loabák", "Divtasvuodna", "Bájil",
    "St. O'Hara / Ny & gammel", "Nord–Fron", "Sted 6101", "D’Arc", "Uʹccǩiõkk", "«Å»", "Å–Sørvågen", "Šuoššjávri",
]  # fmt: skip
DOUBLY = (
    "æ",
    "ø",
    "å",
    "Æ",
    "Ø",
    "Å",
    "á",
    "š",
    "Š",
    "đ",
    "ŋ",
    "Ŋ",
    "ž",
    "ö",
    "ä",
    "é",
    "–",
    "’",
    "«",
    "»",
    "\u00a0",
    "\ufeff",
)


def shown_as(text: str, character_set: str) -> str:
    """The bytes of UTF-8 as a program shows them that takes them for the character set."""
    return text.encode().decode(character_set, errors="ignore")


@pytest.mark.parametrize("name", GOOD)
def test_a_name_is_a_name(name: str) -> None:
    assert names.fault(name) is None
    assert names.kept(name) == name


def test_no_name_that_the_project_carries_is_refused_or_changed() -> None:
    register = carried_register()
    carried = {
        *(one.navn for one in (*register.kommuner, *register.fylker)),
        *(one.statsforvalter for one in register.embeter),
    }
    assert len(carried) > 500
    assert {name: names.fault(name) for name in carried if names.fault(name) or names.kept(name) != name} == {}


@needs_shared
def test_no_name_of_klass_since_1838_is_refused_or_changed() -> None:
    found = set()
    for path in (SHARED / "data" / "klass").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                found |= {value.strip() for column, value in row.items() if "name" in column.lower()}
    assert len(found) > 900
    assert {name: names.fault(name) for name in found if names.fault(name) or names.kept(name) != name} == {}


@pytest.mark.parametrize("character_set", ["cp1252", "latin-1"])
@pytest.mark.parametrize("sign", DOUBLY)
def test_a_letter_that_was_encoded_twice_is_seen_wherever_it_stands(sign: str, character_set: str) -> None:
    for name in (f"A{sign}b", f"{sign}s", f"H{sign}", f"Nord - {sign} (Sør)", f"Ås og {sign}"):
        damaged = name.replace(sign, shown_as(sign, character_set))
        assert names.fault(names.kept(damaged)) is not None, damaged


@pytest.mark.parametrize("name", [one for one in GOOD if not one.isascii()])
def test_a_whole_name_that_was_encoded_twice_or_three_times_is_seen(name: str) -> None:
    twice = shown_as(name, "latin-1")
    assert "that was encoded twice" in (names.fault(twice) or "")
    assert names.fault(shown_as(twice, "latin-1")) is not None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Kárá\u009ajohka", "U+009A (a control character)"),
        *((f"As{chr(number)}k", f"U+{number:04X} (a control character)") for number in (0, 9, 10, 31, 127, 128, 159)),
        ("Oslo\u200b", "U+200B (a character that cannot be seen)"),
        ("Os\u00adlo", "U+00AD (a character that cannot be seen)"),
        ("\ufeffOslo", "U+FEFF (a character that cannot be seen)"),
        ("Os\u202elo", "U+202E (a character that cannot be seen)"),
        ("Os\U000e0041lo", "U+E0041 (a character that cannot be seen)"),
        ("Os\ue000lo", "U+E000 (a character of private use)"),
        ("Os\u0378lo", "U+0378 (a character that does not exist)"),
        ("Os\ud800lo", "U+D800 (half of a character)"),
        ("Os\u2028lo", "U+2028 (a line separator)"),
        ("M\ufffdre", "U+FFFD (the mark of a letter that was lost)"),
        ("M?re", "U+003F (a question mark"),
        ("?", "U+003F (a question mark"),
        ("Os\u00a0lo", "U+00A0 (a space of another kind)"),
        ("B¾rum", "U+00BE (VULGAR FRACTION THREE QUARTERS"),  # as a Macintosh saves æ
        ("Bod›", "U+203A (SINGLE RIGHT-POINTING ANGLE"),  # as DOS saves ø
        ("Осло", "U+041E (CYRILLIC CAPITAL LETTER O, no Latin letter)"),
        ("M&oslash;re", "&oslash;, a sign written as a code"),
        ("M\\u00f8re", "\\u00f8, a sign written as a code"),
        ("M%C3%B8re", "%C3, a sign written as a code"),
        ("0301", "no letter"),
        ("TromsÃ¸", "U+00C3 U+00B8: 'ø' that was encoded twice"),
        ("Ã…s", "U+00C3 U+2026: 'Å' that was encoded twice"),
        ("Nordâ€“Fron", "U+00E2 U+20AC U+201C: '–' that was encoded twice"),
    ],
)
def test_what_makes_a_text_no_name_is_told_with_its_code_point(name: str, told: str) -> None:
    assert told in (names.fault(name) or "")


def test_every_control_character_is_refused() -> None:
    controls = [*range(0x20), *range(0x7F, 0xA0)]
    assert [number for number in controls if names.fault(f"As{chr(number)}ker") is None] == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" Oslo \u00a0", "Oslo"),
        ("Nord\u00a0Fron", "Nord Fron"),
        ("Nord\u202fFron\u2009", "Nord Fron"),
        ("A\u030as", "Ås"),
        ("Os\u200blo", "Os\u200blo"),
    ],
)
def test_spaces_and_marks_are_kept_in_one_form(text: str, kept: str) -> None:
    assert names.kept(text) == kept


def test_what_cannot_be_seen_is_shown_by_its_code_point() -> None:
    assert names.visible("Ås\u00a0a\u009ab c") == "Ås<U+00A0>a<U+009A>b c"


@pytest.mark.parametrize(
    ("part", "rows", "told"),
    [
        ("codes", [code("6101", name="M?re")], "column 'name', key 'codes[0]': found 'M?re', with U+003F"),
        ("counties", [code("61", name="Ytre\u009adal")], "key 'counties[0]': found 'Ytre<U+009A>dal', with U+009A"),
        ("statsforvaltere", [{**OFFICES[0], "statsforvalter": "MÃ¸re"}], "key 'statsforvaltere[0]': found 'MÃ¸re'"),
        (
            "changes",
            [{**change("2020-01-01", "6101", "6101"), "newName": "\ufffd"}],
            "column 'newName', key 'changes[0]'",
        ),
    ],
)
def test_every_list_that_brings_names_is_held_to_them(part: str, rows: list[dict[str, str]], told: str) -> None:
    lists: dict[str, list[dict[str, str]]] = {"codes": [code("6101")], "changes": [], part: rows}
    with pytest.raises(InvalidInput) as caught:
        country(**lists)
    assert told in str(caught.value)


def test_a_map_is_held_to_names_too() -> None:
    row = {"code_2023": "6101", "name_2023": "Bø", "code_2024": "6101", "name_2024": "B\u009b", "kind": "unchanged"}
    with pytest.raises(InvalidInput, match=r"column 'name_2024', key 'change_map\[0\]': found 'B<U\+009B>'"):
        override(carried_register(), change_map=[row])
