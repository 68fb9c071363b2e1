"""Characters that nobody sees: which of them a text needs, and which only disturb (part of clean@1, see clean.py).

Joiners are spelling in many scripts and hold emoji together; direction marks order right-to-left text; variation
selectors choose a glyph; zero-width spaces part the words of scripts that write none. In those places they stay.
Anywhere else they are leftovers of copying, or a way to hide words from a reader that a model still sees.
"""

from __future__ import annotations

import re

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# Arabic and its neighbours, the Indic scripts, Myanmar, Khmer, Mongolian, and their extensions.
_JOINING = (
    "\u0600-\u0dff\u1000-\u109f\u1780-\u18af\u1b00-\u1c4f\ua840-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010ac0-\U00011fff\U0001e900-\U0001e95f"
)
_EMOJI = "\u00a9\u00ae\u203c\u2049\u20e3\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_GLYPHS = "\u00a1-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\U000dffff"  # no spaces, no marks
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer

# Soft hyphen, word joiner, invisible operators, deprecated format characters, byte order mark, annotation marks.
_NEVER_NEEDED = re.compile("[\u00ad\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]")
# Tag characters spell the flags of England, Scotland and Wales after a black flag; anywhere else they hide text.
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]{2,6}\U000e007f)|[\U000e0000-\U000e007f]")
_SPACE_RUN = re.compile("\u200b{2,}")
_LOST_SPACE = re.compile(f"(?<![{_UNSPACED}])\u200b|\u200b(?![{_UNSPACED}])")

_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SELECTOR_RUN = re.compile(f"([{_SELECTORS}])[{_SELECTORS}]+")
_LOST_SELECTOR = re.compile(f"(?<![0-9#*{_GLYPHS}])[\ufe00-\ufe0f]|(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]")
_JOINER_RUN = re.compile("([\u200c\u200d])[\u200c\u200d]+")
_LOST_JOINER = re.compile(
    f"(?<![{_JOINING}{_EMOJI}])\u200d(?![{_JOINING}])"  # needs its script on one side, or emoji on both
    f"|(?<=[{_EMOJI}])\u200d(?![{_JOINING}{_EMOJI}])"
    f"|(?<![{_JOINING}])\u200c(?![{_JOINING}])"
)


def without_direction_marks(text: str) -> str:
    """The text without marks of direction, unless it has right-to-left letters: there they may be needed."""
    return text if _RIGHT_TO_LEFT.search(text) else _DIRECTION_MARKS.sub("", text)


def without_zero_width(text: str) -> str:
    """The text without zero-width characters, except those that its script or its emoji need."""
    # Runs come before places: what follows a run must be seen by the one character that stays of it.
    text = _NEVER_NEEDED.sub("", text)
    text = _TAGS.sub(lambda found: found[1] or "", text)
    text = _LOST_SELECTOR.sub("", _SELECTOR_RUN.sub(r"\1", text))
    text = _LOST_JOINER.sub("", _JOINER_RUN.sub(r"\1", text))
    return _LOST_SPACE.sub("", _SPACE_RUN.sub("\u200b", text))
