"""The ledger: its forms, what it refuses, and that a password in its address is told to nobody."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import traceback
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from oppfolging_pipeline.core.errors import PermanentError, TransientError
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources import ledger as ledgers
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Reading
from oppfolging_pipeline.sources.ledger import Ledger
from oppfolging_pipeline.sources.ledger_tables import INTAKE, METADATA, SNAPSHOT

# What the first release created, as SQLite had it written down.
FIRST_FORM = """
CREATE TABLE snapshot (
	sha256 VARCHAR(64) NOT NULL, file VARCHAR NOT NULL, size INTEGER NOT NULL, archived_at DATETIME NOT NULL,
	PRIMARY KEY (sha256)
);
CREATE TABLE intake (
	id INTEGER NOT NULL, origin VARCHAR CHECK (origin IN ('fil', 'eksempel')) NOT NULL, archived_at DATETIME NOT NULL,
	accepted BOOLEAN NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE intake_snapshot (
	intake_id INTEGER NOT NULL, sha256 VARCHAR(64) NOT NULL, file VARCHAR NOT NULL, PRIMARY KEY (intake_id, sha256),
	FOREIGN KEY(intake_id) REFERENCES intake (id), FOREIGN KEY(sha256) REFERENCES snapshot (sha256)
);
CREATE TABLE reading (
	sha256 VARCHAR(64) NOT NULL, kind VARCHAR NOT NULL, kilde VARCHAR NOT NULL, period VARCHAR, rows INTEGER NOT NULL,
	PRIMARY KEY (sha256), FOREIGN KEY(sha256) REFERENCES snapshot (sha256)
);
"""
A, B = (sha256(content).hexdigest() for content in (b"a", b"b"))
ROWS = f"""
INSERT INTO snapshot VALUES ('{A}', 'a.csv', 1, '2025-03-01 12:00:00.000000'),
                            ('{B}', 'b.csv', 1, '2025-04-01 12:00:00.000000');
INSERT INTO intake VALUES (1, 'fil', '2025-03-01 12:00:00.000000', 1), (7, 'fil', '2025-04-01 12:00:00.000000', 0);
INSERT INTO intake_snapshot VALUES (1, '{A}', 'a.csv'), (7, '{B}', 'mappe/b.csv');
INSERT INTO reading VALUES ('{A}', 'udir_csv', 'nasjonale_prover', '2024-25', 5);
"""
CANARY = "kanarifugl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "hjem" / "arkiv"
    folder.mkdir(parents=True)
    return folder


def write(root: Path, script: str) -> Path:
    path = root / "protokoll.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for (name,) in names}


def test_a_ledger_of_the_first_release_is_brought_up_to_date_with_every_row(root: Path) -> None:
    path = write(root, FIRST_FORM + ROWS)
    (root / "innhold").mkdir()
    for name, content in ((A, b"a"), (B, b"b")):
        (root / "innhold" / name).write_bytes(content)  # uncompressed, as that release kept them
    before = tables(path)

    archive = Archive(root)
    (first,) = archive.in_force().snapshots
    assert (first.file, read_content(first.path)) == ("a.csv", b"a")
    assert {snapshot.file: snapshot.intake for snapshot in archive.newest().snapshots} == {"a.csv": 1, "mappe/b.csv": 7}
    assert archive.readings() == {A: Reading(A, "udir_csv", "nasjonale_prover", "2024-25", 5)}

    after = tables(path)
    assert set(after) == set(METADATA.tables)
    assert after["ledger_version"] == [(2,)]
    assert after["intake"] == [(*row, None, 1) for row in before["intake"]], "each of them a run was to stand on"
    assert {name: after[name] for name in ("snapshot", "intake_snapshot", "reading")} == {
        name: before[name] for name in ("snapshot", "intake_snapshot", "reading")
    }
    # It is a ledger of today: another origin, and the next number.
    assert archive.register_fetched({A: "svar.json"}, "hentet", datetime(2025, 5, 1, tzinfo=UTC)).id == 8


def test_an_interrupted_change_of_form_leaves_the_first_form(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(root, FIRST_FORM + ROWS)
    before = tables(path)

    def create_all(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(METADATA, "create_all", create_all)
        Archive(root).origin()
    assert tables(path) == before
    assert Archive(root).origin() == "fil"


def test_rows_that_point_at_nothing_are_not_taken_along(root: Path) -> None:
    path = write(root, FIRST_FORM + ROWS + "DELETE FROM snapshot WHERE file = 'b.csv';")
    before = tables(path)
    with pytest.raises(PermanentError, match="found 1 rows that point at nothing"):
        Archive(root).origin()
    assert tables(path) == before


def test_a_new_ledger_has_every_table_and_its_version(root: Path) -> None:
    with Ledger(root).writing():
        pass
    made = tables(root / "protokoll.sqlite")
    assert (set(made), made["ledger_version"]) == (set(METADATA.tables), [(2,)])


def test_a_file_that_was_made_and_never_written_is_a_new_ledger(root: Path) -> None:
    (root / "protokoll.sqlite").touch()
    assert Archive(root).origin() is None


REFUSED = {
    "newer": ("CREATE TABLE ledger_version (version INTEGER); INSERT INTO ledger_version VALUES (3);", "of version 3;"),
    "no version": ("CREATE TABLE ledger_version (version INTEGER);", "of version none; expected version 2"),
    "another's table": ("CREATE TABLE reading (id INTEGER);", "the tables reading of something else"),
    "another form": (
        f"{FIRST_FORM} ALTER TABLE snapshot ADD COLUMN eier VARCHAR;",
        "the tables intake, intake_snapshot, reading, snapshot of something else",
    ),
}


@pytest.mark.parametrize(("script", "found"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_ledger_of_ours_is_refused_and_left_as_it_is(root: Path, script: str, found: str) -> None:
    before = tables(write(root, script))
    for opened in (Ledger(root).reading, Ledger(root).writing):
        with pytest.raises(PermanentError, match=found) as caught, opened():
            pass
        assert "expected" in str(caught.value) and "--home" in str(caught.value)
    assert tables(root / "protokoll.sqlite") == before


def test_a_file_that_is_no_database_is_refused(root: Path) -> None:
    (root / "protokoll.sqlite").write_bytes(b"handleliste" * 500)
    with pytest.raises(PermanentError, match=r"found a file that cannot be used .*; expected an SQLite database"):
        Archive(root).origin()
    assert (root / "protokoll.sqlite").read_bytes() == b"handleliste" * 500


def test_a_ledger_that_another_process_holds_may_be_free_later(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "_WAIT", 0.01)
    ledger = Ledger(root)
    with ledger.writing():
        pass
    with closing(sqlite3.connect(root / "protokoll.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TransientError, match="found it locked by another process"), ledger.writing():
            pass


def test_what_fails_in_a_transaction_leaves_nothing_of_it(root: Path) -> None:
    ledger = Ledger(root)
    row = INTAKE.insert().values(origin="fil", archived_at=datetime(2025, 3, 1), accepted=True)  # noqa: DTZ001 (as kept)
    with pytest.raises(KeyboardInterrupt), ledger.writing() as connection:
        connection.execute(row)
        raise KeyboardInterrupt
    with ledger.reading() as connection:
        assert connection.execute(sa.select(INTAKE)).all() == []


@pytest.mark.parametrize(
    "statement",
    [
        sa.text("INSERT INTO intake_snapshot VALUES (1, 'a', 'a.csv')"),  # points at nothing
        sa.text("INSERT INTO intake VALUES (1, 'annet', '2025-03-01 00:00:00.000000', 1, NULL, 1)"),
    ],
)
def test_the_database_itself_holds_the_rows_to_the_rules(root: Path, statement: sa.TextClause) -> None:
    with pytest.raises(sa.exc.IntegrityError), Ledger(root).writing() as connection:
        connection.execute(statement)


OPEN_FILES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from oppfolging_pipeline.sources.archive import Archive
archive = Archive(Path(sys.argv[1]))
archive.take_in(Path(), [], "fil", datetime.now(UTC))
archive.origin()
print([path.name for fd in Path("/proc/self/fd").iterdir() if "protokoll" in (path := fd.resolve()).name])
"""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open files on this system")
def test_no_connection_is_left_open(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPEN_FILES, str(root)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_another_database_can_hold_every_table(table: sa.Table) -> None:
    ddl = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    assert ddl.strip().replace('"', "").startswith(f"CREATE TABLE {table.name} (")
    assert "DATETIME" not in ddl  # SQLite's own
    if table is SNAPSHOT:
        assert "size BIGINT NOT NULL" in ddl  # an answer may be larger than 2 GB


def test_an_sqlite_database_elsewhere_is_a_ledger_too(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "annet.sqlite"
    archive = Archive(root, f"sqlite:///{elsewhere}")
    archive.take_in(tmp_path, [], "fil", datetime(2025, 3, 1, tzinfo=UTC))
    assert (archive.newest().id, list(root.iterdir())) == (1, [])
    assert "intake" in tables(elsewhere)


def told(error: BaseException) -> str:
    """Everything that a log could show of an error."""
    return "".join([*traceback.format_exception(error), repr(error), str(error)])


BAD_URLS = {
    "no address": CANARY,
    "no backend that is known": f"{CANARY}://bruker@127.0.0.1/db",
    "a port that is no number": f"postgresql://bruker:x@127.0.0.1:{CANARY}/db",
    "two @": f"postgresql://bruker:x@{CANARY}@127.0.0.1/db",
    "an @ in the password, and then a slash": f"postgresql+psycopg://bruker:x@{CANARY}/x@127.0.0.1/db",
    "an @ in the database": f"postgresql://bruker:x@{CANARY}/db@x",
    "no database": f"postgresql://bruker:{CANARY}@127.0.0.1",
    "a database in memory": "sqlite:///:memory:",
    "an unknown driver": f"postgresql+{CANARY}://bruker:{CANARY}@127.0.0.1/db",
    "a database without texts of any length": f"mysql+pymysql://bruker:{CANARY}@127.0.0.1/db",
    "no driver": f"postgresql+pg8000://bruker:{CANARY}@127.0.0.1/db",
    "an option that the driver does not know": f"sqlite:///fil?{CANARY}={CANARY}",
    "an option that cannot be": f"sqlite:///fil?timeout={CANARY}",
}


@pytest.mark.parametrize("url", BAD_URLS.values(), ids=BAD_URLS)
def test_an_address_that_cannot_be_used_is_never_quoted(root: Path, url: str) -> None:
    with pytest.raises(PermanentError) as caught:
        Archive(root, url).origin()
    assert CANARY not in told(caught.value)
    assert "expected" in str(caught.value)


@pytest.mark.parametrize("backend", ["mysql", "mariadb"])
def test_a_database_that_cannot_hold_the_tables_is_refused_before_it_is_asked(root: Path, backend: str) -> None:
    with pytest.raises(PermanentError, match=f"address of {backend}, which cannot hold the ledger's tables; expected"):
        Ledger(root, f"{backend}+pymysql://bruker:{CANARY}@127.0.0.1/db")


def test_an_sqlite_file_may_have_any_sign_in_its_name(root: Path, tmp_path: Path) -> None:
    with Ledger(root, f"sqlite:///{tmp_path}/a@b@c.sqlite").writing():
        pass
    assert "intake" in tables(tmp_path / "a@b@c.sqlite")


def test_a_driver_that_is_not_there_is_named(root: Path) -> None:
    with pytest.raises(
        PermanentError, match=r"ledger at postgresql on 127\.0\.0\.1: found no driver; expected .* pg8000"
    ):
        Archive(root, f"postgresql+pg8000://bruker:{CANARY}@127.0.0.1/db").origin()


@pytest.mark.parametrize(
    ("error", "sqlstate", "kind", "found"),
    [
        (sqlite3.OperationalError, None, TransientError, "found OperationalError; .* Run again when it answers"),
        (sqlite3.OperationalError, "28P01", PermanentError, "found OperationalError 28P01; .* database's own log"),
        (sqlite3.ProgrammingError, None, PermanentError, "found ProgrammingError; .* database's own log"),
    ],
)
def test_a_driver_that_quotes_the_password_is_not_passed_on(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[sqlite3.Error],
    sqlstate: str | None,
    kind: type[Exception],
    found: str,
) -> None:
    def connect() -> sqlite3.Connection:
        raised = error(f"postgresql://bruker:{CANARY}@127.0.0.1/db does not answer")
        raised.sqlstate = sqlstate  # type: ignore[attr-defined]
        raise raised

    monkeypatch.setattr(ledgers, "_created", lambda _: sa.create_engine("sqlite://", creator=connect))
    archive = Archive(root, f"postgresql://bruker:{CANARY}@127.0.0.1/db")
    assert CANARY not in repr(archive) + repr(archive.ledger) + repr(vars(archive.ledger))
    with pytest.raises(kind, match=found) as caught:
        archive.origin()
    assert str(caught.value).startswith("ledger at postgresql on 127.0.0.1: ")
    assert CANARY not in told(caught.value)


def with_intakes(root: Path, number: int, content: bytes = b"x") -> Archive:
    archive = Archive(root)
    file = root.parent / "a.csv"
    file.write_bytes(content)
    for _ in range(number):
        archive.accept(archive.take_in(root.parent, [file], "fil", datetime(2025, 3, 1, tzinfo=UTC)), [])
    return archive


LOST: dict[str, tuple[int, str]] = {
    "emptied": (0, "found a ledger of 0 intakes and 0 fetches beside a copy of it that knows 3 intakes"),
    "put back from an old backup": (2, "found a ledger of 2 intakes and 0 fetches beside a copy of it that knows 3"),
}


@pytest.mark.parametrize(("left", "found"), LOST.values(), ids=LOST)
def test_a_ledger_that_knows_less_than_its_copy_is_not_taken_for_the_home_s(root: Path, left: int, found: str) -> None:
    with_intakes(root, 3)
    copy = (root / "protokoll.kopi.sqlite").read_bytes()
    with closing(sqlite3.connect(root / "protokoll.sqlite")) as connection:
        connection.execute("DELETE FROM intake_snapshot")
        connection.execute("DELETE FROM intake WHERE id > ?", [left])
        connection.commit()
    for use in (lambda: Archive(root).origin(), lambda: with_intakes(root, 1), lambda: Ledger(root).keep_copy()):
        with pytest.raises(PermanentError, match=found) as caught:
            use()
        assert "oppfolging doctor" in str(caught.value)
    assert (root / "protokoll.kopi.sqlite").read_bytes() == copy


@pytest.mark.parametrize("there", [False, True], ids=["gone", "of no bytes"])
def test_contents_beside_a_ledger_that_knows_of_nothing_are_those_of_a_lost_one(root: Path, there: bool) -> None:
    with_intakes(root, 1)
    (root / "protokoll.kopi.sqlite").unlink()
    (root / "protokoll.sqlite").unlink()
    if there:
        (root / "protokoll.sqlite").touch()
    with pytest.raises(PermanentError, match=r"beside (the )?contents"):
        Archive(root).is_for_the_example()


def test_a_first_intake_that_was_killed_before_it_was_whole_is_no_lost_ledger(root: Path, monkeypatch) -> None:
    archive = Archive(root)

    def killed(*_: object) -> None:
        (root / "innhold").mkdir()
        (root / "innhold" / f"{A}.gz").write_bytes(b"kept")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(archive.contents, "keep_file", killed)
        archive.take_in(root.parent, [root], "fil", datetime(2025, 3, 1, tzinfo=UTC))
    with pytest.raises(PermanentError, match="found an empty archive"):
        Archive(root).newest()  # nobody stands on half an intake
    assert not Archive(root).is_for_the_example(), "real files had begun to come in"
    assert with_intakes(root, 1).newest().id == 2


@pytest.mark.parametrize("copy", [b"", b"x" * 9000])
def test_a_copy_that_says_nothing_stops_nobody_and_is_written_anew(root: Path, copy: bytes) -> None:
    with_intakes(root, 1)
    (root / "protokoll.kopi.sqlite").write_bytes(copy)
    with_intakes(root, 1)
    assert len(tables(root / "protokoll.kopi.sqlite")["intake"]) == 2


def test_a_folder_in_the_ledger_s_place_is_named_as_what_it_is(root: Path) -> None:
    (root / "protokoll.sqlite").mkdir()
    with pytest.raises(PermanentError, match=r"it is no file.*oppfolging doctor"):
        Archive(root).origin()
