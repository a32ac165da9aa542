"""The audits of the pipeline's tables: what is checked (`suite`), and the one runner of Great Expectations (`runner`).

Belongs here: deriving checks from table declarations, running them, and turning outcomes into Dagster check results.
Does not belong here: what a table means (`oppfolging_pipeline.tables`), or any rule about municipalities.
"""
