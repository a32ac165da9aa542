"""What is broken in a home now, what that means, and the command that mends it. Nothing is ever changed here.

Belongs here: questions to a home that is handed in, whatever state it is in. Does not belong here: mending (the next
run does that), or how findings are shown (`cli_doctor`).
"""
