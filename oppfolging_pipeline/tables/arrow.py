"""The Arrow type of each declared SQL type.

Belongs here: that one table. Does not belong here: making Arrow tables (`engine`).
"""

from __future__ import annotations

from typing import Any


def arrow_type(sql_type: str) -> Any:
    """The Arrow type that holds a column of the SQL type without loss. Raises `KeyError` for one that is not used."""
    import pyarrow as pa

    return {
        "VARCHAR": pa.string(),
        "INTEGER": pa.int32(),
        "DOUBLE": pa.float64(),
        "DECIMAL(9,3)": pa.decimal128(9, 3),
        "BOOLEAN": pa.bool_(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "VARCHAR[]": pa.list_(pa.string()),
        "INTEGER[]": pa.list_(pa.int32()),
    }[sql_type]
