"""YAML into plain values against a small schema, with the line of every problem.

PyYAML's safe loader alone would accept too much: a key given twice keeps the last value, `on:` becomes True, an unknown
key passes in silence, and no value remembers its line. So the node tree is walked here; scalars are still read by the
safe loader. All problems are collected, not only the first.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

MAX_BYTES = 1_000_000

_KEY_WORD = re.compile(r"(^|_)(key|token|secret|password|authorization)$", re.IGNORECASE)
_KEY_VALUE = re.compile(r"^(sk-|sk_|AIza|ghp_|xox[bp]-|Bearer )")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file."""

    line: int | None
    """1-based."""
    path: str
    """Where in the document, such as routes[0].weights; empty for the whole."""
    message: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        return f"{place}: {self.message}" if place else self.message


class Wrong(Exception):  # noqa: N818 - a verdict on one value, caught in Reader.value, never seen outside
    """A value is not what its spec wants; the message says what it must be."""


class Spec(Protocol):
    """What a value must be."""

    def read(self, reader: Reader, node: yaml.Node, path: str) -> Any:
        """The plain value; raises Wrong where the node is something else."""
        ...


class Reader:
    """Walks one document; `problems` and `lines` (of every path read) are filled on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}
        self._seen: set[int] = set()

    def read(self, text: str, spec: Spec) -> Any:
        """The document as plain values, or None where it cannot be read at all."""
        if len(text.encode()) > MAX_BYTES:
            self.problems.append(Problem(None, "", f"the file is larger than {MAX_BYTES} bytes"))
            return None
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as exc:
            mark = getattr(exc, "problem_mark", None)
            what = getattr(exc, "problem", None) or getattr(exc, "reason", None) or str(exc)
            self.problems.append(Problem(mark.line + 1 if mark else None, "", f"this is not YAML: {what}"))
            return None
        except RecursionError:
            self.problems.append(Problem(None, "", "the file is nested too deeply"))
            return None
        if root is None:
            self.problems.append(Problem(None, "", "the file is empty"))
            return None
        return self.value(root, spec, "")

    def value(self, node: yaml.Node, spec: Spec, path: str, key: yaml.Node | None = None) -> Any:
        """One value, or None after noting what is wrong with it; its place is its key's where it has one."""
        place = node if key is None else key
        self.lines[path] = place.start_mark.line + 1
        try:
            if id(node) in self._seen:  # an alias; nested ones make a small file endless
                raise Wrong("is used again by an alias (*name); aliases are not read, write the value out each time")
            self._seen.add(id(node))
            return spec.read(self, node, path)
        except Wrong as wrong:
            self.note(place, path, str(wrong))
            return None

    def note(self, node: yaml.Node, path: str, message: str) -> None:
        """Add a problem at a node."""
        self.problems.append(Problem(node.start_mark.line + 1, path, message))


def _scalar(node: yaml.Node) -> Any:
    """A scalar as the safe loader reads it; None where it cannot."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    try:
        return yaml.SafeLoader("").construct_object(node)
    except ValueError:  # such as a date with a 13th month
        return None


@dataclass(frozen=True, slots=True)
class Text:
    """Text, by a pattern where one is given."""

    pattern: str = ""
    says: str = ""
    """What the pattern wants, in words."""
    secret: bool = False
    """Never repeat the value in a message."""

    def read(self, reader: Reader, node: yaml.Node, path: str) -> str:
        """The text as it stands."""
        if not isinstance(node, yaml.ScalarNode):
            raise Wrong("must be text")
        value = str(node.value)
        if _kind(node) not in ("str", "timestamp"):
            raise Wrong(f"must be text, and YAML reads {value!r} as something else; put it in quotes")
        if _KEY_VALUE.match(value):
            raise Wrong("looks like a key; keys are never held in this file, only the variable's name (api_key_env)")
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise Wrong(f"{'the value' if self.secret else repr(value)} must be {self.says}")
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number between two limits, both allowed."""

    low: float = 0.0
    high: float = math.inf
    whole: bool = False

    def read(self, reader: Reader, node: yaml.Node, path: str) -> float | int:
        """The number."""
        value = _scalar(node)
        wanted = "a whole number" if self.whole else "a number"
        number = isinstance(value, int if self.whole else (int, float)) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            raise Wrong(f"must be {wanted}")
        if not self.low <= value <= self.high:
            limits = f"between {self.low:g} and {self.high:g}" if math.isfinite(self.high) else f">= {self.low:g}"
            raise Wrong(f"is {value:g}; it must be {wanted} {limits}")
        result: float | int = value
        return result


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of like values."""

    item: Spec

    def read(self, reader: Reader, node: yaml.Node, path: str) -> list[Any]:
        """The values, in order."""
        if not isinstance(node, yaml.SequenceNode):
            raise Wrong("must be a list")
        return [reader.value(item, self.item, f"{path}[{i}]") for i, item in enumerate(node.value)]


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping from names to like values."""

    item: Spec
    pattern: str
    says: str

    def read(self, reader: Reader, node: yaml.Node, path: str) -> dict[str, Any]:
        """The values by name."""
        result = {}
        for name, (key, value) in _pairs(reader, node, path).items():
            if re.fullmatch(self.pattern, name):
                result[name] = reader.value(value, self.item, _join(path, name), key)
            else:
                reader.note(key, path, f"the name {name!r} must be {self.says}")
        return result


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping with known keys only."""

    known: Mapping[str, Spec]
    required: tuple[str, ...] = ()

    def read(self, reader: Reader, node: yaml.Node, path: str) -> dict[str, Any]:
        """The values by key."""
        result = {}
        pairs = _pairs(reader, node, path)
        for name, (key, value) in pairs.items():
            if name in self.known:
                result[name] = reader.value(value, self.known[name], _join(path, name), key)
            else:
                reader.note(key, path, self._unknown(name))
        for name in self.required:
            if name not in pairs:
                reader.note(node, path, f"{name} is missing")
        return result

    def _unknown(self, key: str) -> str:
        if _KEY_WORD.search(key):
            return f"{key!r} is refused: keys are never held in this file; name the variable in api_key_env"
        close = difflib.get_close_matches(key, self.known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(self.known)}"
        return f"the key {key!r} is not known; {hint}"


def _pairs(reader: Reader, node: yaml.Node, path: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Key and value nodes by name; a key that is not text or comes twice is a problem."""
    if not isinstance(node, yaml.MappingNode):
        raise Wrong("must be a mapping (name: value)")
    pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        if _kind(key) == "bool":
            # The classic: on: is a boolean in YAML 1.1.
            reader.note(key, path, f"YAML reads the key {key.value!r} as true or false; write another (retry_on, say)")
        elif not isinstance(key, yaml.ScalarNode) or _kind(key) != "str":
            reader.note(key, path, "every key must be text")
        elif key.value in pairs:
            reader.note(key, path, f"the key {key.value!r} comes twice")
        else:
            pairs[key.value] = (key, value)
    return pairs


def _kind(node: yaml.Node) -> str:
    """The last word of YAML's tag: str, int, float, bool, null, timestamp, map, seq ..."""
    return str(node.tag).rsplit(":", 1)[-1]


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
