"""Breaks in a series and corrections of single figures, of the home's own, through the whole graph."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from oppfolging_pipeline.cli import app
from oppfolging_pipeline.rules.brudd import default_breaks
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.kopi import copied
from oppfolging_pipeline.rules.loader import carried_text
from tests.graph.conftest import RULES, Run, whose
from tests.support.run import failures, run_job
from tests.support.tiny import SKOLEAAR, write_tiny

OWN = "mitt-sett"
CELL = ("6101", "lesing", 5, "2024-25")
TODAY = "{verdistatus: vist, verdi: 55, antall: 90}"  # of 40, 30 and 20 pupils, 6, 4 and 5 above 50
CORRECTIONS = f"""\
rettelser:
  - id: feil-i-krattvik
    kilde: nasjonale_prover
    skoleaar: 2024-25
    nivaa: kommune
    enhet: "6101"
    indikator: lesing
    maal: skalapoeng
    trinn: 5
    handling: utelat
    forvent: {TODAY}
    grunn: Tallet gjelder en annen kommune.
    referanse: Prøve.
    registrert: 2025-02-01
"""
BREAKS = """\
brudd:
  - {id: ny-skala-2024, kilde: nasjonale_prover, trinn: [8], slag: ny_skala, fra_skoleaar: 2024-25, tekst: Ny skala.,
     referanse: Prøve.}
"""


def own(home: Path, name: str, text: str) -> None:
    """Write a file of the home's own settings."""
    file = home / "oppsett" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def corrected_by(text: str, home: Path) -> None:
    """The home's own corrections are those of the text."""
    own(home, "rettelser.yaml", text)


