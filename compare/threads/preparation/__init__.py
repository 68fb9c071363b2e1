"""Input preparation: named, versioned changes to what a candidate is sent, so that two of them can be compared.

    prepared = prepare("clean@1+framed@1", messages)

A candidate carries the name; equal names always give equal messages. What a released version does never changes: a
new behaviour is a new version, in a file of its own, beside the old one. `prepare.py` reads the names and runs the
steps; each step is the file of its name. Preparation comes after the system prompt and the context policy, because a
step may join messages into one.
"""

from compare.threads.preparation.change import Change, Prepared
from compare.threads.preparation.prepare import Preparation, canonical, preparations, prepare
from compare.threads.preparation.template import system_step, template_step

__all__ = [
    "Change",
    "Preparation",
    "Prepared",
    "canonical",
    "preparations",
    "prepare",
    "system_step",
    "template_step",
]
