"""What a correction may say, and that an impossible one is refused with the line."""

from __future__ import annotations

from importlib import resources

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.rules.rettelser import (
    default_corrections,
    load_corrections_text,
    sha256_of_those_in_force,
)

FIRST = """\
  - id: byttet-om
    kilde: nasjonale_prover
    skoleaar: 2023-24
    nivaa: kommune
    enhet: "6101"
    indikator: lesing
    maal: skalapoeng
    trinn: 5
    handling: overstyr
    settes_til: {verdi: 49}
    forvent: {verdistatus: vist, verdi: 94, antall: 31}
    grunn: Sifrene er byttet om.
    referanse: Prøve.
    registrert: 2024-05-03
"""
SECOND = (
    FIRST.replace("byttet-om", "i-tvil")
    .replace("6101", "6102")
    .replace("overstyr\n    settes_til: {verdi: 49}", "merk")
)
TEXT = f"rettelser:\n{FIRST}{SECOND}"
EXPECTED = "{verdistatus: vist, verdi: 94, antall: 31}"
# What is written instead in the first entry, the key of the fault, and what was expected.
IMPOSSIBLE = {
    "unknown source": (("kilde: nasjonale_prover", "kilde: fravaer"), "kilde", "one of elevundersokelsen"),
    "no school year": (("skoleaar: 2023-24", "skoleaar: 2023-25"), "skoleaar", "such as 2024-25"),
    "unknown level": (("nivaa: kommune", "nivaa: bydel"), "nivaa", "'skole'"),
    "code of another level": (("nivaa: kommune", "nivaa: skole"), "enhet", "a unit of level skole"),
    "code as a number": (('enhet: "6101"', "enhet: 6101"), "enhet", "valid string"),
    "indicator of another source": (("indikator: lesing", "indikator: mobbing"), "indikator", "one of engelsk, lesing"),
    "grade it has not": (("trinn: 5", "trinn: 7"), "trinn", "one of 5, 8, 9"),
    "measure that the grade has not": (
        ("maal: skalapoeng", "maal: andel_mestringsnivaa_4"),
        "maal",
        "one of skalapoeng, andel_mestringsnivaa_1, andel_mestringsnivaa_2, andel_mestringsnivaa_3",
    ),
    "unknown handling": (("handling: overstyr", "handling: gjett"), "handling", "'utelat'"),
    "override without a figure": (("    settes_til: {verdi: 49}\n", ""), "settes_til", "what is right"),
    "override with nothing": (("settes_til: {verdi: 49}", "settes_til: {}"), "settes_til.antall", "verdi, antall or"),
    "left out, and a figure": (("handling: overstyr", "handling: utelat"), "settes_til", "because handling is utelat"),
    "flagged, and a figure": (("handling: overstyr", "handling: merk"), "settes_til", "because handling is merk"),
    "figure out of range": (("{verdi: 49}", "{verdi: 101}"), "settes_til.verdi", "from 0 to 100 with at most 0 dec"),
    "figure with too many decimals": (("{verdi: 49}", "{verdi: 49.5}"), "settes_til.verdi", "at most 0 decimals"),
    "figure as text": (("{verdi: 49}", "{verdi: '49'}"), "settes_til.verdi", "a number such as"),
    "the same figure": (
        (EXPECTED, "{verdistatus: vist, verdi: 49, antall: 31}"),
        "settes_til.verdi",
        "and by another one",
    ),
    "the same number of pupils": (("{verdi: 49}", "{verdi: 49, antall: 31}"), "settes_til.antall", "by another one"),
    "fewer pupils than none": (("{verdi: 49}", "{antall: -1}"), "settes_til.antall", "greater than or equal to 0"),
    "a number for a shielded figure": (
        (EXPECTED, "{verdistatus: skjermet, antall: 31}"),
        "settes_til.verdi",
        "only a figure that the source shows",
    ),
    "a number for a figure that is not there": (
        (EXPECTED, "{verdistatus: mangler, antall: 31}"),
        "settes_til.verdi",
        "only a figure that the source shows",
    ),
    "pupils that the source does not show": (
        (f"{{verdi: 49}}\n    forvent: {EXPECTED}", "{antall: 3}\n    forvent: {verdistatus: vist, verdi: 94}"),
        "settes_til.antall",
        "only a figure that the source shows",
    ),
    "expects a shown figure that it does not say": (
        (EXPECTED, "{verdistatus: vist}"),
        "forvent.verdi",
        "that the source",
    ),
    "expects a figure behind a shield": (
        (
            f"verdi: 49}}\n    forvent: {EXPECTED}",
            "antall: 3}\n    forvent: {verdistatus: skjermet, verdi: 94, antall: 31}",
        ),
        "forvent.verdi",
        "no figure, because it is skjermet",
    ),
    "expects what no cell can hold": (
        (EXPECTED, "{verdistatus: vist, verdi: 940}"),
        "forvent.verdi",
        "from 0 to 100",
    ),
    "expects a grade it has not": ((EXPECTED, "{verdistatus: ikke_aktuelt}"), "forvent.verdistatus", "'mangler'"),
    "fewer pupils than one behind a shown figure": (
        ("{verdi: 49}", "{antall: 0}"),
        "settes_til.antall",
        "1 or more: a figure that is vist",
    ),
    "a shielded figure left out, which would unlock what it keeps back": (
        (
            f"overstyr\n    settes_til: {{verdi: 49}}\n    forvent: {EXPECTED}",
            "utelat\n    forvent: {verdistatus: skjermet, antall: 31}",
        ),
        "forvent.verdistatus",
        "a missing one would no longer count as shielded",
    ),
    "a number in the reason of a shielded figure": (
        (
            f"overstyr\n    settes_til: {{verdi: 49}}\n    forvent: {EXPECTED}\n    grunn: Sifrene er byttet om.",
            "merk\n    forvent: {verdistatus: skjermet}\n    grunn: Rett tall er 49.",
        ),
        "grunn",
        "without any number",
    ),
    "a number in the id of a shielded figure": (
        (
            f"id: byttet-om{FIRST.partition('byttet-om')[2].partition('overstyr')[0]}overstyr\n"
            f"    settes_til: {{verdi: 49}}\n    forvent: {EXPECTED}",
            f"id: k-er-49{FIRST.partition('byttet-om')[2].partition('overstyr')[0]}merk\n"
            "    forvent: {verdistatus: skjermet}",
        ),
        "forvent",
        "an id without any number, because the figure is shielded",
    ),
    "a school named in what is published": (("id: byttet-om", "id: skole-100000001"), "id", "it is published"),
    "a school year that has not begun": (("2023-24", "2042-43"), "registrert", "2042-08-01 or later"),
    "an end before its beginning": (
        ("registrert: 2024-05-03", "registrert: 2024-05-03\n    opphoert: 2024-05-02"),
        "opphoert",
        "2024-05-03, when it was registered (then it was never in force), or a later day",
    ),
    "an end that is no day": (
        ("registrert: 2024-05-03", "registrert: 2024-05-03\n    opphoert: i mai"),
        "opphoert",
        "written 2024-05-31",
    ),
    "leaves out what is not there": (
        (
            f"overstyr\n    settes_til: {{verdi: 49}}\n    forvent: {EXPECTED}",
            "utelat\n    forvent: {verdistatus: mangler}",
        ),
        "forvent.verdistatus",
        "a figure that the source shows",
    ),
    "no reason": (("grunn: Sifrene er byttet om.", "grunn: ''"), "grunn", "one line of text"),
    "no reference": (("    referanse: Prøve.\n", ""), "referanse", "the key 'referanse'"),
    "day that is none": (("registrert: 2024-05-03", "registrert: 2024-02-30"), "registrert", "written 2024-05-31"),
    "day in another form": (("registrert: 2024-05-03", "registrert: 3.5.2024"), "registrert", "written 2024-05-31"),
    "day run together": (("registrert: 2024-05-03", "registrert: '20240503'"), "registrert", "written 2024-05-31"),
    "unknown key": (("trinn: 5", "trinn: 5\n    aar: 2024"), "aar", "one of enhet"),
}


