"""A published file and its manifest as they were before the present version of the contract.

Belongs here: taking away what later versions added. Does not belong here: expectations.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from oppfolging_pipeline.core.files import sha256_of
from oppfolging_pipeline.publish.manifest import ReleaseRecord, read_manifest

_ADDED = ("per", "gjelder_til", "kjent_per", "merknad")
_DIGEST = "0" * 64  # the contract is a part of it, so it is another than the same rows have now


def as_contract_1_0(home: Path, version: str = "1.0") -> ReleaseRecord:
    """Make the only release of the folder one of contract 1.0 (or of what calls itself `version`)."""
    file, manifest = home / "oppfolging.duckdb", home / "manifest.json"
    with duckdb.connect(str(file)) as connection:
        connection.execute("DROP TABLE drift.sporing")
        connection.execute("DROP TABLE drift.rettelse")
        for table in ("mart.grense", "mart.vurdering_kommune", "intern.vurdering_skole"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN rettelse")
        connection.execute("ALTER TABLE drift.kontroll DROP COLUMN antall_avvik")
        for name in _ADDED:
            connection.execute(f"ALTER TABLE drift.utgivelse DROP COLUMN {name}")
        connection.execute("UPDATE drift.utgivelse SET kontraktversjon = ?, innhold_sha256 = ?", [version, _DIGEST])
    document = json.loads(manifest.read_text("utf-8"))
    (record,) = document["utgivelser"]
    for name in _ADDED:
        del record[name]
    record.update(kontraktversjon=version, innhold_sha256=_DIGEST, bytes=file.stat().st_size, sha256=sha256_of(file))
    manifest.write_text(json.dumps(document), "utf-8")
    return read_manifest(home).utgivelser[0]
