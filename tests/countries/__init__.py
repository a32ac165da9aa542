"""Random small countries, on which both computations must agree and nothing may be refused.

Belongs here: drawing a country from a number, and the comparison. Does not belong here: a case worked out by hand
(`tests.golden`, and the tests beside each module).
"""
