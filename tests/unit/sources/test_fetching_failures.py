"""What a fetch did not get is known afterwards, however it ended: also one that was killed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oppfolging_pipeline.core.errors import TransientError
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.drift import Drift, DriftError
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import Fetch
from tests.unit.sources.fetching_home import MOVED, NOW, YEARS, Home, Kept, Register, Source


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(Archive(tmp_path / "arkiv"))


def known(home: Home) -> list[tuple[str, str, str]]:
    return [(unit.kilde, unit.skoleaar, unit.state) for unit in Evidence(home.archive).failures()]


def killed(home: Home, sources, register=None, **how) -> None:
    with pytest.raises(KeyboardInterrupt):
        home.fetch(sources, register, **how)


def test_a_fetch_that_is_killed_before_its_first_year_leaves_what_it_had_planned(home):
    years = YEARS[-1:]
    killed(home, [Source("a", years=years), Source("b", years=years)], Register(fault=KeyboardInterrupt()))
    assert known(home) == [("a", "2024-25", "paabegynt"), ("b", "2024-25", "paabegynt"), ("klass", "", "paabegynt")]


def test_a_fetch_that_is_killed_half_way_leaves_the_years_that_it_did_not_get(home):
    b = Source("b", faults={"2023-24": KeyboardInterrupt()})
    killed(home, [Source("a"), b], Register())
    assert known(home) == [("b", "2023-24", "paabegynt"), ("b", "2024-25", "paabegynt")]
    b.faults.clear()
    b.asked.clear()
    home.fetch([Source("a"), b], Register(), now=NOW + timedelta(hours=1))
    assert b.asked == ["published", "2023-24", "2024-25"], "what was begun is not got"
    assert known(home) == []


@pytest.mark.parametrize("at", ["published", "2024-25"])
def test_a_source_that_stopped_is_not_cleared_by_a_fetch_that_is_killed_after_its_plan(home, at):
    drift = DriftError([Drift("kritisk", "maal_mangler", MOVED)])
    source = Source("a", years=YEARS[-1:], faults={"2024-25": drift})
    home.fetch([source])
    assert known(home) == [("a", "2024-25", "stoppet")]
    if at == "published":
        source.closed = KeyboardInterrupt()
    else:
        source.faults["2024-25"] = KeyboardInterrupt()
    killed(home, [source])
    assert [unit[:2] for unit in known(home)] == [("a", "2024-25")]


def test_a_plan_alone_neither_clears_a_failure_nor_begins_anything(home):
    home.fetch([Source("a", years=YEARS[-1:], faults={"2024-25": TransientError("down")})])
    before = known(home)
    evidence = Evidence(home.archive)
    campaign = evidence.begin("k", NOW, "0.1.0", None, timedelta(hours=12))
    one = Fetch(
        Kept(evidence, home.archive, campaign), evidence, campaign, [Source("a")], Register(), lambda: NOW, print
    )
    assert one.plan(None, 3).calls > 0
    assert known(home) == before == [("a", "2024-25", "ikke_naadd")]


def test_a_fetch_that_fails_when_it_is_gone_on_with_is_a_failure_though_another_got_the_year(home):
    drift = DriftError([Drift("kritisk", "maal_mangler", MOVED)])
    failing = Source("a", years=YEARS[-1:], faults={"2024-25": drift})
    home.fetch([failing], key="1")
    home.fetch([Source("a", years=YEARS[-1:])], key="2")
    assert known(home) == []
    home.fetch([failing], key="1", now=NOW + timedelta(hours=1))
    assert known(home) == [("a", "2024-25", "stoppet")]


def test_a_source_that_answers_again_is_no_failure_when_its_years_were_got_before(home):
    a, b = Source("a"), Source("b", faults={"2022-23": TransientError("down")})
    home.fetch([a, b])
    a.closed = TransientError("down")
    home.fetch([a, b], now=NOW + timedelta(hours=1))
    assert ("a", "", "ikke_naadd") in known(home)
    a.closed = None
    home.fetch([a, b], now=NOW + timedelta(hours=2))
    assert {kilde for kilde, *_ in known(home)} == {"b"}
