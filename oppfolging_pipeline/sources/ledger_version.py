"""Which form a ledger has, and bringing an older one to today's with every row kept.

Belongs here: recognising and changing the form of a ledger. Does not belong here: the form itself (`ledger_tables`), or
the connection (`ledger`).
"""

from __future__ import annotations

import sqlalchemy as sa

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.sources.ledger_tables import INTAKE, LEDGER_VERSION, METADATA, VERSION

# The ledger before it had a version: the archive of files alone.
_FIRST = {
    "snapshot": {"sha256", "file", "size", "archived_at"},
    "intake": {"id", "origin", "archived_at", "accepted"},
    "intake_snapshot": {"intake_id", "sha256", "file"},
    "reading": {"sha256", "kind", "kilde", "period", "rows"},
}


def is_current(connection: sa.Connection, where: str) -> bool:
    """Whether the ledger has today's form; not when it is empty or has the first form.

    Raises `PermanentError` for a newer form and for tables of something else. `where` names the ledger in errors.
    """
    names = set(sa.inspect(connection).get_table_names())
    if LEDGER_VERSION.name in names:
        versions = connection.execute(sa.select(LEDGER_VERSION.c.version)).scalars().all()
        if versions == [VERSION]:
            return True
        found = ", ".join(str(version) for version in versions) or "none"
        raise PermanentError(
            f"{where}: found a ledger of version {found}; expected version {VERSION}. "
            "Use the release of oppfolging_pipeline that wrote it, or a newer one, or another --home."
        )
    ours = names & set(METADATA.tables)
    if ours and not _has_first_form(connection):
        raise PermanentError(
            f"{where}: found the tables {', '.join(sorted(ours))} of something else; expected a ledger or an empty "
            "database. Use another database, or another --home."
        )
    return False


def bring_up_to_date(connection: sa.Connection, where: str) -> None:
    """Give the ledger today's form, in the caller's transaction. Raises `PermanentError` as `is_current` does."""
    if is_current(connection, where):
        return
    if sa.inspect(connection).has_table(INTAKE.name):
        _from_first(connection)
    METADATA.create_all(connection)
    connection.execute(LEDGER_VERSION.insert().values(version=VERSION))


def _has_first_form(connection: sa.Connection) -> bool:
    inspector = sa.inspect(connection)
    return connection.dialect.name == "sqlite" and all(
        inspector.has_table(table) and {column["name"] for column in inspector.get_columns(table)} == columns
        for table, columns in _FIRST.items()
    )


def _from_first(connection: sa.Connection) -> None:
    """`intake` knows more origins and a horizon. SQLite cannot change a condition: the table is made anew, with foreign
    keys not enforced while the others point at a table that is not there."""
    anew = INTAKE.to_metadata(sa.MetaData(), name="intake_2")
    anew.create(connection)
    columns = [INTAKE.c[name] for name in ("id", "origin", "archived_at", "accepted")]
    connection.execute(anew.insert().from_select([column.name for column in columns], sa.select(*columns)))
    connection.exec_driver_sql("DROP TABLE intake")
    connection.exec_driver_sql("ALTER TABLE intake_2 RENAME TO intake")
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise PermanentError(
            f"ledger: found {len(broken)} rows that point at nothing; expected none. Bring the home back from a copy."
        )
