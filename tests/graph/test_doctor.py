"""The doctor on homes that something has happened to: each fault is told with its command, and nothing is changed."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from oppfolging_pipeline.core.files import writer_lock
from oppfolging_pipeline.core.run_journal import Asked, RunJournal, write_journal
from oppfolging_pipeline.publish.doctor import examination
from oppfolging_pipeline.publish.doctor.diagnosis import Diagnosis
from oppfolging_pipeline.publish.doctor.examination import examine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.evidence import Evidence
from tests.graph.test_run import materialize
from tests.support.audits import report_of
from tests.support.run import NOON, failures, run_job
from tests.support.spoil import emptied_ledger, flip, overwrite_pages, truncate
from tests.support.tiny import SKOLEAAR
from tests.unit.staging.build import corrections

NOW = datetime.fromisoformat(NOON) + timedelta(hours=1)
PLENTY = 1 << 40
RESULT = "2025/np-skalapoeng"
ASKED = Asked(inbox="/inn boks", rules="np-skalapoeng", uttrekk=(2024, 2025), per="2025-03-01")


@pytest.fixture(scope="module")
def in_order(run) -> Path:
    """The home of a whole run, looked at once: what a test finds in a copy of it is of that test's own making."""
    assert [one for one in asked(run.home) if one.alvor == "feil"] == []
    return run.home


@pytest.fixture
def home(in_order, tmp_path) -> Path:
    """A copy of that home, for a test to spoil."""
    return Path(shutil.copytree(in_order, tmp_path / "hjem"))


def asked(
    home: Path, *, now: datetime = NOW, free: int = PLENTY, corrections: Rettelsesliste | None = None
) -> list[Diagnosis]:
    return examine(home, None, default_catalog(), corrections or Rettelsesliste(), now, free)


def journal(home: Path, *, faults: dict[str, str] | None = None, began: datetime = NOW) -> None:
    begun = RunJournal(began, ASKED)
    write_journal(home, begun if faults is None else begun.ended(began, faults))


def naive_journal(home: Path) -> None:
    journal(home, faults={})
    (home / "kjoring.json").write_text((home / "kjoring.json").read_text().replace("Z", "").replace("+00:00", ""))


def journal_folder(home: Path) -> None:
    (home / "kjoring.json").unlink(missing_ok=True)
    (home / "kjoring.json").mkdir()


def lock_folder(home: Path) -> None:
    (home / ".laas").unlink()
    (home / ".laas").mkdir()


def newer_ledger(home: Path) -> None:
    with closing(sqlite3.connect(home / "arkiv/protokoll.sqlite")) as ledger:
        ledger.execute("UPDATE ledger_version SET version = 99")
        ledger.commit()


def ledger_folder(home: Path) -> None:
    (home / LEDGER).unlink()
    (home / LEDGER).mkdir()


def quarantine(home: Path) -> None:
    folder = home / "karantene" / "en-kjoring"
    folder.mkdir(parents=True)
    one = {"tabell": "andel", "kontroll": "andel.i_omraadet", "passed": False, "alvorlighet": "kritisk",
           "avvik": ["enhet=6205"], "antall_avvik": 1, "veiledning": "Se etter.", "varighet": 0.1}  # fmt: skip
    (folder / "kontroll.json").write_text(
        json.dumps({"utfall": [one, {**one, "kontroll": "andel.noekkel", "passed": True}]})
    )


def failed_fetch(home: Path) -> None:
    evidence = Evidence(Archive(home / "arkiv"))
    campaign = evidence.begin("prove", NOW, "1", None, timedelta(hours=1))
    evidence.unit_ended(campaign, "grunnskolepoeng", "2024-25", "stoppet", NOW, message="en kolonne er borte")


def other_figures(home: Path) -> None:
    """A result of another run: a table whose audit is in order, and whose rows do not fit the others."""
    file = home / f"lager/andel/{RESULT}.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE a AS SELECT * REPLACE (0 AS risikopoeng) FROM read_parquet(?)", [str(file)])
        connection.execute(f"COPY a TO '{file}' (FORMAT parquet)")
    (home / f"kontroll/andel/{RESULT}.json").write_bytes(report_of(file))


def undeclared_column(home: Path) -> None:
    file = home / f"lager/andel/{RESULT}.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE a AS SELECT *, 1 AS tillegg FROM read_parquet(?)", [str(file)])
        connection.execute(f"COPY a TO '{file}' (FORMAT parquet)")


