"""criteria.toml into criteria, with every problem named by line and field.

Unknown fields are refused: a gate that ignores a misspelt `limit` passes everything.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from compare.errors import ConfigError
from compare.ratings.buckets import buckets
from compare.records import History
from compare.report.criteria.limits import parse_limit
from compare.report.criteria.places import Places
from compare.report.criteria.values import METRICS, NEEDS, Criterion
from compare.report.measured.figures import TIMES
from compare.routing.places import Problem
from compare.routing.rules import Rule, parse

MAX_CHARACTERS = 1_000_000
MAX_CRITERIA = 1000

_RANGE = re.compile(r"(\d+)\s*(?:(\+)|-\s*(\d+))?\s*(?:messages?)?")
_AT = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Criteria:
    """A whole criteria file."""

    criteria: tuple[Criterion, ...]
    title: str = ""


class _Wrong(Exception):  # noqa: N818 - a verdict on one field, caught in _Entry.field, never seen outside
    """A value is not what its field wants; the message says what it must be."""


def load(text: str, name: str = "The criteria file") -> Criteria:
    """Read a criteria file.

    Raises:
        ConfigError: something is wrong; the message lists every problem with its line and field.
    """
    found, problems = read(text)
    if found is None:
        count = f"{len(problems)} problem" + ("" if len(problems) == 1 else "s")
        listed = "\n".join(f"- {problem}" for problem in problems)
        raise ConfigError(f"{name} has {count}:\n{listed}")
    return found


def read(text: str) -> tuple[Criteria | None, tuple[Problem, ...]]:
    """The criteria, or None with the problems that stand in the way, by line."""
    if len(text) > MAX_CHARACTERS:
        return None, (Problem(None, "", f"the file is longer than {MAX_CHARACTERS:,} characters"),)
    text = text.removeprefix("\ufeff")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        return None, (_not_toml(exc),)
    except RecursionError:
        return None, (Problem(None, "", "the file is nested too deeply"),)
    return _Reader(text, document).read()


def _not_toml(exc: tomllib.TOMLDecodeError) -> Problem:
    message = str(exc)
    at = _AT.search(message)
    line = int(at[1]) if at and at[1] else None
    return Problem(line, "", f"this is not TOML: {_AT.sub('', message)}")


class _Reader:
    def __init__(self, text: str, document: Mapping[str, Any]) -> None:
        self._places = Places(text)
        self._document = document
        self.problems: list[Problem] = []

    def read(self) -> tuple[Criteria | None, tuple[Problem, ...]]:
        for key in self._document:
            if key not in ("criterion", "title"):
                self.problems.append(Problem(self._places.top.get(key), key, _unknown(key, ("criterion", "title"))))
        title = self._document.get("title", "")
        if not isinstance(title, str):
            self.problems.append(Problem(self._places.top.get("title"), "title", "must be text"))
        found = self._criteria()
        if self.problems:
            return None, tuple(sorted(self.problems, key=lambda problem: problem.line or 0))
        return Criteria(tuple(found), str(title)), ()

    def _criteria(self) -> list[Criterion]:
        tables = self._document.get("criterion")
        line = self._places.top.get("criterion")
        if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
            self.problems.append(Problem(line, "criterion", "at least one [[criterion]] is needed"))
            return []
        if len(tables) > MAX_CRITERIA:
            self.problems.append(Problem(line, "criterion", f"{len(tables)} are too many; at most {MAX_CRITERIA}"))
            return []
        found: list[Criterion] = []
        for i, (table, lines) in enumerate(zip(tables, self._places.of(len(tables)), strict=True)):
            entry = _Entry(i, table, lines, self.problems)
            criterion = entry.read()
            if criterion is None:
                continue
            earlier = next((c for c in found if c.name == criterion.name), None)
            if earlier is not None:
                entry.note("name", f"{criterion.name!r} comes twice; give each criterion a name of its own")
            found.append(criterion)
        return found


class _Entry:
    """One [[criterion]]."""

    def __init__(self, index: int, table: Mapping[str, Any], lines: Mapping[str, int], problems: list[Problem]) -> None:
        self._index = index
        self._table = table
        self._lines = lines
        self._problems = problems

    def note(self, field: str, message: str) -> None:
        line = self._lines.get(field, self._lines.get(""))
        self._problems.append(Problem(line, f"criterion[{self._index}].{field}", message))

    def read(self) -> Criterion | None:
        """The criterion, or None after noting what is wrong with it."""
        before = len(self._problems)
        for key in self._table:
            if key not in _FIELDS:
                self.note(key, _unknown(key, _FIELDS))
        for key in ("name", "metric", "limit"):
            if key not in self._table:
                self.note(key, f"{key} is missing")
        values = {key: self._field(key, check) for key, check in _FIELDS.items() if key in self._table}
        metric = values.get("metric")
        if metric is not None:
            self._check_needs(metric)
            if isinstance(values.get("limit"), str):
                values["limit"] = self._field("limit", lambda text: _limit(text, metric))
        if len(self._problems) > before:
            return None
        bucket = values.get("bucket", "")
        return Criterion(
            name=values["name"],
            metric=values["metric"],
            limit=values["limit"],
            time=values.get("time"),
            against=values.get("against", ""),
            at_messages=values.get("at_messages"),
            bucket=_bucket_words(bucket),
            length=_length(bucket) if bucket else None,
            workloads=values.get("workload", ()),
            candidates=values.get("candidate", ()),
            history=values.get("history"),
            min_n=values.get("min_n", 1),
            sure=values.get("sure", False),
            line=self._lines.get(""),
        )

    def _field(self, key: str, check: Callable[[Any], Any]) -> Any:
        try:
            return check(self._table[key])
        except _Wrong as wrong:
            self.note(key, str(wrong))
            return None

    def _check_needs(self, metric: str) -> None:
        for key, (says, metrics) in NEEDS.items():
            if metric in metrics and key not in self._table:
                known = f": {', '.join(TIMES)}" if key == "time" else ""
                self.note(key, f"{metric} needs {key}, which says {says}{known}")
            elif metric not in metrics and key in self._table:
                self.note(key, f"{metric} takes no {key}; it belongs to {', '.join(metrics)}")


def _unknown(key: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(key, known, n=1)
    return f"{key!r} is not known; " + (f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}")


# --- what each field must be -----------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Wrong("must be text that is not empty, in quotes")
    if not value.isprintable():
        raise _Wrong("must be on one line, without control characters")
    return value.strip()


def _one_of(known: Iterable[str]) -> Callable[[Any], str]:
    names = list(known)

    def check(value: Any) -> str:
        text = _text(value)
        if text not in names:
            raise _Wrong(_unknown(text, names))
        return text

    return check


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        if not value:
            raise _Wrong("is an empty list; name at least one, or leave the field out")
        return tuple(_text(each) for each in value)
    return (_text(value),)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _Wrong(f"must be a whole number from 1 upwards, not {value!r}")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("must be true or false, without quotes")
    return value


def _limit_text(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise _Wrong(f'must say a direction and a unit, in quotes, such as "<= {value} s"')
    return _text(value)


def _limit(text: str, metric: str) -> Any:
    try:
        return parse_limit(text, METRICS[metric])  # type: ignore[index]  # checked before
    except ConfigError as exc:
        raise _Wrong(str(exc)) from exc


def _bucket(value: Any) -> str:
    text = _text(value)
    try:
        _length(text)
    except ConfigError as exc:
        raise _Wrong(str(exc)) from exc
    return text


def _length(text: str) -> Rule:
    """A range of thread lengths as a rule over thread_length.

    Raises:
        ConfigError: it is none.
    """
    named = {each.name: each for each in buckets()}
    if text in named:
        text = named[text].label
    found = _RANGE.fullmatch(text)
    if found:
        low, plus, high = int(found[1]), found[2], found[3]
        if high is not None and int(high) < low:
            raise ConfigError(f"{text!r} ends before it begins")
        if plus:
            return parse(f"thread_length >= {low}")
        return parse(f"thread_length >= {low} and thread_length <= {int(high) if high is not None else low}")
    if "thread_length" not in text:
        raise ConfigError(
            f"{text!r} is no range of thread lengths; write one such as '9+ messages', '9-20 messages' or "
            f"'thread_length > 8', or a bucket's name ({', '.join(named)})"
        )
    rule = parse(text)
    if other := sorted(rule.facts - {"thread_length"}):
        raise ConfigError(f"{text!r} asks for {', '.join(other)}; here only thread_length is known")
    return rule


def _bucket_words(text: str) -> str:
    """As a sentence says it: "9+ messages"."""
    named = {each.name: each for each in buckets()}
    if text in named:
        return f"{named[text].label} messages"
    found = _RANGE.fullmatch(text)
    if not found:
        return text
    words = text.removesuffix("s").removesuffix("message").strip()
    return f"{words} message" if words == "1" else f"{words} messages"


_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "name": _text,
    "metric": _one_of(METRICS),
    "limit": _limit_text,
    "time": _one_of(TIMES),
    "against": _text,
    "at_messages": _whole,
    "bucket": _bucket,
    "workload": _texts,
    "candidate": _texts,
    "history": _one_of(get_args(History)),
    "min_n": _whole,
    "sure": _flag,
}
