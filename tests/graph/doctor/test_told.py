"""What the doctor says after a run, of a home that is odd or in use, and where more than the fault decides."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta

import duckdb
import pytest

from oppfolging_pipeline.core.files import writer_lock
from oppfolging_pipeline.core.run_journal import RunJournal, write_journal
from oppfolging_pipeline.publish.doctor import examination
from oppfolging_pipeline.publish.manifest import read_manifest, write_manifest
from tests.graph.doctor.asking import AS_ASKED, ASKED, INTO, MEND, NOW, RESULT, asked, journal
from tests.graph.doctor.spoiled import quarantine, some_content
from tests.graph.test_run import materialize
from tests.support.run import failures, run_job
from tests.support.spoil import emptied_ledger, overwrite_pages, truncate
from tests.support.tiny import SKOLEAAR
from tests.unit.staging.build import corrections


def test_a_page_of_the_published_release_is_in_order(home):
    release = json.loads((home / "publisert/manifest.json").read_text())["utgivelser"][-1]["utgivelse"]
    (home / "publisert/kontroll.html").write_text(f"<p>Utgivelse {release}</p>")
    assert asked(home) == []


@pytest.mark.parametrize(("today", "told"), [("2025-07-31", []), ("2025-08-01", ["dagen_er_passert"])])
def test_states_of_a_day_that_has_passed_are_a_hint_with_the_run_that_renews_them(home, today, told):
    journal(home, faults={})
    found = asked(home, now=datetime.fromisoformat(f"{today}T12:00:00+00:00"))
    assert [one.kode for one in found if one.kode == "dagen_er_passert"] == told
    for one in found:
        assert one.alvor == "hint" and "2025-03-01" in one.funnet and "gjaldt til 2025-07-31" in one.funnet
        assert one.gjor == f"oppfolging run --home {home} --rules np-skalapoeng --uttrekk 2024,2025"


def test_a_quarantine_and_a_failure_are_no_longer_told_of_when_a_whole_run_has_gone_well_since(home, run):
    """One of Dagster's has no journal of its own: the failure was told of for ever."""
    quarantine(home)
    (home / "karantene/en-kjoring/kontroll.json").touch()
    os.utime(home / "karantene/en-kjoring/kontroll.json", (4e9, 4e9))
    journal(home, faults={"observasjon": "en feil"}, began=NOW - timedelta(minutes=30))
    assert {one.kode for one in asked(home)} == {"karantene", "kjoring_feilet"}
    assert materialize(home, run.inbox, ["utgivelse"]).success
    assert {one.kode for one in asked(home)} == {"karantene", "kjoring_feilet"}, "the release alone mends nothing"
    result = run_job(home, run.inbox, rules="np-skalapoeng", years=[2025], skoleaar=SKOLEAAR)
    assert result.success, failures(result)
    assert asked(home) == []


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (None, "Det som var publisert, er det som kan leses."),
        ("", "ble publisert og er hel; det som feilet, kom etter."),
        ("0001", "Ingenting ble publisert"),
    ],
    ids=["an earlier version's journal", "published by the run itself", "published before"],
)
def test_a_failed_run_is_told_with_what_the_published_file_says(home, before, said):
    release = json.loads((home / "publisert/manifest.json").read_text())["utgivelser"][-1]["utgivelse"]
    begun = RunJournal(NOW, ASKED, utgivelse_foer=release if before == "0001" else before)
    write_journal(home, begun.ended(NOW, {"utgivelse": "full disk"}))
    (told,) = asked(home)
    assert said in told.betyr


def test_a_question_that_breaks_off_is_a_finding_of_its_own(home, monkeypatch):
    """A fault of ours is none of the home's; but what was not looked at must be told, and the rest answered."""

    def broken(case):
        raise ValueError("noe uventet")

    monkeypatch.setattr(examination.lake, "results", broken)
    (home / "publisert/oppfolging.duckdb").unlink()
    told = {one.kode: one.funnet for one in asked(home)}
    assert "ValueError: noe uventet" in told["ikke_undersokt"] and "publisert_borte" in told


def test_a_tampered_file_beside_a_manifest_that_cannot_be_read_is_told_of(home):
    (home / "publisert/manifest.json").write_text("[")
    with duckdb.connect(str(home / "publisert/oppfolging.duckdb")) as connection:
        connection.execute("UPDATE mart.rangering_kommune SET kommunenavn = 'TUKLET'")
    assert {one.kode for one in asked(home)} == {"manifest_uleselig", "publisert_skadet"}
    (home / "publisert/manifest.json").unlink()
    assert "publisert_skadet" in {one.kode for one in asked(home)}


def test_a_ledger_without_a_copy_is_set_aside_with_its_archive(home):
    (home / "arkiv/protokoll.kopi.sqlite").unlink()
    overwrite_pages(home / "arkiv/protokoll.sqlite")
    (told,) = [one for one in asked(home) if one.kode == "protokoll_skadet"]
    assert told.gjor == f"mv {home}/arkiv {home}/arkiv.skadet && {INTO.format(home=home)}"


def test_files_come_in_anew_with_everything_that_the_newest_run_asked_for(home):
    """An inbox alone would be a run of the default set, which these files are not enough for."""
    write_journal(home, RunJournal(NOW, replace(ASKED, kjent_per="2025-02-01")).ended(NOW, {}))
    some_content(home).unlink()
    (told,) = [one for one in asked(home) if one.kode == "innhold_skadet"]
    assert told.gjor == AS_ASKED.format(home=home), "with what lies in an inbox nothing is asked for as of a day"


