"""Context policies: how much of a thread a candidate is sent, and what was cut.

    policy = parse("pinned:3,4+last:8")
    applied = policy.apply(messages)        # applied.messages go out, applied.cut is stored with the answer

What a policy cuts was "cut by us", never "forgotten by the model": every cut message is named. `policy.py` holds the
rules that all policies share, `rules.py` one class per kind, `grammar.py` the text form that a candidate carries,
`summary.py` what a summariser is asked, and `window.py` what would not fit a model's context window.
"""

from compare.threads.policies.cut import Applied, Cut, cut_json
from compare.threads.policies.grammar import FORMS, PolicyForm, parse
from compare.threads.policies.policy import Policy
from compare.threads.policies.rules import FirstLast, Full, Last, LastTokens, Rule, Summary
from compare.threads.policies.summary import SummaryRequest
from compare.threads.policies.window import WindowCut, window_cut

__all__ = [
    "FORMS",
    "Applied",
    "Cut",
    "FirstLast",
    "Full",
    "Last",
    "LastTokens",
    "Policy",
    "PolicyForm",
    "Rule",
    "Summary",
    "SummaryRequest",
    "WindowCut",
    "cut_json",
    "parse",
    "window_cut",
]
