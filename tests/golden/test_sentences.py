"""Every sentence that is published about a municipality or a school, read again from the release's own tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.golden import Query, open_published
from tests.support.sentences import untrue


@pytest.fixture(scope="module")
def published(golden_home: Path) -> Query:
    return open_published(golden_home)


def test_every_sentence_follows_from_the_tables(published: Query) -> None:
    assert untrue(published, 2025, "np-skalapoeng") == []


def test_a_sentence_of_the_decision_that_does_not_is_found(published: Query) -> None:
    """Of figures that another municipality has: the reader reads numbers, and not that there are some."""

    def of_another(text: str, *values: object) -> list[dict[str, object]]:
        rows = published(text, *values)
        if "mart.rangering_kommune" in text:
            rows[0]["begrunnelse"], rows[1]["begrunnelse"] = rows[1]["begrunnelse"], rows[0]["begrunnelse"]
        return rows

    assert len(untrue(of_another, 2025, "np-skalapoeng")) >= 2


TEXTS = (
    ("mart.rangering_kommune", "begrunnelse"), ("mart.rangering_kommune", "ikke_vurdert_grunn"),
    ("intern.rangering_skole", "ikke_vurdert_grunn"), ("mart.kandidat_kategori2", "grunn"),
    ("drift.grunnlag", "merknad"), ("drift.utgivelse", "merknad"), ("mart.pulje_kommune", "merknad"),
    ("drift.kontroll", "veiledning"), ("mart.grense", "kilde"),
)  # fmt: skip


def test_a_relative_clause_ends_with_a_comma_and_an_enumeration_has_one_og(published: Query) -> None:
    """«tallene som finnes er vist» and «6150 og 6151 og 6152»."""
    texts = {
        row["tekst"]
        for table, column in TEXTS
        for row in published(f"SELECT {column} AS tekst FROM {table} WHERE {column} IS NOT NULL")
    }
    assert len(texts) > 50
    clause = re.compile(r"\bsom (?:finnes|mangler|ikke er vist|er vist|er valgt) (?:er|har|kan|blir|gir|står)\b")
    assert [text for text in texts if clause.search(text)] == []
    assert [text for text in texts if re.search(r"\d og \d\S* og \d", text)] == []
