"""A register in which each kind of change happens once, on 1 January 2024, between two school years of one window.

Belongs here: the invented municipalities. Does not belong here: figures or assertions.
"""

from __future__ import annotations

from oppfolging_pipeline.register.model import Register
from tests.unit.register.country import change, code, country

DAY = "2024-01-01"
BEFORE, AFTER = "2022-23", "2024-25"  # the codes of 1 October 2022 are the old ones, those of 1 October 2024 the new

_LASTS = ("6101", "6120")
_ENDS = ("6102", "6104", "6105", "6107", "6110", "6113")
_BEGINS = ("6202", "6106", "6108", "6109", "6111", "6112")


def changing_country() -> Register:
    """6101 and 6120 are unchanged; 6103 gets a new name; 6102 becomes 6202; 6104 and 6105 merge into 6106; 6107 is
    divided into 6108 and 6109; 6110 is divided into 6111 and, with the whole of 6113, 6112."""
    codes = [code(each) for each in _LASTS]
    codes += [code("6103", end=DAY, name="Gammelnavn"), code("6103", DAY, name="Nynavn")]
    codes += [code(each, end=DAY) for each in _ENDS] + [code(each, DAY) for each in _BEGINS]
    pairs = [
        ("6103", "6103"), ("6102", "6202"), ("6104", "6106"), ("6105", "6106"), ("6107", "6108"), ("6107", "6109"),
        ("6110", "6111"), ("6110", "6112"), ("6113", "6112"),
    ]  # fmt: skip
    return country(codes, [change(DAY, fra, til) for fra, til in pairs])
