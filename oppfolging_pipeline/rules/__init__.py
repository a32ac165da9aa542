"""The catalogue of statistics and the rule sets: data with typed models.

Belongs here: what an indicator is (source, measure, polarity, grades) and what a set decides (weights, limits,
numbers). Does not belong here: reading figures, or computing points.
"""