def findings(text: str):
    with pytest.raises(InvalidInput) as caught:
        load_corrections_text(text, "corrections.yaml")
    return caught.value.findings


@pytest.mark.parametrize(("replacement", "key", "expected"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_an_impossible_correction_is_refused_with_file_row_key_and_what_was_expected(replacement, key, expected):
    assert FIRST.count(replacement[0]) == 1, replacement[0]
    (found,) = findings(f"rettelser:\n{FIRST.replace(*replacement)}")
    assert (found.file, found.key) == ("corrections.yaml", f"rettelser[0].{key}")
    assert expected in found.expected
    assert found.row is not None and 2 <= found.row <= 17


def test_a_cell_with_two_corrections_is_refused_whatever_they_say():
    (found,) = findings(TEXT.replace("6102", "6101"))
    assert (found.row, found.key, found.expected) == (16, "rettelser[1]", "one correction of a cell at a time")
    assert found.found == "'nasjonale_prover 2023-24 kommune 6101 lesing skalapoeng 5' for the second time"


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("2024-05-03", "2024-06-01", True),
        ("2024-05-03\n    opphoert: 2024-06-02", "2024-06-01", True),
        ("2024-05-03\n    opphoert: 2024-06-01", "2024-06-01", False),
        ("2024-06-01", "2024-05-03\n    opphoert: 2024-06-01", False),
        # never in force, whatever the other one
        ("2024-06-01\n    opphoert: 2024-06-01", "2024-05-03", False),
        ("2024-05-03", "2024-06-01\n    opphoert: 2024-06-01", False),
        ("2024-05-03\n    opphoert: 2024-05-03", "2024-05-03\n    opphoert: 2024-05-03", False),
    ],
)
def test_a_cell_that_is_still_wrong_after_the_source_changed_it_gets_a_second_correction_from_that_day(
    first, second, refused
):
    entries = FIRST.replace("2024-05-03", first), SECOND.replace("6102", "6101").replace("2024-05-03", second)
    text = f"rettelser:\n{''.join(entries)}"
    if refused:
        assert findings(text)[0].expected == "one correction of a cell at a time"
    else:
        assert len(load_corrections_text(text, "f").rettelser) == 2


