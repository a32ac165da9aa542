"""Every table of the pipeline, declared once as data (`tables.yaml`, `columns.yaml`) with a typed model.

Belongs here: columns, types, units, grain, vocabularies and Norwegian texts, and what is derived from them (DDL,
comments, Arrow schema). Does not belong here: how a table is computed, or the checks that are run on it.
"""
