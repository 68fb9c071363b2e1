"""What kind of say the last user message is, and the asks in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from compare.sim.brain import clauses
from compare.sim.brain.asks import Ask, ask_of, term_weight
from compare.sim.brain.digest import clean, sentences
from compare.sim.brain.values import values
from compare.sim.brain.words import LIGHT_STEMS, Language, language, words

Move = Literal["ask", "recap", "first", "request", "go_ahead", "statement", "thanks", "greeting"]

MOST_ASKS = 8
LONGEST_SAY = 20_000
"""Characters from the end of the message that are read: below a long paste stands what is wanted."""


@dataclass(frozen=True, slots=True)
class Say:
    """The last message as a whole."""

    move: Move
    asks: tuple[Ask, ...]
    """For moves other than `ask` one open ask on the main sentence, to find what bears on it."""
    text: str
    main: str
    """The sentence that carries the request or statement."""


_WORDS_OF_DEED = (
    r"tell|remind|recall|repeat|say|remember|give me|explain|describe|provide|show me|list|recommend|suggest|"
    r"confirm|know|"
    r"sagen|erinnern|nennen|wiederholen|erklären|beschreiben|zeigen|bestätigen|empfehlen"
)
_DEED = re.compile(
    rf"(?:can|could|would|will) (?:you|we)\b(?!.*\b(?:{_WORDS_OF_DEED})\b)|"
    rf"(?:kannst|könntest|können|könnten|würdest|würden) (?:du|sie|wir)\b(?!.*\b(?:{_WORDS_OF_DEED})\b)",
    re.I,
)
"""As in "Could you cancel it?", which asks for a deed, not for something that was said."""
_RECAP = re.compile(
    r"\b(?:summar\w+|recap\w*|sum(?:ming)? up|overview|catch me up|(?:what|where) (?:have|do|did|"
    r"are) we (?:stand|agreed?|decided?|"
    r"settled?|discussed?)(?: on)?(?: so far)?\s*[?.!]?$|list (?:all|everything)|everything (?:we|i)|"
    r"all the (?:facts|details|decisions)|"
    r"zusammenfass\w*|fass\w*\b.{0,60}\bzusammen|überblick|alles,? was wir|liste\b.{0,20}\balle|key (?:points|"
    r"facts|decisions|details))\b",
    re.I,
)
_FIRST = re.compile(
    r"\b(?:my|the|our) (?:very )?first (?:message|question|request)|(?:did|do) (?:i|we) (?:first|"
    r"initially) (?:ask|say|talk)|"
    r"how did (?:this|our) (?:conversation|chat) (?:start|begin)|meine erste (?:nachricht|frage)|als erstes gefragt",
    re.I,
)
_GO_AHEAD = re.compile(
    r"(?:yes|yep|yeah|sure|ok(?:ay)?|correct|absolutely|definitely|please do|go ahead|proceed|sounds good|"
    r"perfect|great|agreed|"
    r"that(?:'s| is| would be) (?:right|correct|fine|great|helpful|good|perfect)|i confirm|let's (?:do|proceed|go)|"
    r"ja|genau|gerne?|einverstanden|in ordnung|passt|stimmt|mach das)\b",
    re.I,
)
_PROCEED = re.compile(
    r"\b(?:proceed|go ahead|continue|confirm\w*|go with|carry on|do (?:it|that)|weiter|machen sie|mach)\b", re.I
)
_MORE = re.compile(
    r"\b(?:i(?:'d| would) (?:also )?(?:like|love|prefer)|i (?:also )?(?:want|need)|(?:can|could|would) you|"
    r"ich (?:möchte|will|brauche))\b",
    re.I,
)
_THANKS = re.compile(
    r"\b(?:thank(?:s| you)|thx|cheers|that's all|goodbye|bye|danke\w*|vielen dank|tschüss|das war's)\b", re.I
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen|abend)|moin|"
    r"servus)\b[\s!,.]*(?:there)?[\s!,.]*$",
    re.I,
)
_REQUEST = re.compile(
    r"\b(?:please|i(?:'d| would) (?:also )?(?:like|love|prefer|appreciate)|i (?:also )?(?:want|need|have to|wish)|"
    r"i'm (?:looking|hoping|trying)|(?:can|could|would|will) you|let's|help me|bitte|ich (?:möchte|will|würde|"
    r"brauche|hätte)|"
    r"(?:kannst|könntest|können|könnten) (?:du|sie)|hilf)\b",
    re.I,
)
_IMPERATIVE = re.compile(
    r"(?:write|draft|compose|create|make|build|generate|prepare|plan|add|remove|change|update|cancel|book|order|"
    r"send|show|view|find|"
    r"check|calculate|translate|rewrite|list|suggest|recommend|compare|schreib\w*|erstell\w*|entwirf|mach\w*|"
    r"plane?|füge?|ändere?|"
    r"storniere?|buche?|bestelle?|sende?|zeige?|prüfe?|vergleiche?)\b",
    re.I,
)


def say(text: str, *, replying: bool = False) -> Say:
    """Take the last user message apart.

    Args:
        text: the message.
        replying: the message before it asked something, so that a few bare words are the answer to that.
    """
    return _say(text[-LONGEST_SAY:], replying)


@lru_cache(maxsize=2_048)
def _say(text: str, replying: bool) -> Say:
    parts = [s for line in text.splitlines() if (stripped := clean(line)) for s in sentences(stripped)]
    whole = " ".join(parts)
    main = _main_sentence(parts)
    spoken = language(whole) or "en"
    if not re.search(r"\w", whole):
        return Say("greeting", (), whole, main)
    if _FIRST.search(whole):
        return Say("first", (), whole, main)
    if _RECAP.search(whole) and not _is_particular(whole):
        return Say("recap", (), whole, main)
    answers = replying and "?" not in whole
    pieces = [q for p in parts if _is_question(p, spoken, answers) for q in clauses.questions(p, spoken)]
    if not pieces and not replying and _is_keywords(whole):
        pieces = [whole]
    asks = [a for a in (ask_of(piece, whole, spoken) for piece in pieces) if a.terms or a.wants or a.advice]
    if asks:
        return Say("ask", tuple(asks[:MOST_ASKS]), whole, main)
    return Say(_move(whole, main), (ask_of(main, whole, spoken),) if main else (), whole, main)


def _move(whole: str, main: str) -> Move:
    if _GREETING.match(whole):
        return "greeting"
    n_words = len(whole.split())
    confirms = _GO_AHEAD.match(whole) is not None and n_words <= 40 and not _adds_something(whole)
    wants_more = _REQUEST.search(re.sub(r"\b(?:please|help)\b", "", whole, flags=re.I)) is not None
    if n_words <= 24 and _THANKS.search(whole) and not wants_more and not (confirms and _PROCEED.search(whole)):
        return "thanks"
    if confirms:
        return "go_ahead"
    bare = clauses.open_stripped(main)
    return "request" if _REQUEST.search(main) or _IMPERATIVE.match(bare) else "statement"


def _adds_something(whole: str) -> bool:
    """Whether it is no bare yes: "Sure, my user ID is ..." gives something, "Great, I'd also like ..." wants more."""
    if _MORE.search(whole) and not _PROCEED.search(whole):
        return True
    return re.search(r"\b(?:my|it's|it is|mein\w*)\b.{0,30}\b(?:is|are|ist|lautet)\b|@|\w_\w", whole, re.I) is not None


def _is_question(part: str, spoken: Language, replying: bool) -> bool:
    bare = clauses.open_stripped(part)
    if part.rstrip("\"'”’)* ").endswith(("?", "？")):
        return _DEED.match(bare) is None
    if clauses.orders_recall(part):
        # In reply to a question "I don't remember it" is an answer.
        return not (replying and clauses.owns_up(part))
    ended = part.rstrip().endswith(("!", ":")) or len(part.split()) > 30
    opens = clauses.starts_question(bare, spoken) or (
        clauses.starts_yes_or_no(bare, spoken) and not part.rstrip().endswith(".")
    )
    return opens and not ended


def _is_keywords(whole: str) -> bool:
    """A few bare nouns, as typed into a search field."""
    if len(whole.split()) > 10 or re.search(r"\b(?:i|i'm|my|we|yes|no|ich|wir|ja|nein|mein\w*)\b", whole, re.I):
        return False
    if _THANKS.search(whole) or _GREETING.match(whole) or _GO_AHEAD.match(whole) or _REQUEST.search(whole):
        return False
    content = [w for w in words(whole) if w.term not in LIGHT_STEMS]
    return len(content) >= 2 and not re.search(r"\d|[.!]$", whole)


def _is_particular(whole: str) -> bool:
    """A recap that names what it is about is an ask for passages."""
    return len([w for w in words(whole) if w.term not in LIGHT_STEMS and term_weight(w) == 1.0]) > 6


def _main_sentence(parts: list[str]) -> str:
    """The sentence that says most: a request if there is one, else the one with most values and words."""
    if not parts:
        return ""
    requests = [p for p in parts if _REQUEST.search(p) or _IMPERATIVE.match(clauses.open_stripped(p))]
    return max(requests or parts, key=lambda p: len(words(p)) + 3 * sum(v.kind != "name" for v in values(p)))


__all__ = ["Move", "Say", "say"]