@pytest.mark.parametrize("spoiled", [truncate, overwrite_pages, emptied_ledger, lambda copy: copy.write_bytes(b"")])
def test_a_spoiled_copy_of_the_ledger_is_not_offered(home, spoiled):
    spoiled(home / "arkiv/protokoll.kopi.sqlite")
    overwrite_pages(home / "arkiv/protokoll.sqlite")
    (told,) = [one for one in asked(home) if one.kode == "protokoll_skadet"]
    assert MEND not in told.gjor


def test_a_clock_that_stands_before_the_newest_thing_is_told_of(home):
    (told,) = [one for one in asked(home, now=NOW - timedelta(days=400)) if one.alvor == "feil"]
    assert told.kode == "klokke_bak"
    assert "utgivelsen" in told.funnet and "protokollen" in told.funnet


@pytest.mark.parametrize(("free", "alvor"), [(1 << 20, "feil"), (100 << 20, "hint")])
def test_a_disk_with_little_room_is_told_of(home, free, alvor):
    (told,) = [one for one in asked(home, free=free) if one.kode == "disk_nesten_full"]
    assert told.alvor == alvor


@pytest.mark.parametrize("there", [False, True])
def test_a_home_that_is_not_there_says_what_to_run_first(tmp_path, there):
    home = tmp_path / "nytt"
    if there:
        home.mkdir()
    (told,) = asked(home)
    assert (told.kode, told.alvor, told.gjor) == ("hjem_tomt", "hint", f"oppfolging run --home {home}")
    assert home.exists() == there


def test_a_file_in_the_home_s_place_is_broken(tmp_path):
    (tmp_path / "fil").write_text("")
    (told,) = asked(tmp_path / "fil")
    assert (told.kode, told.alvor) == ("hjem_er_fil", "feil")


def test_nothing_but_folders_where_files_should_be_is_survived(tmp_path):
    for part in ("arkiv/protokoll.sqlite", "publisert/oppfolging.duckdb", "publisert/manifest.json", "kjoring.json",
                 f"lager/andel/{RESULT}.parquet", ".laas", "arkiv/innhold"):  # fmt: skip
        (tmp_path / part).mkdir(parents=True)
    told = asked(tmp_path)
    assert {one.alvor for one in told} == {"feil"} and "ikke_undersokt" in {one.kode for one in told}


def test_a_half_made_result_is_told_of_with_the_run_that_completes_it_or_what_removes_it(home):
    """The only command was that of the run that had failed: where its figures are not to be had it mended nothing."""
    (home / "lager/grense/2026").mkdir()
    half_made = home / "lager/grense/2026/udir-2020.parquet"
    shutil.copyfile(home / f"lager/grense/{RESULT}.parquet", half_made)
    (told,) = asked(home)
    assert (told.kode, told.alvor, told.sted) == ("resultater_ufullstendige", "hint", "uttrekk 2026, udir-2020")
    assert f"`oppfolging run --rules udir-2020 --uttrekk 2026 --home {home}`" in told.betyr
    subprocess.run(shlex.split(told.gjor), check=True)
    assert asked(home) == []


def test_a_copy_is_told_of_with_a_command_that_moves_it_whatever_its_name(home):
    copy = home / "lager/andel/2025/np-skalapoeng 'kopi' av.parquet"
    shutil.copyfile(home / f"lager/andel/{RESULT}.parquet", copy)
    (told,) = asked(home)
    assert (told.kode, told.sted) == ("lager_fremmed", str(copy))
    subprocess.run(shlex.split(told.gjor), check=True)
    assert asked(home) == [] and (home / copy.name).is_file()


def test_while_a_run_goes_on_what_it_writes_is_not_looked_at(home):
    journal(home)
    overwrite_pages(home / "arkiv/protokoll.sqlite")
    with writer_lock(home / ".laas"):
        told = [one.kode for one in asked(home)]
    assert told == ["kjoring_paagaar"]


def test_a_correction_that_corrects_nothing_is_a_hint_and_one_that_has_ended_is_not(home):
    listed = corrections(
        "ikke-her 2025-02-01|kommune|6199|utelat|verdistatus: vist, verdi: 55",
        "endt 2025-01-01 2025-02-01|kommune|6198|utelat|verdistatus: vist, verdi: 55",
    )
    (found,) = asked(home, corrections=listed)
    assert (found.kode, found.alvor, found.sted) == ("rettelse_ikke_brukt", "hint", "corrections.yaml, ikke-her")
    assert "lesing, skalapoeng, 5. trinn, 2024-25" in found.funnet


def test_a_withdrawal_that_was_killed_on_the_way_is_told_as_what_it_is(home):
    """It was called a spoiled file, and readers went on finding the release."""
    folder = home / "publisert"
    found = read_manifest(folder)
    gone = found.newest.model_copy(update={"trukket": found.newest.opprettet, "trukket_fordi": "Viser for mye."})
    write_manifest(folder, found.model_copy(update={"utgivelser": (*found.utgivelser[:-1], gone)}))
    (told,) = [one for one in asked(home) if one.sted == str(folder / "oppfolging.duckdb")]
    assert told.kode == "uttak_avbrutt" and "Viser for mye." in told.funnet
    assert told.gjor == f"oppfolging releases withdraw {gone.utgivelse} --home {home}"
