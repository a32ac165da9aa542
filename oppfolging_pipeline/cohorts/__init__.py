"""Cohorts (puljer): who takes part, the effort period's phases and the reports that fall due.

Belongs here: what follows from an identification, at a date that is handed in. Does not belong here: who is identified
(`identification`), or writing tables (`publish`).
"""
