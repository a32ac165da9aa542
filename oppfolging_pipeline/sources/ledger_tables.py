"""The tables of the ledger: what came in, what it was read as, what was asked for, and how that went.

Belongs here: their columns. Does not belong here: the connection (`ledger`), older forms of them (`ledger_version`), or
what is written in them (`archive`, `evidence`, `source_memory`).

Times are UTC without a zone. Only types that every database has: `sqlalchemy` translates them.
"""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 2
METADATA = sa.MetaData()

LEDGER_VERSION = sa.Table(
    "ledger_version", METADATA, sa.Column("version", sa.Integer, primary_key=True, autoincrement=False)
)
SNAPSHOT = sa.Table(
    "snapshot",
    METADATA,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("archived_at", sa.DateTime, nullable=False),
)
INTAKE = sa.Table(
    "intake",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("origin", sa.String, nullable=False),
    sa.Column("archived_at", sa.DateTime, nullable=False),
    sa.Column("accepted", sa.Boolean, nullable=False, default=False),
    sa.Column("known_at", sa.DateTime),
    # Whether a run was to stand on it: an inbox, the example or the archive as it was. A fetched school year is not, it
    # is read with the next one that is.
    sa.Column("basis", sa.Boolean, nullable=False, default=True, server_default=sa.true()),
    sa.CheckConstraint("origin IN ('fil', 'eksempel', 'hentet', 'lokal')", name="intake_origin"),
)
INTAKE_SNAPSHOT = sa.Table(
    "intake_snapshot",
    METADATA,
    sa.Column("intake_id", sa.ForeignKey("intake.id"), primary_key=True),
    sa.Column("sha256", sa.ForeignKey("snapshot.sha256"), primary_key=True),
    sa.Column("file", sa.String, nullable=False),
)
READING = sa.Table(
    "reading",
    METADATA,
    sa.Column("sha256", sa.ForeignKey("snapshot.sha256"), primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("kilde", sa.String, nullable=False),
    sa.Column("period", sa.String),
    sa.Column("rows", sa.Integer, nullable=False),
)
# A campaign: everything that is asked for under one key until it is whole, in one run or in several.
FETCH = sa.Table(
    "fetch",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String, nullable=False),
    sa.Column("started_at", sa.DateTime, nullable=False),
    sa.Column("ended_at", sa.DateTime),
    sa.Column("code_version", sa.String, nullable=False),
    sa.Column("run_id", sa.String),
)
ANSWER = sa.Table(
    "answer",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("fetch_id", sa.ForeignKey("fetch.id"), nullable=False),
    sa.Column("kilde", sa.String, nullable=False),
    sa.Column("part", sa.String, nullable=False),
    sa.Column("skoleaar", sa.String),
    sa.Column("page", sa.Integer),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("sha256", sa.ForeignKey("snapshot.sha256")),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("headers", sa.Text, nullable=False),  # a JSON object
    sa.Column("licence", sa.String, nullable=False),
    sa.Column("requested_at", sa.DateTime, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("usable", sa.Boolean, nullable=False),
    # The run that asked: a campaign that is gone on with has answers of several.
    sa.Column("run_id", sa.String),
)
# How a school year of a source went. Rows are only added: the newest of a unit is how it stands now.
FETCH_UNIT = sa.Table(
    "fetch_unit",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("fetch_id", sa.ForeignKey("fetch.id"), nullable=False),
    sa.Column("kilde", sa.String, nullable=False),
    sa.Column("skoleaar", sa.String, nullable=False),  # empty: the source as a whole
    sa.Column("state", sa.String, nullable=False),
    sa.Column("ended_at", sa.DateTime, nullable=False),
    sa.Column("intake_id", sa.ForeignKey("intake.id")),
    sa.Column("rows", sa.Integer),
    sa.Column("message", sa.Text),
    sa.CheckConstraint(
        "state IN ('paabegynt', 'hentet', 'uendret', 'stoppet', 'ikke_naadd', 'ikke_publisert')",
        name="fetch_unit_state",
    ),
)
DRIFT = sa.Table(
    "drift",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("fetch_id", sa.ForeignKey("fetch.id"), nullable=False),
    sa.Column("kilde", sa.String, nullable=False),
    sa.Column("skoleaar", sa.String, nullable=False),
    sa.Column("severity", sa.String, nullable=False),
    sa.Column("kode", sa.String, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
    sa.Column("expected", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("sha256", sa.ForeignKey("snapshot.sha256")),
    sa.CheckConstraint("severity IN ('kritisk', 'advarsel')", name="drift_severity"),
)
INTERFACE_FACT = sa.Table(
    "interface_fact",
    METADATA,
    sa.Column("kilde", sa.String, primary_key=True),
    sa.Column("fact", sa.String, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("seen_at", sa.DateTime, nullable=False),
)
YEAR_FIGURES = sa.Table(
    "year_figures",
    METADATA,
    sa.Column("kilde", sa.String, primary_key=True),
    sa.Column("skoleaar", sa.String, primary_key=True),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("cells", sa.Integer, nullable=False),
    sa.Column("shielded", sa.Integer, nullable=False),
    sa.Column("intake_id", sa.ForeignKey("intake.id")),
)
