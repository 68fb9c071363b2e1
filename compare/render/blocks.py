"""A growing answer as finished blocks and a plain tail: every block is rendered once, however the text arrives.

    stream = BlockStream()
    ops = stream.feed(delta)    # [["a", text]] or [["b", offset, html, tail], ...]
    ops = stream.finish()       # the rest as "b", then ["r", k, html] for blocks that read differently now
    stream.blocks, stream.tail, stream.text
    render_all(text)            # the blocks of a stored answer

The ops are those of frames.py without the pane's index. Invariant: after finish, `blocks` is the same for every way of
cutting the text into deltas, and the joined HTML is that of the whole text rendered at once. Cost is linear in the
text: while a long list, fence or table grows it is asked for less and less often whether it has ended.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from markdown_it.token import Token

from compare.render.boundaries import BlockWatch, Signal
from compare.render.characters import encodable
from compare.render.frames import Op
from compare.render.markdown import Env, new_parser, to_html

_LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")  # a CR at the very end may still become CRLF
_FENCE_CLOSE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*$")
_MAX_SURE_MISSES = 4
_BACK_OFF = 2.0
_UNASKED_CHARS = 4_096

_PARSER = new_parser().disable(["inline", "text_join"])


class BlockStream:
    """Turns the deltas of one answer into ops, and holds the answer as blocks and tail."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._tail = ""
        self._tail_at = 0
        self._scanned = 0
        """Length of the tail's finished lines."""
        self._looked = 0
        """How far the tail was searched for line ends."""
        self._watch = BlockWatch()
        self._misses = 0
        self._retry_at = 0.0
        self._blocks: list[tuple[int, str]] = []
        self._sources: list[str] = []
        self._env: Env = {}
        self._finished = False
        self.parsed_chars = 0
        """Characters that went through the parser so far; a guard of the linear cost."""

    @property
    def text(self) -> str:
        """All text so far, as it came."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    @property
    def blocks(self) -> list[tuple[int, str]]:
        """(offset of its first line in `text`, HTML) of each finished block."""
        return list(self._blocks)

    @property
    def tail(self) -> str:
        """The unfinished rest, as plain text that JSON can carry."""
        return encodable(self._tail)

    def feed(self, delta: str) -> list[Op]:
        """Take the next piece of text and say what changes for a viewer.

        Raises:
            ValueError: the stream was finished before.
        """
        if self._finished:
            raise ValueError("This answer is finished; a regenerated answer needs a BlockStream of its own.")
        if not delta:
            return []
        self._parts.append(delta)
        self._tail += delta
        signal, ended = self._scan()
        if not self._worth_parsing(signal):
            return [["a", encodable(delta)]]
        return self._freeze(self._tail[: self._scanned], ended) or [["a", encodable(delta)]]

    def finish(self) -> list[Op]:
        """Freeze the rest; also replace blocks that meanwhile defined link targets change. Later calls do nothing."""
        if self._finished:
            return []
        self._finished = True
        ops = self._freeze(self._tail, ended=True, last=True)
        if not self._env.get("references"):
            return ops
        for k, (offset, html) in enumerate(self._blocks):
            if "[" in self._sources[k] and (now := to_html(self._sources[k], self._env)) != html:
                self._blocks[k] = (offset, now)
                ops.append(["r", k, now])
        return ops

    def _scan(self) -> tuple[Signal, bool]:
        """Look at the lines that are new. Returns the strongest signal, and whether a growing line ends the block."""
        signal = Signal.NO
        for end in _LINE_END.finditer(self._tail, self._looked):
            signal = max(signal, self._watch.line(self._tail[self._scanned : end.start()]))
            self._scanned = end.end()
        self._looked = max(self._scanned, len(self._tail) - 1)  # the last character may be half a line end
        partial = self._watch.partial(self._tail[self._scanned :].rstrip("\r"))
        return max(signal, partial), partial is Signal.SURE

    def _worth_parsing(self, signal: Signal) -> bool:
        size = self._scanned
        if signal is Signal.SURE and self._misses < _MAX_SURE_MISSES:
            return size > 0
        return size >= max(self._retry_at, 1 if signal else _UNASKED_CHARS)

    def _freeze(self, source: str, ended: bool, *, last: bool = False) -> list[Op]:
        """Render the blocks of `source` (the finished lines of the tail) that can no longer change."""
        spans, keep_from = _finished_blocks(source, ended=ended, last=last)
        self.parsed_chars += len(source)
        if not spans:
            self._misses += 1
            self._retry_at = len(source) * _BACK_OFF
            return []
        ops: list[Op] = []
        for span in spans:
            piece = source[span.start : span.end]
            offset = self._tail_at + span.first_line
            html = to_html(piece, self._env)
            self.parsed_chars += len(piece)
            self._blocks.append((offset, html))
            self._sources.append(piece)
            ops.append(["b", offset, html, ""])
        self._drop(keep_from)
        ops[-1][3] = self.tail
        return ops

    def _drop(self, n_chars: int) -> None:
        """Forget the finished part of the tail and read the state of the lines after it again."""
        self._tail = self._tail[n_chars:]
        self._tail_at += n_chars
        self._watch, self._scanned, self._looked = BlockWatch(), 0, 0
        self._misses, self._retry_at = 0, 0.0
        self._scan()


def render_all(text: str) -> list[tuple[int, str]]:
    """(offset, HTML) of each block of a whole text: what streaming it and finishing gives."""
    stream = BlockStream()
    stream.feed(text)
    stream.finish()
    return stream.blocks


# --- where blocks end ------------------------------------------------------------------------------------------------


class _Span(NamedTuple):
    start: int
    end: int
    first_line: int
    """Where the block's first line begins, after blank lines."""


