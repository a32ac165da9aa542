"""Speed against hand-written DuckDB SQL, measured in the same run and given as ratios.

Belongs here: measurements that a person runs. Does not belong here: tests; a time is no assertion.
"""
