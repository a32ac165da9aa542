"""Who may be judged, who is identified and why.

Belongs here: assessment, ranking, category 1 and 2, and the sentences that explain them. Does not belong here: points
and shares (`indicators`), or what happens after (`cohorts`). Pure functions on exact fractions: no float decides.
"""
