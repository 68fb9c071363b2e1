"""What has been understood of one answer so far, whatever wire format it came in; pure, without I/O.

A format's reader puts pieces and facts in; the exchange takes the pieces out as they come. `result` is the one place
where an outcome is made: text is kept whatever happens, the pieces joined equal it, and `failure` is set exactly when
the finish is an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from compare.errors import ProviderError
from compare.providers.failures import Call
from compare.records import ChatResult, Finish, ProviderFailure, RateLimits, Usage

MAX_CHARS = 4_000_000
"""Longest answer with its thinking; four times the output of any model. A stream without end stops there."""


class Piece(NamedTuple):
    """A non-empty piece of an answer or of the thinking before it."""

    text: str
    is_reasoning: bool


class _Channel:
    """The answer's text or its thinking, whole up to the last piece taken out."""

    __slots__ = ("half", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.half = ""
        """The first half of a surrogate pair, whose other half may come with the next piece."""

    def whole(self, text: str) -> str:
        """The text with surrogate pairs made whole: servers that cut by UTF-16 units send halves."""
        text, self.half = self.half + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self.half = text[:-1], text[-1]
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text

    def rest(self) -> str:
        """What stands for a half whose other half never came."""
        rest, self.half = ("\ufffd" if self.half else ""), ""
        return rest


@dataclass(slots=True)
class Reply:
    """One answer in the making."""

    call: Call
    request_id: str | None = None
    rate_limits: RateLimits | None = None
    finish: Finish | None = None
    """None until the server gave a reason; "error" for a reason that is none."""
    finish_raw: str | None = None
    failure: ProviderFailure | None = None
    usage: Usage = field(default_factory=Usage)
    model_served: str | None = None
    has_text: bool = False
    """True once a piece of the answer itself came."""
    has_reasoning: bool = False
    """True once a piece of the thinking came."""
    warnings: list[str] = field(default_factory=list)
    _text: _Channel = field(default_factory=_Channel)
    _reasoning: _Channel = field(default_factory=_Channel)
    _run: list[str] = field(default_factory=list)
    """Text not yet taken out, all of one kind; when the kind changes it becomes a piece."""
    _run_is_reasoning: bool = False
    _n_came: int = 0
    _pieces: list[Piece] = field(default_factory=list)

    @property
    def has_any(self) -> bool:
        """True once a piece of any kind came; from then on nothing is asked again."""
        return self.has_text or self.has_reasoning

    @property
    def n_chars(self) -> int:
        """Length of the answer so far."""
        return sum(map(len, self._text.parts)) + (0 if self._run_is_reasoning else sum(map(len, self._run)))

    def add_text(self, text: str) -> None:
        """Take in a piece of the answer.

        Raises:
            ProviderError: with what came before it is more than MAX_CHARS.
        """
        self._n_came += len(text)
        if self._n_came > MAX_CHARS:
            raise self._too_long()
        if self._text.half or not text.isascii():
            text = self._text.whole(text)
        if text:
            if self._run_is_reasoning:
                self._close_run()
                self._run_is_reasoning = False
            self._run.append(text)
            self.has_text = True

    def add_reasoning(self, text: str) -> None:
        """Take in a piece of the thinking.

        Raises:
            ProviderError: as add_text.
        """
        self._n_came += len(text)
        if self._n_came > MAX_CHARS:
            raise self._too_long()
        if self._reasoning.half or not text.isascii():
            text = self._reasoning.whole(text)
        if text:
            if not self._run_is_reasoning:
                self._close_run()
                self._run_is_reasoning = True
            self._run.append(text)
            self.has_reasoning = True

    def _too_long(self) -> ProviderError:
        message = (
            f"The server at {self.call.host} sent more than {MAX_CHARS:,} characters without an end; "
            "the answer was cut there."
        )
        return ProviderError(self.call.failure("protocol", message, request_id=self.request_id))

    def end_text(self) -> None:
        """No more text comes."""
        if rest := self._reasoning.rest():
            self.add_reasoning(rest)
        if rest := self._text.rest():
            self.add_text(rest)

    def take(self) -> list[Piece]:
        """The pieces since the last call, neighbours of one kind joined."""
        self._close_run()
        pieces, self._pieces = self._pieces, []
        return pieces

    def _close_run(self) -> None:
        if self._run:
            text = "".join(self._run)
            self._run.clear()
            (self._reasoning if self._run_is_reasoning else self._text).parts.append(text)
            self._pieces.append(Piece(text, self._run_is_reasoning))

    def warn(self, sentence: str) -> None:
        """Add a warning, once."""
        sentence = self.call.redact(sentence)
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def _usage(self) -> Usage:
        """The usage without keys in what is kept as it came: a server may echo anything anywhere."""
        if not self.usage.raw:
            return self.usage
        came = json.dumps(self.usage.raw)
        clean = self.call.redact(came)
        if clean == came:
            return self.usage
        try:
            raw = json.loads(clean)
        except ValueError:
            raw = {}
        return replace(self.usage, raw=raw)

    def result(self, params_sent: Mapping[str, Any]) -> ChatResult:
        """The outcome. A failure makes the finish an error, and is not to be repeated once a piece has come."""
        self._close_run()
        failure = self.failure
        if failure is not None and failure.retryable and self.has_any:
            failure = replace(failure, retryable=False)
        finish = "error" if failure is not None else self.finish
        assert finish is not None, "an answer without a failure has a finish reason"
        return ChatResult(
            text="".join(self._text.parts),
            finish=finish,
            finish_raw=self.finish_raw,
            reasoning="".join(self._reasoning.parts),
            usage=self._usage(),
            failure=failure,
            model_served=self.model_served,
            request_id=self.request_id,
            rate_limits=self.rate_limits,
            params_sent=params_sent,
            warnings=tuple(self.warnings),
        )


__all__ = ["Piece", "Reply"]
