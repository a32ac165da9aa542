"""The pipeline's own steps from observations to decision, and the second computation beside them, for tests.

Belongs here: calling the steps as the assets do, without Dagster, and spoiling a rule in their source. Does not belong
here: any expectation.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Engine, Lake
from oppfolging_pipeline.identification import tables
from oppfolging_pipeline.identification.etterregning.etterregn import Etterregnet
from oppfolging_pipeline.identification.etterregning.sammenligning import Avvik, sammenlign
from oppfolging_pipeline.identification.etterregning_inndata import etterregn_request
from oppfolging_pipeline.identification.names import names_at
from oppfolging_pipeline.indicators import andel, grense, vurdering
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.merking import merking_av
from oppfolging_pipeline.staging import harmonisering, skole, skole_plassering
from oppfolging_pipeline.staging.harmonisering import Request

Tables = dict[str, list[Path]]


@dataclass(frozen=True)
class Inputs:
    """What both computations start from: the lake that holds `observasjon` and `kommune`, and the request."""

    lake: Lake
    request: Request

    @property
    def window(self) -> list[Path]:
        return self.lake.existing("observasjon", self.request.partitions())

    @property
    def everything(self) -> list[Path]:
        return self.lake.files("observasjon")


def decide_again(inputs: Inputs, prioritet: Mapping[str, int] | None = None) -> Etterregnet:
    """The second computation."""
    return etterregn_request(inputs.lake, inputs.request, prioritet or {})


def decide_by_steps(
    engine: Engine, inputs: Inputs, register: Register, to: Lake, prioritet: Mapping[str, int] | None = None
) -> Tables:
    """The pipeline's steps for the request, written to the lake `to`."""
    request, key = inputs.request, inputs.request.partition
    window = engine.read(inputs.window, "observasjon")
    units = skole_plassering.place(engine, window, inputs.everything, request, register)
    cells = harmonisering.harmonise(engine, window, request, units.lineage, units.kommuner, units.placed, units.judged)
    merking = merking_av(request.rule_set, eksempel=False)
    made = grense.grense_rader(request, *grense.read_figures(engine, window, request), {})
    limits = engine.write(merking.merket(made), "grense", to, key)
    points = vurdering.vurder(engine, cells, engine.read([limits.staged], "grense"), request)
    sums = andel.andel_rader(engine, points)
    decision = tables.decide(engine.fetch(sums), request.rule_set, prioritet or {})
    schools = engine.fetch(skole.skole_rader(engine, window, request.catalog))
    names = names_at(register, request.registerdato, schools)
    ranking = merking.merket(tables.rangering_kommune(decision, request.rule_set, names, key))
    written = {
        "vurdering": points,
        "andel": sums,
        "rangering_kommune": ranking,
        "rangering_skole": tables.rangering_skole(decision, request.rule_set, names, key),
        "kandidat_kategori2": merking.merket(tables.kandidat_kategori2(decision, request.rule_set, names, key)),
        "identifisert_kommune": tables.identifisert_kommune(ranking, decision),
    }
    return {name: [engine.write(rows, name, to, key).staged] for name, rows in written.items()}


def differences(
    engine: Engine, inputs: Inputs, register: Register, to: Lake, prioritet: Mapping[str, int] | None = None
) -> list[Avvik]:
    """Both computations of the request, compared."""
    return sammenlign(decide_again(inputs, prioritet), decide_by_steps(engine, inputs, register, to, prioritet))


def spoil(monkeypatch: pytest.MonkeyPatch, module: types.ModuleType, changes: Sequence[tuple[str, str]]) -> None:
    """Put other text in the module's source, and its functions thus changed wherever the package uses them."""
    source = inspect.getsource(module)
    for old, new in changes:
        assert old in source, f"{module.__name__} has no {old!r}"
        source = source.replace(old, new)
    spoilt = types.ModuleType(module.__name__)
    exec(compile(source, f"<{module.__name__}, spoilt>", "exec"), spoilt.__dict__)  # noqa: S102 (our own source)
    users = [other for name, other in list(sys.modules.items()) if name.startswith("oppfolging_pipeline.")]
    for name, original in list(vars(module).items()):
        if inspect.isfunction(original) and original.__module__ == module.__name__:
            for user in users:
                for used_as, value in list(vars(user).items()):
                    if value is original:
                        monkeypatch.setattr(user, used_as, getattr(spoilt, name))
