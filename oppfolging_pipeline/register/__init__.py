"""The municipality register: which kommuner there were on a date, and what each has become.

Belongs here: municipalities, counties, statsforvaltere, the lineage through new numbers, mergers and splits, and the
dated reference that the project carries (`data/`). Does not belong here: reading KLASS files (`sources.klass_files`),
moving figures to other codes (`staging`), schools.
"""
