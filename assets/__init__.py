"""The Dagster assets. Each function: read, call one function of the package, write, audit, attach metadata.

Belongs here: what Dagster needs to know, and nothing that knows what a risk point is. Does not belong here: rules and
parsing (`oppfolging_pipeline`), checks (`checks`).
"""
