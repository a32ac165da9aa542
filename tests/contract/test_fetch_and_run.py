"""A run stands on the sources of its own rule set, whatever became of the others, and on whatever address they lie."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb

from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.behov import needed_cells
from oppfolging_pipeline.rules.loader import load_rule_set
from tests.contract.conftest import YEARS
from tests.contract.fetch_home import FetchHome
from tests.support.golden import published_file
from tests.support.run import failures, run_job
from tests.support.shared import NASJONALE_PROVER, needs_shared
from tests.udir_stub import Fault, StubServer

NP, GS, EU, SET = "nasjonale_prover", "grunnskolepoeng", "elevundersokelsen", "np-skalapoeng"


def identified(home: Path) -> int:
    with closing(duckdb.connect(str(published_file(home)), read_only=True)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM mart.identifisert_kommune").fetchall()[0]
    return int(count)


def called_invented(home: Path) -> set[bool]:
    """What the release says of its figures, which must be one thing in all of its reasons."""
    with closing(duckdb.connect(str(published_file(home)), read_only=True)) as connection:
        rows = connection.execute("SELECT eksempel, begrunnelse FROM mart.rangering_kommune").fetchall()
    assert all(reason.startswith("Oppdiktet eksempel. ") == invented for invented, reason in rows)
    return {invented for invented, _ in rows}


def test_the_national_tests_alone_are_run_whatever_the_other_sources_did(home: FetchHome, stub: StubServer) -> None:
    stub.faults = [
        Fault("missing_grade", "NasjonaleProever/1/1/data", detail="9"),
        Fault("doubled_rows", "148/data"),
        Fault("status", "Rapportside/GSK_GSPoeng", detail="404"),
    ]
    fetched = home.fetch(years=YEARS)
    states = fetched.states
    assert [one.message for one in fetched.report.failures if one.kilde == NP] == []
    assert {states[NP, year] for year in YEARS} == {"hentet"}
    assert {states[EU, year] for year in YEARS} == {"stoppet"}
    assert states[GS, ""] == "stoppet"
    how = {"years": [2026], "skoleaar": YEARS, "per": "2026-03-01", "now": "2026-03-01T12:00:00+00:00"}
    done = run_job(home.root, None, rules=SET, **how)  # type: ignore[arg-type]
    assert done.success, failures(done)
    assert identified(home.root) == 40
    assert called_invented(home.root) == {True}, "fetched, and invented all the same"
    refused = run_job(home.root, None, rules="udir-2020", **how)  # type: ignore[arg-type]
    assert not refused.success, "the official set needs what is not there"


@needs_shared
def test_real_figures_and_klass_on_this_machine_are_real(tmp_path: Path) -> None:
    """Guards against telling real from invented by the address: a mirror or a proxy of the sources is no trial."""
    from tests.udir_stub.real import norway

    years = ("2022-23", "2023-24", "2024-25")
    needed = needed_cells([load_rule_set(SET)])
    with StubServer(country=norway(NASJONALE_PROVER, years)) as server:
        home = FetchHome(tmp_path / "hjem", server, needed=needed)
        done = home.fetch("klass", NP, years=years)
        assert not done.report.failures, done.report.failures[0].message
        assert home.archive.origin() == "hentet"
    how = {"years": [2025], "skoleaar": years, "per": "2025-03-01", "now": "2026-03-01T12:00:00+00:00"}
    run = run_job(home.root, None, rules=SET, **how)  # type: ignore[arg-type]
    assert run.success, failures(run)
    with closing(duckdb.connect(str(published_file(home.root)), read_only=True)) as connection:
        lisenser = connection.execute("SELECT DISTINCT lisens FROM drift.datagrunnlag").fetchall()
        embeter = connection.execute("SELECT DISTINCT statsforvalter FROM dim.statsforvalter").fetchall()
    assert not any("oppdiktet" in lisens.casefold() for (lisens,) in lisenser)
    assert called_invented(home.root) == {False}
    assert {name for (name,) in embeter} == {one.statsforvalter for one in carried_register().embeter}
    # The invented country never comes into a home of real figures.
    with StubServer(YEARS) as trial:
        home.stub = trial
        refused = home.fetch("klass", NP, years=["2024-25"])
    assert {one.state for one in refused.report.failures} == {"stoppet"}
    assert all("never mix" in one.message for one in refused.report.failures)
