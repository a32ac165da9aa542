"""From files to facts: one long table of observations, the registers, and the cells that a rule set asks for.

Belongs here: which row counts where a file has several, and moving figures to the register of the identification year.
Does not belong here: parsing (`sources`), limits and points (`indicators`).
"""
