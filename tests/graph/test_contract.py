"""The published file against the contract, written out by hand: names, types, order, and a text on everything.

Belongs here: the promise to those who read the file. A test of it from the declarations would promise nothing: a column
that is taken out there would be gone here too. `…` in the contract stands for the key and names of the row.
"""

from __future__ import annotations

import pytest

from oppfolging_pipeline.tables.model import published_tables
from tests.support.tiny import SKOLEAAR, SKOLER

_KOMMUNE = "uttrekksaar INTEGER, indikatorsett VARCHAR, kommunenr VARCHAR, kommunenavn VARCHAR"
_STED = "fylkesnr VARCHAR, fylkesnavn VARCHAR, statsforvalter VARCHAR"
_IDENTIFISERT = (
    f"{_KOMMUNE}, {_STED}, kategori INTEGER, rangering INTEGER, andel_risikopoeng DOUBLE, risikopoeng INTEGER, "
    "mulige_risikopoeng INTEGER, dekningsgrad DOUBLE, margin DOUBLE, delt_plassering BOOLEAN, status VARCHAR, "
    "begrunnelse VARCHAR"
)
_VURDERING = (
    "indikatoromraade VARCHAR, indikator VARCHAR, trinn INTEGER, skoleaar VARCHAR, verdi DOUBLE, verdistatus VARCHAR, "
    "antall INTEGER, nasjonal_grense DOUBLE, absolutt_grense DOUBLE, risikopoeng INTEGER, mulige_risikopoeng INTEGER, "
    "beregnet BOOLEAN, rettelse VARCHAR"
)
COLUMNS = {
    "mart.identifisert_kommune": _IDENTIFISERT,
    "mart.rangering_kommune": f"{_IDENTIFISERT}, vurdert BOOLEAN, ikke_vurdert_grunn VARCHAR, naer_grensen BOOLEAN, "
    "aapne_poeng INTEGER, aapne_kunne_endret_plassen BOOLEAN",
    "mart.vurdering_kommune": (
        f"{_KOMMUNE}, {_VURDERING}".replace("verdistatus VARCHAR", "verdistatus VARCHAR, ikke_bygd_grunn VARCHAR")
    ),
    "mart.kandidat_kategori2": (
        f"{_KOMMUNE}, {_STED}, rangering INTEGER, andel_risikopoeng DOUBLE, spredning DOUBLE, antall_skoler INTEGER, "
        "antall_skoler_vurdert INTEGER, antall_skoler_i_ovre_kvartil INTEGER, prioritet INTEGER, valgt BOOLEAN, "
        "grunn VARCHAR"
    ),
    "mart.grense": (
        "uttrekksaar INTEGER, indikatorsett VARCHAR, indikator VARCHAR, trinn INTEGER, skoleaar VARCHAR, "
        "nasjonal_grense DECIMAL(9,3), absolutt_grense DECIMAL(9,3), metode VARCHAR, kilde VARCHAR, rettelse VARCHAR"
    ),
    "mart.pulje_faseplan": (
        "pulje INTEGER, halvaar_nr INTEGER, halvaar VARCHAR, fra DATE, til DATE, fase VARCHAR, faseaar INTEGER, "
        "aktiviteter VARCHAR[], rapport VARCHAR, tilstand VARCHAR, antall_kommuner INTEGER"
    ),
    "mart.pulje_kommune": (
        "pulje INTEGER, kommunenr VARCHAR, kommunenavn VARCHAR, kategori INTEGER, deltakelse VARCHAR, siden DATE, "
        "fase VARCHAR, kommunenr_ved_uttrekk VARCHAR, statsforvalter VARCHAR, statsforvalter_i_dag VARCHAR, "
        "merknad VARCHAR"
    ),
    "mart.rapportering": (
        "pulje INTEGER, kommunenr VARCHAR, rapport_nr INTEGER, avsender VARCHAR, frist DATE, mottatt DATE, "
        "tilstand VARCHAR"
    ),
    "dim.kommune": (
        f"kommunenr VARCHAR, kommunenavn VARCHAR, {_STED}, statsforvalter_i_dag VARCHAR, gyldig_fra DATE, "
        "gyldig_til DATE, oppstaatt_av VARCHAR[], gaatt_over_i VARCHAR[]"
    ),
    "dim.skole": (
        "orgnr VARCHAR, skolenavn VARCHAR, kommunenr VARCHAR, fylkesnr VARCHAR, forste_skoleaar VARCHAR, "
        "siste_skoleaar VARCHAR, trinn_liste INTEGER[]"
    ),
    "dim.indikator": (
        "indikator VARCHAR, navn VARCHAR, kilde VARCHAR, maal VARCHAR, trinn INTEGER, retning VARCHAR, "
        "antall_er VARCHAR, enhet_for_verdi VARCHAR, desimaler INTEGER"
    ),
    "dim.indikatorsett": (
        "indikatorsett VARCHAR, navn VARCHAR, sha256 VARCHAR, offisielt BOOLEAN, eget BOOLEAN, merknad VARCHAR, "
        "parametre VARCHAR, innhold VARCHAR"
    ),
    "dim.skoleaar": "skoleaar VARCHAR, forste_dag DATE, siste_dag DATE",
    "dim.statsforvalter": "statsforvalter VARCHAR, fylker VARCHAR[], gyldig_til DATE",
    "intern.rangering_skole": (
        "uttrekksaar INTEGER, indikatorsett VARCHAR, orgnr VARCHAR, skolenavn VARCHAR, kommunenr VARCHAR, "
        "kommunenavn VARCHAR, rangering INTEGER, andel_risikopoeng DOUBLE, risikopoeng INTEGER, "
        "mulige_risikopoeng INTEGER, dekningsgrad DOUBLE, vurdert BOOLEAN, ikke_vurdert_grunn VARCHAR, "
        "i_ovre_kvartil BOOLEAN"
    ),
    "intern.vurdering_skole": (
        f"uttrekksaar INTEGER, indikatorsett VARCHAR, orgnr VARCHAR, skolenavn VARCHAR, kommunenr VARCHAR, {_VURDERING}"
    ),
    "drift.datagrunnlag": (
        "sha256 VARCHAR, kilde VARCHAR, innholdstype VARCHAR, foresporsel VARCHAR, periode VARCHAR, hentet TIMESTAMP, "
        "rader INTEGER, lisens VARCHAR"
    ),
    "drift.kontroll": (
        "utgivelse VARCHAR, tabell VARCHAR, kontroll VARCHAR, resultat VARCHAR, alvorlighet VARCHAR, avvik VARCHAR[], "
        "veiledning VARCHAR, varighet DOUBLE, antall_avvik INTEGER"
    ),
    "drift.utgivelse": (
        "utgivelse VARCHAR, versjon INTEGER, kontraktversjon VARCHAR, kodeversjon VARCHAR, regelsett_sha256 VARCHAR, "
        "innhold_sha256 VARCHAR, opprettet TIMESTAMP, per DATE, gjelder_til DATE, kjent_per DATE, merknad VARCHAR"
    ),
    "drift.sporing": (
        "uttrekksaar INTEGER, indikatorsett VARCHAR, sha256 VARCHAR, kilde VARCHAR, skoleaar VARCHAR, "
        "indikator VARCHAR, maal VARCHAR, trinn INTEGER, celler INTEGER"
    ),
    "drift.grunnlag": (
        "uttrekksaar INTEGER, indikatorsett VARCHAR, kjent_per DATE, skoler_uten_kommune INTEGER, merknad VARCHAR, "
        "rettelser_sha256 VARCHAR, "
        "brudd_sha256 VARCHAR"
    ),
    "drift.oppsett": "fil VARCHAR, slag VARCHAR, indikatorsett VARCHAR, sha256 VARCHAR",
    "drift.rettelse": (
        "uttrekksaar INTEGER, indikatorsett VARCHAR, rettelse VARCHAR, kilde VARCHAR, skoleaar VARCHAR, nivaa VARCHAR, "
        "enhet VARCHAR, indikator VARCHAR, maal VARCHAR, trinn INTEGER, handling VARCHAR, "
        "forvent_verdistatus VARCHAR, forvent_verdi DECIMAL(9,3), forvent_antall INTEGER, "
        "settes_til_verdi DECIMAL(9,3), settes_til_antall INTEGER, grunn VARCHAR, referanse VARCHAR, "
        "registrert DATE, opphoert DATE"
    ),
}

