"""What happens to a home, and what the doctor must say of it: the tables of the faults and of the hints.

Belongs here: a spoiling and its answer. Does not belong here: asking (`asking`).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import duckdb

from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.evidence import Evidence
from tests.graph.doctor.asking import AGAIN, AS_ASKED, INTO, LEDGER, MEND, NOT_DECLARED, NOW, OF_RESULT, RESULT, journal
from tests.support.audits import report_of
from tests.support.spoil import emptied_ledger, flip, overwrite_pages, truncate


def naive_journal(home: Path) -> None:
    journal(home, faults={})
    (home / "kjoring.json").write_text((home / "kjoring.json").read_text().replace("Z", "").replace("+00:00", ""))


def journal_folder(home: Path) -> None:
    (home / "kjoring.json").unlink(missing_ok=True)
    (home / "kjoring.json").mkdir()


def lock_folder(home: Path) -> None:
    (home / ".laas").unlink()
    (home / ".laas").mkdir()


def newer_ledger(home: Path) -> None:
    with closing(sqlite3.connect(home / "arkiv/protokoll.sqlite")) as ledger:
        ledger.execute("UPDATE ledger_version SET version = 99")
        ledger.commit()


def ledger_folder(home: Path) -> None:
    (home / LEDGER).unlink()
    (home / LEDGER).mkdir()


def quarantine(home: Path) -> None:
    folder = home / "karantene" / "en-kjoring"
    folder.mkdir(parents=True)
    one = {"tabell": "andel", "kontroll": "andel.i_omraadet", "passed": False, "alvorlighet": "kritisk",
           "avvik": ["enhet=6205"], "antall_avvik": 1, "veiledning": "Se etter.", "varighet": 0.1}  # fmt: skip
    (folder / "kontroll.json").write_text(
        json.dumps({"utfall": [one, {**one, "kontroll": "andel.noekkel", "passed": True}]})
    )


def failed_fetch(home: Path) -> None:
    evidence = Evidence(Archive(home / "arkiv"))
    campaign = evidence.begin("prove", NOW, "1", None, timedelta(hours=1))
    evidence.unit_ended(campaign, "grunnskolepoeng", "2024-25", "stoppet", NOW, message="en kolonne er borte")


def other_figures(home: Path) -> None:
    """A result of another run: a table whose audit is in order, and whose rows do not fit the others."""
    file = home / f"lager/andel/{RESULT}.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE a AS SELECT * REPLACE (0 AS risikopoeng) FROM read_parquet(?)", [str(file)])
        connection.execute(f"COPY a TO '{file}' (FORMAT parquet)")
    (home / f"kontroll/andel/{RESULT}.json").write_bytes(report_of(file))


def undeclared_column(home: Path) -> None:
    file = home / f"lager/andel/{RESULT}.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE a AS SELECT *, 1 AS tillegg FROM read_parquet(?)", [str(file)])
        connection.execute(f"COPY a TO '{file}' (FORMAT parquet)")


def one_row(home: Path) -> None:
    file = home / f"lager/andel/{RESULT}.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE a AS SELECT * FROM read_parquet(?) LIMIT 1", [str(file)])
        connection.execute(f"COPY a TO '{file}' (FORMAT parquet)")


def foreign_file(home: Path) -> None:
    file = home / "publisert/oppfolging.duckdb"
    file.unlink()
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE noe (a INTEGER)")


def some_content(home: Path) -> Path:
    return max((home / "arkiv/innhold").iterdir(), key=lambda path: path.stat().st_size)


def _written(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("halvt")


# What happens to the home; the code of what is found, a part of it, and the command.
Spoil = Callable[[Path], object]
BROKEN: dict[str, tuple[Spoil, str, str, str]] = {
    "broken off": (journal, "kjoring_avbrutt", f"begynte {NOW:%Y-%m-%d %H:%M}", AS_ASKED),
    "failed": (
        lambda h: journal(h, faults={"andel": "2 checks failed"}),
        "kjoring_feilet",
        "andel: 2 checks",
        AS_ASKED,
    ),
    "journal": (
        lambda h: (h / "kjoring.json").write_text("{"),
        "journal_uleselig",
        "no journal",
        "rm {home}/kjoring.json",
    ),
    "journal without a zone": (naive_journal, "journal_uleselig", "timezone", "rm {home}/kjoring.json"),
    "journal, a folder": (journal_folder, "journal_uleselig", "Is a directory", "rm -r {home}/kjoring.json"),
    "lock, a folder": (lock_folder, "laas_er_ingen_fil", "en mappe", "mv {home}/.laas {home}/.laas.flyttet && "),
    "quarantine": (quarantine, "karantene", "andel, andel.i_omraadet: 1 avvik (enhet=6205)", AGAIN),
    "ledger, pages": (lambda h: overwrite_pages(h / LEDGER), "protokoll_skadet", "skadet", MEND),
    "ledger, none at all": (
        lambda h: (h / LEDGER).write_bytes(b"x" * 9000),
        "protokoll_skadet",
        "not a database",
        MEND,
    ),
    "ledger, no bytes": (lambda h: (h / LEDGER).write_bytes(b""), "protokoll_skadet", "0 intakes", MEND),
    "ledger, no rows": (
        lambda h: emptied_ledger(h / LEDGER),
        "protokoll_skadet",
        "beside a copy of it that knows 1 intakes",
        MEND,
    ),
    "ledger, a folder": (ledger_folder, "protokoll_skadet", "en mappe", MEND),
    "ledger gone": (lambda h: (h / LEDGER).unlink(), "protokoll_borte", "ingen protokoll", MEND),
    "ledger of a newer version": (newer_ledger, "protokoll_ubrukelig", "version 99", ""),
    "content gone": (lambda h: some_content(h).unlink(), "innhold_skadet", "mangler", INTO),
    "content spoiled": (lambda h: flip(some_content(h)), "innhold_skadet", "sha256", INTO),
    "observations cut": (
        lambda h: truncate(h / "lager/observasjon/nasjonale_prover/2024-25.parquet"),
        NOT_DECLARED,
        "no readable Parquet",
        AGAIN,
    ),
    "result, bytes": (lambda h: flip(h / f"lager/vurdering/{RESULT}.parquet"), "lager_", "fil", OF_RESULT),
    "result, another file": (
        lambda h: shutil.copyfile(h / "lager/dim_skoleaar/alt.parquet", h / f"lager/andel/{RESULT}.parquet"),
        NOT_DECLARED,
        "enn de deklarerte: ",
        OF_RESULT,
    ),
    "result, a column more": (undeclared_column, NOT_DECLARED, "tillegg", OF_RESULT),
    "result, no report": (
        lambda h: (h / f"kontroll/andel/{RESULT}.json").unlink(),
        "lager_uten_rapport",
        "no audit report (no such file)",
        OF_RESULT,
    ),
    "results of two runs": (other_figures, "resultater_ulike", "andel", OF_RESULT),
    "results, a table gone": (
        lambda h: (h / f"lager/andel/{RESULT}.parquet").unlink(),
        "resultater_borte",
        "mangler i lageret: andel",
        OF_RESULT,
    ),
    "lake gone": (
        lambda h: shutil.rmtree(h / "lager"),
        "resultater_borte",
        "mangler i lageret: grense, regelsett_brukt",
        OF_RESULT,
    ),
    "result, fewer rows": (one_row, "lager_endret", "(1 rader; da var det 17)", OF_RESULT),
    "published, gone": (lambda h: (h / "publisert/oppfolging.duckdb").unlink(), "publisert_borte", "0001-", AGAIN),
    "published, cut": (lambda h: truncate(h / "publisert/oppfolging.duckdb"), "publisert_skadet", "0001-", AGAIN),
    "published, foreign": (foreign_file, "publisert_fremmed", "drift.utgivelse", "oppfolging.duckdb.fremmed && "),
    "manifest": (
        lambda h: (h / "publisert/manifest.json").write_text("["),
        "manifest_uleselig",
        "no manifest",
        "rm {home}/publisert/manifest.json && ",
    ),
    "a source": (
        failed_fetch,
        "kilde_feilet",
        "en kolonne er borte",
        "oppfolging fetch --source grunnskolepoeng --years 2024-25 --home {home}",
    ),
}

HINTS: dict[str, tuple[Spoil, str, str]] = {
    "staging": (lambda h: _written(h / "neste/andel/2025/x.parquet"), "rester", "neste/andel/2025/x.parquet"),
    "half a release": (lambda h: _written(h / "publisert/oppfolging.duckdb.next"), "rester", "oppfolging.duckdb.next"),
    "half a report": (lambda h: _written(h / "kontroll/andel/.alt.json.1.next"), "rester", ".alt.json.1.next"),
    "no page": (lambda h: (h / "publisert/kontroll.html").unlink(), "kontrollside", "ingen side"),
    "another release's page": (lambda h: _written(h / "publisert/kontroll.html"), "kontrollside", "annen utgivelse"),
    "a copy in the lake": (
        lambda h: shutil.copyfile(h / f"lager/regelsett_brukt/{RESULT}.parquet", h / "lager/regelsett_brukt/k.parquet"),
        "lager_fremmed",
        "ikke er en av tabellens",
    ),
    "a copy of a result": (
        lambda h: shutil.copyfile(
            h / f"lager/andel/{RESULT}.parquet", h / "lager/andel/2025/np-skalapoeng kopi.parquet"
        ),
        "lager_fremmed",
        "ikke er en av tabellens",
    ),
    "a copy of a source": (
        lambda h: shutil.copytree(h / "lager/observasjon/nasjonale_prover", h / "lager/observasjon/nasjonale_prover k"),
        "lager_fremmed",
        "ikke er en av tabellens",
    ),
    "a result of no year": (
        lambda h: shutil.copytree(h / "lager/grense/2025", h / "lager/grense/99999"),
        "lager_fremmed",
        "ikke er en av tabellens",
    ),
    "a result that a run left half made": (
        lambda h: shutil.copytree(h / "lager/grense/2025", h / "lager/grense/2026"),
        "resultater_ufullstendige",
        "aldri er publisert",
    ),
    "the ledger's copy": (
        lambda h: (h / "arkiv/protokoll.kopi.sqlite").write_text("x"),
        "protokollkopi_skadet",
        "vet ikke om noe",
    ),
    "a manifest that is behind": (lambda h: (h / "publisert/manifest.json").unlink(), "manifest_etter", "0001-"),
}
