"""What was asked twice in a thread, by the user or by the assistant. Pure.

Rules, under the number RULES. All look at single sentences, and every hit shows both and the words they share:

  user            A request of the user (a question, or "I need ...", "please ...") shares most of its words with one
                  that the user made before the last answer.
  said before     The user says that it was said already ("I already told you", "as I mentioned").
  assistant       The assistant asks ("which ...?", "please provide ...") what it had asked before the last reply.

Words are compared without case, accents, endings and filler. Two sentences that each name something specific which the
other does not (two order numbers, two names) ask for different things. "Yes, please go ahead", "shall I proceed?" and
"anything else?" stand in every conversation and are left out. Words say nothing about meaning, so a request in wholly
other words is not found: what is listed is right rather than complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from compare.render.facts import facts
from compare.render.words import is_content, stem, words
from compare.store.findings import Said

RULES = 1
"""Raised with every change of the rules, so that threads are scanned anew."""

MIN_SHARED_WORDS = 3
"""Less than this in common says nothing."""
LIKENESS = 0.6
"""Shared words over all words of the two sentences, for two of the user."""
MIN_SHARED_WORDS_OF_ASSISTANT, LIKENESS_OF_ASSISTANT = 4, 0.7
"""The same for two of the assistant, whose questions are more alike by habit."""
MAX_MESSAGES = 400
"""Of a longer thread the last ones are looked at."""
MAX_SENTENCES = 40
"""Sentences of one message; a longer one is a document rather than a request."""
EXCERPT_CHARS = 280

_SENTENCE = re.compile(r"[^.?!\n]{1,2000}[.?!]*")
_CONFIRMS = re.compile(
    r"\W*(?:yes|yeah|yep|ok|okay|sure|correct|right|no|great|perfect|thanks|thank you|please (?:go ahead|proceed)|"
    r"go ahead|proceed|i confirm|confirmed|sounds good|that (?:works|sounds)|got it|ja|nein|genau|gut|gerne|danke|"
    r"passt|si|s\u00ed|vale|gracias|oui|non|d'accord|merci)\b",
    re.IGNORECASE,
)
_GOES_AHEAD = re.compile(r"\b(?:proceed|go ahead|confirm)", re.IGNORECASE)
_REQUESTS = re.compile(
    r"\?$|\b(?:please|i (?:\w+ ){0,2}(?:need|want)|i['\u2019]?d (?:\w+ )?like|i would like|let['\u2019]s|make sure|"
    r"(?:can|could|will|would) (?:you|we|i)|bitte|ich (?:brauche|will|m\u00f6chte|h\u00e4tte)|por favor|necesito|"
    r"quiero|quisiera)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?$|\bplease (?:provide|specify|tell|share|send|give|let me know (?:which|what|when|where|who|how|the))\b|"
    r"\b(?:nennen|schicken|senden|geben|teilen|sagen) sie\b|\bpor favor\b",
    re.IGNORECASE,
)
_OFFERS = re.compile(
    r"\b(?:proceed|go ahead|anything else|something else|further (?:assistance|help|questions?)|any other|transfer you|"
    r"(?:would you like|do you want|shall|should|may|can|could) (?:me|i|we)\b|need assistance|assist you|help you|"
    r"noch etwas|sonst noch|weiterhelfen|algo m\u00e1s)",
    re.IGNORECASE,
)
_SAID_BEFORE = re.compile(
    r"\b(?:i(?:'ve| have)?(?: just)? already (?:told|said|gave|given|provided|mentioned|sent|explained|asked)|"
    r"(?:was|is|were|are|been) already (?:provided|given|mentioned|sent)|as i (?:already )?(?:said|mentioned|told)|"
    r"i(?:'ve)? (?:just )?told you|like i said|(?:schon|bereits) (?:gesagt|genannt|angegeben|geschickt|geschrieben|"
    r"erw\u00e4hnt)|wie (?:schon )?gesagt|ya (?:te |le |se |os )?(?:lo )?(?:dije|he dicho|di|mencion\u00e9|"
    r"envi\u00e9))\b",
    re.IGNORECASE,
)


class Repeat(NamedTuple):
    """Something that was asked twice."""

    kind: str
    """ "user", "said before" or "assistant"."""
    first: int
    """Number of the message that asked (or said) it first, from 1; 0 where none stands out."""
    again: int
    given: int
    """Number of the user's reply to the first question, under "assistant"; else 0."""
    likeness: float
    shared: tuple[str, ...]
    """The words in common, as the later sentence has them."""
    first_text: str
    again_text: str
    given_text: str = ""


class _Sentence(NamedTuple):
    message: int
    text: str
    stems: dict[str, str]
    """Stem of every word that says something, with the word as it stands there."""
    reply: int = 0
    reply_text: str = ""


