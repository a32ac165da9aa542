"""What is fetched gives what the files give: the same country through the interfaces and through the downloads."""

from __future__ import annotations

import json

from oppfolging_pipeline.tables.model import published_tables
from tests.e2e.fetched import OPERATIONAL, differences
from tests.e2e.scenarios import query


def test_the_fetch_of_every_school_year_and_the_run_without_the_server_succeed(fetched):
    assert fetched.fetch.code == 0, fetched.fetch.err
    assert fetched.run.code == 0, fetched.run.err
    units = json.loads(fetched.fetch.out)["enheter"]
    assert {unit["tilstand"] for unit in units} == {"hentet", "ikke_publisert"}
    assert fetched.requests == json.loads(fetched.fetch.out)["kall"]


def test_every_table_equals_the_one_from_the_files_cell_for_cell(fetched, example):
    compared = differences(fetched.home, example.home, "udir-2020")
    assert set(compared) == {table.key for table in published_tables()} - OPERATIONAL | {"observasjon"}
    assert compared == dict.fromkeys(compared, 0)


def test_every_published_figure_leads_to_the_request_that_brought_it(fetched):
    (untraced,) = query(
        fetched.home,
        """
        SELECT count(*) FROM mart.vurdering_kommune v WHERE verdistatus = 'vist' AND NOT EXISTS (
          SELECT * FROM drift.sporing JOIN drift.datagrunnlag d USING (sha256)
          WHERE (sporing.uttrekksaar, sporing.indikatorsett, sporing.indikator, sporing.trinn, sporing.skoleaar)
            = (v.uttrekksaar, v.indikatorsett, v.indikator, v.trinn, v.skoleaar)
            AND d.foresporsel LIKE 'GET http://127.0.0.1:%/data?%' AND d.hentet IS NOT NULL)
        """,
    )[0]
    assert untraced == 0


def test_a_trial_servers_figures_are_published_as_what_they_are(fetched):
    lisenser = query(fetched.home, "SELECT DISTINCT lisens FROM drift.datagrunnlag WHERE foresporsel LIKE 'GET %'")
    assert [("prøvetjener" in lisens) for (lisens,) in lisenser] == [True]
