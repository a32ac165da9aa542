"""A whole intake: every bad file is told of in one error, and stays in the archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.behov import needed_cells
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Intake, Reading
from oppfolging_pipeline.sources.inbox import files_in
from oppfolging_pipeline.staging.intake import read_intake, read_register
from tests.support.files import flat_json, flat_row, heading, measures, municipality, nation, wide_csv

TakeIn = Callable[[Mapping[str, bytes]], Intake]
GOOD = wide_csv([nation(50, 1, 9), municipality("0301", 47, 1, 9)])
CODES = b"code,name,validFrom,validTo\n6101,Krattvik,2015-01-01,\n"
CHANGES = b"changeOccurred,oldCode,oldName,newCode,newName\n"


@pytest.fixture
def take_in(tmp_path: Path) -> TakeIn:
    def of(files: Mapping[str, bytes]) -> Intake:
        inbox = tmp_path / "innboks"
        inbox.mkdir(exist_ok=True)
        for name, content in files.items():
            (inbox / name).write_bytes(content)
        return Archive(tmp_path / "arkiv").take_in(inbox, files_in(inbox), "fil", datetime(2025, 3, 1, tzinfo=UTC))

    return of


def refused(intake: Intake, engine: Engine) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_intake(intake, engine.connection, default_catalog())
    return caught.value


def test_figures_register_and_readings_are_put_together(take_in: TakeIn, engine: Engine) -> None:
    two_years = heading(measures("2022-23"), measures("2023-24"))
    wide = wide_csv([nation(50, 1, 9, 51, 1, 8)], two_years)
    content = read_intake(
        take_in({"a.csv": wide, "b.json": flat_json([flat_row()])}), engine.connection, default_catalog()
    )
    assert [one.file for one in content.figures] == ["a.csv", "b.json"]
    assert content.register is carried_register()
    digests = [one.sha256 for one in content.figures]
    assert content.readings == (
        Reading(digests[0], "udir_csv", "nasjonale_prover", "2022-23 til 2023-24", 1),
        Reading(digests[1], "flate_rader", "elevundersokelsen", "2024-25", 1),
    )


BAD = {
    "avkuttet.csv": GOOD[:-3],
    "figur.csv": wide_csv([nation(50, 1, 9), municipality("0301", "x", 1, 9)]),
    "overskrift.csv": wide_csv([nation(50, 1, 9)], ["Nivaa", *heading()[1:]]),
    "tom.csv": b"",
    "annet.txt": b"handleliste",
    "feil.json": b'{"kode":400,"melding":"Filter"}',
}


def test_the_faults_of_all_files_stand_in_one_error_that_says_where_what_and_what_was_expected(
    take_in: TakeIn, engine: Engine
) -> None:
    error = refused(take_in({"bra.csv": GOOD, **BAD}), engine)
    assert sorted(finding.file or "" for finding in error.findings) == sorted(BAD)
    text = str(error)
    assert text.startswith("6 faults in the input:")
    assert (
        "figur.csv, row 4, column '2024-25.Lesing.5. årstrinn.Alle eierformer.Alle kjønn.Skalapoeng': found 'x';"
        in text
    )
    assert "expected a number such as 49 or 41,2" in text
    assert (
        "overskrift.csv, row 2, column 'EnhetNivaa': found heading 'Nivaa' in column 1; expected 'EnhetNivaa'" in text
    )


def test_every_bad_file_stays_in_the_archive_as_it_came(take_in: TakeIn, engine: Engine) -> None:
    intake = take_in(BAD)
    refused(intake, engine)
    assert {snapshot.file: read_content(snapshot.path) for snapshot in intake.snapshots} == BAD


def test_every_content_that_was_spoiled_in_the_archive_is_named_and_none_is_read(
    take_in: TakeIn, engine: Engine
) -> None:
    intake = take_in({"a.csv": GOOD, "b.csv": wide_csv([nation(51, 1, 9)]), "koder.csv": CODES})
    spoiled = {snapshot.file: snapshot.path for snapshot in intake.snapshots}
    spoiled["a.csv"].write_bytes(spoiled["a.csv"].read_bytes()[:-10])
    spoiled["koder.csv"].unlink()
    assert [(finding.file, finding.found) for finding in refused(intake, engine).findings] == [
        ("a.csv", "a content in the archive that no longer gives its digest"),
        ("koder.csv", "no content in the archive"),
    ]


def test_what_is_wrong_between_the_good_files_is_told_together_with_the_bad_ones(
    take_in: TakeIn, engine: Engine
) -> None:
    other = wide_csv([nation(51, 1, 9), municipality("0399", 47, 1, 9, name="Nykommune")])
    error = refused(take_in({"a.csv": GOOD, "b.csv": other, "tom.csv": b""}), engine)
    assert [(finding.file, finding.found) for finding in error.findings] == [
        ("tom.csv", "an empty file"),
        ("b.csv", "code 0399 (Nykommune)"),
        ("a.csv", "50 (9 pupils), and 51 (9 pupils) in b.csv, row 3"),
    ]


def test_a_missing_national_row_is_not_told_while_a_file_that_may_hold_it_cannot_be_read(
    take_in: TakeIn, engine: Engine
) -> None:
    page = flat_json([flat_row(3, "0301")])
    error = refused(take_in({"side1.json": flat_json([flat_row()])[:-1], "side2.json": page}), engine)
    assert [finding.file for finding in error.findings] == ["side1.json"]


def test_codes_are_not_judged_by_the_carried_register_while_the_users_own_cannot_be_read(
    take_in: TakeIn, engine: Engine
) -> None:
    own = wide_csv([nation(50, 1, 9), municipality("6101", 47, 1, 9)])
    error = refused(take_in({"a.csv": own, "koder.csv": CODES + b"6102,Avkut"}), engine)
    assert {finding.file for finding in error.findings} == {"koder.csv"}


def test_two_files_of_one_part_of_the_register_are_refused(take_in: TakeIn, engine: Engine) -> None:
    intake = take_in({"a.csv": GOOD, "koder1.csv": CODES, "koder2.csv": CODES.replace(b"Krattvik", b"Krattevik")})
    (finding,) = refused(intake, engine).findings
    assert (finding.file, finding.found) == ("koder2.csv", "a second file of kommune_koder beside koder1.csv")
    with pytest.raises(InvalidInput, match="a second file of kommune_koder"):
        read_register(intake)


def test_register_files_that_do_not_fit_each_other_are_named(take_in: TakeIn, engine: Engine) -> None:
    error = refused(take_in({"a.csv": GOOD, "endringer.csv": CHANGES + b"2017-01-01,0301,Oslo,0301,Oslo\n"}), engine)
    assert {finding.file for finding in error.findings} == {"endringer.csv"}


def test_an_intake_without_figures_is_refused(take_in: TakeIn, engine: Engine) -> None:
    today = [each for each in carried_register().embeter if each.gyldig_til is None]
    offices = "".join(f"{each.statsforvalter},{each.fylkesnr}\n" for each in today)
    quoted = offices.replace("Østfold, Buskerud, Oslo og Akershus", '"Østfold, Buskerud, Oslo og Akershus"')
    error = refused(take_in({"embeter.csv": f"statsforvalter,fylkesnr\n{quoted}".encode()}), engine)
    assert [finding.found for finding in error.findings] == ["1 lists of the register and no figures"]


def test_the_carried_register_is_used_when_the_intake_has_none(take_in: TakeIn) -> None:
    assert read_register(take_in({"a.csv": GOOD})) is carried_register()


TESTS_ALONE = needed_cells([load_rule_set("np-skalapoeng")])


@pytest.mark.parametrize(
    "survey",
    [flat_json([flat_row()])[:-1], flat_json([flat_row(AntallBesvart="mange")])],
    ids=["cut off", "a number that is none"],
)
def test_a_survey_that_cannot_be_read_stops_only_who_needs_it(take_in: TakeIn, engine: Engine, survey: bytes) -> None:
    intake = take_in({"bra.csv": GOOD, "undersokelse.json": survey})
    read = read_intake(intake, engine.connection, default_catalog(), TESTS_ALONE)
    assert [one.file for one in read.figures] == ["bra.csv"]
    assert {finding.file for finding in read.left_out} == {"undersokelse.json"}
    assert {finding.file for finding in refused(intake, engine).findings} == {"undersokelse.json"}


def test_a_spoiled_content_of_a_source_that_is_not_needed_is_left_out(take_in: TakeIn, engine: Engine) -> None:
    """What it was is known from when it was read before: of its bytes nobody can tell."""
    intake = take_in({"bra.csv": GOOD, "undersokelse.json": flat_json([flat_row()])})
    (survey,) = (one for one in intake.snapshots if one.file == "undersokelse.json")
    known = {survey.sha256: Reading(survey.sha256, "flate_rader", "elevundersokelsen", "2024-25", 1)}
    survey.path.chmod(0o644)
    survey.path.write_bytes(b"spoiled")
    read = read_intake(intake, engine.connection, default_catalog(), TESTS_ALONE, known)
    assert [one.file for one in read.figures] == ["bra.csv"] and len(read.left_out) == 1
    with pytest.raises(InvalidInput):
        read_intake(intake, engine.connection, default_catalog(), TESTS_ALONE)


def test_a_table_of_participation_that_cannot_be_read_is_left_out_of_an_intake(take_in: TakeIn, engine: Engine) -> None:
    """Guards against a run that stops for what only weighs, and against a reading of a content that gave nothing."""
    spoiled = flat_json([flat_row(index="deltakelse", verdi="88,3"), flat_row(index="deltakelse", verdi="mange")])
    intake = take_in({"mobbing.json": flat_json([flat_row()]), "deltakelse.json": spoiled})
    content = read_intake(intake, engine.connection, default_catalog())
    assert [one.file for one in content.figures] == ["mobbing.json"]
    assert len(content.readings) == 1
    assert [(finding.file, finding.row) for finding in content.left_out] == [("deltakelse.json", 2)]


OTHER_REPORT = wide_csv([["1", "2"]], ["IndikatorNivaa", "2020-21.Hele landet.Prosentandel"])


def test_a_download_that_nobody_can_use_is_told_of_and_stops_no_other_file(take_in: TakeIn, engine: Engine) -> None:
    """All of Udir's downloads in one inbox: the survey's, with the units in its headings, stopped every run."""
    content = read_intake(
        take_in({"a.csv": GOOD, "vgs.csv": OTHER_REPORT}), engine.connection, default_catalog(), TESTS_ALONE
    )
    assert [one.file for one in content.figures] == ["a.csv"]
    (told,) = content.unusable
    assert told.file == "vgs.csv" and told.found == "a download of Elevundersøkelsen with the units in the headings"
    assert content.left_out == ()


def test_alone_or_beside_a_fault_such_a_download_is_one_of_the_faults(take_in: TakeIn, engine: Engine) -> None:
    assert [one.file for one in refused(take_in({"vgs.csv": OTHER_REPORT}), engine).findings] == ["vgs.csv"]
    both = refused(take_in({"b.csv": b"sep=x", "vgs.csv": OTHER_REPORT}), engine).findings
    assert {one.file for one in both} == {"b.csv", "vgs.csv"}
