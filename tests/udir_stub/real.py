"""Norway as the contract server's country: Udir's own downloads of the national tests, and the carried register.

Belongs here: putting real rows in the shape that the server serves. Does not belong here: copies of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from oppfolging_pipeline.register.reference import carried_register
from tests.udir_stub.country import Country, national


def norway(folder: Path, years: Sequence[str]) -> Country:
    """The national tests of those school years, from the downloads in the folder; no other report."""
    barn, ungdom = (
        {year: national(_download(folder, year, grades)) for year in years} for grades in ("5._trinn", "ungdomstrinn")
    )
    return Country(barn, ungdom, {}, {}, {}, {}, _klass())


def _download(folder: Path, year: str, grades: str) -> bytes:
    (file,) = (file for file in folder.glob(f"{year}_*.csv") if grades in file.name)
    return file.read_bytes()


def _klass() -> Mapping[str, list[dict[str, str]]]:
    register = carried_register()
    names = {one.kommunenr: one.navn for one in register.kommuner}

    def row(code: str, name: str, start: date, end: date | None) -> dict[str, str]:
        return {"code": code, "name": name, "validFrom": str(start), "validTo": str(end or "")}

    return {
        "kommune_koder": [row(one.kommunenr, one.navn, one.gyldig_fra, one.gyldig_til) for one in register.kommuner],
        "fylke_koder": [row(one.fylkesnr, one.navn, one.gyldig_fra, one.gyldig_til) for one in register.fylker],
        "kommune_endringer": [
            {"changeOccurred": str(one.dato), "oldCode": one.fra, "oldName": names[one.fra], "newCode": one.til,
             "newName": names[one.til]}
            for one in register.endringer
        ],
    }  # fmt: skip
