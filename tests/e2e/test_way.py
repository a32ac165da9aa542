"""README's own sequences end with a list: none of them is to be found out by trying."""

from __future__ import annotations

import re

from tests.e2e.scenarios import query
from tests.support.shared import needs_shared


def identified(home) -> int:
    return query(home, "SELECT count(*) FROM mart.identifisert_kommune")[0][0]


def test_a_fetch_that_names_no_year_brings_what_the_run_after_it_needs(fetched_by_default):
    fetch, sources, run = fetched_by_default.done
    assert [one.code for one in fetched_by_default.done] == [0, 0, 0], run.err
    assert re.search(r"^Neste: oppfolging run --home '.*et hjem'$", fetch.out, re.M)
    assert fetched_by_default.requests <= 50, "README says about 50"
    assert sources.out.count("i orden") == 4
    assert query(fetched_by_default.home, "SELECT DISTINCT uttrekksaar, indikatorsett FROM mart.rangering_kommune") == [
        (2025, "udir-2020")
    ]
    assert identified(fetched_by_default.home) == 40


@needs_shared
def test_every_real_download_in_one_inbox_leads_to_a_list_by_the_command_that_is_proposed(every_real_download):
    """Guards against four tries that led to none: a year over a break was proposed, and reports that lay there were
    asked for, a line for each of 33 cells."""
    first, then = every_real_download.done
    assert first.code == 1 and "Traceback" not in first.err
    assert "Utelatt: filen kan ikke brukes slik den er.\n  - vgs_" in first.err
    nearest = first.err.split("Nærmest er uttrekk 2025:\n")[1].split("Veier videre:")[0]
    assert nearest.count("  - ") == 3, first.err
    assert "filene har skalapoeng, ikke andel på mestringsnivå 1" in first.err
    assert not re.search(r"--uttrekk 20(1\d|2[0-4])\b", first.err), "a year over a break is proposed"
    assert then.code == 0, then.err
    assert "Uttrekk 2025 (np-skalapoeng)" in then.out
    assert identified(every_real_download.home) == 40
