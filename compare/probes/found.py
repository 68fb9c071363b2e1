"""Facts that a thread of one's own already holds, proposed as probes; a person accepts or edits each before use.

What looks like a code, an amount, a date, a name or a decision is proposed with a sentence to complete: the sentence as
it was said, with a gap in the place of the value. That is stiff, but right in every language and never invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from compare.errors import ConfigError
from compare.probes.carrier import openings
from compare.probes.plant import SOURCE, Planted
from compare.probes.probe import Expected, Probe, Value, ValueKind
from compare.probes.tokens import occurs, tokens
from compare.records import Message, Thread
from compare.tokens.count import count_messages

FactKind = Literal["code", "amount", "date", "name", "decision"]
MOST = 40
GAP = "____"
_LONGEST_SENTENCE = 240
_NEAREST = 3
"""Facts less far back from the question than so many messages tell nothing."""
_MONTHS = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|m\u00e4rz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    r"sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)
_PATTERNS: tuple[tuple[FactKind, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b|"
            rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+{_MONTHS}\b|\b{_MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?\b",
            re.I,
        ),
    ),
    (
        "amount",
        re.compile(
            r"[$\u20ac\u00a3]\s?\d[\d.,' ]*\d|[$\u20ac\u00a3]\s?\d|"
            r"\b\d(?:[\d.,']*\d)?\s?(?:%|\u20ac|\$|\u00a3|euros?|eur|usd|dollars?|gbp|pounds?|chf|kg|km|people|persons?|"
            r"guests?|personen|hours?|stunden|days?|tagen?|minutes?|minuten)(?!\w)",
            re.I,
        ),
    ),
    (
        "code",
        re.compile(
            r"(?<![\w@.-])(?!\d+(?:st|nd|rd|th)\b)(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![\w@-])|"
            r"(?<![\w.,:/-])\d{4,}(?![\w.,:/-]\d|\w)"
        ),
    ),
    (
        "name",
        re.compile(
            r"(?i:\b(?:my name is|called|named|name:|contact is|ask for|hei\u00dft|hei\u00dfe|namens)\s+)"
            r"(?P<value>[A-Z\u00c4\u00d6\u00dc][\w'\u2019-]+(?:\s[A-Z\u00c4\u00d6\u00dc][\w'\u2019-]+)?)"
        ),
    ),
    (
        "decision",
        re.compile(
            r"\b(?:decided (?:on|to|for)|agreed (?:on|to)|go with|settled on|chose|opted for|entschieden f\u00fcr)\s+"
            r"(?P<value>(?:the |a |die |der |das )?[\w'\u2019-]+(?:\s[\w'\u2019-]+){0,2})",
            re.I,
        ),
    ),
)
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]?")
_KINDS: dict[FactKind, ValueKind] = {
    "code": "code", "amount": "number", "date": "name", "name": "name", "decision": "name",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundFact:
    """A fact that a thread holds, with a question about it; both are a proposal."""

    place: int
    """Of the message that said it last, from 0."""
    kind: FactKind
    value: str
    question: str


def find_facts(thread: Thread) -> tuple[FoundFact, ...]:
    """Facts of a thread that lie far enough back from its end, oldest first, each value once."""
    body = _body(thread)
    found: dict[str, FoundFact] = {}
    for place, message in enumerate(body):
        if message.role == "system":
            continue
        for one in _of_message(place, message.text):
            found.pop(one.value.casefold(), None)
            found[one.value.casefold()] = one
    far = [one for one in found.values() if len(body) - one.place >= _NEAREST]
    return tuple(sorted(far, key=lambda one: one.place)[:MOST])


def ask_about(thread: Thread, facts: Sequence[FoundFact], *, controls: bool = True) -> tuple[Planted, ...]:
    """Probes that ask for facts of a thread at its end, as a person accepted or edited them.

    Args:
        thread: the thread as it is.
        facts: question and value of each; places are looked up again.
        controls: also ask each with the value said again by the message just before.

    Raises:
        ConfigError: a question or a value is empty, the value does not stand in the thread, or in the question.
    """
    made = []
    body = tuple(Message(m.role, m.text, m.parts_json) for m in _body(thread))
    for fact in facts:
        value = _checked(fact, body)
        place = max(i for i, message in enumerate(body) if occurs(value, tokens(message.text)))
        between = tuple(message.text for message in body[place + 1 :])
        probe = Probe(
            "", "recall", "recall", fact.question.strip(), (place,), len(body), len(body) - place,
            count_messages(between), len(body) + 1, Expected((value,)), thread.title,
        )  # fmt: skip
        made.append(_planted(probe, body, f"About {thread.title}: {probe.distance_messages} back"))
        if controls and body[-1].role == "assistant":
            last = replace(body[-1], text=f"{body[-1].text} To confirm: {value.text}.")
            control = replace(probe, type="control", planted=(len(body) - 1,), distance_messages=1, distance_tokens=0)
            made.append(_planted(control, (*body[:-1], last), f"About {thread.title}: control"))
    return tuple(made)


def _planted(probe: Probe, body: tuple[Message, ...], title: str) -> Planted:
    messages = (*body, Message("user", probe.question))
    return Planted(probe, Thread(messages, title=title, source=SOURCE, workload=SOURCE))


def _body(thread: Thread) -> tuple[Message, ...]:
    """The thread up to the last place at which a user may speak."""
    places = openings(thread.messages)
    return thread.messages[: places[-1]] if places else ()


def _of_message(place: int, text: str) -> Iterator[FoundFact]:
    for sentence in (match[0].strip() for match in _SENTENCE.finditer(text)):
        if not sentence or len(sentence) > _LONGEST_SENTENCE or sentence.endswith("?"):
            continue
        taken: list[tuple[int, int]] = []
        for kind, pattern in _PATTERNS:
            for match in pattern.finditer(sentence):
                start, end = match.span("value") if "value" in pattern.groupindex else match.span()
                if any(start < other_end and other_start < end for other_start, other_end in taken):
                    continue
                taken.append((start, end))
                gap = f"{sentence[:start]}{GAP}{sentence[end:]}"
                yield FoundFact(place, kind, sentence[start:end].strip(), _question(gap))


def _question(gap: str) -> str:
    return f'Fill the gap as it was said earlier: "{gap}"'


def _checked(fact: FoundFact, body: Sequence[Message]) -> Value:
    text = fact.value.strip()
    if not text or not fact.question.strip():
        raise ConfigError(
            "A question and the value that answers it are both needed. Fill both in, or leave the row out."
        )
    digits = [token for token in tokens(text) if token.kind == "digits"]
    # An amount is known by its one number; what has none, or several, must stand as it is.
    kind = _KINDS[fact.kind]
    value = Value("name" if kind == "number" and len(digits) != 1 else kind, text)
    if occurs(value, tokens(fact.question)):
        raise ConfigError(f"The question gives its own answer away: {text!r} stands in it. Ask in other words.")
    if not any(occurs(value, tokens(message.text)) for message in body):
        raise ConfigError(
            f"{text!r} does not stand in the thread, so no answer could be right. Write it as the thread has it."
        )
    return value


__all__ = ["GAP", "FactKind", "FoundFact", "ask_about", "find_facts"]
