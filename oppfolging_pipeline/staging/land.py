"""Which country a register is of, told by its codes and never by where it came from.

Belongs here: Norway, the invented example, and whether two registers are of one country. Does not belong here: what
shares a home by the way that it came (`sources.origins`), or putting a register together (`register_lists`).

Real figures and invented ones are read against different registers: the counties of Norway's are those of the carried
one, and the example has counties of its own, in codes that no real one has had.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.sources.example.units import fylke_periods
from oppfolging_pipeline.sources.origins import Origin


def is_norways(register: Register) -> bool:
    """Whether the register is of Norway: some county of it is one that the carried register has had."""
    return has_counties_of_norway(fylke.fylkesnr for fylke in register.fylker)


def has_counties_of_norway(fylkesnumre: Iterable[str]) -> bool:
    """Whether any of the county codes is one that the carried register has had."""
    return not _norways().isdisjoint(fylkesnumre)


def is_the_example(register: Register) -> bool:
    """Whether the register is the example's own: its counties, by code and name."""
    return are_the_examples((fylke.fylkesnr, fylke.navn) for fylke in register.fylker)


def are_the_examples(counties: Iterable[tuple[str, str]]) -> bool:
    """Whether the counties, each with its code and name, are the example's."""
    return set(counties) <= _examples()


def same_country(one: Register, other: Register) -> bool:
    """Whether the registers have a county in common: of one country at two times they always do."""
    return not {fylke.fylkesnr for fylke in one.fylker}.isdisjoint(fylke.fylkesnr for fylke in other.fylker)


def origin_of(register: Register) -> Origin:
    """Where answers that are read against the register come from."""
    return "hentet" if is_norways(register) else "lokal"


@cache
def _norways() -> frozenset[str]:
    return frozenset(fylke.fylkesnr for fylke in carried_register().fylker)


@cache
def _examples() -> frozenset[tuple[str, str]]:
    return frozenset((period.kode, period.navn) for period in fylke_periods())
