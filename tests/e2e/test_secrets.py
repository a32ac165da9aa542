"""A secret in the settings is given to nobody but whom it is for: a canary is looked for everywhere.

What could hold it: what commands print, errors, Dagster's events and logs, the ledger, the archive, the lake, audit
reports, quarantine and the published file. The contact is meant for the sources, and goes out in the User-Agent alone.
"""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import sqlalchemy as sa

import assets.indicators
from assets import fetching
from assets.interfaces import InterfacesResource
from assets.partitions import range_tags
from assets.resources import ClockResource, HomeResource, UttrekkResource
from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.definitions import JOB, build_definitions
from oppfolging_pipeline.settings import read_settings
from oppfolging_pipeline.sources import ledger as ledgers
from oppfolging_pipeline.sources.archive import Archive
from tests.support.interfaces import PUBLISHED, Hurried, fetch_job, interfaces_at
from tests.support.run import NOON
from tests.support.scripted_server import answer, serving
from tests.support.tiny import SKOLEAAR, write_tiny
from tests.support.warm import Done, Warm
from tests.udir_stub import Fault, StubServer

CANARY = "kanarifugl7f3a9c"
KONTAKT = f"{CANARY}@example.org"
DEAD = f"http://bruker:{CANARY}@127.0.0.1:9"  # nobody listens there
SECRETS = {
    "OPPFOLGING_KONTAKT": KONTAKT,
    "OPPFOLGING_PAUSE": "0",
    "HTTPS_PROXY": DEAD,
    "HTTP_PROXY": DEAD,
    "ALL_PROXY": DEAD,
}
LEDGER = f"postgresql+psycopg://bruker:{CANARY}@127.0.0.1:9/protokoll"


def holders(folder: Path) -> list[str]:
    """The files under the folder that hold the canary, in whatever way they are packed."""
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file() and holds(path)]


def holds(path: Path) -> bool:
    content = path.read_bytes() + str(path).encode()
    if path.suffix == ".gz":
        content += gzip.decompress(path.read_bytes())
    if path.suffix in (".parquet", ".duckdb"):
        content += unpacked(path)
    return CANARY.encode() in content


def unpacked(path: Path) -> bytes:
    """Every cell of a file that duckdb reads."""
    with closing(duckdb.connect()) as connection:
        if path.suffix == ".parquet":
            return repr(connection.execute("FROM read_parquet(?)", [str(path)]).fetchall()).encode()
        connection.execute(f"ATTACH '{path}' AS fil (READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'fil'"
        ).fetchall()
        return b"".join(repr(connection.execute(f"FROM fil.{name}").fetchall()).encode() for (name,) in tables)


@pytest.fixture(scope="module")
def running() -> Iterator[StubServer]:
    with StubServer(PUBLISHED) as server:
        yield server


@pytest.fixture
def stub(running: StubServer) -> Iterator[StubServer]:
    running.faults = []
    yield running
    running.faults = []


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Path]:
    """A folder for a home and Dagster's history, with secrets in the environment. At the end they are nowhere."""
    (tmp_path / "dagster").mkdir()
    for name, text in SECRETS.items():
        monkeypatch.setenv(name, text)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for asset in (fetching.raw_klass, *fetching.raw_kilder):
        monkeypatch.setattr(asset.op, "_retry_policy", None)
    yield tmp_path
    shown = capfd.readouterr()
    assert CANARY not in shown.out + shown.err
    assert holders(tmp_path) == []


