"""Masking: personal data leaves a thread before anything of it is stored or sent.

The same value has the same placeholder wherever it stands in a thread ("[email 1]"), so that the conversation can still
be followed. Nothing leads from a placeholder back to its value.
"""

from __future__ import annotations

from compare.threads.masking.masker import KINDS, Masked, Masking
from compare.threads.masking.own import OwnPattern, own_pattern

__all__ = ["KINDS", "Masked", "Masking", "OwnPattern", "own_pattern"]
