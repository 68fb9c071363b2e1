"""Whether an answer says that something is not known: patterns of several languages, over the normalised text.

Kept broad on one side only: an abstention passes when such a pattern is there and no value of the planted kind is.
"""

from __future__ import annotations

import re

from compare.probes.tokens import normalised

_NEAR = r"[^.!?\n]{0,60}?"


def _near(first: str, then: str) -> str:
    """Words of the one list, and of the other behind it in the same sentence."""
    return rf"\b(?:{first})\b{_NEAR}\b(?:{then})\b"


_ENGLISH = (
    _near(
        r"do not|don't|did not|didn't|cannot|can't|can not|could not|couldn't|haven't|have not|hasn't|has not|wasn't|"
        r"was not|weren't|isn't|is not|aren't|are not|never|not",
        r"know|knowledge|have|find|found|see|seen|recall|remember|mention\w*|give|given|state\w*|provide\w*|share\w*|"
        r"specif\w*|told|tell|said|say|record\w*|note\w*|information|aware|available|access|part of|in this|in our|"
        r"in the (?:conversation|chat|thread)|came up|come up|discuss\w*|sure|certain|determine|answer",
    ),
    _near(
        r"no|without any?",
        r"information|record|mention|detail\w*|knowledge|data|note|memory|idea|value|trace|reference",
    ),
    _near(r"nothing|nowhere|no one|nobody", r"about|on|says?|said|mention\w*|told|here|conversation"),
    r"\b(?:unknown|unsure|unable to|not sure|missing from|unspecified|no idea|lack(?:s|ing)? (?:the|that|any))\b",
    r"\b(?:could|can|would) you (?:please )?(?:tell|give|share|provide|send|repeat|remind)\b",
)
_GERMAN = (
    _near(
        r"nicht|nie|kein\w*|nirgends|nichts",
        r"bekannt|genannt|erw\u00e4hnt|angegeben|gesagt|mitgeteilt|wei\w*|kenne|kennen|finde\w*|gefunden|sehe|steht|"
        r"information\w*|angab\w*|hinweis\w*|notiert|vor|gegeben|erinner\w*|beantworten|sagen",
    ),
    # Casefolding has made "ss" of the sharp s.
    _near(
        r"weiss|kenne|finde|sehe|habe|liegt|liegen|steht|wurde|gibt",
        r"nicht|kein\w*|nichts|nie|nirgends",
    ),
)
_ROMANCE = (
    rf"\b(?:ne|n')\s*(?:sais|connais|trouve|vois|dispose|ai|a|est|figure|peux|me)\b{_NEAR}\b(?:pas|aucun\w*|jamais|rien)\b",
    r"\bje ne sais\b|\baucun\w* (?:information|mention|trace|donn\u00e9e)\w*",
    r"\bpas (?:\u00e9t\u00e9 )?(?:mentionn|indiqu|pr\u00e9cis|donn|fourni)\w*",
    _near(
        r"no|n\u00e3o|nunca|jam\u00e1s",
        r"s\u00e9|sei|tengo|tenho|encuentro|encontro|veo|vejo|recuerdo|conozco|conhe\u00e7o|dispongo|aparece|consta|"
        r"mencion\w*|dicho|dito|indica\w*|proporcion\w*|inform\w*|dado",
    ),
    _near(
        r"non",
        r"so|ho|conosco|trovo|vedo|ricordo|dispongo|risulta|menzionat\w*|indicat\w*|detto|fornit\w*|specificat\w*|"
        r"stat\w*",
    ),
)
_OTHERS = (
    _near(r"niet|nooit|geen|nergens", r"bekend|genoemd|vermeld|gezegd|gegeven|weet|vinden|informatie"),
    _near(r"weet|vind|zie|heb|ken", r"niet|geen|nergens"),
    rf"\bnie\b{_NEAR}(?:wiem|mam|znam|poda\w*|wspomn\w*|widz\u0119)",
    # Russian: do not know, not named, not mentioned, was not, not found, no data
    r"\u043d\u0435 (?:\u0437\u043d\u0430\u044e|\u0443\u043a\u0430\u0437|\u0443\u043f\u043e\u043c)",
    r"\u043d\u0435 (?:\u0431\u044b\u043b|\u043d\u0430\u0448)",
    r"\u043d\u0435\u0442 (?:\u0438\u043d\u0444\u043e\u0440\u043c|\u0434\u0430\u043d\u043d)",
    # Japanese: do not understand, do not know, there is not, was not, unclear
    r"(?:\u308f\u304b\u308a|\u5206\u304b\u308a|\u77e5\u308a|\u3042\u308a|\u3044)\u307e\u305b\u3093|\u4e0d\u660e",
    # Chinese: do not know, there is not, not mentioned, unclear, cannot
    r"\u4e0d\u77e5\u9053|\u6ca1\u6709|\u6c92\u6709|\u672a\u63d0|\u4e0d\u6e05\u695a|\u65e0\u6cd5",
)
_PATTERNS = tuple(re.compile(pattern) for pattern in (*_ENGLISH, *_GERMAN, *_ROMANCE, *_OTHERS))


def is_refusal(text: str) -> bool:
    """Whether a text says somewhere that what is asked for is not known, not given or not found."""
    plain = normalised(text).replace("\u2019", "'")
    return any(pattern.search(plain) for pattern in _PATTERNS)


__all__ = ["is_refusal"]
