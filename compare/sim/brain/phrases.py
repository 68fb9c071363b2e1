"""What the simulated models say around their findings, by language.

Every entry is a set of alternatives that mean the same. Names in braces are filled in by the voices. No phrase holds a
number, so that nothing but the thread can put one into an answer. German avoids "du" and "Sie", as either may be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

from compare.sim.brain.phrases_de import DE
from compare.sim.brain.phrases_en import EN

PHRASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {"en": EN, "de": DE}

__all__ = ["PHRASES"]
