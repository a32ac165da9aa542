"""The real files that lie beside the repository, for tests that read them where they are.

Belongs here: finding them, and skipping a test when they are not there. Does not belong here: copies of them.
"""

from pathlib import Path

import pytest

SHARED = (Path(__file__).parents[2] / ".." / "shared").resolve()
NASJONALE_PROVER = SHARED / "data" / "udir-eksport" / "nasjonale-prover"
GRUNNSKOLEPOENG = SHARED / "data" / "udir-eksport" / "grunnskolepoeng" / "2015-21_Grunnskolepoeng.xlsx"
NASJONALE_PROVER_2023 = SHARED / "data" / "udir-eksport" / "nasjonale-prover-2023"
FIELD = SHARED / "data" / "field"
ELEVUNDERSOKELSEN = SHARED / "data" / "udir-eksport" / "elevundersokelsen"
EKSPORT = SHARED / "data" / "udir-api" / "eksport"

needs_shared = pytest.mark.skipif(
    not NASJONALE_PROVER.is_dir(), reason="the real files (../shared) are not beside the repository"
)
