"""The verdict on an answer: exact, after the normalisation of tokens.py. No model judges.

recall, multi, coherence    pass iff every value occurs at a token boundary and no rival planted value does
update                      passes iff the new value occurs and the old does not; the old alone is "stale"
instruction                 by a check of the form
abstention                  passes iff no value of the planted kind occurs and the answer says that it is not known
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from compare.probes.probe import Expected, FormRule, Probe, ProbeType, ValueKind, describe
from compare.probes.refusal import is_refusal
from compare.probes.tokens import Token, normalised, occurs, tokens, unit_of

Verdict = Literal[
    "passed", "forgot", "partial", "stale", "both", "rival", "broke", "invented", "no_refusal", "unanswered"
]
"""forgot: no value; partial: one of several; stale: the old value only; both: old and new; rival: another planted
value; broke: the instruction was not kept; invented: a value where none was given; no_refusal: neither a value nor a
word that it is not known; unanswered: the call failed, so nothing can be said."""
WORDS: dict[Verdict, str] = {
    "passed": "passed",
    "forgot": "value missing",
    "partial": "only a part",
    "stale": "old value",
    "both": "old and new value",
    "rival": "another value",
    "broke": "instruction not kept",
    "invented": "made up",
    "no_refusal": "did not say it is unknown",
    "unanswered": "no answer",
}
"""What pages call each."""


class Score(NamedTuple):
    """A verdict and the reason for it, as a sentence."""

    verdict: Verdict
    why: str

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.verdict == "passed"


def score(probe: Probe, answer: str) -> Score:
    """The verdict on an answer to a probe's question."""
    return score_text(probe.of, probe.expected, answer, probe.question)


def score_text(probe_type: ProbeType, expected: Expected, answer: str, question: str = "") -> Score:
    """The same for the parts.

    Args:
        probe_type: any but "control": of a control, the type that it is the control of.
        expected: what passes.
        answer: the text.
        question: what was asked; values that it names itself are not the answer's own.
    """
    said = tokens(answer)
    if expected.rule is not None:
        return _form(expected.rule, answer)
    if expected.absent is not None:
        return _abstention(expected, answer, said, question)
    return _values(probe_type, expected, answer, said)


def _values(probe_type: ProbeType, expected: Expected, answer: str, said: Sequence[Token]) -> Score:
    there = [value for value in expected.values if occurs(value, said)]
    missing = [value.text for value in expected.values if value not in there]
    rivals = [value.text for value in expected.rivals if occurs(value, said)]
    if probe_type == "update" and rivals:
        if missing:
            return Score("stale", f"{rivals[0]} is the old value; the new one, {missing[0]}, does not occur.")
        return Score("both", f"Both the new value, {there[0].text}, and the old one, {rivals[0]}, occur.")
    if rivals:
        return Score("rival", f"{rivals[0]} occurs, which was planted as something else.")
    if not missing:
        names = " and ".join(value.text for value in there)
        return Score("passed", f"{names} {'occurs' if len(there) == 1 else 'occur'}.")
    if there:
        return Score("partial", f"{there[0].text} occurs; {' and '.join(missing)} does not.")
    says = " The answer says that it is not known." if is_refusal(answer) else ""
    return Score("forgot", f"{' and '.join(missing)} does not occur.{says}")


def _abstention(expected: Expected, answer: str, said: Sequence[Token], question: str) -> Score:
    assert expected.absent is not None
    found = [value.text for value in expected.rivals if occurs(value, said)]
    found = found or _of_kind(expected.absent, said, tokens(question))
    if found:
        return Score("invented", f"{found[0]} was given as the value, though none was ever said.")
    if is_refusal(answer):
        return Score("passed", "No value is given, and the answer says that it is not known.")
    return Score("no_refusal", "No value is given, but the answer does not say that it is not known.")


def _of_kind(kind: ValueKind, said: Sequence[Token], asked: Sequence[Token]) -> list[str]:
    """What in an answer looks like a planted value of a kind, and does not stand in the question."""
    known = {token.text for token in asked}
    found = []
    for at, token in enumerate(said):
        if token.kind != "digits" or token.text in known:
            continue
        if kind == "number":
            unit = at + 1 < len(said) and unit_of(said[at + 1].text) is not None
            if len(token.text) >= 3 or unit or (at and said[at - 1].kind == "sign"):
                found.append(token.text)
        elif kind == "code" and len(token.text) >= 3:
            found.append(token.text)
    return found


# --- instructions ----------------------------------------------------------------------------------------------------


def _form(rule: FormRule, answer: str) -> Score:
    kept, why = _CHECKS[rule.kind](rule, answer)
    return Score("passed" if kept else "broke", why)


def _end(rule: FormRule, answer: str) -> tuple[bool, str]:
    wanted, said = _plain(rule.text), _plain(answer)
    kept = bool(said) and said[-len(wanted) :] == wanted
    last = " ".join(said[-len(wanted) :]) or "nothing"
    return kept, f'The answer ends with "{last}"; the instruction was {describe(rule)}.'


def _begin(rule: FormRule, answer: str) -> tuple[bool, str]:
    wanted, said = _plain(rule.text), _plain(answer)
    kept = bool(said) and said[: len(wanted)] == wanted
    first = " ".join(said[: len(wanted)]) or "nothing"
    return kept, f'The answer begins with "{first}"; the instruction was {describe(rule)}.'


def _never(rule: FormRule, answer: str) -> tuple[bool, str]:
    wanted, said = _plain(rule.text), _plain(answer)
    there = any(said[at : at + len(wanted)] == wanted for at in range(len(said) - len(wanted) + 1))
    return not there, f'"{rule.text}" {"occurs" if there else "does not occur"}; the instruction was {describe(rule)}.'


def _max_words(rule: FormRule, answer: str) -> tuple[bool, str]:
    n = len([word for word in normalised(answer).split() if re.search(r"\w", word)])
    return n <= rule.n, f"The answer has {n} words; the instruction was {describe(rule)}."


def _plain(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


_CHECKS = {"end": _end, "begin": _begin, "never": _never, "max_words": _max_words}

__all__ = ["WORDS", "Score", "Verdict", "score", "score_text"]