COLUMNS |= {
    name: f"{columns}, offisielt BOOLEAN, eksempel BOOLEAN"
    for name, columns in COLUMNS.items()
    if name.startswith("mart.")
}
# The five municipalities are all in category 1, so the candidates of category 2 are none; and no figure is corrected.
MAY_BE_EMPTY = ("mart.kandidat_kategori2", "drift.oppsett", "drift.rettelse")


def test_the_file_has_the_tables_of_the_contract_and_no_other(published):
    rows = published.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    assert {name for (name,) in rows} == set(COLUMNS)
    assert published.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchone() == (0,)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_has_the_columns_of_the_contract(published, name):
    schema, table = name.split(".")
    rows = published.execute(
        "SELECT column_name || ' ' || data_type FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? "
        "ORDER BY column_index",
        [schema, table],
    ).fetchall()
    assert ", ".join(text for (text,) in rows) == COLUMNS[name]


def test_every_table_and_column_carries_a_norwegian_text(published):
    tables = published.execute("SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()").fetchall()
    columns = published.execute(
        "SELECT schema_name || '.' || table_name || '.' || column_name, comment FROM duckdb_columns() "
        "WHERE NOT internal"
    ).fetchall()
    assert len(tables) == len(COLUMNS) and len(columns) == sum(len(text.split(", ")) for text in COLUMNS.values())
    assert [name for name, text in [*tables, *columns] if not text or not text.strip().endswith(".")] == []


