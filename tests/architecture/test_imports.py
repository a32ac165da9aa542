"""The import rule: data walks one way through the house, and each room keeps to its own tools.

`publish → cohorts → identification → indicators → staging → sources → register, rules, tables → core`, never back.
Beside the domain: `engine` (tables and the lake) and `settings` (the environment) stand on `tables` and `rules`; any
step above them may use the engine, only the outermost (`cli`, `cli_fetch`, `assets`) may read settings; what they print
stands on `publish`, and `definitions` puts `assets` together.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.architecture.source import PACKAGE, REPOSITORY, Import, Module, imports, modules, unit_of

# Lowest first; units of one floor do not import each other.
FLOORS = (
    ("",),  # the package itself: its version
    ("core",),
    ("register", "rules", "tables"),
    ("engine", "settings"),
    ("sources",),
    ("staging",),
    ("indicators",),
    ("identification",),
    ("cohorts",),
    ("publish",),
    ("cli_output", "cli_fetch_output", "cli_oversikt"),
    ("cli_fetch",),
    ("cli_doctor", "cli_releases", "cli_rules", "cli_trace"),
    ("cli_show",),
    ("checks",),
    ("assets",),
    ("definitions",),
    ("cli_check", "cli_results"),
    ("cli",),
)
FLOOR_OF = {unit: number for number, floor in enumerate(FLOORS) for unit in floor}
# What a unit may import beyond core; None is anything below it.
ONLY = {
    "checks": {"", "core", "tables"},
    "cli_output": {"", "core", "rules", "publish"},
    "definitions": {"", "core", "rules", "assets"},
}
SETTINGS_READERS = {"cli", "cli_check", "cli_fetch", "cli_doctor", "cli_releases", "cli_results", "cli_rules", "assets"}
# Commands that call what `definitions` offers; they import it when they run, as it brings Dagster.
JOB_CALLERS = {"cli", "cli_check", "cli_results"}
CHECKS_USERS = {"assets", "definitions"}
NETWORK = {
    "aiohttp",
    "ftplib",
    "http",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "urllib",
    "urllib3",
    "websockets",
}
# The second computation of the decision: what it may stand on beside the standard library and itself.
SECOND = f"{PACKAGE}.identification.etterregning"
SECOND_STANDS_ON = {"pandas", "numpy"}
HEAVY = {"duckdb", "great_expectations", "jinja2", "openpyxl", "pandas", "pyarrow", "rich"}

Fault = Callable[[Module, Import], bool]


def goes_back(module: Module, one: Import) -> bool:
    """Whether the import leads up, or to a neighbour on the same floor."""
    target = unit_of(one.target)
    if one.top not in (PACKAGE, "assets", "checks") or target == module.unit or target not in FLOOR_OF:
        return False
    if target == "cli" or (target == "settings" and module.unit not in SETTINGS_READERS):
        return True
    if target == "checks" and module.unit not in CHECKS_USERS:
        return True
    if target == "definitions" and not (module.unit in JOB_CALLERS and one.place == "function"):
        return True
    return FLOOR_OF[target] >= FLOOR_OF[module.unit] or target not in ONLY.get(module.unit, FLOOR_OF)


def is_dagster_in_the_domain(module: Module, one: Import) -> bool:
    """Dagster belongs to `assets` and `definitions`; the CLI imports it only when it runs a job."""
    if not one.top.startswith("dagster") or module.unit in ("assets", "definitions"):
        return False
    return not (module.unit == "cli" and one.place == "function")


def is_great_expectations_elsewhere(module: Module, one: Import) -> bool:
    """Only the one runner, and inside a function: it costs seconds to import."""
    return one.top == "great_expectations" and not (module.name == "checks.runner" and one.place == "function")


def is_network_elsewhere(module: Module, one: Import) -> bool:
    """Only `sources` may reach the network."""
    return one.top in NETWORK and module.unit != "sources"


def is_heavy_at_the_top(module: Module, one: Import) -> bool:
    """Seconds and megabytes that `--help` must not cost: imported where they are used."""
    return one.top in HEAVY and one.place == "module"


def is_shared_with_the_second_computation(module: Module, one: Import) -> bool:
    """Nothing of the pipeline's computation, nor DuckDB: a fault that both share is found by neither."""
    if module.name != SECOND and not module.name.startswith(f"{SECOND}."):
        return False
    if one.top != PACKAGE:
        return one.top not in sys.stdlib_module_names | SECOND_STANDS_ON
    return not f"{one.target}.".startswith((f"{SECOND}.", f"{PACKAGE}.core.errors."))


