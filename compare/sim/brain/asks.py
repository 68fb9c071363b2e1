"""One question taken apart: the words that a passage should have, the kinds of value that would answer it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from compare.sim.brain import clauses
from compare.sim.brain.kinds import CONTACT, GENERIC, MEASURING, wanted
from compare.sim.brain.lexicon import OTHER_STOP, STOP
from compare.sim.brain.values import ValueKind, values
from compare.sim.brain.words import LIGHT_STEMS, SOFT_STEMS, Language, Word, fold, language, words

Form = Literal["value", "open"]
"""A *value* ask has one right answer somewhere in the thread or none; an *open* one is served by passages."""

SOFT_WEIGHT = 0.35
TYPE_WEIGHT = 0.3
"""A word that only names the kind of value ("number"): a value of that kind serves it as well."""


@dataclass(frozen=True, slots=True)
class AskTerm:
    """One word of an ask that a passage should have."""

    term: str
    weight: float
    order: int
    """Position in the ask, to compare neighbours."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing asked for."""

    text: str
    terms: tuple[AskTerm, ...]
    hard: frozenset[str]
    """Terms that name one particular thing (numbers, codes, names): without them a passage is about another one."""
    wants: tuple[ValueKind, ...]
    """Likeliest first."""
    form: Form
    plural: bool = False
    """Several values may be the answer."""
    of_user: bool = False
    """The user asks about what is their own ("my", "am I")."""
    advice: bool = False
    """It asks what to do rather than what was said."""
    recalls: bool = False
    """It is put as something that was said before, so that "tell me again" is a fair reply."""
    first_stated: bool = False
    """The original value is asked for, not the present one."""
    about: tuple[str, ...] = ()
    """Terms of the whole message that the part itself leaves out; they prefer, they do not decide."""


_DEFINITE = re.compile(
    r"\b(?:my|our|the|his|her|their|(?:did|do|am|are|was|were) (?:i|we|you)|have (?:i|we)|mein\w*|unser\w*|der|"
    r"die|das|dem|den|ihre?[nmrs]?|"
    r"habe? (?:ich|wir))\b|['’]s\b",
    re.I,
)
_OWN = re.compile(
    r"\b(?:my|mine|our|mein\w*|unser\w*|(?:am|was|do|can|should|must) (?:i|we)|(?:bin|habe|darf|muss|kann) ich)\b", re.I
)
_CATEGORY = re.compile(r"(?:\w+ )?(?:which|what|welche[rnms]?)\s+(?P<noun>[^\W\d_]+)", re.I)
_ADVICE = re.compile(
    r"\b(?:would you|should (?:i|we|it)|shall (?:i|we)|do you (?:think|recommend|suggest|have)|can (?:i|we|you|"
    r"it)|could (?:i|we|you)|"
    r"what (?:about|if|happens|do (?:i|we) (?:need|have) to|do you)|how (?:do|can|would|should|could) (?:i|we|you|one)|"
    r"do (?:i|we) (?:plan|need|have to|take|bring|put|count|start|tell)|is (?:it|that|this) (?:possible|worth|"
    r"better|safe|normal|ok|okay|enough|too)|"
    r"worth|recommend|suggest|any (?:good )?(?:idea|tip|advice)s?|soll(?:te)? (?:ich|wir|man)|kann (?:ich|man)|"
    r"können wir|"
    r"was (?:würde\w*|empf\w+|rätst|raten)|empfehl\w*|lohnt|ist es (?:möglich|besser|sinnvoll)|wie (?:soll|kann|"
    r"geht|mache?)|womit|wie viele? \w+ (?:brauche|soll|plane))\b",
    re.I,
)
_RECALLS = re.compile(
    r"\b(?:my|our|we|did (?:i|we|you)|again|remind|forgot|forgotten|remember|earlier|agreed|decided|told|"
    r"mentioned|mein\w*|unser\w*|wir|"
    r"noch ?mal\w*|genannt|gesagt|vereinbart|erwähnt|vorhin)\b|\bthe\b.{2,40}\bfor the\b",
    re.I,
)
_OPEN_START = re.compile(
    r"(?:why|how (?:do|does|did|can|could|should|would|is|are|to|come|about)|explain|describe|what (?:about|if|"
    r"happens|do you think)|"
    r"warum|wieso|weshalb|erklär\w*|beschreib\w*|wie (?:kann|können|funktioniert|geht|soll|sollte|mache?)|"
    r"was (?:wenn|passiert|hältst|denkst))\b",
    re.I,
)
_FIRST_STATED = re.compile(
    r"\b(?:original(?:ly)?|initial(?:ly)?|at first|before (?:the change|we changed|it (?:was )?changed)|"
    r"ursprünglich\w*|anfangs|zuerst)\b",
    re.I,
)
_PLURAL = re.compile(
    r"\b(?:what|which) (?:are|were)\b|\b(?:which|what|all)(?: \w+){0,2} (?:\w{3,}[^\Ws]s)\b(?! (?:is|was|has|did|"
    r"do|does|it)\b)|"
    r"\blist\b|\bwelche\b|\bwas sind\b|\balle\b|\bnames of\b|\beach\b",
    re.I,
)


