"""Good data to spoil, small enough to be made once for the suite: a run of the example's national tests, and the
observations of its two other sources.

Belongs here: the homes. Does not belong here: spoiling them.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from assets.partitions import range_tags
from assets.resources import ClockResource, HomeResource
from oppfolging_pipeline.definitions import JOB, build_definitions
from oppfolging_pipeline.sources.example import GRUNNSKOLEPOENG_SKOLEAAR
from oppfolging_pipeline.sources.example.final_marks import final_marks
from oppfolging_pipeline.sources.example.national_tests import national_tests
from oppfolging_pipeline.sources.example.register_files import register_files
from oppfolging_pipeline.sources.example.survey import survey
from tests.support.run import NOON, failures, run_job

ASKED_FOR_BY_NAME = ("OPPFOLGING_REGELSETT", "np-skalapoeng")
"""The setting under which that set, which is not the scheme's, forms the cohorts: of the run, and of every audit."""
SKOLEAAR = ("2022-23", "2023-24", "2024-25")


def make_home(folder: Path) -> Path:
    """The home of one run under `np-skalapoeng` for 2025, which forms the cohort."""
    inbox = folder / "innboks"
    inbox.mkdir()
    files = dict(register_files())
    for skoleaar in SKOLEAAR:
        files |= national_tests(skoleaar)
    for name, content in files.items():
        (inbox / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(*ASKED_FOR_BY_NAME)
        result = run_job(folder / "hjem", inbox, rules="np-skalapoeng", years=[2025], skoleaar=SKOLEAAR)
    assert result.success, failures(result)
    return folder / "hjem"


def make_home_of_other_sources(folder: Path) -> Path:
    """The home of a run up to the observations: two years of the survey, and the workbook of final marks."""
    inbox = folder / "innboks"
    inbox.mkdir()
    for name, content in {**register_files(), **survey("2023-24"), **survey("2024-25"), **final_marks()}.items():
        (inbox / name).write_bytes(content)
    definitions = build_definitions(
        home=HomeResource(home=str(folder / "hjem"), inbox=str(inbox)), clock=ClockResource(fixed=NOON)
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            tags=range_tags(GRUNNSKOLEPOENG_SKOLEAAR),
            asset_selection=[dg.AssetKey("raw_innboks"), dg.AssetKey("observasjon")],
            raise_on_error=False,
        )
    assert result.success, failures(result)
    return folder / "hjem"
