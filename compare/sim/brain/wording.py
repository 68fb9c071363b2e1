"""Small tools of wording: what an ask is called, quotes of bearable length, second person, names of speakers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compare.sim.brain.asks import Ask
from compare.sim.brain.clauses import open_stripped
from compare.sim.brain.findings import Finding
from compare.sim.brain.plan import WordingLanguage

LONGEST_QUOTE_WORDS = 32
"""A longer passage is cut around its value."""

_FRAME_EN = re.compile(
    r"^(?:(?:so|and|but|also|then|ok(?:ay)?|now|please|by the way|quick question|sorry|one more thing)[,:]?\s+)*"
    r"(?:(?:can|could|would) you (?:please )?)?(?:remind me (?:again )?(?:of |what |about )?|"
    r"tell me (?:again )?(?:what )?|repeat |give me |recall )?"
    r"(?:(?:again,? )?(?:what(?:'s| is| was| are| were)|which (?:is|was|are|were)|who(?:'s| is| was)|when(?:'s|"
    r" is| was)|where(?:'s| is| was)|"
    r"how (?:much|long|high|big|large|many|old) (?:is|was|are|were))\s+)?(?:again\s+)?",
    re.I,
)
_FRAME_DE = re.compile(
    r"^(?:(?:so|und|aber|also|dann|ok(?:ay)?|nun|bitte|übrigens|kurze frage|entschuldigung)[,:]?\s+)*"
    r"(?:(?:kannst du|können sie|könntest du|könnten sie) (?:mir )?(?:bitte )?)?(?:noch ?mals? )?"
    r"(?:(?:nenne?|sage?|gib) mir (?:bitte |noch ?mals? |noch einmal )*)?"
    r"(?:(?:wie|was|wann|wo|wer|welche[rs]?) (?:lautete?|ist|war|sind|waren|heißt|hieß|hoch ist|hoch war|"
    r"lang ist|lang war)\s+)?"
    r"(?:(?:noch ?mals?|noch einmal|gleich|eigentlich|denn)\s+)*",
    re.I,
)
_NOUN_START_EN = re.compile(r"(?:the|my|our|his|her|their|your)\s|\w+['’]s\s", re.I)
_NOUN_START_DE = re.compile(r"(?:der|die|das|den|dem|mein\w*|unser\w*|ihre?\w?|sein\w*|dein\w*|eure?\w?)\s", re.I)
_TAIL = re.compile(
    r"(?:,?\s+(?:again|please|once more|exactly|that (?:i|we|you) \w+(?: (?:earlier|before))?|(?:i|"
    r"we) (?:mentioned|gave|agreed(?: on)?|said|"
    r"set|told you|chose|picked|decided(?: on)?)(?: (?:you|earlier|before|at the (?:start|beginning)))*|earlier|"
    r"bitte|noch ?mal|nochmals|genau))+$",
    re.I,
)
_VERBISH = re.compile(
    r"\b(?:did|does|do|is|are|was|were|have|has|had|will|would|should|can|could|ist|sind|war|haben|hat|wird|soll)\b",
    re.I,
)
_PARTICIPLE = re.compile(r"(?:\w{3,}ed|\b(?:called|made|built|held|given|sent|paid))$", re.I)
"""What is left of "When was the bridge built" is no noun phrase."""
_SWAPS = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you're", "i’m": "you're",
    "i've": "you've", "i’ve": "you've", "i'd": "you'd", "i’d": "you'd", "i'll": "you'll", "i’ll": "you'll", "am": "are",
    "your": "my", "we": "we", "our": "our",
}  # fmt: skip
_REQUEST_FRAME = re.compile(
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|great|sure|thanks|thank you|alright|also|and|so|now|then|yes|no|please|"
    r"actually|there)[\s,!.:]+)*"
    r"(?:(?:i(?:'d| would) (?:also )?(?:like|love|prefer)|i (?:also )?(?:want|need|wish)|i(?:'m| am) (?:looking|"
    r"hoping|trying)) (?P<to>to )?|"
    r"(?P<you>(?:can|could|would|will) you (?:please |kindly )?)|(?P<do>(?:please|let's)\s+(?:also )?))",
    re.I,
)


def topic(ask: Ask, language: WordingLanguage) -> str | None:
    """A noun phrase for what is asked ("the gate code for the north warehouse"), or None where it has no such form.

    English phrases keep their article and speak to the user; German ones stand without article, as a label.
    """
    frame, noun = (_FRAME_DE, _NOUN_START_DE) if language == "de" else (_FRAME_EN, _NOUN_START_EN)
    rest = frame.sub("", ask.text.strip(), count=1).rstrip(" ?.!:")
    rest = _TAIL.sub("", rest)
    if not noun.match(rest) or _VERBISH.search(rest) or _PARTICIPLE.search(rest) or not 1 < len(rest.split()) <= 12:
        return None
    if language == "de":
        return rest.split(maxsplit=1)[1]
    return to_you(rest)


def label(ask: Ask, language: WordingLanguage) -> str:
    """A heading or table cell for an ask."""
    phrase = topic(ask, language)
    if phrase is None:
        return sentence(clipped(ask.text.strip(" ?.!¿"), 14))
    return sentence(re.sub(r"^(?:the|your|our)\s+", "", phrase, flags=re.I))


def to_you(text: str) -> str:
    """English first person turned to the second."""
    text = re.sub(r"\bI am\b", "you are", text)
    text = re.sub(r"\bI was\b", "you were", text)

    def swap(match: re.Match[str]) -> str:
        return _SWAPS.get(match.group().lower(), match.group())

    return re.sub(r"\b(?:I(?:['’](?:m|ve|d|ll))?|me|my|mine|myself)\b", swap, text, flags=re.I)


def wish(text: str) -> str | None:
    """An English request as what the user wants ("to cancel reservation ZFA04Y"), or None where it is not put so."""
    match = _REQUEST_FRAME.match(text)
    if not match:
        return None
    rest = text[match.end() :].strip(" .!?")
    if not 2 <= len(rest.split()) <= 30 or re.search(r"[.!?]\s", rest):
        return None
    rest = re.sub(r",?\s*please$", "", rest, flags=re.I)
    rest = to_you(rest if rest[:2].isupper() else rest[:1].lower() + rest[1:])
    if match["to"]:
        return f"to {rest}"
    return f"me to {rest}" if match["you"] or match["do"] else rest


def quote(finding: Finding, most: int = LONGEST_QUOTE_WORDS) -> str:
    """The passage, cut around the value where it is long."""
    text = finding.unit.text.strip().strip('"“”„')
    parts = text.split()
    if len(parts) <= most + 3:
        return text
    at = 0
    if finding.value is not None and finding.value in text:
        at = len(text[: text.index(finding.value)].split())
    start = max(0, min(at - most // 2, len(parts) - most))
    cut = parts[start : start + most]
    return ("... " if start else "") + " ".join(cut) + (" ..." if start + len(cut) < len(parts) else "")


def without_greeting(text: str) -> str:
    """A sentence without "Hi there, ..."."""
    return sentence(open_stripped(text))


def fitting(findings: Sequence[Finding], room: int, each: int) -> list[tuple[Finding, str]]:
    """As many findings with their quotes as there is room for, at least one.

    Args:
        findings: best first, or in the order in which they are shown.
        room: words for all quotes together.
        each: words for one.
    """
    chosen: list[tuple[Finding, str]] = []
    used = 0
    for finding in findings:
        text = quote(finding, each)
        used += len(text.split())
        if chosen and used > room:
            break
        chosen.append((finding, text))
    return chosen


def clipped(text: str, most: int) -> str:
    """The first words of a text."""
    parts = text.split()
    return text if len(parts) <= most else " ".join(parts[:most]) + " ..."


def cell(text: str) -> str:
    """Text that does not break a markdown table."""
    return text.replace("|", "\\|")


def sentence(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


__all__ = ["cell", "clipped", "fitting", "label", "quote", "sentence", "to_you", "topic", "wish", "without_greeting"]