def query(home: Path, sql: str) -> list[tuple]:
    with closing(duckdb.connect(str(home / "publisert" / "oppfolging.duckdb"), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def withdrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inbox whose newest complete identification year rests on the withdrawn tests of 2021-22."""
    return write_tiny(tmp_path_factory.mktemp("innboks"), ["2021-22", *SKOLEAAR[:-1]])


@pytest.mark.parametrize("years", [[2024], []], ids=["asked for", "the newest complete year"])
def test_a_run_over_a_break_that_its_set_does_not_permit_stops_before_any_limit_and_publishes_nothing(
    withdrawn, tmp_path, years
):
    result = run_job(tmp_path, withdrawn, rules=RULES, years=years, skoleaar=["2021-22", *SKOLEAAR[:-1]])
    assert {event.step_key for event in result.get_step_failure_events()} == {"harmonisert", "grense"}
    told = failures(result)
    text = default_breaks().by_id()["nasjonale-prover-foer-2022"].tekst
    if years:
        assert f"{RULES}: uttrekk 2024 kan ikke kjøres med det som er her:" in told
        assert f"  - Nasjonale prøver 2021-22: trukket tilbake. «{text}»" in told
    else:
        assert f"{RULES}: intet uttrekksår er " in told
    assert not (tmp_path / "publisert").exists()
    assert not any((tmp_path / "lager" / key).exists() for key in ("harmonisert", "grense", "grunnlag"))


def test_a_permitted_break_and_a_corrected_figure_are_seen_by_who_reads_the_release(run: Run, tmp_path):
    home = tmp_path / "hjem"
    copy = copied(carried_text(RULES), RULES, OWN, default_catalog())
    assert copy.count("brudd: {verdi: []") == 1
    own(home, f"regelsett/{OWN}.yaml", copy.replace("brudd: {verdi: []", "brudd: {verdi: [ny-skala-2024]"))
    own(home, "brudd.yaml", BREAKS)
    corrected_by(CORRECTIONS, home)

    result = run_job(home, run.inbox, rules=OWN, years=[2025], skoleaar=SKOLEAAR)
    assert result.success, failures(result)
    merknad = (
        "Brudd i tidsserien (Lesing 8. trinn og Regning 8. trinn, 2024-25): Ny skala. "
        "Rettede tall. Lesing 5. trinn 2024-25, kommune 6101: tallet er utelatt (feil-i-krattvik). "
        "Tallet gjelder en annen kommune."
    )
    assert query(home, "SELECT uttrekksaar, merknad FROM drift.grunnlag") == [(2025, merknad)]
    assert query(home, "SELECT merknad FROM drift.utgivelse") == [
        (f"{whose(2025, rules=OWN)} Uttrekk 2025 ({OWN}): {merknad}",)
    ]
    ((parametre,),) = query(home, "SELECT parametre FROM dim.indikatorsett")
    assert [row["verdi"] for row in json.loads(parametre) if row["navn"] == "brudd"] == [["ny-skala-2024"]]
    assert query(home, "SELECT indikatorsett, eget, offisielt FROM dim.indikatorsett") == [(OWN, True, False)]
    assert query(home, "SELECT fil, slag, indikatorsett FROM drift.oppsett ORDER BY ALL") == [
        ("brudd.yaml", "brudd", None),
        (f"regelsett/{OWN}.yaml", "regelsett", OWN),
        ("rettelser.yaml", "rettelser", None),
    ]

    cells = "SELECT kommunenr, indikator, trinn, skoleaar, verdi, verdistatus, antall FROM mart.vurdering_kommune"
    before, after = (
        {row[:4]: row[4:] for row in query(place, f"{cells} WHERE uttrekksaar = 2025")} for place in (run.home, home)
    )
    assert before[CELL][:2] == (55, "vist") and after[CELL][:2] == (None, "mangler")
    assert {cell: row for cell, row in after.items() if cell != CELL} == {
        cell: row for cell, row in before.items() if cell != CELL
    }
    marked = query(home, "SELECT kommunenr, indikator, trinn, skoleaar, rettelse FROM mart.vurdering_kommune")
    assert [row for row in marked if row[4]] == [(*CELL, "feil-i-krattvik")]
    assert query(home, "SELECT rettelse, enhet, handling, forvent_verdi, registrert, opphoert FROM drift.rettelse") == [
        ("feil-i-krattvik", "6101", "utelat", 55, date(2025, 2, 1), None)
    ]
    digests = "SELECT rettelser_sha256, brudd_sha256 FROM drift.grunnlag"
    assert not set(query(home, digests)[0]) & set(query(run.home, digests)[0])
    observed = duckdb.read_parquet(str(home / "lager" / "observasjon" / "**" / "*.parquet"), hive_partitioning=False)
    assert observed.filter("rettelse IS NOT NULL").project(
        "enhet, indikator, trinn, skoleaar, rettelse"
    ).fetchall() == [(*CELL, "feil-i-krattvik")]
    told = CliRunner().invoke(app, ["trace", "6101", "--home", str(home), "--rules", OWN, "--json"])
    assert told.exit_code == 0, told.stderr
    corrections = {
        ("6101", figure["indikator"], figure["trinn"], figure["skoleaar"]): part["rettelse"]
        for figure in json.loads(told.stdout)["tall"]
        for part in figure["observasjoner"]
    }
    assert {cell: name for cell, name in corrections.items() if name} == {CELL: "feil-i-krattvik"}


def test_a_correction_that_the_source_has_overtaken_stops_the_run_and_publishes_nothing(run: Run, tmp_path):
    corrected_by(CORRECTIONS.replace("verdi: 55", "verdi: 75"), tmp_path)
    result = run_job(tmp_path, run.inbox, rules=RULES, years=[2025], skoleaar=SKOLEAAR)
    assert [event.step_key for event in result.get_step_failure_events()] == ["observasjon"]
    told = failures(result)
    assert "2024-25_trinn_5.csv, row" in told and "found 55 (90 pupils); expected 75 (90 pupils)" in told
    assert "the correction 'feil-i-krattvik' of 2025-02-01" in told and "set the correction's opphoert to" in told
    assert not (tmp_path / "publisert").exists() and not (tmp_path / "lager").exists()


REPLACED = CORRECTIONS.replace("handling: utelat", "handling: overstyr\n    settes_til: {verdi: 40}")
DECIDED = (
    "SELECT v.verdi, v.rettelse, r.andel_risikopoeng > 0 FROM mart.vurdering_kommune v "
    "JOIN mart.rangering_kommune r USING (uttrekksaar, indikatorsett, kommunenr) "
    "WHERE (v.kommunenr, v.indikator, v.trinn, v.skoleaar) = ('6101', 'lesing', 5, '2024-25')"
)


def mended(inbox: Path, folder: Path) -> Path:
    """The inbox as it came later: the source says 40 itself."""
    shutil.copytree(inbox, folder)
    file = folder / "2024-25_trinn_5.csv"
    lines = file.read_bytes().decode("utf-16-le").split("\n")
    (place,) = [number for number, line in enumerate(lines) if "\t6101\t6101\t" in line]
    assert lines[place].split("\t")[9] == "55"
    lines[place] = lines[place].replace("\t55\t", "\t40\t", 1)
    file.write_bytes("\n".join(lines).encode("utf-16-le"))
    return folder


def test_a_decision_on_a_corrected_figure_can_be_made_again_after_the_source_mended_it(run: Run, tmp_path):
    home, later = tmp_path / "hjem", mended(run.inbox, tmp_path / "rettet")
    asked = {"rules": RULES, "years": [2025], "skoleaar": SKOLEAAR}
    corrected_by(REPLACED, home)
    assert run_job(home, run.inbox, **asked).success
    decision = query(home, DECIDED), query(home, "SELECT merknad, rettelser_sha256 FROM drift.grunnlag")
    assert decision[0] == [(40, "feil-i-krattvik", True)]

    result = run_job(home, later, **asked, now="2025-04-01T12:00:00+00:00")
    assert "(this file came 2025-04-01)" in failures(result) and "never delete it" in failures(result)

    corrected_by(REPLACED.rstrip() + "\n    opphoert: 2025-04-01\n", home)
    again = run_job(home, None, **asked, now="2025-04-02T12:00:00+00:00", kjent_per="2025-03-01")
    assert again.success, failures(again)
    assert (query(home, DECIDED), query(home, "SELECT merknad, rettelser_sha256 FROM drift.grunnlag")) == decision


def test_what_was_decided_before_an_error_was_known_is_decided_again_without_its_correction(run: Run, tmp_path):
    home = shutil.copytree(run.home, tmp_path / "hjem")  # all of it had come in on 1 March
    corrected_by(REPLACED.replace("registrert: 2025-02-01", "registrert: 2025-03-15"), home)
    asked = {"rules": RULES, "years": [2025], "skoleaar": SKOLEAAR, "kjent_per": "2025-03-01"}
    result = run_job(home, None, **asked)
    assert "found 2025-03-15; expected today (2025-03-01) or an earlier day" in failures(result)
    result = run_job(home, None, **asked, now="2025-03-16T12:00:00+00:00")
    assert result.success, failures(result)
    assert query(home, DECIDED) == [(55, None, False)]


COUNTED = """\
rettelser:
  - {id: kommunen-talt-om, kilde: nasjonale_prover, skoleaar: 2024-25, nivaa: kommune, enhet: "6102", indikator: lesing,
     trinn: 5, maal: skalapoeng, handling: overstyr, settes_til: {antall: 52},
     forvent: {verdistatus: vist, verdi: 50, antall: 50}, grunn: Feil., referanse: Prøve., registrert: 2025-02-01}
  - {id: landet-talt-om, kilde: nasjonale_prover, skoleaar: 2024-25, nivaa: nasjonalt, enhet: I, indikator: lesing,
     trinn: 5, maal: skalapoeng, handling: overstyr, settes_til: {antall: 281},
     forvent: {verdistatus: vist, verdi: 50, antall: 280}, grunn: Feil., referanse: Prøve., registrert: 2025-02-01}
  - {id: skolen-talt-om, kilde: nasjonale_prover, skoleaar: 2024-25, nivaa: skole, enhet: "100000006",
     indikator: lesing, trinn: 5, maal: skalapoeng, handling: overstyr, settes_til: {antall: 31},
     forvent: {verdistatus: vist, verdi: 43, antall: 30}, grunn: Feil., referanse: Prøve., registrert: 2025-02-01}
  - {id: aldri-lest, kilde: grunnskolepoeng, skoleaar: 2023-24, nivaa: skole, enhet: "100000006",
     indikator: grunnskolepoeng, trinn: 10, maal: grunnskolepoeng, handling: utelat,
     forvent: {verdistatus: vist, verdi: 40}, grunn: Feil., referanse: Prøve., registrert: 2025-02-01}
"""


def test_wrong_numbers_of_pupils_can_be_corrected_and_what_corrected_nothing_is_told(run: Run, tmp_path):
    corrected_by(COUNTED, tmp_path)
    result = run_job(tmp_path, run.inbox, rules=RULES, years=[2025], skoleaar=SKOLEAAR)
    assert result.success, failures(result)
    (observed,) = result.asset_materializations_for_node("observasjon")[-1:]
    metadata = {name: value.value for name, value in observed.metadata.items()}
    assert metadata["rettelser"] == ["kommunen-talt-om", "landet-talt-om", "skolen-talt-om"]
    assert metadata["rettelser av tall som ikke er i hjemmet"] == ["aldri-lest"]
    assert query(tmp_path, "SELECT rettelse, settes_til_antall FROM drift.rettelse") == [
        ("kommunen-talt-om", 52),
    ]
    ((merknad,),) = query(tmp_path, "SELECT merknad FROM drift.grunnlag")
    assert "kommune 6102: antallet elever er satt til et annet (kommunen-talt-om)" in merknad
    assert "landet-talt-om" not in merknad  # no limit is made of it
    assert "en skole: antallet elever er satt til et annet (skolen-talt-om)." in merknad
    assert query(tmp_path, "SELECT orgnr, rettelse FROM intern.vurdering_skole WHERE rettelse IS NOT NULL") == [
        ("100000006", "skolen-talt-om")
    ]
    assert query(tmp_path, "SELECT DISTINCT rettelse, kilde LIKE '%Se rettelse.' FROM mart.grense ORDER BY 1") == [
        (None, False),
    ]