def test_the_grain_is_unique_in_every_table(published):
    for declared in published_tables():
        keys = ", ".join(declared.grain)
        doubled = published.execute(f"SELECT {keys} FROM {declared.qualified_name} GROUP BY ALL HAVING count(*) > 1")
        assert doubled.fetchall() == [], declared.qualified_name


@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in MAY_BE_EMPTY])
def test_no_table_is_published_empty(published, name):
    assert published.execute(f"SELECT count(*) > 0 FROM {name}").fetchone() == (True,)


def test_every_row_stands_in_the_order_of_its_key(published):
    for declared in published_tables():
        keys = ", ".join(f'"{name}"' for name in declared.grain)
        as_stored = published.execute(f"SELECT {keys} FROM {declared.qualified_name}").fetchall()
        assert as_stored == sorted(as_stored), declared.qualified_name


def test_what_the_release_stands_on_is_named_with_its_licence(published):
    rows = published.execute(
        "SELECT kilde, count(*), bool_and(lisens <> '') FROM drift.datagrunnlag GROUP BY 1 ORDER BY 1"
    )
    assert rows.fetchall() == [("nasjonale_prover", 6, True), ("register", 4, True)]


SHOWN = "SELECT count(*) FROM mart.vurdering_kommune v WHERE verdistatus = 'vist'"


def test_every_shown_figure_finds_the_content_that_it_was_read_from(published):
    found = published.execute(
        f"{SHOWN} AND EXISTS (FROM drift.sporing s JOIN drift.datagrunnlag d USING (sha256) WHERE "
        "(s.uttrekksaar, s.indikatorsett, s.indikator, s.trinn, s.skoleaar) = "
        "(v.uttrekksaar, v.indikatorsett, v.indikator, v.trinn, v.skoleaar) AND d.kilde = s.kilde)"
    ).fetchone()
    assert found == published.execute(SHOWN).fetchone() and found != (0,)


def test_the_cells_of_a_content_are_counted_for_each_grade_and_year(published):
    # Of a year's two files the one of the fifth grade: the country, two counties, the municipalities and the schools.
    rows = published.execute(
        "SELECT skoleaar, indikator, maal, celler, foresporsel FROM drift.sporing JOIN drift.datagrunnlag "
        "USING (sha256) WHERE trinn = 5 ORDER BY ALL"
    ).fetchall()
    assert rows == [
        (year, indikator, "skalapoeng", 1 + 2 + kommuner + len(SKOLER), f"{year}_trinn_5.csv")
        for year, kommuner in zip(SKOLEAAR, (6, 6, 5), strict=True)
        for indikator in ("lesing", "regning")
    ]


def test_a_run_on_everything_names_no_day_and_notes_only_whose_set_it_is(published):
    note = "Ikke ordningens offisielle indikatorsett (np-skalapoeng): uttrekk 2025."
    assert published.execute("SELECT kjent_per, merknad FROM drift.utgivelse").fetchall() == [(None, note)]
    assert published.execute("SELECT * EXCLUDE (rettelser_sha256, brudd_sha256) FROM drift.grunnlag").fetchall() == [
        (2025, "np-skalapoeng", None, 0, None)
    ]


def test_the_audits_of_every_table_are_published(published):
    tables = {name for (name,) in published.execute("SELECT DISTINCT tabell FROM drift.kontroll").fetchall()}
    made_by_the_release = {"kontroll", "utgivelse", "dim_kommune", "dim_skole"}
    assert {declared.key for declared in published_tables()} - made_by_the_release <= tables
    assert {"observasjon", "kommune", "skole", "harmonisert", "vurdering", "andel"} <= tables
    failed = published.execute(
        "SELECT DISTINCT regexp_extract(kontroll, '^\\w+'), alvorlighet FROM drift.kontroll "
        "WHERE resultat <> 'bestått' OR antall_avvik IS DISTINCT FROM 0"
    ).fetchall()
    assert failed == []


def test_no_open_table_has_a_school_with_points(published):
    """Schools are internal: outside `intern` they stand in the register of schools alone, and with no figure."""
    schools = {orgnr for (orgnr,) in published.execute("SELECT orgnr FROM intern.rangering_skole").fetchall()}
    assert schools
    for declared in published_tables():
        if declared.db_schema == "intern":
            continue
        rows = published.execute(f"SELECT * FROM {declared.qualified_name}").fetchall()
        if any(orgnr in str(row) for row in rows for orgnr in schools):
            figures = {"verdi", "antall", "risikopoeng", "mulige_risikopoeng", "andel_risikopoeng", "vurdert"}
            assert declared.key == "dim_skole" and not figures & set(declared.column_names)
