"""The decision computed a second time, in pandas, from the same observations: double programming.

Belongs here: the rules written anew from their wording, and the comparison with what the pipeline decided. Does not
belong here: anything of the pipeline's own computation. The package imports the standard library, pandas, numpy and
`core.errors` only, and a test holds that: a fault that both shared would be found by neither.
"""
