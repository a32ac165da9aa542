"""Runs on downloads of one year each, and on the same ones joined to one of three years.

Belongs here: national tests of the golden country, of the example and of the real one, apart and together. Does not
belong here: what is expected, or how downloads are joined (`tests.support.joined`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oppfolging_pipeline.sources.example.write import write_example
from tests.e2e.scenarios import NP
from tests.golden.country import write_country
from tests.support.joined import joined as join
from tests.support.shared import NASJONALE_PROVER
from tests.support.warm import Done, Warm

YEARS = ("2022-23", "2023-24", "2024-25")
TOO_LONG = "JOINED" not in os.environ  # the example and the real country take two long runs each: `make joined`
REGISTER = ("kommune_koder.csv", "kommune_endringer.csv", "fylke_koder.csv", "statsforvaltere.csv")


@dataclass(frozen=True)
class Pair:
    """One country in two homes."""

    apart: Path
    apart_run: Done
    together: Path
    together_run: Done


def joined(warm: Warm, place: Path) -> dict[str, Pair]:
    """The pair of the golden country, and where they are asked for those of the example and of the real one."""
    pairs = {"golden": _pair(warm, place / "gull", write_country(place / "gullinnboks"), REGISTER)}
    if not TOO_LONG:
        write_example(place / "eksempel")
        pairs["invented"] = _pair(warm, place / "oppdiktet", place / "eksempel", REGISTER)
    if NASJONALE_PROVER.is_dir() and not TOO_LONG:
        pairs["real"] = _pair(warm, place / "ekte", NASJONALE_PROVER, ())
    return pairs


def _pair(warm: Warm, place: Path, source: Path, register: Sequence[str]) -> Pair:
    apart, together = place / "hver for seg", place / "samlet"
    for inbox in (apart, together):
        inbox.mkdir(parents=True)
        for name in register:
            shutil.copyfile(source / name, inbox / name)
    for report in ("5._trinn", "ungdomstrinn"):
        files = sorted(file for file in source.glob(f"*{report}.csv") if file.name.startswith(YEARS))
        (together / f"{report}.csv").write_bytes(join(files))
        for file in files:
            shutil.copyfile(file, apart / file.name)
    homes = place / "hjem", place / "hjem av samlede"
    runs = [
        warm.run("run", "--inbox", inbox, "--home", home, "--uttrekk", "2025", *NP, cwd=place)
        for inbox, home in zip((apart, together), homes, strict=True)
    ]
    return Pair(homes[0], runs[0], homes[1], runs[1])