def _finished_blocks(source: str, *, ended: bool, last: bool) -> tuple[list[_Span], int]:
    """Blocks of `source` that no further line can change, and the offset from which text is kept.

    Args:
        source: whole lines; only with `last` may its end be in the middle of one.
        ended: a line that follows is known to begin another block.
        last: no text follows at all.
    """
    starts = [0, *(m.end() for m in re.finditer(r"\r\n?|\n", source))]
    parsed = [t for t in _PARSER.parse(source) if t.level == 0 and t.nesting >= 0 and t.map]
    tops = [t for k, t in enumerate(parsed) if k == 0 or _may_cut(parsed[k - 1], t, source, starts)]
    if not tops:
        return [], 0
    lines = [starts[t.map[0]] for t in tops if t.map]
    # What was parsed last decides, also where it shares a block with a definition: its fence may still be open.
    whole = last or _is_closed(parsed[-1], source, starts, ended)
    ends = [*lines[1:], len(source)]
    if not whole:
        lines.pop()
    spans = [_Span(lines[k - 1] if k else 0, ends[k], lines[k]) for k in range(len(lines))]
    spans = [s._replace(start=s.first_line if k else 0) for k, s in enumerate(spans)]
    return spans, spans[-1].end if spans else 0


def _may_cut(before: Token, token: Token, source: str, starts: list[int]) -> bool:
    """Lines right under a link definition may still become its title, so they stay in one block with it."""
    if before.type != "definition" or not token.map:
        return True
    first = token.map[0]
    return not source[starts[first - 1] : starts[first]].strip()


def _is_closed(token: Token, source: str, starts: list[int], ended: bool) -> bool:
    """True where the last block cannot take up another line."""
    if token.type == "fence":
        first, end = token.map or (0, 0)
        close = _FENCE_CLOSE.match(source[starts[end - 1] :].rstrip("\r\n")) if end - first >= 2 else None
        return bool(close and close[1].startswith(token.markup))
    if ended or token.type in ("heading_open", "hr"):
        return True
    blank_follows = len(starts) > 1 and not source[starts[-2] : starts[-1]].strip(" \t\r\n")
    if token.type == "tex_block":
        lines = token.content.rstrip().splitlines()
        return blank_follows or (len(lines) > 1 and lines[-1].endswith({"$$": "$$"}.get(lines[0].strip(), "\\]")))
    return blank_follows and token.type in ("paragraph_open", "table_open", "blockquote_open", "definition")
