"""What is planted: unguessable values from a seed, about places that do not exist, in sentences of everyday talk.

A place that exists nowhere keeps a model from knowing, and a filler message from saying, anything about it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from compare.probes.probe import Value, ValueKind

_LETTERS = "BCDFGHJKLMNPRSTVWXZ"
_HEADS = ("Bra", "Dro", "Fen", "Gla", "Hes", "Jor", "Kel", "Lum", "Mar", "Nev", "Ost", "Pel", "Quil", "Ros", "Sel",
          "Tor", "Ulm", "Vas", "Wel", "Zan")  # fmt: skip
_MIDDLES = ("da", "bri", "le", "mo", "ra", "vi", "do", "ne", "ka", "so")
_NAME_ENDS = ("ndra", "vella", "rick", "mund", "phine", "lotte", "rius", "dan")
_PLACE_ENDS = ("wick", "mar", "stead", "ford", "dal", "holm", "moor", "burg")


class Form(NamedTuple):
    """One way to state a fact: {place} and {value} stand for what is drawn."""

    kind: ValueKind
    subject: str
    """What it is about, as in "the gate code for depot {place}"."""
    question: str
    unit: str = ""
    """Of a number, behind it."""


_FORMS: tuple[Form, ...] = (
    Form("code", "the gate code for depot {place}", "What is the gate code for depot {place}?"),
    Form("number", "the deposit for the hall in {place}", "How much is the deposit for the hall in {place}?", "euros"),
    Form("name", "the name of our contact in {place}", "What is the name of our contact in {place}?"),
    Form("code", "the booking code for the {place} trip", "What is the booking code for the {place} trip?"),
    Form("number", "the weight limit of the lift in {place}", "What is the weight limit of the lift in {place}?", "kg"),
    Form("code", "our customer number at {place} Supplies", "What is our customer number at {place} Supplies?"),
    Form("number", "the rent for the {place} office", "How much is the rent for the {place} office?", "euros"),
    Form("code", "the licence key for the {place} server", "What is the licence key for the {place} server?"),
)
_CODES = tuple(form for form in _FORMS if form.kind == "code")
_NUMBERS = tuple(form for form in _FORMS if form.kind == "number")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact with its question."""

    subject: str
    question: str
    value: Value

    @property
    def statement(self) -> str:
        """As the user states it."""
        return f"{_capital(self.subject)} is {self.value.text}."

    def changed_to(self, value: Value) -> Fact:
        """The same with another value."""
        return Fact(self.subject, self.question, value)

    @property
    def correction(self) -> str:
        """As the user states it where it replaces an earlier value."""
        return f"A correction: {self.subject} has changed, it is now {self.value.text}."


class Draw:
    """Draws facts; what was drawn once is not drawn again."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()

    def value(self, kind: ValueKind, unit: str = "") -> Value:
        """A value that cannot be guessed."""
        return Value(kind, self._new(lambda: self._value(kind, unit)))

    def place(self) -> str:
        """A place that does not exist."""
        return self._new(lambda: f"{self._pick(_HEADS)}{self._pick(_MIDDLES)}{self._pick(_PLACE_ENDS)}")

    def word(self) -> str:
        """An odd word, such as an instruction may ask to end with."""
        return self.value("name").text

    def fact(self, number: int, kinds: tuple[ValueKind, ...] = ("code", "name", "number")) -> Fact:
        """A fact; consecutive numbers give forms in turn."""
        forms = [form for form in _FORMS if form.kind in kinds]
        return self.of_form(forms[number % len(forms)])

    def of_form(self, form: Form) -> Fact:
        """A fact of one form."""
        place = self.place()
        value = self.value(form.kind, form.unit)
        return Fact(form.subject.format(place=place), form.question.format(place=place), value)

    def pair(self, number: int) -> tuple[Fact, Fact]:
        """A code and a number, about two places."""
        return self.of_form(_CODES[number % len(_CODES)]), self.of_form(_NUMBERS[number % len(_NUMBERS)])

    def twin(self, number: int) -> tuple[Fact, Fact]:
        """The same kind of fact about two places: the second's is never said."""
        form = (*_CODES, *_NUMBERS)[number % (len(_CODES) + len(_NUMBERS))]
        return self.of_form(form), self.of_form(form)

    def _value(self, kind: ValueKind, unit: str) -> str:
        if kind == "code":
            return f"{self._pick(_LETTERS)}{self._pick(_LETTERS)}-{self._rng.randint(2000, 9998)}"
        if kind == "number":
            amount = self._rng.randint(213, 987) if unit == "kg" else self._rng.randint(2013, 9879)
            return f"{amount:,} {unit}"
        return f"{self._pick(_HEADS)}{self._pick(_MIDDLES)}{self._pick(_NAME_ENDS)}"

    def _new(self, draw: Callable[[], str]) -> str:
        while (text := draw()) in self._taken:
            pass
        self._taken.add(text)
        return text

    def _pick(self, choices: tuple[str, ...] | str) -> str:
        return self._rng.choice(choices)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


__all__ = ["Draw", "Fact", "Form"]
