"""Good data spoiled in many ways: every one is caught by a check that is named, and every check catches one.

The table of what catches what is `spoiled_observasjon` and `spoiled_results`; it is printed with
`python -m tests.mutation.report`.
"""
