"""Which municipality codes count, where old and new ones stand side by side in one file.

Belongs here: the one rule against counting pupils twice. Does not belong here: how codes are related (`register`), or
choosing between rows for one cell (`observasjon`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import Catalog

if TYPE_CHECKING:
    import pyarrow as pa


def codes_that_count(codes: Iterable[str], register: Register, day: date) -> frozenset[str]:
    """Which of the codes that stand in one source and year count, so that no municipality is counted twice.

    A code in force on `day` counts, and so does one that is no municipality or unknown (that is told elsewhere).
    Another code counts only when none that it became, or came from, does; among such codes the one in force nearest to
    the day goes first, then the lowest. Parts of one division have no pupils in common: both count when it does not.
    """
    present = frozenset(codes)
    counting = {
        code for code in present if register.er_utenfor(code) or not register.kjent(code) or register.gyldig(code, day)
    }
    related: set[str] = set()  # to a code that counts without being in force
    for code in sorted(present - counting, key=lambda code: (register.avstand(code, day), code)):
        if code not in related and not register.slektninger(code, day) & counting:
            counting.add(code)
            related |= _relatives(code, register)
    return frozenset(counting)


def _relatives(code: str, register: Register) -> frozenset[str]:
    """Everything that the code has come from or become, at any time that the register knows."""
    days = {max(row.gyldig_fra, register.foerste_dag) for row in register.kommuner}
    return frozenset().union(*(register.slektninger(code, day) for day in days))


def ranked_codes(present: Iterable[tuple[str, str, str]], register: Register, catalog: Catalog) -> pa.Table:
    """(kilde, skoleaar, kommunenr, teller, slutt) for the codes (kilde, skoleaar, kommunenr) that are present.

    `teller` says whether the code counts on the source's reference day of that year, `slutt` when the municipality
    ended (null: it has not, or is none).
    """
    import pyarrow as pa

    by_year: dict[tuple[str, str], list[str]] = {}
    for kilde, skoleaar, code in present:
        by_year.setdefault((kilde, skoleaar), []).append(code)
    rows = []
    for (kilde, skoleaar), codes in by_year.items():
        day = day_in(skoleaar, catalog.kilder[kilde].referansedato)
        counting = codes_that_count(codes, register, day)
        rows += [
            {
                "kilde": kilde,
                "skoleaar": skoleaar,
                "kommunenr": code,
                "teller": code in counting,
                "slutt": _end(code, register, day),
            }
            for code in codes
        ]
    types = [(name, pa.string()) for name in ("kilde", "skoleaar", "kommunenr")]
    return pa.Table.from_pylist(rows, pa.schema([*types, ("teller", pa.bool_()), ("slutt", pa.date32())]))


def _end(code: str, register: Register, day: date) -> date | None:
    """When the code ended. A validity that the next one follows at once is no end: KLASS starts a new one when a
    municipality grows."""
    end = register.slutt(code, day)
    while end is not None and register.gyldig(code, end):
        end = register.slutt(code, end)
    return end
