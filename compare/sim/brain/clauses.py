"""Cutting a user's sentence into the single questions in it, without greeting, preamble or "and"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from compare.sim.brain.words import Language, language

_WH: Mapping[Language, str] = {
    "en": r"what|which|who|whom|whose|when|where|why|how",
    "de": r"was|welche[rnms]?|wer|wen|wem|wessen|wann|wo|wohin|woher|warum|wieso|weshalb|wie|wieviele?",
    "other": (
        r"qué|cuál(?:es)?|cuánt[oa]s?|cuándo|dónde|quién(?:es)?|cómo|quel(?:le)?s?|combien|quand|où|qui|pourquoi|"
        r"comment|"
        r"quale|quali|quanto|quanti|quando|dove|chi|perché|qual|onde|quem|welke|wat|wanneer|waar|hoeveel|waarom|hoe"
    ),
}
_BEFORE_WH: Mapping[Language, str] = {
    "en": r"at|by|on|in|under|for|to|with|from|of|until|since|about|through|via|into|up to",
    "de": r"um|bis|seit|ab|auf|in|unter|mit|bei|für|an|zu|von|aus|nach|über|durch|gegen|vor",
    "other": r"de|a|en|con|por|para|desde|hasta|à|dans|avec|pour|sur|da|di|in|per|su|em|com|op|met|voor|van|bij",
}
_AND = r"(?:and|but|or|plus|as well as|und|aber|oder|sowie|y|e|et|ou|o|en)"
_OPENERS = re.compile(
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|great|sure|thanks|thank you|alright|also|and|but|so|now|then|yes|no|well|"
    r"right|good|perfect|"
    r"please|actually|sorry|by the way|btw|quick question|one more (?:thing|question)|another question|just to be sure|"
    r"before (?:i|we) (?:go|start|continue)|hallo|danke|gut|also|und|aber|nun|jetzt|dann|ja|nein|bitte|übrigens|"
    r"sehr gut|"
    r"kurze frage|noch eine frage|noch etwas|entschuldigung|there)\b[\s,!.:;–-]*)+",
    re.I,
)
_AUX = (
    r"is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|am|ist|sind|war|waren|hat|habe|"
    r"haben|hatte|kann|"
    r"können|könnte|darf|dürfen|muss|müssen|soll|sollte|wird|werden|gibt|steht|gilt"
)
_OWNS_UP = (
    r"i forgot|i (?:can't|cannot|don't) (?:remember|recall|know)|i(?:'ve| have) (?:lost|forgotten)|"
    r"(?:habe|hab) .{1,60}vergessen|weiß .{1,60}nicht mehr"
)
_OWNING_UP = re.compile(rf"\b(?:{_OWNS_UP})\b", re.I)
_RECALL_ORDER = re.compile(
    rf"\b(?:{_OWNS_UP}|remind me|tell me|give me|read (?:me|back)|repeat|recall|do you (?:remember|recall|know)|"
    r"need to know|like to know|want to know|wonder(?:ing)?|wüsste\w* gern\w*|möchte\w* wissen|erinnere?\w* mich|"
    r"nenne?\w* mir|sage?\w* mir|sagen sie mir|gib\w* mir|weißt du|wissen sie|erinnerst du dich)\b",
    re.I,
)
_RECALL_FRAME = re.compile(
    r"^(?:i (?:forgot|have forgotten|can't remember|don't remember|need|lost) |"
    r"(?:(?:can|could|would|will) you (?:please )?|(?:kannst|könntest) du |(?:können|könnten) sie )?(?:please |"
    r"mir |bitte |noch ?mals? |noch einmal )*"
    r"(?:remind me (?:again )?(?:of|about)|tell me(?: again)?|give me(?: again)?|repeat|recall|read me|"
    r"nenne? mir|sage? mir|gib mir)\s+)"
    r"(?:please |bitte |noch ?mals? |noch einmal )*(?=(?:the|my|our|his|her|their|der|die|das|den|dem|mein|unser|"
    r"ihre?)\w*\s|\w+['’]s\s)",
    re.I,
)
_RECALL_FRAME_DE = re.compile(
    r"^(?:kannst du|können sie|könntest du|könnten sie) mir (?:bitte |noch ?mals? |noch einmal )*(?P<what>.+?)"
    r"(?: bitte| noch ?mals?| noch einmal)* (?:nennen|sagen|geben|wiederholen|verraten|heraussuchen)[?.!]*$",
    re.I,
)
_DETERMINED = re.compile(
    r"(?:the|my|our|his|her|their|your|der|die|das|den|dem|mein\w*|unser\w*|ihre?\w?|deine?\w?)\s|\w+['’]s\s", re.I
)
_ENUMERATION = re.compile(
    r"^(?:(?P<head>(?:what|which|was|wie|remind me(?: of| what| about)?|tell me(?: again)?|give me|repeat|"
    r"nenne?n?(?: sie)? mir|sage?n?(?: sie)? mir|gib mir)\b(?:\s+(?:is|are|was|were|sind|ist|waren|lauten|lautet|"
    r"again|noch ?mals?|"
    r"bitte|please))*)\s+)?(?P<list>.+?)[?.!]*$",
    re.I,
)


def open_stripped(text: str) -> str:
    """A sentence without "Hi there, by the way, ..."."""
    rest = _OPENERS.sub("", text, count=1)
    return rest if len(rest.split()) >= 2 else text


def starts_question(text: str, spoken: Language) -> bool:
    """Whether a clause opens as a question with a question word does."""
    return _wh_start(spoken).match(text) is not None


def starts_yes_or_no(text: str, spoken: Language) -> bool:
    """Whether a clause opens as a question to be answered with yes or no."""
    return re.match(rf"(?:{_AUX})\b", text, re.I) is not None and not starts_question(text, spoken)


def orders_recall(text: str) -> bool:
    """Whether a sentence asks to be told something without being a question in form."""
    return _RECALL_ORDER.search(text) is not None


def owns_up(text: str) -> bool:
    """Whether a sentence says that its speaker has forgotten something."""
    return _OWNING_UP.search(text) is not None


def questions(sentence: str, spoken: Language) -> list[str]:
    """The single questions of a sentence, in order."""
    own = language(sentence) or spoken
    text = open_stripped(sentence)
    text = _RECALL_FRAME.sub("", _RECALL_FRAME_DE.sub(r"\g<what>", _after_preamble(text, own)))
    return [item for part in _parts(text, own) for item in _enumerated(part.strip(" ,;"))]


def _wh_start(spoken: Language) -> re.Pattern[str]:
    return re.compile(rf"[¿\s]*(?:(?:{_BEFORE_WH[spoken]})\s+)?(?:{_WH[spoken]})\b", re.I)


def _after_preamble(text: str, spoken: Language) -> str:
    """What follows "Two things I want to know exactly: ..." or "I forgot, ..."."""
    if starts_question(text, spoken):
        return text
    wh = _wh_start(spoken)
    for boundary in (r"[:–—]\s+", r"[,;]\s+", rf"\b{_AND}\s+"):
        for match in re.finditer(boundary, text):
            if wh.match(text, match.end()):
                return text[match.end() :]
    if orders_recall(text):
        # "Can you tell me what the code is": the question stands inside.
        inside = re.search(rf"\b(?:(?:{_BEFORE_WH[spoken]})\s+)?(?:{_WH[spoken]})\b(?!\s+(?:you|ich)\b)", text, re.I)
        if inside and len(text[inside.end() :].split()) >= 2:
            return text[inside.start() :]
    return text


def _parts(text: str, spoken: Language) -> list[str]:
    wh = _wh_start(spoken).pattern
    joined = re.compile(rf"[,;]?\s+{_AND}\s+(?:also\s+|auch\s+)?(?={wh})", re.I)
    if not joined.search(text):
        return [text]
    # A comma alone also opens relative clauses; only beside an "and" does it part questions.
    return [p for p in re.split(rf"{joined.pattern}|[,;]\s+(?={wh})", text, flags=re.I) if p.strip()]


def _enumerated(question: str) -> list[str]:
    """The things that "What are the code, the date and the price?" asks for, as three."""
    match = _ENUMERATION.match(question)
    if not match:
        return [question]
    if not re.search(r"\s(?:and|und|sowie)\s", match["list"], re.I):
        return [question]
    items = [
        i.strip() for i in re.split(r"\s*,\s*(?:and\s+|und\s+)?|\s+(?:and|und|sowie)\s+", match["list"]) if i.strip()
    ]
    if len(items) < 2 or not all(names_a_thing(i) for i in items):
        return [question]
    return items if match["head"] or all(_DETERMINED.match(i) for i in items) else [question]


def names_a_thing(item: str) -> bool:
    """Whether a text is a short noun phrase: one with an article or possessive, or a bare noun."""
    if re.search(rf"\b(?:{_AUX}|i|you|we|ich|du|sie|wir)\b", item, re.I):
        return False
    item = _RECALL_FRAME.sub("", item)
    count = len(item.split())
    if _DETERMINED.match(item):
        return count <= 12
    return count <= 2


__all__ = [
    "names_a_thing",
    "open_stripped",
    "orders_recall",
    "owns_up",
    "questions",
    "starts_question",
    "starts_yes_or_no",
]
