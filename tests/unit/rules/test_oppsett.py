"""A home's own settings stand beside the carried ones, take no carried name, and are refused whole for any fault."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.rules.brudd import default_breaks
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.kopi import copied
from oppfolging_pipeline.rules.loader import carried_text
from oppfolging_pipeline.rules.oppsett import Oppsett, read_oppsett

CATALOG = default_catalog()
COPY = copied(carried_text("np-skalapoeng"), "np-skalapoeng", "mitt-sett", CATALOG)
OFFICIAL = COPY.replace("offisielt: false", "offisielt: true")
BREAK = """\
brudd:
  - {id: eget-brudd, kilde: nasjonale_prover, trinn: [8], slag: ny_skala, fra_skoleaar: 2024-25, tekst: Ny skala.,
     referanse: Egen.}
"""
CORRECTION = """\
rettelser:
  - {id: egen-rettelse, kilde: nasjonale_prover, skoleaar: 2024-25, nivaa: kommune, enhet: "6101", indikator: lesing,
     trinn: 5, maal: skalapoeng, handling: merk, forvent: {verdistatus: vist, verdi: 50, antall: 30}, grunn: Feil.,
     referanse: Egen., registrert: 2025-02-01}
"""
PLAN = """\
varighet_aar: {verdi: 2, kilde: Egen}
faser:
  - {fase: Forfase, halvaar: {verdi: [1], kilde: Egen}, aktiviteter: [analyse]}
  - {fase: Gjennomføringsfase, halvaar: {verdi: [2, 3, 4], kilde: Egen}, aktiviteter: [tiltak]}
rapporter:
  - {rapport_nr: 1, navn: Rapport, etter_halvaar: {verdi: 4, kilde: Egen}, avsendere: {verdi: [kommune], kilde: Egen}}
frist: {verdi: halvaarets_siste_dag, kilde: Egen}
forfaller_dager: {verdi: 10, kilde: Egen}
"""


def read(folder: Path, **files: str | bytes) -> Oppsett:
    """The settings of a folder with these files: `regelsett__mitt_sett` is `regelsett/mitt-sett.yaml`."""
    for name, content in files.items():
        path = folder / f"{name.replace('__', '/').replace('_', '-')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_oppsett(folder, CATALOG)


def faults(folder: Path, **files: str | bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        read(folder, **files)
    return str(refused.value)


@pytest.mark.parametrize("folder", [None, "finnes-ikke"])
def test_a_home_without_settings_of_its_own_has_the_carried_ones(tmp_path, folder):
    found = read_oppsett(folder and tmp_path / folder, CATALOG)
    assert sorted(found.regelsett) == ["np-skalapoeng", "udir-2020"]
    assert (found.egne, found.filer, found.embeter) == (frozenset(), (), None)
    assert found.brudd == default_breaks()


def test_a_folder_that_was_named_and_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="found no such folder"):
        read_oppsett(tmp_path / "feil", CATALOG, must_exist=True)


def test_each_file_stands_beside_the_carried_ones_or_in_their_place_and_is_known_by_its_digest(tmp_path):
    found = read(tmp_path, regelsett__mitt_sett=COPY, brudd=BREAK, rettelser=CORRECTION, faseplan=PLAN)
    assert found.egne == {"mitt-sett"} and found.regelsett["mitt-sett"].navn == "mitt-sett"
    assert set(found.brudd.by_id()) == {*default_breaks().by_id(), "eget-brudd"}
    assert [(one.id, one.egen, Path(one.fil).name) for one in found.rettelser.rettelser] == [
        ("egen-rettelse", True, "rettelser.yaml")
    ]
    assert list(found.faseplan.halvaar) == [1, 2, 3, 4]
    assert [(one.fil, one.slag, one.indikatorsett) for one in found.filer] == [
        ("brudd.yaml", "brudd", None),
        ("faseplan.yaml", "faseplan", None),
        ("regelsett/mitt-sett.yaml", "regelsett", "mitt-sett"),
        ("rettelser.yaml", "rettelser", None),
    ]
    assert found.filer[0].sha256 == hashlib.sha256(BREAK.encode()).hexdigest()


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"regelsett__udir_2020": carried_text("udir-2020")},
            "key 'navn': found 'udir-2020'; expected another name than np-skalapoeng and udir-2020",
        ),
        ({"regelsett__annet_sett": COPY}, "key 'navn': found 'mitt-sett'; expected 'annet-sett', like the file"),
        (
            {
                "regelsett__mitt_sett": COPY.replace(
                    '"mitt-sett (kopi', '"Oppfølgingsordningens indikatorsett fra 2020" # '
                )
            },
            "found 'Oppfølgingsordningens indikatorsett fra 2020'; expected a title that no carried set has",
        ),
        (
            {"regelsett__mitt_sett": COPY.replace("min_dekning: {verdi: 0.5", "min_dekning: {verdi: 1.5")},
            "key 'min_dekning.verdi': found 1.5",
        ),
        (
            {"regelsett__mitt_sett": COPY.replace("verdi: []", "verdi: [finnes-ikke]")},
            "found 'finnes-ikke'; expected one of",
        ),
        (
            {"brudd": BREAK.replace("eget-brudd", "nasjonale-prover-foer-2022")},
            "key 'brudd[0].id': found 'nasjonale-prover-foer-2022', which the program carries",
        ),
        ({"rettelser": CORRECTION.replace("egen-rettelse", "Egen")}, "key 'rettelser[0].id'"),
        ({"faseplan": PLAN.replace("[2, 3, 4]", "[2, 3]")}, "key 'faser'"),
        ({"brudd": b"brudd: []\n# \xe5\n"}, "brudd.yaml, row 2: found a byte that is no UTF-8 (0xE5)"),
        ({"retelser": CORRECTION}, "retelser.yaml: found a file of settings of another name"),
        ({"regelsett__mitt_sett": COPY, "x": ""}, "x.yaml: found a file of settings of another name"),
        ({"regelset__mitt_sett": COPY}, "mitt-sett.yaml: found a file of settings of another name"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_key(tmp_path, files, told):
    assert told in faults(tmp_path, **files)


def test_the_faults_of_all_files_are_told_at_once_and_none_that_follows_from_another(tmp_path):
    permitting = COPY.replace("brudd: {verdi: []", "brudd: {verdi: [eget-brudd]")
    told = faults(
        tmp_path,
        regelsett__mitt_sett=permitting,
        brudd=BREAK.replace("ny_skala", "ny"),
        faseplan=PLAN.replace("verdi: 10", "verdi: -1"),
    )
    assert told.startswith("2 faults") and "slag" in told and "forfaller_dager" in told and "eget-brudd'" not in told


@pytest.mark.parametrize(
    "name", ["rettelser.yaml.txt", "regelsett/mitt-sett.yaml.txt", "statsforvalter.xlsx", "Brudd.txt"]
)
def test_a_file_that_is_meant_as_a_setting_and_would_not_be_used_is_refused(tmp_path, name):
    """Windows hides the ending, and corrections that were never applied looked applied."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(InvalidInput, match="a file of settings of another name"):
        read_oppsett(tmp_path, CATALOG)


