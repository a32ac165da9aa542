"""What every module holds to: a docstring that draws its border, its size, no clock or dice or environment of its own,
and no number that decides about a municipality.
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import REPOSITORY, Module, modules

MAX_LINES = 300
# Where the world may be asked: the time, dice, the environment. Everything else is handed what it needs.
WORLD = {
    "datetime.now": {"oppfolging_pipeline.core.clock"},
    "datetime.utcnow": set(),
    "datetime.today": set(),
    "date.today": set(),
    "time.time": set(),
    "time.monotonic": {"oppfolging_pipeline.cli_fetch", "oppfolging_pipeline.sources.system_http"},
    "time.sleep": {"oppfolging_pipeline.sources.system_http"},
    "random": {"oppfolging_pipeline.sources.example.dice", "oppfolging_pipeline.sources.system_http"},
    "secrets": set(),
    "uuid.uuid4": set(),
    "os.getenv": set(),
    "os.environ": {
        "assets.interfaces",
        "assets.resources",
        "oppfolging_pipeline.cli",
        "oppfolging_pipeline.cli_check",
        "oppfolging_pipeline.cli_fetch",
        "oppfolging_pipeline.cli_results",
    },
}
# Steps that decide. The numbers of arithmetic that are left in them: nothing, the first, the two categories and a
# square, percent. Every other number is a rule, and rules are data.
DECIDING = ("indicators", "identification", "cohorts")
ARITHMETIC = {0, 1, 2, 100}
_NUMBER_IN_SQL = re.compile(r"(?<![\w.$'-])\d+(?:\.\d+)?(?![\w'])")
_SQL = re.compile(r"\b(SELECT|WHERE|CASE WHEN)\b")


def without_border(module: Module) -> list[str]:
    """The module when its docstring does not say what belongs in it and what does not."""
    text = " ".join((ast.get_docstring(module.tree) or "").split())
    return [] if "Belongs here:" in text and "Does not belong here:" in text else [module.file]


def too_long(module: Module) -> list[str]:
    """The module when it has more lines than a person keeps in mind."""
    lines = len(module.text.splitlines())
    return [f"{module.file}: {lines} lines"] if lines > MAX_LINES else []


def asks_the_world(module: Module) -> list[str]:
    """Every use of clock, dice or environment outside its place."""
    used = []
    for node in ast.walk(module.tree):
        name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        for asked, places in WORLD.items():
            imported = isinstance(node, ast.Import) and asked in (alias.name for alias in node.names)
            from_ = isinstance(node, ast.ImportFrom) and asked in (
                node.module,
                *(f"{node.module}.{alias.name}" for alias in node.names),
            )
            attribute = "." in asked and (name == asked or name.endswith(f".{asked}"))
            if (imported or from_ or attribute) and module.name not in places:
                used.append(f"{module.file}:{node.lineno} {asked}")
    return used


def decides_by_number(module: Module) -> list[str]:
    """Every number in code or SQL of a deciding step that is not one of arithmetic's."""
    if module.unit not in DECIDING:
        return []
    texts = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}  # docstrings
    found: list[tuple[int, float]] = []
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or id(node) in texts:
            continue
        if isinstance(node.value, int | float):
            found.append((node.lineno, node.value))
        elif isinstance(node.value, str) and _SQL.search(node.value):
            code = re.sub(r"--.*", "", node.value)
            found += [(node.lineno, float(number)) for number in _NUMBER_IN_SQL.findall(code)]
    return [f"{module.file}:{line} {number}" for line, number in found if number not in ARITHMETIC]


RULES = [without_border, too_long, asks_the_world, decides_by_number]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_breaks_the_rule(rule):
    assert [fault for module in modules() for fault in rule(module)] == []


BAD = [
    (without_border, "oppfolging_pipeline.core.x", "x = 1"),
    (without_border, "oppfolging_pipeline.core.x", '"""Helpers."""'),
    (without_border, "oppfolging_pipeline.core.x", '"""X.\n\nBelongs here: everything.\n"""'),
    (too_long, "oppfolging_pipeline.core.x", "x = 1\n" * (MAX_LINES + 1)),
    (asks_the_world, "oppfolging_pipeline.cohorts.x", "from datetime import datetime\nd = datetime.now()"),
    (asks_the_world, "oppfolging_pipeline.cohorts.x", "import datetime\nd = datetime.date.today()"),
    (asks_the_world, "assets.x", "import os\nhome = os.environ['HOME']"),
    (asks_the_world, "oppfolging_pipeline.core.x", "from os import environ"),
    (asks_the_world, "oppfolging_pipeline.rules.x", "import random"),
    (asks_the_world, "oppfolging_pipeline.rules.x", "from random import shuffle"),
    (decides_by_number, "oppfolging_pipeline.identification.x", "chosen = ordered[:30]"),
    (decides_by_number, "oppfolging_pipeline.identification.x", "enough = share >= 0.5"),
    (decides_by_number, "oppfolging_pipeline.indicators.x", "points = 3 * weight"),
    (decides_by_number, "oppfolging_pipeline.indicators.x", "q = 'SELECT CASE WHEN verdi < grense THEN 3 ELSE 0 END'"),
    (decides_by_number, "oppfolging_pipeline.cohorts.x", "def f(a):\n    '''Term 6.'''\n    return a > 6"),
]


@pytest.mark.parametrize(("rule", "name", "text"), BAD, ids=lambda value: getattr(value, "__name__", None))
def test_the_rule_sees_a_module_that_breaks_it(rule, name, text):
    assert len(rule(Module(name, text))) == 1


GOOD = [
    (without_border, "oppfolging_pipeline.core.x", '"""X.\n\nBelongs here: a. Does not\nbelong here: b.\n"""'),
    (too_long, "oppfolging_pipeline.core.x", "x = 1\n" * MAX_LINES),
    (asks_the_world, "oppfolging_pipeline.core.clock", "from datetime import datetime\nd = datetime.now()"),
    (asks_the_world, "oppfolging_pipeline.core.x", "from datetime import date\nd = date(2025, 3, 1)"),
    (decides_by_number, "oppfolging_pipeline.indicators.x", '"""Worse than the limit: 3."""\nshare = 100 * a / b'),
    (decides_by_number, "oppfolging_pipeline.staging.x", "rows = 30"),
]


@pytest.mark.parametrize(("rule", "name", "text"), GOOD, ids=lambda value: getattr(value, "__name__", None))
def test_the_rule_lets_a_module_be_that_keeps_it(rule, name, text):
    assert rule(Module(name, text)) == []


def test_the_packages_data_is_read_safely():
    # A constructor in a rule set must never run: the safe loader only, wherever YAML is read.
    unsafe = re.compile(r"yaml\.(?:load|unsafe_load|full_load|FullLoader|UnsafeLoader|Loader)\b")
    assert [module.file for module in modules() if unsafe.search(module.text)] == []
    assert unsafe.search("data = yaml.load(text)"), "the pattern sees what it is for"
    assert (REPOSITORY / "oppfolging_pipeline").is_dir()