def faults(rule: Fault, found: list[Module]) -> list[str]:
    """`file:line imports target` for every import that breaks the rule."""
    return [f"{m.file}:{one.line} imports {one.target}" for m in found for one in imports(m) if rule(m, one)]


RULES: list[Fault] = [
    goes_back,
    is_dagster_in_the_domain,
    is_great_expectations_elsewhere,
    is_network_elsewhere,
    is_heavy_at_the_top,
    is_shared_with_the_second_computation,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_breaks_the_import_rule(rule):
    assert faults(rule, modules()) == []


def test_every_module_stands_on_a_floor():
    assert {module.unit for module in modules()} - set(FLOOR_OF) == set(), "a new unit needs a place in FLOORS"


def test_a_duckdb_session_is_opened_in_one_place():
    # Each `duckdb.connect` elsewhere would be a session without the settings that all have.
    opening = [module.file for module in modules() if "duckdb.connect(" in module.text.replace("`duckdb.connect(", "")]
    assert opening == ["oppfolging_pipeline/core/duckdb_session.py"]


def test_the_second_computation_is_there_and_what_it_stands_on_stands_alone():
    found = {module.name: [one.target for one in imports(module)] for module in modules()}
    assert {f"{SECOND}.{part}" for part in ("celler", "avgjorelse", "sammenligning", "etterregn")} <= found.keys()
    own = [target for target in found[f"{PACKAGE}.core.errors"] if target.startswith(PACKAGE)]
    assert own == [], "core.errors is all that both computations share"


def test_the_reader_finds_the_imports_that_are_there():
    # Guards against a reader that finds nothing, with which every rule would hold.
    found = {(module.name, one.target) for module in modules() for one in imports(module)}
    assert ("oppfolging_pipeline.definitions", "dagster") in found
    assert ("checks.runner", "great_expectations") in found
    assert ("oppfolging_pipeline.engine", "duckdb") in found


BAD = [
    (goes_back, "oppfolging_pipeline.core.x", "from oppfolging_pipeline.rules.model import RuleSet"),
    (goes_back, "oppfolging_pipeline.staging.x", "from oppfolging_pipeline.indicators import grense"),
    (goes_back, "oppfolging_pipeline.staging.x", "def f():\n    import oppfolging_pipeline.publish.marts"),
    (goes_back, "oppfolging_pipeline.rules.x", "from oppfolging_pipeline import tables"),
    (goes_back, "oppfolging_pipeline.rules.x", "from ..register import model"),
    (goes_back, "oppfolging_pipeline.cohorts.x", "from oppfolging_pipeline.settings import read_settings"),
    (goes_back, "oppfolging_pipeline.publish.x", "from assets.resources import HomeResource"),
    (goes_back, "oppfolging_pipeline.publish.x", "from checks.suite import Check"),
    (goes_back, "oppfolging_pipeline.cli", "from checks.runner import run_checks"),
    (goes_back, "oppfolging_pipeline.cli", "from oppfolging_pipeline.definitions import defs"),
    (goes_back, "assets.x", "from oppfolging_pipeline.cli import main"),
    (goes_back, "checks.x", "from oppfolging_pipeline.identification.units import Unit"),
    (goes_back, "oppfolging_pipeline.core.x", "if TYPE_CHECKING:\n    from oppfolging_pipeline.engine import Engine"),
    (is_dagster_in_the_domain, "oppfolging_pipeline.publish.x", "import dagster as dg"),
    (is_dagster_in_the_domain, "oppfolging_pipeline.cli", "import dagster as dg"),
    (is_dagster_in_the_domain, "oppfolging_pipeline.core.x", "def f():\n    from dagster_shared import check"),
    (is_dagster_in_the_domain, "checks.x", "import dagster as dg"),
    (is_great_expectations_elsewhere, "checks.runner", "import great_expectations as gx"),
    (is_great_expectations_elsewhere, "assets.x", "def f():\n    import great_expectations as gx"),
    (is_network_elsewhere, "oppfolging_pipeline.publish.x", "def f():\n    from urllib.request import urlopen"),
    (is_network_elsewhere, "assets.x", "import httpx"),
    (is_heavy_at_the_top, "oppfolging_pipeline.engine", "import duckdb"),
    (is_heavy_at_the_top, "oppfolging_pipeline.engine", "try:\n    import pyarrow.compute as pc\nfinally:\n    pass"),
    (is_heavy_at_the_top, "assets.x", "class A:\n    import pandas"),
    (is_shared_with_the_second_computation, f"{SECOND}.x", "from oppfolging_pipeline.identification.units import Unit"),
    (is_shared_with_the_second_computation, f"{SECOND}.x", "from oppfolging_pipeline.identification import kategori1"),
    (is_shared_with_the_second_computation, f"{SECOND}.x", "from oppfolging_pipeline.core.rounding import half_up"),
    (is_shared_with_the_second_computation, f"{SECOND}.x", "from oppfolging_pipeline.rules.model import RuleSet"),
    (is_shared_with_the_second_computation, f"{SECOND}.x", "from .. import kategori2"),
    (is_shared_with_the_second_computation, f"{SECOND}.x", "def f():\n    import duckdb"),
    (is_shared_with_the_second_computation, SECOND, "if TYPE_CHECKING:\n    import pyarrow"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "name", "text"), BAD, ids=lambda value: getattr(value, "__name__", None))
def test_the_rule_sees_a_module_that_breaks_it(rule, name, text):
    assert len(faults(rule, [Module(name, text)])) == 1


GOOD = [
    (goes_back, "oppfolging_pipeline.publish.x", "from oppfolging_pipeline.core.files import sha256_of"),
    (goes_back, "oppfolging_pipeline.rules.x", "from oppfolging_pipeline.rules.catalog import Catalog"),
    (goes_back, "oppfolging_pipeline.cli", "def f():\n    from oppfolging_pipeline.definitions import defs"),
    (is_dagster_in_the_domain, "oppfolging_pipeline.cli", "def f():\n    import dagster as dg"),
    (is_great_expectations_elsewhere, "checks.runner", "def f():\n    import great_expectations as gx"),
    (is_network_elsewhere, "oppfolging_pipeline.sources.x", "import httpx"),
    (is_heavy_at_the_top, "oppfolging_pipeline.engine", "if TYPE_CHECKING:\n    import duckdb"),
    (
        is_shared_with_the_second_computation,
        f"{SECOND}.x",
        "from oppfolging_pipeline.core.errors import PermanentError",
    ),
    (is_shared_with_the_second_computation, f"{SECOND}.x", f"from {SECOND}.celler import make_cells"),
    (is_shared_with_the_second_computation, f"{SECOND}.x", "from math import isqrt\ndef f():\n    import pandas as pd"),
    (is_shared_with_the_second_computation, f"{SECOND}_inndata", "from oppfolging_pipeline.rules.model import RuleSet"),
]


@pytest.mark.parametrize(("rule", "name", "text"), GOOD, ids=lambda value: getattr(value, "__name__", None))
def test_the_rule_lets_a_module_be_that_keeps_it(rule, name, text):
    assert faults(rule, [Module(name, text)]) == []


def test_the_command_line_starts_without_what_is_heavy():
    # `oppfolging --help` and a wrong argument must answer at once.
    code = "import sys, oppfolging_pipeline.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    )
    assert set(done.stdout.split()) & {"dagster", "sqlalchemy", *(HEAVY - {"rich"})} == set()