def test_a_canary_is_found_however_it_is_packed(tmp_path):
    # Guards against a search that finds nothing, with which every test below would hold.
    (tmp_path / "tekst").write_text(f"a {CANARY} b", encoding="utf-8")
    (tmp_path / "svar.gz").write_bytes(gzip.compress(CANARY.encode() * 3))
    with closing(sqlite3.connect(tmp_path / "protokoll.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE t AS SELECT ? AS a", [CANARY])
    with closing(duckdb.connect(str(tmp_path / "fil.duckdb"))) as connection:
        connection.execute(f"CREATE SCHEMA s; CREATE TABLE s.t AS SELECT '{CANARY}' || i AS a FROM range(5000) r(i)")
        connection.execute(f"COPY (FROM s.t) TO '{tmp_path}/tabell.parquet' (COMPRESSION zstd)")
    (tmp_path / "ren").write_text("kanari", encoding="utf-8")
    assert holders(tmp_path) == ["fil.duckdb", "protokoll.sqlite", "svar.gz", "tabell.parquet", "tekst"]


def command(warm: Warm, place: Path, *arguments: str | Path, more: Mapping[str, str] | None = None) -> Done:
    """A command with the secrets; what Dagster keeps of it lies in the place too."""
    environment = {**SECRETS, "DAGSTER_HOME": str(place / "dagster"), **(more or {})}
    done = warm.run(*arguments, "--home", place / "hjem", cwd=place, env=environment)
    assert CANARY not in done.out + done.err
    return done


def test_fetching_and_everything_after_it_keeps_no_secret(warm, place, stub):
    fetch = ("fetch", "--source", "klass,grunnskolepoeng", "--years", "2024-25")
    there = stub.environment
    assert command(warm, place, *fetch, more=there).code == 0
    for fault in (Fault("status", "data", detail="400"), Fault("content_type", "data"), Fault("redirect", "data")):
        stub.faults = [fault]
        assert command(warm, place, *fetch, more=there).code == 1
    assert command(warm, place, "sources").code == 0
    ran = command(warm, place, "run", "--tillat-eldre")
    assert ran.code == 1 and "failed" in ran.err, "figures of one source do not make a year"
    mixed = command(warm, place, "run", "--inbox", write_tiny(place / "inn"))
    assert mixed.code == 1 and "never mix" in mixed.err
    assert list((place / "dagster").rglob("*.db")), "Dagster's events were kept, to be looked through"


SETTINGS = {
    "a user in an address": {"OPPFOLGING_KLASS_URL": f"https://bruker:{CANARY}@data.ssb.no/api"},
    "a user without a host": {"OPPFOLGING_UDIR_RAPPORT_URL": f"https://{CANARY}@"},
    "a key in an address": {"OPPFOLGING_UDIR_EKSPORT_URL": f"https://api.example.org/?nokkel={CANARY}"},
    "an address that is none": {"OPPFOLGING_KLASS_URL": CANARY},
    "a ledger that is none": {"OPPFOLGING_PROTOKOLL_URL": CANARY},
    "a contact that no header may hold": {"OPPFOLGING_KONTAKT": f"{CANARY}\u00e6"},
    "a ledger without a driver": {"OPPFOLGING_PROTOKOLL_URL": LEDGER},
    "a password where the port stands": {"OPPFOLGING_PROTOKOLL_URL": f"postgresql://bruker@127.0.0.1:{CANARY}/db"},
    "a proxy whose password stands as its port": {"HTTPS_PROXY": f"http://bruker:{CANARY}"},
    "a proxy of an unknown kind": {"HTTPS_PROXY": f"{CANARY}://bruker:{CANARY}@127.0.0.1:9"},
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_a_setting_that_cannot_be_used_is_refused_without_being_shown(warm, place, setting):
    done = command(warm, place, "fetch", "--source", "klass", more=setting)
    assert done.code == 1 and "expected" in done.err and "Traceback" not in done.err
    assert command(warm, place, "sources", more=setting).code == (0 if "HTTPS_PROXY" in setting else 1)
    if "OPPFOLGING_PROTOKOLL_URL" in setting:
        assert command(warm, place, "run", more=setting).code == 1


def test_settings_resources_and_clients_show_no_secret(place, monkeypatch):
    monkeypatch.setenv("OPPFOLGING_PROTOKOLL_URL", LEDGER)
    settings = read_settings({**SECRETS, "OPPFOLGING_PROTOKOLL_URL": LEDGER})
    assert settings.protokoll_url == LEDGER and settings.manners.kontakt == KONTAKT, "they are there to be shown"
    archive = Archive(place / "arkiv", settings.protokoll_url)
    home, interfaces = HomeResource(home=str(place)), InterfacesResource()
    with interfaces.client() as http:
        shown = [settings, settings.manners, archive, archive.ledger, vars(archive.ledger), home, interfaces, http]
        assert [each for each in shown if CANARY in f"{each!r} {each}"] == []


def persistent(place: Path) -> dg.DagsterInstance:
    """An instance whose events, logs and runs lie in the place."""
    return dg.DagsterInstance.local_temp(str(place / "dagster"))


@pytest.mark.parametrize("proxy", ["nobody", "407", "garbled"])
def test_a_fetch_through_a_proxy_that_fails_keeps_no_password(place, monkeypatch, proxy):
    with serving(answer(b"", 407)) as refusing:
        addresses = {
            "nobody": DEAD,
            "407": f"http://bruker:{CANARY}@127.0.0.1:{refusing.port}",
            "garbled": f"http://bruker:{CANARY}",
        }
        monkeypatch.setenv("HTTPS_PROXY", addresses[proxy])
        result = fetch_job(place / "hjem", Hurried(pause="0"), ["raw_klass"], SKOLEAAR, instance=persistent(place))
        asked = len(refusing.asked)
    assert not result.success and asked == (1 if proxy == "407" else 0)


def test_a_fetch_that_fails_in_dagster_keeps_no_secret(place, stub):
    for fault in (Fault("status", "codes", detail="503"), Fault("truncated_json", "codes")):
        stub.faults = [fault]
        result = fetch_job(place / "hjem", interfaces_at(stub), ["raw_klass"], PUBLISHED, instance=persistent(place))
        assert not result.success
    assert list((place / "dagster").rglob("*.db"))


def test_a_ledger_that_does_not_answer_is_named_without_its_password(place, monkeypatch, stub):
    def connect() -> sqlite3.Connection:
        raise sqlite3.OperationalError(f"{LEDGER} does not answer")  # as drivers do

    monkeypatch.setenv("OPPFOLGING_PROTOKOLL_URL", LEDGER)
    monkeypatch.setattr(ledgers, "_created", lambda _: sa.create_engine("sqlite://", creator=connect))
    result = fetch_job(place / "hjem", interfaces_at(stub), ["raw_klass"], PUBLISHED, instance=persistent(place))
    (failed,) = result.get_step_failure_events()
    assert "ledger at postgresql on 127.0.0.1" in failed.step_failure_data.error.to_string()
    assert CANARY not in failed.step_failure_data.error.to_string()


def test_a_release_and_what_is_put_aside_hold_no_secret(place, monkeypatch):
    inbox = write_tiny(place / "inn")
    definitions = build_definitions(
        home=HomeResource(home=str(place / "hjem"), inbox=str(inbox)),
        uttrekk=UttrekkResource(rules="np-skalapoeng", years=[2025], per="2025-03-01"),
        clock=ClockResource(fixed=NOON),
    )

    def run(*names: str) -> dg.ExecuteInProcessResult:
        with persistent(place) as instance:
            return definitions.resolve_job_def(JOB).execute_in_process(
                instance=instance,
                tags=range_tags(SKOLEAAR),
                asset_selection=[dg.AssetKey(name) for name in names] or None,
                raise_on_error=False,
            )

    assert run().success
    real = assets.indicators.andel_rader
    spoiled = "SELECT * REPLACE (101.0 AS andel_risikopoeng) FROM a"
    monkeypatch.setattr(
        assets.indicators, "andel_rader", lambda engine, points: engine.run(spoiled, a=real(engine, points))
    )
    assert not run("andel").success
    there = {path.relative_to(place / "hjem").parts[0] for path in (place / "hjem").rglob("*") if path.is_file()}
    assert {"arkiv", "lager", "kontroll", "karantene", "publisert"} <= there


def test_the_contact_goes_out_in_the_user_agent_alone(warm, place):
    with serving(answer(b"{}", 400)) as server:
        there = dict.fromkeys(
            ("OPPFOLGING_UDIR_RAPPORT_URL", "OPPFOLGING_UDIR_EKSPORT_URL", "OPPFOLGING_KLASS_URL"),
            f"http://127.0.0.1:{server.port}/api/rest/v1",
        )
        assert "status 400" in command(warm, place, "fetch", more=there).err
        asked = list(server.asked)
    assert asked
    for heading in asked:
        held = [line.partition(":")[0].lower() for line in heading.splitlines() if CANARY in line]
        assert held == ["user-agent"] and f"(+{KONTAKT})" in heading


def test_a_setting_with_two_faults_shows_neither():
    with pytest.raises(InvalidInput) as caught:
        read_settings({"OPPFOLGING_KLASS_URL": f"ftp://{CANARY}", "OPPFOLGING_PROTOKOLL_URL": CANARY})
    assert len(caught.value.findings) == 2 and CANARY not in str(caught.value)
