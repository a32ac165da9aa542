"""The cohorts as of a day, and the last day on which they are the same. Dates by hand from the carried plan."""

from __future__ import annotations

from datetime import date

import pytest

from oppfolging_pipeline.cohorts.dagen import (
    Identifisering,
    dagen_for_kjoringen,
    gjelder_til,
    identifiseringer,
    planer,
    puljer,
    sett_fra,
)
from oppfolging_pipeline.cohorts.rapportering import rapportering_rader
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.outcome import AuditReport, Outcome, as_json
from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from tests.unit.register.country import change, code, country, of_two_offices_in_turn

D = date.fromisoformat
IDENTIFISERT = {
    "uttrekksaar": 2025, "indikatorsett": "udir-2020", "kommunenr": "6101", "kommunenavn": "Sted 6101", "kategori": 1,
    "statsforvalter": "Dalene", "offisielt": True, "eksempel": False,
}  # fmt: skip
STABLE = country([code("6101"), code("6102")], [])
OF_2025 = (Identifisering(2025, D("2025-03-01"), True, [IDENTIFISERT]),)


@pytest.mark.parametrize(
    ("per", "til"),
    [
        ("2024-12-24", "2025-02-28"),  # the day of identification has not come
        ("2025-03-01", "2025-07-31"),  # the first term begins
        ("2025-08-01", "2025-12-31"),
        ("2025-12-31", "2025-12-31"),
        ("2026-01-01", "2026-06-30"),  # the first report falls due 30 days before 31 July
        ("2026-07-01", "2026-07-31"),
        ("2028-07-31", "2028-07-31"),
        ("2028-08-01", None),  # all is over
    ],
)
def test_the_last_day_on_which_every_state_is_the_same(per: str, til: str | None) -> None:
    assert gjelder_til(OF_2025, STABLE, D(per)) == (D(til) if til else None)


def test_a_change_of_the_register_ends_it_when_it_touches_one_of_them() -> None:
    day = "2025-10-01"
    own = country([code("6101", end=day), code("6103", day), code("6102")], [change(day, "6101", "6103")])
    assert gjelder_til(OF_2025, own, D("2025-08-01")) == D("2025-09-30")
    another = country([code("6102", end=day), code("6103", day), code("6101")], [change(day, "6102", "6103")])
    assert gjelder_til(OF_2025, another, D("2025-08-01")) == D("2025-12-31")


def test_a_new_office_ends_it_also_where_no_municipality_changes() -> None:
    register = of_two_offices_in_turn("2025-10-01")
    assert gjelder_til(OF_2025, register, D("2025-08-01")) == D("2025-09-30")
    assert [puljer(OF_2025, register, D(day))[0]["statsforvalter_i_dag"] for day in ("2025-09-30", "2025-10-01")] == [
        "Før",
        "Nå",
    ]


@pytest.mark.parametrize("per", ["2024-12-24", "2025-03-01", "2026-01-01", "2026-07-01", "2028-07-31"])
def test_every_day_up_to_it_is_the_same_and_the_next_is_not(per: str) -> None:
    """Day by day, by making the tables: no list of days that can bring a change is asked."""

    def tables(day: date) -> list[list[dict[str, object]]]:
        kommuner = puljer(OF_2025, STABLE, day)
        return [kommuner, planer(kommuner, day), rapportering_rader(kommuner, day)]

    til = gjelder_til(OF_2025, STABLE, D(per))
    assert til is not None
    days = [date.fromordinal(number) for number in range(D(per).toordinal(), til.toordinal() + 1)]
    assert all(tables(day) == tables(D(per)) for day in days)
    assert tables(date.fromordinal(til.toordinal() + 1)) != tables(D(per))


def test_a_home_without_anyone_identified_never_changes() -> None:
    assert gjelder_til((), STABLE, D("2025-03-01")) is None


def test_the_official_set_forms_the_cohort_of_a_year() -> None:
    other = IDENTIFISERT | {"indikatorsett": "np-skalapoeng", "kommunenr": "6102"}
    later = other | {"uttrekksaar": 2026}
    rows = [other, IDENTIFISERT, later]

    def formed(valgt: str | None = None) -> list[tuple[int, date, bool, list[str]]]:
        found = identifiseringer(rows, lambda year, name: load_rule_set(name, default_catalog()), valgt)
        return [(one.pulje, one.dag, one.offisielt, [row["kommunenr"] for row in one.rader]) for one in found]

    assert formed() == [(2025, D("2025-03-01"), True, ["6101"])], "no cohort of 2026: nobody asked for that set"
    assert formed("np-skalapoeng") == [
        (2025, D("2025-03-01"), False, ["6102"]),
        (2026, D("2026-03-01"), False, ["6102"]),
    ]


def test_plan_and_reports_say_of_themselves_what_their_cohort_is() -> None:
    invented = IDENTIFISERT | {"eksempel": True}
    later = IDENTIFISERT | {"uttrekksaar": 2026}
    of = (
        Identifisering(2025, D("2025-03-01"), False, [invented]),
        Identifisering(2026, D("2026-03-01"), True, [later]),
    )
    kommuner = puljer(of, STABLE, D("2026-03-01"))
    for rows in (kommuner, planer(kommuner, D("2026-03-01")), rapportering_rader(kommuner, D("2026-03-01"))):
        found = {(row["pulje"], row["offisielt"], row["eksempel"]) for row in rows}
        assert found == {(2025, False, True), (2026, True, False)}


def lake_of(folder, **days: date | None) -> Lake:
    """A lake whose cohort tables were audited as of those days."""
    lake = Lake(folder / "lager")
    held = Outcome(
        tabell="t",
        kontroll="k",
        passed=True,
        alvorlighet="kritisk",
        avvik=(),
        antall_avvik=0,
        veiledning="",
        varighet=0,
    )
    for key, day in days.items():
        file = lake.target(key)
        for path, content in (
            (file, b"rows"),
            (lake.report(file), as_json(AuditReport(fil_sha256="0" * 64, rader=1, per=day, utfall=(held,)))),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return lake


def test_the_day_is_the_one_that_the_municipalities_were_written_for(tmp_path) -> None:
    lake = lake_of(tmp_path, pulje_kommune=D("2025-03-01"), pulje_faseplan=D("2025-03-02"))
    assert dagen_for_kjoringen(lake) == sett_fra(lake) == D("2025-03-01")
    with pytest.raises(PermanentError, match="pulje_faseplan of 2025-03-02"):
        dagen_for_kjoringen(lake, "pulje_kommune", "pulje_faseplan")


def test_tables_of_before_the_day_was_kept_are_made_anew_and_not_guessed_at(tmp_path) -> None:
    assert sett_fra(lake_of(tmp_path)) is None
    with pytest.raises(PermanentError, match=r"a day that is not kept.*oppfolging run"):
        dagen_for_kjoringen(lake_of(tmp_path, pulje_kommune=None))
