"""No session writes into stdout, where the command line's JSON stands, also where DuckDB takes it for a person's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.source import REPOSITORY

# With `-c` the main module is no file, and DuckDB shows progress unless it is told not to.
ASK = "connection.execute(\"SELECT current_setting('enable_progress_bar')\").fetchone()[0]"
OPENED = {
    "no setting": f"import duckdb\nconnection = duckdb.connect()\nprint({ASK})",
    "engine": f"from oppfolging_pipeline.engine import open_engine\n"
    f"with open_engine() as engine:\n    connection = engine.connection\n    print({ASK})",
    "build": f"from pathlib import Path\nfrom oppfolging_pipeline.publish.database import open_for_build\n"
    f"connection = open_for_build(Path('ny.duckdb'), Path('midlertidig'))\nprint({ASK})",
    "read": f"import duckdb\nfrom pathlib import Path\n"
    f"from oppfolging_pipeline.publish.database import open_read_only\n"
    f"duckdb.connect('fil.duckdb').close()\nconnection = open_read_only(Path('fil.duckdb'))\nprint({ASK})",
    "checks": """
from pathlib import Path
from checks.runner import run_checks
from checks.suite import rows_check
from tests.unit.checks.conftest import TABLE, shown, target
check = rows_check("stille", TABLE, "current_setting('enable_progress_bar')", "En tekst.")
(outcomes,) = run_checks([target(Path("."), [shown()], extra=[check])], Path("neste"))
print(not next(outcome for outcome in outcomes if outcome.kontroll == "stille").passed)
""",
}


@pytest.mark.parametrize("opened", OPENED)
def test_a_session_in_a_process_without_a_main_file_shows_no_progress(tmp_path, opened):
    done = subprocess.run(
        [sys.executable, "-c", OPENED[opened]],
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout == f"{opened == 'no setting'}\n"  # the first shows that the trap is there
