"""Where rules begin: limits, points and shares of risk points.

Belongs here: what a figure is worth under a rule set. Does not belong here: who may be judged and who is identified
(`identification`).
"""
