"""The Dagster assets. Each function: read, call one function of the package, write, audit, attach metadata.

Belongs here: what Dagster needs to know, and nothing that knows what a risk point is. Does not belong here: rules and
parsing (`oppfolging_pipeline`), checks (`checks`).
"""

import warnings

import dagster as dg

# Single-run backfills are marked beta; the version is pinned and a test runs one. The warning would greet every start.
warnings.filterwarnings("ignore", message=r"Parameter `backfill_policy`", category=dg.BetaWarning)

OWNERS = ["team:oppfolging"]
