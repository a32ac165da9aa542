"""Mergers and divisions of which corrections leave figures out, with what becomes of them.

Belongs here: the cases, for both computations of them. Does not belong here: assertions.
"""

from __future__ import annotations

from tests.unit.staging.build import Shown

Part = tuple[Shown, Shown, str | None]  # figure, number of pupils, correction
Cell = tuple[str, Shown, Shown, bool]
_MISSING: Cell = ("mangler", None, None, True)
_UNKNOWN: Cell = ("kan_ikke_bygges", None, None, True)

# What 6104 and 6105 show, and what they become.
LEFT_OUT_OF_A_MERGER: dict[str, tuple[Part, Part, Cell]] = {
    "one part left out": ((48, 30, None), (None, 10, "x"), _MISSING),
    "both": ((None, 30, "x"), (None, 10, "y"), _MISSING),
    "its pupils shielded": ((48, 30, None), (None, "*", "x"), _MISSING),
    "its pupils not told": ((48, 30, None), (None, None, "x"), _MISSING),
    "beside a shielded part": (("*", "*", None), (None, 10, "x"), _UNKNOWN),
    "beside a part without weight": ((48, "*", None), (None, 10, "x"), _UNKNOWN),
    "beside a part of nobody": ((None, 0, None), (None, 10, "x"), _MISSING),
    "a part that is corrected to be of nobody": ((48, 30, None), (None, 0, "x"), ("vist", 48, 30, True)),
    "another figure": ((48, 30, None), (52, 10, "x"), ("vist", 49, 40, True)),
    "a shielded part flagged": ((48, 30, None), ("*", 10, "x"), _UNKNOWN),
}
IN_6108: Cell = ("vist", 51, 30, True)
_OWN: Cell = ("vist", 47, 15, True)
# What 6107, which was divided, and its school in 6109 show, and what 6108 and 6109 become. 6108 has 30 pupils.
LEFT_OUT_OF_A_DIVISION: dict[str, tuple[Part, Part, tuple[Cell, Cell]]] = {
    "the whole left out": ((None, 45, "x"), (47, 15, None), (IN_6108, _OWN)),
    "a school left out": ((50, 45, None), (None, 15, "x"), (IN_6108, _MISSING)),
    "both": ((None, 45, "x"), (None, 15, "y"), (IN_6108, _MISSING)),
    "a school left out, and the whole shielded": (("*", 45, None), (None, 15, "x"), (IN_6108, _MISSING)),
    "a school left out, and the whole without weight": ((50, "*", None), (None, 15, "x"), (IN_6108, _MISSING)),
    "the whole left out, and a school shielded": ((None, 45, "x"), ("*", "*", None), (IN_6108, _UNKNOWN)),
    "a school left out, and its pupils are not the whole's": (
        (50, 46, None), (None, 15, "x"), (_UNKNOWN, _UNKNOWN),
    ),
}  # fmt: skip
