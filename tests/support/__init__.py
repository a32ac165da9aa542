"""What several tests share.

Belongs here: builders of valid input. Does not belong here: assertions, or real figures.
"""
