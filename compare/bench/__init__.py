"""`bench`: parallel multi-turn sessions against an endpoint or gateway of the user's own, timed from outside.

plan.py says what is asked, session.py runs one session, routed.py reads who answered by which route, results.py turns
what was measured into figures. Nothing of it is stored.
"""
