"""A country of a few invented municipalities, as row dicts of KLASS's shape, for tests of the register."""

from __future__ import annotations

from datetime import date
from typing import Any

from oppfolging_pipeline.register.model import Embete, Register
from oppfolging_pipeline.register.reference import carried_register, override


def code(kode: str, start: str = "2015-01-01", end: str = "", name: str = "") -> dict[str, str]:
    """A row of a list of codes."""
    return {"code": kode, "name": name or f"Sted {kode}", "validFrom": start, "validTo": end}


def change(dato: str, fra: str, til: str) -> dict[str, str]:
    """A row of a list of changes."""
    return {"changeOccurred": dato, "oldCode": fra, "oldName": "", "newCode": til, "newName": ""}


COUNTIES = [code("61", name="Ytterdal"), code("62", name="Innerdal")]
OFFICES = [{"statsforvalter": "Dalene", "fylkesnr": "61"}, {"statsforvalter": "Dalene", "fylkesnr": "62"}]


def country(codes: list[dict[str, str]], changes: list[dict[str, str]], **parts: Any) -> Register:
    """The register of these lists, with two counties and one office unless other parts are given."""
    lists = {"counties": COUNTIES, "statsforvaltere": OFFICES, **parts}
    return override(carried_register(), codes=codes, changes=changes, **lists)


def of_two_offices_in_turn(day: str) -> Register:
    """6101 and 6102 are what they always were; county 61 goes over to another office on the day."""
    known, until = country([code("6101"), code("6102")], []), date.fromisoformat(day)
    return Register(
        kommuner=known.kommuner, endringer=known.endringer, fylker=known.fylker, utenfor=known.utenfor,
        foerste_dag=known.foerste_dag, beskrivelse=known.beskrivelse,
        embeter=[Embete("Før", "61", gyldig_til=until), Embete("Nå", "61", until), Embete("Et annet", "62")],
    )  # fmt: skip
