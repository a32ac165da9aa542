"""The wheel holds all of the project and runs from any folder; Dagster finds the definitions there."""

from __future__ import annotations

import json

from tests.architecture.source import REPOSITORY, ROOTS


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(installed):
    ours = {
        path.relative_to(REPOSITORY).as_posix()
        for root in ROOTS
        for path in (REPOSITORY / root).rglob("*")
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in path.parts[-4:])
    }
    held = {name for name in installed.names if ".dist-info/" not in name}
    assert held == ours
    assert {"oppfolging_pipeline/py.typed", "oppfolging_pipeline/tables/tables.yaml"} <= held
    assert {"oppfolging_pipeline/register/data/kommune.csv", "assets/publish.py", "checks/suite.py"} <= held
    assert "oppfolging_pipeline/publish/kontroll.html.j2" in held
    assert any(name.endswith("licenses/LICENSE") for name in installed.names)


def test_the_packages_are_the_installed_ones(installed):
    # Guards the two tests below: a checkout on the path would make them pass whatever the wheel lacks.
    assert installed.where.code == 0, installed.where.err
    for file in installed.where.out.split("\n")[:3]:
        assert file.startswith(str(installed.site))


def test_it_runs_from_any_folder_with_a_set_of_the_homes_own(installed):
    assert installed.run.code == 0, installed.run.err
    assert "Ikke ordningens offisielle indikatorsett (mitt-sett)." in installed.run.out
    assert "5 i kategori 1" in installed.run.out
    assert len(json.loads(installed.show.out)) == 5


def test_dagster_finds_the_definitions(installed):
    assert installed.validate.code == 0, installed.validate.err
    assert "Validation successful" in installed.validate.err + installed.validate.out
    # Dagster says of its own command that another is the newer one; nothing may be said of the project.
    said = [line for line in (installed.validate.err + installed.validate.out).splitlines() if "Warning" in line]
    assert [line for line in said if "SupersessionWarning" not in line] == []
