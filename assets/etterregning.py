"""The second computation of the decision, as one verdict among the checks.

Belongs here: from its differences to an outcome. Does not belong here: the computation
(`oppfolging_pipeline.identification.etterregning`), or when it is made.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from checks.runner import MAX_OFFENDERS
from oppfolging_pipeline.core.outcome import Outcome
from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.identification.etterregning_inndata import avvik_of
from oppfolging_pipeline.staging.harmonisering import Request

TABLE = "identifisert_kommune"


def second_computation(lake: Lake, asked: Sequence[tuple[Request, Mapping[str, Sequence[Path]]]]) -> Outcome:
    """The verdict on the decisions of those requests, each with the files (by table) that are not in place yet.

    Raises as `avvik_of` does.
    """
    started = time.perf_counter()
    differences = [one for request, staged in asked for one in avvik_of(lake, request, staged, {})]
    return Outcome(
        tabell=TABLE,
        kontroll="etterregning",
        passed=not differences,
        alvorlighet="kritisk",
        avvik=tuple(f"{one.tabell}: {one.tekst}" for one in differences[:MAX_OFFENDERS]),
        antall_avvik=len(differences),
        veiledning=(
            "Avgjørelsen er regnet ut to ganger, hver for seg, av de samme observasjonene, og svarene er ulike. "
            "Ingen kommune kan navngis før det er klart hvilken som er feil: se regelen for feltet som er nevnt. "
            "Så lenge en celle som ikke er vist på begge sider, er ulik, nevnes bare cellene: resten ville røpe den."
        ),
        varighet=time.perf_counter() - started,
    )