@pytest.mark.parametrize(("nivaa", "enhet"), [("nasjonalt", "I"), ("fylke", "61")])
def test_the_nation_and_a_county_are_not_left_out_as_no_run_could_pass_without_them(nivaa, enhet):
    left_out = FIRST.replace("handling: overstyr\n    settes_til: {verdi: 49}", "handling: utelat")
    (found,) = findings(f"rettelser:\n{left_out.replace('nivaa: kommune', f'nivaa: {nivaa}').replace('6101', enhet)}")
    assert (found.key, found.found) == ("rettelser[0].handling", "'utelat'")


def test_the_digest_of_what_is_in_force_is_the_same_after_an_end_and_another_after_a_change():
    listed, ended, changed = (
        load_corrections_text(f"rettelser:\n{text}", "f").rettelser
        for text in (
            FIRST + SECOND,
            SECOND + FIRST.replace("2024-05-03", "2024-05-03\n    opphoert: 2024-06-01"),
            FIRST.replace("{verdi: 49}", "{verdi: 48}") + SECOND,
        )
    )
    assert sha256_of_those_in_force(listed) == sha256_of_those_in_force(ended) != sha256_of_those_in_force(changed)
    assert sha256_of_those_in_force(listed) != sha256_of_those_in_force(listed[:1]) != sha256_of_those_in_force(())


def test_an_id_that_stands_twice_is_refused():
    (found,) = findings(TEXT.replace("i-tvil", "byttet-om"))
    assert (found.row, found.key, found.expected) == (16, "rettelser[1].id", "each id once")


@pytest.mark.parametrize(("nivaa", "enhet"), [("nasjonalt", "I"), ("fylke", "61"), ("skole", "100000001")])
def test_a_cell_of_any_level_can_be_corrected(nivaa, enhet):
    text = f"rettelser:\n{FIRST.replace('nivaa: kommune', f'nivaa: {nivaa}').replace('6101', enhet)}"
    (one,) = load_corrections_text(text, "f").rettelser
    assert one.cell == ("nasjonale_prover", "2023-24", nivaa, enhet, "lesing", "skalapoeng", 5)


def test_the_carried_corrections_can_be_read():
    assert default_corrections().rettelser == ()


def test_the_shape_that_the_carried_file_shows_is_one_that_can_be_read():
    text = resources.files("oppfolging_pipeline.rules").joinpath("corrections.yaml").read_text(encoding="utf-8")
    _, _, shown = text.partition("# rettelser:\n")
    lines = [line.removeprefix("# ") for line in shown.splitlines() if line.startswith("#")]
    (one,) = load_corrections_text("\n".join(["rettelser:", *lines]), "f").rettelser
    assert (one.id, one.handling) == ("tusmark-lesing-2023", "overstyr")
