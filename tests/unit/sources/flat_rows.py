"""The flat rows that the tests of flat files begin with: one of each level, shown, shielded and missing.

Belongs here: those rows, and the two ways that they are written. Does not belong here: what is expected of them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.files import flat_csv, flat_json, flat_row

Write = Callable[..., bytes]
ROWS = [
    flat_row(1),
    flat_row(2, "61", verdi="11,9", antall="310"),
    flat_row(3, "6101", verdi="*", antall="*", Kommune="Krattvik "),
    flat_row(4, "6101", "100000001", verdi=None, antall="0"),
]
both = pytest.mark.parametrize("write", [flat_json, flat_csv], ids=["json", "csv"])