def ask_of(text: str, whole: str, spoken: Language) -> Ask:
    """Take one question, or the main sentence of a message, apart.

    Args:
        text: the question.
        whole: the message it stands in.
        spoken: the language of the message.
    """
    said = words(text)
    skipped = {w.term for m in MEASURING.finditer(text) for w in words(m.group())}
    terms: dict[str, AskTerm] = {}
    for order, word in enumerate(said):
        if spoken == "other" and fold(word.raw) in OTHER_STOP:
            continue
        if word.term not in LIGHT_STEMS and word.term not in skipped and word.term not in terms:
            terms[word.term] = AskTerm(word.term, term_weight(word), order)
    _soften_category(text, terms)
    wants = wanted(text, said)
    hard = frozenset(h for h in _hard(text, said) if h in terms)
    about = [
        w.term for w in words(whole) if w.term not in terms and w.term not in LIGHT_STEMS and term_weight(w) == 1.0
    ]
    return Ask(
        text=text,
        terms=tuple(terms.values()),
        hard=hard,
        wants=wants,
        form="value" if _is_strict(text, len(terms), bool(wants), bool(hard), spoken) else "open",
        plural=_PLURAL.search(text) is not None,
        of_user=_OWN.search(text) is not None,
        advice=_is_advice(text, whole, bool(hard), bool(wants)),
        recalls=_RECALLS.search(whole) is not None,
        first_stated=_FIRST_STATED.search(text) is not None,
        about=tuple(dict.fromkeys(about))[:12],
    )


def _is_advice(text: str, whole: str, named: bool, typed: bool) -> bool:
    if named or CONTACT.search(text) or (typed and not MEASURING.search(text)) or clauses.orders_recall(whole):
        return False
    return _ADVICE.search(text) is not None


def _soften_category(text: str, terms: dict[str, AskTerm]) -> None:
    """Lighten the noun after "which": the answer to "Which food am I allergic to" need not say "food"."""
    match = _CATEGORY.match(text)
    strong = [t for t in terms.values() if t.weight == 1.0]
    if match and len(strong) > 1:
        for word in words(match["noun"]):
            if word.term in terms:
                terms[word.term] = replace(terms[word.term], weight=SOFT_WEIGHT)


def _is_strict(text: str, n_terms: int, typed: bool, named: bool, spoken: Language) -> bool:
    if CONTACT.search(text):
        return True
    if _OPEN_START.match(text) or not (clauses.starts_question(text, spoken) or clauses.names_a_thing(text)):
        return False
    return typed or (n_terms <= 8 and (named or spoken == "other" or _DEFINITE.search(text) is not None))


def term_weight(word: Word) -> float:
    """How much a word of a question counts: 1 for what names its subject."""
    if word.term in GENERIC:
        return TYPE_WEIGHT
    return SOFT_WEIGHT if word.term in SOFT_STEMS else 1.0


def _hard(text: str, said: tuple[Word, ...]) -> set[str]:
    hard = {w.term for w in said if any(c.isdigit() for c in w.raw) or len(w.raw) == 1}
    for value in values(text, german=language(text) == "de"):
        if value.kind == "name" and value.start > 0 and not any(fold(p) in STOP for p in value.text.split()):
            hard.update(w.term for w in words(value.text))
    return hard


__all__ = ["Ask", "AskTerm", "Form", "ask_of", "term_weight"]
