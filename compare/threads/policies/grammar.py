"""The text form of context policies: read here, written by `str(policy)`.

    policy := ["pinned:" NUMBER ("," NUMBER)* "+"] rule
    rule   := "full" | "last:" N | "last-tokens:" N | "first-last:" N "+" N | "summary:" MODEL ":" N

N and NUMBER are whole numbers from 1. MODEL is a model's id and may hold colons: the last one ends it. `str` gives the
one canonical text of a policy (pins in rising order, no spaces); a candidate should carry that.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from compare.errors import ConfigError
from compare.threads.policies.policy import Policy
from compare.threads.policies.rules import FirstLast, Full, Last, LastTokens, Rule, Summary

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class PolicyForm(NamedTuple):
    """One entry of the list to choose from."""

    example: str
    description: str


FORMS = (
    PolicyForm("full", "The whole thread."),
    PolicyForm("last:12", "At most the last 12 messages."),
    PolicyForm("last-tokens:4000", "The newest messages that fit 4000 tokens, by the local count."),
    PolicyForm("first-last:2+8", "The first 2 messages and at most the last 8."),
    PolicyForm("summary:MODEL:8", "A summary by MODEL, then at most the last 8 messages as they are."),
    PolicyForm("pinned:3,7+last:8", "Messages 3 and 7 always, with their exchange; any other form for the rest."),
)


class _Piece(NamedTuple):
    """A part of the text and where it begins."""

    text: str
    at: int
    """1-based."""
    whole: str

    def split(self, separator: str, *, last: bool = False) -> tuple[_Piece, _Piece] | None:
        """What is before and after the first (or last) separator; None where there is none."""
        place = self.text.rfind(separator) if last else self.text.find(separator)
        if place < 0:
            return None
        after = place + len(separator)
        return self._replace(text=self.text[:place]), self._replace(text=self.text[after:], at=self.at + after)

    def number(self) -> int:
        text = self.text.strip()
        if not _NUMBER.fullmatch(text):
            raise self.refusal(f"{text!r} is not a whole number from 1 to 999999999" if text else "a number is missing")
        return int(text)

    def refusal(self, why: str) -> ConfigError:
        forms = ", ".join(form.example for form in FORMS)
        return ConfigError(
            f"The context policy {self.whole!r} cannot be read at character {self.at}: {why}. Write one like: {forms}."
        )


@lru_cache(maxsize=256)
def parse(text: str) -> Policy:
    """The policy that a text stands for; `str` of a policy comes back as that policy.

    Raises:
        ConfigError: the text is no policy; the message says at which character and what may stand there.
    """
    piece = _Piece(text, 1, text)
    if not text.strip().startswith("pinned:"):
        return Policy(_rule(piece))
    parts = piece.split("+")
    if parts is None:
        raise piece.refusal("pinned messages need a policy for all others, after a '+'")
    pins, rest = parts
    rule = _rule(rest)
    if isinstance(rule, Full):
        raise rest.refusal("'full' cuts nothing, so nothing needs a pin; take the pins away or write another policy")
    return Policy(rule, _pins(pins))


def _pins(piece: _Piece) -> tuple[int, ...]:
    head, _, numbers = piece.text.partition(":")
    rest = piece._replace(text=numbers, at=piece.at + len(head) + 1)
    found: set[int] = set()
    while parts := rest.split(","):
        found.add(parts[0].number())
        rest = parts[1]
    return tuple(sorted({*found, rest.number()}))


def _rule(piece: _Piece) -> Rule:
    if piece.text.strip() == "full":
        return Full()
    parts = piece.split(":")
    kind = parts[0].text.strip() if parts else piece.text.strip()
    if kind not in ("last", "last-tokens", "first-last", "summary"):
        raise piece.refusal(f"{kind!r} is not a kind of policy" if kind else "a kind of policy is missing")
    if parts is None:
        raise piece._replace(at=piece.at + len(piece.text)).refusal(f"{kind!r} needs a ':' and its numbers")
    rest = parts[1]
    if kind == "last":
        return Last(rest.number())
    if kind == "last-tokens":
        return LastTokens(rest.number())
    return _first_last(rest) if kind == "first-last" else _summary(rest)


def _first_last(piece: _Piece) -> Rule:
    ends = piece.split("+")
    if ends is None:
        raise piece.refusal("two numbers with a '+' between them are needed, the first and the last messages")
    return FirstLast(ends[0].number(), ends[1].number())


def _summary(piece: _Piece) -> Rule:
    parts = piece.split(":", last=True)
    if parts is None or not parts[0].text.strip():
        raise piece.refusal("a model's id, a ':' and a number are needed")
    n = parts[1].number()
    if n == 1:
        raise parts[1].refusal("keep 2 messages or more, so that an answer stands between the summary and the question")
    return Summary(parts[0].text.strip(), n)
