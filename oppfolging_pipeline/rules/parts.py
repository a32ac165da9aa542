"""What the parts of a table can be called by: the sources that there are, years, and rule sets.

Belongs here: telling such a name from another, such as that of a copy somebody made. Does not belong here: where the
parts lie (`engine`), which years there are figures of, or which rule sets a home has results of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from oppfolging_pipeline.core.skoleaar import is_skoleaar
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.parameter import KJENNETEGN


def names_a_part(column: str, text: str) -> bool:
    """Whether the text can be a value of the column that a table is divided by: `kilde`, `skoleaar`, `uttrekksaar` or
    `indikatorsett`. Raises `KeyError` for another column."""
    return _IS_NAMED[column](text)


_IS_NAMED: Mapping[str, Callable[[str], bool]] = {
    "kilde": lambda text: text in default_catalog().kilder,
    "skoleaar": is_skoleaar,
    "uttrekksaar": lambda text: re.fullmatch(r"[12]\d{3}", text, re.ASCII) is not None,
    "indikatorsett": lambda text: re.fullmatch(KJENNETEGN, text) is not None,
}
