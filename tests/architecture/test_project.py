"""What holds for the project's files: the lock, the settings' example, and nothing of one machine or one afternoon."""

from __future__ import annotations

import re
import tomllib

import pytest

from oppfolging_pipeline.settings import VARIABLES
from tests.architecture.source import REPOSITORY, ROOTS, tracked_files

# Spelled in parts, or this file would be its own culprit.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:home|root|Users|work|tmp|mnt)/\w"),
    "a note for later": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b"),
    "a package index": re.compile(
        r"(?<![\w-])(?:files\.python" + r"hosted|pypi\.(?:org|python)|--(?:extra-)?index" + r"-url)\b"
    ),
}


def faults(text: str) -> list[str]:
    """What of the forbidden the text holds, with its line."""
    return [
        f"{text.count(chr(10), 0, match.start()) + 1}: {what}: {match[0]}"
        for what, pattern in FORBIDDEN.items()
        for match in pattern.finditer(text)
    ]


def test_no_file_holds_what_is_of_one_machine_or_one_afternoon():
    found = []
    for path in tracked_files():
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue  # a workbook or another binary: no text of ours
        if path.name == "Makefile":
            text = text.replace("--no-emit-index-url", "")
        found += [f"{path.relative_to(REPOSITORY)}:{fault}" for fault in faults(text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["see /ho" + "me/kari/data", "# TO" + "DO later", "--index" + "-url https://x", "https://pypi" + ".org/simple"],
)
def test_what_is_forbidden_is_seen(text):
    assert len(faults(f"first line\n{text}\n")) >= 1


def test_the_lock_has_a_hash_for_every_package_and_names_no_index():
    lines = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8").splitlines()
    packages = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
    assert len(packages) > 50
    assert [lines[number] for number in packages if "--hash=sha256:" not in lines[number + 1]] == []
    assert [line for line in lines if re.match(r"\s*-(?!-hash)", line) or "://" in line] == []


def test_the_lock_pins_what_the_project_asks_for():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    asked = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["ui"]]
    names = [re.match(r"[\w-]+", entry)[0] for entry in [*asked, *project["dependency-groups"]["dev"]]]
    locked = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)(?:\[\w+\])?==", lock, re.M)}
    assert [name for name in names if name.lower() not in locked] == []


def test_the_example_of_the_environment_lists_every_setting_and_no_other():
    text = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    assert re.findall(r"^#?(OPPFOLGING_\w+)=", text, re.M) == list(VARIABLES)


def test_the_wheel_carries_every_package_of_ours_and_no_test():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == list(ROOTS)
    packages = {path.parent for root in ROOTS for path in (REPOSITORY / root).rglob("*.py")}
    without = sorted(
        str(folder.relative_to(REPOSITORY)) for folder in packages if not (folder / "__init__.py").exists()
    )
    assert without == []


def test_dagster_finds_the_same_entry_in_every_place_that_names_it():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    entry = "oppfolging_pipeline.definitions"
    assert project["tool"]["dagster"]["module_name"] == entry
    assert project["tool"]["dg"]["project"]["code_location_target_module"] == entry
    assert f"python_module: {entry}\n" in (REPOSITORY / "workspace.yaml").read_text(encoding="utf-8")


def test_telemetry_is_off():
    assert "telemetry:\n  enabled: false" in (REPOSITORY / "dagster.yaml").read_text(encoding="utf-8")