def test_notes_hidden_files_and_files_that_a_program_has_open_are_no_settings(tmp_path):
    for name in ("LESMEG.txt", ".rettelser.yaml.swp", "~$rettelser.csv", ".git/x.yaml", "regelsett/notat.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert read_oppsett(tmp_path, CATALOG).filer == ()


def test_a_byte_order_mark_of_an_editor_is_no_fault(tmp_path):
    assert read(tmp_path, brudd=b"\xef\xbb\xbf" + BREAK.encode()).brudd.by_id()["eget-brudd"].slag == "ny_skala"


def test_a_break_of_what_a_carried_one_covers_already_is_refused(tmp_path):
    known = default_breaks().by_id()["nasjonale-prover-foer-2022"]
    again = (
        f"brudd:\n  - {{id: eget-brudd, kilde: {known.kilde}, slag: {known.slag}, til_skoleaar: {known.til_skoleaar}, "
        "tekst: Igjen., referanse: Egen.}\n"
    )
    assert "found the same figures and years as 'nasjonale-prover-foer-2022'" in faults(tmp_path, brudd=again)


@pytest.mark.parametrize(
    ("own", "navn", "valgt", "expected"),
    [
        ({}, None, None, "udir-2020"),
        ({}, "np-skalapoeng", None, "np-skalapoeng"),
        ({}, None, "np-skalapoeng", "np-skalapoeng"),
        ({}, "udir-2020", "np-skalapoeng", "udir-2020"),
        ({"regelsett__mitt_sett": COPY}, None, None, "udir-2020"),
        ({"regelsett__mitt_sett": OFFICIAL}, None, "mitt-sett", "mitt-sett"),
        ({"regelsett__mitt_sett": OFFICIAL}, "udir-2020", None, "udir-2020"),
    ],
)
def test_the_set_of_a_run_is_the_one_named_else_the_homes_else_the_only_official_one(
    tmp_path, own, navn, valgt, expected
):
    assert read(tmp_path, **own).of_a_run(navn, valgt).navn == expected


def test_with_two_official_sets_a_run_must_say_which(tmp_path):
    found = read(tmp_path, regelsett__mitt_sett=OFFICIAL)
    with pytest.raises(PermanentError, match=r"mitt-sett, udir-2020\).*--rules.*OPPFOLGING_REGELSETT"):
        found.of_a_run(None)


def test_a_set_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(PermanentError, match="expected one of mitt-sett, np-skalapoeng, udir-2020"):
        read(tmp_path, regelsett__mitt_sett=COPY).of_a_run("mit-sett")
