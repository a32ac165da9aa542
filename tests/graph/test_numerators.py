"""Answers in the place of numerators stop a run, with the table of participation there to show it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.partitions import range_tags
from assets.resources import ClockResource, HomeResource, UttrekkResource
from oppfolging_pipeline.definitions import JOB, build_definitions
from oppfolging_pipeline.sources.example_folder import ensure_example
from tests.support.run import failures

YEAR = "2024-25"
REGISTER = ("fylke_koder.csv", "kommune_endringer.csv", "kommune_koder.csv", "statsforvaltere.csv")
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_example(tmp_path_factory.mktemp("land") / "eksempel")


def inbox_of(example: Path, folder: Path, change: Callable[[Rows, Rows], None]) -> Path:
    """An inbox with the survey of one year, and its mobbing rows changed by those of participation."""
    folder.mkdir()
    for name in REGISTER:
        (folder / name).write_bytes((example / name).read_bytes())
    rows = {
        name: json.loads((example / f"elevundersokelsen_{name}_{YEAR}.json").read_bytes())
        for name in ("mobbing", "indikator", "deltakelse")
    }
    change(rows["mobbing"], rows["deltakelse"])
    for name, content in rows.items():
        (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return folder


def answers_for_numerators(mobbing: Rows, deltakelse: Rows) -> None:
    unit = ("EnhetNivaa", "Fylkekode", "Kommunekode", "Organisasjonsnummer", "TrinnKode")
    besvart = {tuple(row[name] for name in unit): row["AntallBesvart"] for row in deltakelse}
    for row in mobbing:
        if row["AntallBesvart"] != "*" and row["EierformNavn"] == "Alle eierformer":
            row["AntallBesvart"] = besvart.get(tuple(row[name] for name in unit), row["AntallBesvart"])


def too_many(mobbing: Rows, deltakelse: Rows) -> None:
    """Numerators of ten times as many pupils as took part: nothing but participation shows it."""
    for row in mobbing:
        if row["AntallBesvart"] not in ("*", "", None):
            row["AntallBesvart"] = str(10 * int(row["AntallBesvart"].replace(" ", "")))


def no_figure(mobbing: Rows, deltakelse: Rows) -> None:
    """Of participation every share is gone though many took part: wrong in itself."""
    for row in deltakelse:
        row["AndelDeltatt"] = "" if row["EnhetNivaa"] in ("3", "4") else row["AndelDeltatt"]


@pytest.mark.parametrize(
    ("change", "stops"),
    [(answers_for_numerators, True), (too_many, True), (no_figure, False)],
    ids=["answers", "too many", "participation"],
)
def test_what_participation_speaks_against_stops_and_what_is_wrong_with_itself_does_not(
    example: Path, tmp_path: Path, change: Callable[[Rows, Rows], None], stops: bool
) -> None:
    """Guards against misread numerators passing since what shows it was left out as something that nobody needs."""
    definitions = build_definitions(
        home=HomeResource(home=str(tmp_path / "hjem"), inbox=str(inbox_of(example, tmp_path / "innboks", change))),
        uttrekk=UttrekkResource(rules="udir-2020", years=[2025], per="2025-03-01", kjent_per=""),
        clock=ClockResource(fixed="2025-03-01T12:00:00+00:00"),
    )
    with dg.DagsterInstance.ephemeral() as instance:
        done = definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            tags=range_tags([YEAR]),
            raise_on_error=False,
            asset_selection=[dg.AssetKey("raw_innboks"), dg.AssetKey("observasjon")],
        )
    assert done.success is not stops, failures(done)
    if stops:
        assert "teller_innenfor_deltakelsen" in failures(done)
