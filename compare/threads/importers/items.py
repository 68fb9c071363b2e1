"""What a reader of a format makes of a record: a thread, a call of a log, or a word on why it is neither."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from compare.records import Message, Recorded, Thread


class Where(NamedTuple):
    """Where a record stands."""

    source: str
    """The file's name."""
    number: int
    """Its line, or its number where the file is one JSON document."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a model as a log has it. Calls of one conversation become one thread; see `calls`."""

    prompt: tuple[Message, ...]
    reply: Message | None
    """None where the call failed or its answer was not logged."""
    numbers: Recorded
    """Of the reply; `text` and `turn` are filled in when the thread is put together."""
    session: str = ""
    """Id of the conversation, where the log has one."""
    reference: str = ""
    """The call's own id."""
    title: str = ""


class Passed(NamedTuple):
    """A record that is no conversation and is none of the user's mistakes: a database span in a trace."""

    what: str
    """In the plural, for "12 spans of other work"."""


class Refused(NamedTuple):
    """A part of a record that cannot be read, where the rest of the record can."""

    reason: str


Item = Thread | Call | Passed | Refused


class Format(NamedTuple):
    """A format that can be read."""

    name: str
    """As `--format` takes it."""
    title: str
    """As a person calls it."""
    detect: Callable[[Any], bool]
    """True for a parsed record of this format; must not raise, whatever it is given."""
    read: Callable[[Any, Where], Iterable[Item]]
    """Raises ImportFormatError, with the reason, for a record that cannot be read."""
