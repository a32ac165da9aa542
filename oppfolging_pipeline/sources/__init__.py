"""Get bytes, keep bytes, read bytes: downloaded exports, export rows, KLASS files and the invented example country.

Belongs here: recognising, archiving and parsing what a source gave. Does not belong here: which of two rows counts,
codes of another year (both `staging`), or any rule.
"""
