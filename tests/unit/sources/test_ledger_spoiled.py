"""A ledger that is spoiled or has gone is refused before it is used, and a whole copy of it is kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.sources.ledger import COPY_FILE, LEDGER_FILE, Ledger
from oppfolging_pipeline.sources.ledger_tables import FETCH
from tests.support.spoil import overwrite_pages

NOW = datetime(2025, 1, 1)  # noqa: DTZ001 (the ledger keeps UTC without a zone)


def test_the_copy_of_a_ledger_is_whole_and_replaced_as_a_whole(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for number in (1, 2):
        with ledger.writing() as connection:
            connection.execute(FETCH.insert().values(key=str(number), started_at=NOW, code_version="1"))
        ledger.keep_copy()
        with Ledger(tmp_path, f"sqlite:///{tmp_path / COPY_FILE}").reading() as copy:
            assert copy.execute(sa.select(sa.func.count()).select_from(FETCH)).scalar() == number
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([COPY_FILE, LEDGER_FILE])


@pytest.mark.parametrize("access", ["reading", "writing"])
def test_a_ledger_with_a_spoiled_page_is_refused_before_anything_is_read(tmp_path: Path, access: str) -> None:
    with Ledger(tmp_path).writing() as connection:
        connection.execute(FETCH.insert().values(key="k", started_at=NOW, code_version="1"))
    overwrite_pages(tmp_path / LEDGER_FILE)
    with pytest.raises(PermanentError, match="oppfolging doctor"), getattr(Ledger(tmp_path), access)():
        pass


@pytest.mark.parametrize("access", ["reading", "writing"])
def test_a_ledger_that_has_gone_is_not_taken_for_a_new_home(tmp_path: Path, access: str) -> None:
    ledger = Ledger(tmp_path)
    with ledger.writing():
        pass
    ledger.keep_copy()
    (tmp_path / LEDGER_FILE).unlink()
    with pytest.raises(PermanentError, match="found no ledger beside the copy"), getattr(Ledger(tmp_path), access)():
        pass
    assert not (tmp_path / LEDGER_FILE).exists()
