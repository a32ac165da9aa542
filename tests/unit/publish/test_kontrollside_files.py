"""The page as a file: made of the files that are kept, mended by the next run, and never part of a failure it hides."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.outcome import FailedAudit
from oppfolging_pipeline.publish import kontrollside
from oppfolging_pipeline.publish.kontrollhistorikk import read_checked_releases
from oppfolging_pipeline.publish.kontrollside import write_failed_audit_page, write_release_page
from oppfolging_pipeline.publish.release import publish_release
from oppfolging_pipeline.tables.model import table
from tests.support.declared import declared_sources, minimal_row, minimal_rows
from tests.unit.publish.older import as_contract_1_0
from tests.unit.publish.outcomes import failed
from tests.unit.publish.page import read_page

NOON = datetime(2026, 3, 9, 11, tzinfo=UTC)
EARLIER = "tidligere"


def publish_next(home, info, sources, version: str):
    return publish_release(sources, home, info.model_copy(update={"code_version": version}))


def history(home) -> list[str]:
    page = read_page((home / "kontroll.html").read_text("utf-8"))
    return [row.text for row in page.all("table")[-1].one("tbody").all("tr")]


def test_the_outcomes_come_back_as_they_were_published(tmp_path, info):
    rows = minimal_rows(table("kontroll"), 2, resultat="ikke bestått", alvorlighet="varsel", antall_avvik=31)
    publish_release(declared_sources(tmp_path / "kilder", {"kontroll": rows}), tmp_path / "ut", info)
    (found,) = read_checked_releases(tmp_path / "ut")
    assert [
        (u.tabell, u.kontroll, u.passed, u.alvorlighet, u.avvik, u.antall_avvik, u.veiledning, u.varighet)
        for u in found.utfall
    ] == [
        (r["tabell"], r["kontroll"], False, "varsel", tuple(r["avvik"]), 31, r["veiledning"], r["varighet"])
        for r in rows
    ]


def test_a_page_is_written_once_and_again_when_it_is_gone_or_stale(home, info, sources):
    page = home / "kontroll.html"
    assert write_release_page(home)
    first = page.read_bytes()
    assert not write_release_page(home) and page.read_bytes() == first
    page.unlink()
    assert write_release_page(home) and page.read_bytes() == first
    page.write_bytes(first[: len(first) // 2])
    assert write_release_page(home) and page.read_bytes() == first
    publish_next(home, info, sources, "0.2.0")
    assert write_release_page(home) and page.read_bytes() != first
    assert [line[0] for line in history(home)] == ["1", "2"], "oldest first"


def test_a_kill_before_the_page_leaves_the_old_one_whole(home, info, sources, monkeypatch):
    write_release_page(home)
    first = (home / "kontroll.html").read_bytes()
    publish_next(home, info, sources, "0.2.0")

    def killed(target, content):
        raise KeyboardInterrupt

    monkeypatch.setattr(kontrollside, "write_atomically", killed)
    with pytest.raises(KeyboardInterrupt):
        write_release_page(home)
    assert (home / "kontroll.html").read_bytes() == first
    monkeypatch.undo()
    assert not publish_next(home, info, sources, "0.2.0").changed
    assert write_release_page(home) and len(history(home)) == 2


def test_a_release_from_before_the_number_of_offenders_is_understood(home, info, sources):
    as_contract_1_0(home)
    publish_next(home, info, sources, "0.2.0")
    old, new = read_checked_releases(home)
    assert (old.record.kontraktversjon, len(old.utfall)) == ("1.0", len(new.utfall))
    assert {one.antall_avvik for one in old.utfall} == {None}
    assert write_release_page(home) and "kan ikke leses" not in " ".join(history(home))


def test_an_earlier_file_that_is_broken_is_said_to_be_and_stops_nothing(home, info, sources):
    publish_next(home, info, sources, "0.2.0")
    (kept,) = (home / EARLIER).iterdir()
    kept.write_bytes(b"halv")
    assert write_release_page(home)
    assert [line.endswith("? kan ikke leses") for line in history(home)] == [True, False]


def test_a_release_that_is_no_longer_kept_is_not_in_the_history(home, info, sources):
    publish_next(home, info, sources, "0.2.0")
    for kept in (home / EARLIER).iterdir():
        kept.unlink()
    publish_next(home, info, sources, "0.3.0")
    write_release_page(home)
    assert [line[0] for line in history(home)] == ["2", "3"]


@pytest.mark.parametrize("spoil", [lambda file: file.unlink(), lambda file: file.write_bytes(b"halv")])
def test_a_published_file_that_cannot_be_read_gives_no_page(home, spoil):
    write_release_page(home)
    before = (home / "kontroll.html").read_bytes()
    spoil(home / "oppfolging.duckdb")
    with pytest.raises(PermanentError, match="no published file that can be read"):
        write_release_page(home)
    assert (home / "kontroll.html").read_bytes() == before


def test_a_stopped_run_gets_its_page_in_quarantine_and_the_published_one_is_left(home, tmp_path):
    write_release_page(home)
    before = (home / "kontroll.html").read_bytes()
    path = write_failed_audit_page(
        FailedAudit(utfall=(failed(),)), "kjoering-1", NOON, tmp_path / "karantene" / "kjoering-1", home
    )
    assert path == tmp_path / "karantene" / "kjoering-1" / "kontroll.html"
    page = read_page(path.read_text("utf-8"))
    assert "kjoering-1" in page.text and page.one("article").all("code")[0].text == "enhet=6713"
    assert "–utgivelse 1: ikke kjørt" in page.one("article").text, "the releases of the home are its history"
    assert (home / "kontroll.html").read_bytes() == before


def test_the_page_of_a_stopped_run_says_first_what_its_tables_are_not(home, tmp_path):
    audit = FailedAudit(utfall=(failed(),), foran="Oppdiktet eksempel.")
    text = write_failed_audit_page(audit, "kjoering-1", NOON, tmp_path / "karantene", home).read_text("utf-8")
    assert "Oppdiktet eksempel. Kjøringen ble stanset" in read_page(text).text


def test_the_page_of_a_release_says_first_what_its_results_are_not(tmp_path, info):
    rows = [
        minimal_row(table("rangering_kommune"), uttrekksaar=year, indikatorsett=name, offisielt=name == "udir-2020",
                    eksempel=True)
        for year, name in ((2025, "mitt"), (2024, "mitt"), (2025, "udir-2020"))
    ]  # fmt: skip
    publish_release(declared_sources(tmp_path / "kilder", {"rangering_kommune": rows}), tmp_path, info)
    write_release_page(tmp_path)
    text = read_page((tmp_path / "kontroll.html").read_text("utf-8")).text.replace("\N{NO-BREAK SPACE}", " ")
    first = "Oppdiktet eksempel. Ikke ordningens offisielle indikatorsett (mitt): uttrekk 2024 og 2025."
    assert f"{first} Utgivelse 1 ble laget" in text


@pytest.mark.parametrize("manifest", [None, json.dumps({"format": 9})], ids=["first run", "damaged manifest"])
def test_a_stopped_run_gets_its_page_whatever_there_is_to_compare_with(tmp_path, manifest):
    published = tmp_path / "publisert"
    if manifest:
        published.mkdir()
        (published / "manifest.json").write_text(manifest, "utf-8")
    text = write_failed_audit_page(
        FailedAudit(utfall=(failed(),)), "kjoering-1", NOON, tmp_path / "karantene", published
    ).read_text("utf-8")
    assert "enhet=6713" in text and "Det finnes ingen utgivelse" in text
    assert ("Historikken kan ikke leses" in text) == bool(manifest)


def test_a_run_whose_checks_could_not_be_run_is_no_green_page(tmp_path):
    audit = FailedAudit(utfall=(), feil="andel: found no row; expected some")
    text = write_failed_audit_page(audit, "kjoering-1", NOON, tmp_path / "karantene", tmp_path / "hjem").read_text(
        "utf-8"
    )
    assert "Ingen kontroll kunne kjøres." in text
    assert "Alle besto" not in text
    assert "andel: found no row; expected some" in text