def one_row(home: Path) -> None:
    file = home / f"lager/andel/{RESULT}.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE a AS SELECT * FROM read_parquet(?) LIMIT 1", [str(file)])
        connection.execute(f"COPY a TO '{file}' (FORMAT parquet)")


def foreign_file(home: Path) -> None:
    file = home / "publisert/oppfolging.duckdb"
    file.unlink()
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE noe (a INTEGER)")


def some_content(home: Path) -> Path:
    return max((home / "arkiv/innhold").iterdir(), key=lambda path: path.stat().st_size)


LEDGER, MEND = "arkiv/protokoll.sqlite", "cp protokoll.kopi.sqlite protokoll.sqlite"
NOT_DECLARED = "lager_ikke_som_deklarert"
INTO = "oppfolging run --home {home} --inbox MAPPE --rules np-skalapoeng --uttrekk 2025"
AGAIN = "oppfolging run --home {home} --rules np-skalapoeng --uttrekk 2025"
OF_RESULT = "oppfolging run --rules np-skalapoeng --uttrekk 2025 --home {home}"
AS_ASKED = "oppfolging run --home {home} --inbox '/inn boks' --rules np-skalapoeng --uttrekk 2024,2025 --per 2025-03-01"
# What happens to the home; the code of what is found, a part of it, and the command.
Spoil = Callable[[Path], object]
BROKEN: dict[str, tuple[Spoil, str, str, str]] = {
    "broken off": (journal, "kjoring_avbrutt", f"begynte {NOW:%Y-%m-%d %H:%M}", AS_ASKED),
    "failed": (
        lambda h: journal(h, faults={"andel": "2 checks failed"}),
        "kjoring_feilet",
        "andel: 2 checks",
        AS_ASKED,
    ),
    "journal": (
        lambda h: (h / "kjoring.json").write_text("{"),
        "journal_uleselig",
        "no journal",
        "rm {home}/kjoring.json",
    ),
    "journal without a zone": (naive_journal, "journal_uleselig", "timezone", "rm {home}/kjoring.json"),
    "journal, a folder": (journal_folder, "journal_uleselig", "Is a directory", "rm -r {home}/kjoring.json"),
    "lock, a folder": (lock_folder, "laas_er_ingen_fil", "en mappe", "mv {home}/.laas {home}/.laas.flyttet && "),
    "quarantine": (quarantine, "karantene", "andel, andel.i_omraadet: 1 avvik (enhet=6205)", AGAIN),
    "ledger, pages": (lambda h: overwrite_pages(h / LEDGER), "protokoll_skadet", "skadet", MEND),
    "ledger, none at all": (
        lambda h: (h / LEDGER).write_bytes(b"x" * 9000),
        "protokoll_skadet",
        "not a database",
        MEND,
    ),
    "ledger, no bytes": (lambda h: (h / LEDGER).write_bytes(b""), "protokoll_skadet", "0 intakes", MEND),
    "ledger, no rows": (
        lambda h: emptied_ledger(h / LEDGER),
        "protokoll_skadet",
        "beside a copy of it that knows 1 intakes",
        MEND,
    ),
    "ledger, a folder": (ledger_folder, "protokoll_skadet", "en mappe", MEND),
    "ledger gone": (lambda h: (h / LEDGER).unlink(), "protokoll_borte", "ingen protokoll", MEND),
    "ledger of a newer version": (newer_ledger, "protokoll_ubrukelig", "version 99", ""),
    "content gone": (lambda h: some_content(h).unlink(), "innhold_skadet", "mangler", INTO),
    "content spoiled": (lambda h: flip(some_content(h)), "innhold_skadet", "sha256", INTO),
    "observations cut": (
        lambda h: truncate(h / "lager/observasjon/nasjonale_prover/2024-25.parquet"),
        NOT_DECLARED,
        "no readable Parquet",
        AGAIN,
    ),
    "result, bytes": (lambda h: flip(h / f"lager/vurdering/{RESULT}.parquet"), "lager_", "fil", OF_RESULT),
    "result, another file": (
        lambda h: shutil.copyfile(h / "lager/dim_skoleaar/alt.parquet", h / f"lager/andel/{RESULT}.parquet"),
        NOT_DECLARED,
        "no such column",
        OF_RESULT,
    ),
    "result, a column more": (undeclared_column, NOT_DECLARED, "tillegg", OF_RESULT),
    "result, no report": (
        lambda h: (h / f"kontroll/andel/{RESULT}.json").unlink(),
        "lager_uten_rapport",
        "no audit report (no such file)",
        OF_RESULT,
    ),
    "results of two runs": (other_figures, "resultater_ulike", "andel", OF_RESULT),
    "results, a table gone": (
        lambda h: (h / f"lager/andel/{RESULT}.parquet").unlink(),
        "resultater_borte",
        "ingen andel",
        OF_RESULT,
    ),
    "lake gone": (lambda h: shutil.rmtree(h / "lager"), "resultater_borte", "ingen grense, regelsett_brukt", OF_RESULT),
    "result, somebody's copy": (
        lambda h: shutil.copyfile(h / f"lager/andel/{RESULT}.parquet", h / "lager/andel/2025/kopi.parquet"),
        "lager_uten_rapport",
        "no such file",
        "mv {home}/lager/andel/2025/kopi.parquet {home}",
    ),
    "result, fewer rows": (one_row, "lager_endret", "(1 rader; da var det 17)", OF_RESULT),
    "published, gone": (lambda h: (h / "publisert/oppfolging.duckdb").unlink(), "publisert_borte", "0001-", AGAIN),
    "published, cut": (lambda h: truncate(h / "publisert/oppfolging.duckdb"), "publisert_skadet", "0001-", AGAIN),
    "published, foreign": (foreign_file, "publisert_fremmed", "drift.utgivelse", "oppfolging.duckdb.fremmed && "),
    "manifest": (
        lambda h: (h / "publisert/manifest.json").write_text("["),
        "manifest_uleselig",
        "no manifest",
        "rm {home}/publisert/manifest.json && ",
    ),
    "a source": (
        failed_fetch,
        "kilde_feilet",
        "en kolonne er borte",
        "oppfolging fetch --source grunnskolepoeng --years 2024-25 --home {home}",
    ),
}