def asked_again(messages: Sequence[Said]) -> list[Repeat]:
    """What was asked again, at most once for a message, in the order of the thread."""
    start = max(0, len(messages) - MAX_MESSAGES)
    numbered = [(n, said) for n, said in enumerate(messages[start:], start=start + 1) if said.text.strip()]
    return sorted([*_by_user(numbered), *_by_assistant(numbered)], key=lambda repeat: repeat.again)


def excerpt(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_CHARS else line[: EXCERPT_CHARS - 3].rsplit(" ", 1)[0] + "..."


# --- the user --------------------------------------------------------------------------------------------------------


def _by_user(numbered: Sequence[tuple[int, Said]]) -> Iterator[Repeat]:
    answered: list[_Sentence] = []
    waiting: list[_Sentence] = []  # said since the last answer: nobody could have answered them yet
    has_spoken = was_answered = False
    for number, said in numbered:
        if said.role == "assistant":
            was_answered = has_spoken
            answered += waiting
            waiting = []
        if said.role != "user":
            continue
        has_spoken = True
        complaint = _SAID_BEFORE.search(said.text) if was_answered else None
        if complaint is not None:
            yield _complaint(number, said.text, complaint)
        here = [one for one in _sentences(number, said.text, _REQUESTS) if not _GOES_AHEAD.search(one.text)]
        if complaint is None and (hit := _first_hit(here, answered)) is not None:
            yield _repeat("user", *hit)
        waiting += here


def _complaint(number: int, text: str, match: re.Match[str]) -> Repeat:
    sentence = next((s[0] for s in _SENTENCE.finditer(text) if s.start() <= match.start() < s.end()), match[0])
    return Repeat("said before", 0, number, 0, 1.0, (match[0],), "", excerpt(sentence))


# --- the assistant ---------------------------------------------------------------------------------------------------


def _by_assistant(numbered: Sequence[tuple[int, Said]]) -> Iterator[Repeat]:
    answered: list[_Sentence] = []  # asked, and replied to
    waiting: list[_Sentence] = []
    for number, said in numbered:
        if said.role == "user":
            answered += [one._replace(reply=number, reply_text=said.text) for one in waiting]
            waiting = []
        elif said.role == "assistant":
            here = [one for one in _sentences(number, said.text, _ASKS) if not _OFFERS.search(one.text)]
            hit = _first_hit(here, answered, MIN_SHARED_WORDS_OF_ASSISTANT, LIKENESS_OF_ASSISTANT)
            if hit is not None:
                yield _repeat("assistant", *hit)
            waiting += here


# --- likeness --------------------------------------------------------------------------------------------------------


def _sentences(number: int, text: str, wanted: re.Pattern[str]) -> Iterator[_Sentence]:
    """Sentences of the wanted kind that say enough."""
    for n, match in enumerate(_SENTENCE.finditer(text)):
        if n == MAX_SENTENCES:
            return
        sentence = match[0].strip()
        if wanted.search(sentence) and not _CONFIRMS.match(sentence):
            stems = {stem(word.folded): word.folded for word in words(sentence) if is_content(word.folded)}
            if len(stems) >= MIN_SHARED_WORDS:
                yield _Sentence(number, sentence, stems)


def _first_hit(
    here: Sequence[_Sentence], before: Sequence[_Sentence], n_shared: int = MIN_SHARED_WORDS, likeness: float = LIKENESS
) -> tuple[_Sentence, _Sentence] | None:
    """The first sentence that repeats one from before, and the one it is most like."""
    for sentence in here:
        best = max(before, key=lambda old: _likeness(old, sentence), default=None)
        if best is not None and _alike(best, sentence, n_shared, likeness):
            return best, sentence
    return None


def _likeness(a: _Sentence, b: _Sentence) -> float:
    """Shared over all, from 0 to 1."""
    shared = len(a.stems.keys() & b.stems.keys())
    return shared / (len(a.stems) + len(b.stems) - shared) if shared else 0.0


def _alike(old: _Sentence, new: _Sentence, n_shared: int, likeness: float) -> bool:
    enough = len(old.stems.keys() & new.stems.keys()) >= n_shared and _likeness(old, new) >= likeness
    if not enough:
        return False
    ours, theirs = _specifics(new.text), _specifics(old.text)
    return not (ours - theirs and theirs - ours)


def _specifics(text: str) -> set[tuple[str, ...]]:
    return {fact.asks for fact in facts(text)}


def _repeat(kind: str, old: _Sentence, new: _Sentence) -> Repeat:
    shared = tuple(word for key, word in new.stems.items() if key in old.stems)
    return Repeat(
        kind, old.message, new.message, old.reply, round(_likeness(old, new), 3), shared, excerpt(old.text),
        excerpt(new.text), excerpt(old.reply_text),
    )  # fmt: skip
