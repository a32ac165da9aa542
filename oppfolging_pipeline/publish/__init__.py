"""What leaves the pipeline: the published tables and the DuckDB file that holds them.

Belongs here: building, verifying, replacing, keeping and reading the published file. Does not belong here: computing
anything about a kommune; what is published has been decided before it comes here.
"""