@pytest.mark.parametrize(("spoil", "kode", "found", "command"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_told_with_its_command(home, spoil, kode, found, command):
    spoil(home)
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    told = [one for one in asked(home) if one.kode.startswith(kode)]
    assert told, asked(home)
    assert all(one.alvor == "feil" and one.betyr for one in told)
    assert any(found in one.funnet and command.format(home=home) in one.gjor for one in told), told
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before, "a doctor changes nothing"


HINTS: dict[str, tuple[Spoil, str, str]] = {
    "staging": (lambda h: _written(h / "neste/andel/2025/x.parquet"), "rester", "neste/andel/2025/x.parquet"),
    "half a release": (lambda h: _written(h / "publisert/oppfolging.duckdb.next"), "rester", "oppfolging.duckdb.next"),
    "half a report": (lambda h: _written(h / "kontroll/andel/.alt.json.1.next"), "rester", ".alt.json.1.next"),
    "no page": (lambda h: (h / "publisert/kontroll.html").unlink(), "kontrollside", "ingen side"),
    "another release's page": (lambda h: _written(h / "publisert/kontroll.html"), "kontrollside", "annen utgivelse"),
    "a copy in the lake": (
        lambda h: shutil.copyfile(h / f"lager/regelsett_brukt/{RESULT}.parquet", h / "lager/regelsett_brukt/k.parquet"),
        "lager_fremmed",
        "ikke er en av tabellens",
    ),
    "the ledger's copy": (
        lambda h: (h / "arkiv/protokoll.kopi.sqlite").write_text("x"),
        "protokollkopi_skadet",
        "vet ikke om noe",
    ),
    "a manifest that is behind": (lambda h: (h / "publisert/manifest.json").unlink(), "manifest_etter", "0001-"),
}


def _written(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("halvt")


@pytest.mark.parametrize(("spoil", "kode", "found"), HINTS.values(), ids=HINTS)
def test_what_the_next_run_sees_to_is_a_hint(home, spoil, kode, found):
    spoil(home)
    told = asked(home)
    assert [one for one in told if one.alvor == "feil"] == []
    assert any(one.kode == kode and found in one.funnet for one in told), told


def test_a_page_of_the_published_release_is_in_order(home):
    release = json.loads((home / "publisert/manifest.json").read_text())["utgivelser"][-1]["utgivelse"]
    (home / "publisert/kontroll.html").write_text(f"<p>Utgivelse {release}</p>")
    assert asked(home) == []


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
                 "lager/andel/2025/x.parquet", ".laas", "arkiv/innhold"):  # fmt: skip
        (tmp_path / part).mkdir(parents=True)
    told = asked(tmp_path)
    assert {one.alvor for one in told} == {"feil"} and "ikke_undersokt" in {one.kode for one in told}


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
