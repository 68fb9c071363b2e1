"""Parser rules that keep what CommonMark would drop or change.

Definitions, surplus cells, list numbers, NUL, HTML entities, `2*3*4`, `x**2`, `__init__`, indented lines, a signature's
`--`, backslashes at line ends and before a server's name.

Each wraps a rule of markdown-it and adds the lost words back; the grammar itself stays CommonMark's.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, lheading, reference, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis, escape, newline
from markdown_it.token import Token

_NEW_LINE = re.compile(r"\r\n?")
_NAME = re.compile(r"__[A-Za-z0-9_]+__(?![A-Za-z0-9_])", re.ASCII)
_MIN_UNDERLINE = 3
_FIRST_WITHOUT_SPACES = "\u0e00"
"""From here on most scripts write words without spaces, so that marks inside a word are marks."""


def faithful_plugin(md: MarkdownIt) -> None:
    """Teach a parser the rules."""
    md.core.ruler.at("normalize", _keep_nul)
    md.core.ruler.after("block", "list_numbers", _keep_list_numbers)
    md.block.ruler.at("reference", _keep_definition)
    md.block.ruler.at("table", _keep_surplus_cells, {"alt": ["paragraph", "reference"]})
    md.block.ruler.at("lheading", _keep_short_lines)
    md.inline.ruler.at("escape", _keep_backslash)
    md.inline.ruler.at("emphasis", _keep_arithmetic)
    md.inline.ruler.at("newline", _keep_indent)
    # Raw HTML is shown as it was written, and so is `&lt;`.
    md.disable("entity")


def _keep_nul(state: StateCore) -> None:
    """Only line ends are normalised; markdown-it would also replace NUL, which a reader should see as a box."""
    state.src = _NEW_LINE.sub("\n", state.src)


def _keep_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Link definitions work, and stay on the page as they were written; `[^1]: ...` is a footnote, not a definition."""
    if state.src.startswith("[^", state.bMarks[start] + state.tShift[start]):
        return False
    if not reference(state, start, end, silent):
        return False
    if not silent:
        token = state.push("definition", "p", 0)
        token.content = state.getLines(start, state.line, state.blkIndent, False)
        token.map = [start, state.line]
    return True


def _keep_surplus_cells(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Cells beyond the header's last column join the last cell; an unescaped `|` in code makes such cells."""
    first = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    if not silent:
        n_columns = sum(t.type == "th_open" for t in state.tokens[first:])
        cell: Token | None = None
        row = start
        for token in state.tokens[first:]:
            if token.type == "tr_open" and token.map:
                row = token.map[0]
            elif token.type == "inline":
                cell = token
            elif token.type == "tr_close" and cell is not None and row > start:
                surplus = _cells(state, row)[n_columns:]
                cell.content = " | ".join([cell.content, *(c.strip() for c in surplus)])
    return True


def _cells(state: StateBlock, line: int) -> list[str]:
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()
    cells = escapedSplit(text)
    if cells and not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    return cells


def _keep_list_numbers(state: StateCore) -> None:
    """Items show the number that was written, also where a list skips; `1. 1. 1.` still counts up."""
    lists: list[list[Token]] = []
    for token in state.tokens:
        if token.type == "ordered_list_open":
            lists.append([])
        elif token.type == "list_item_open" and token.info:
            lists[-1].append(token)
        elif token.type == "ordered_list_close":
            _number(lists.pop())


def _number(items: list[Token]) -> None:
    numbers = [int(item.info) for item in items]
    if len(set(numbers)) == 1:
        return
    for item, number, before in zip(items[1:], numbers[1:], numbers[:-1], strict=True):
        if number != before + 1:
            item.attrSet("value", str(number))


def _keep_short_lines(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """One or two dashes under a text are a signature or a list that begins, not the underline of a heading."""
    first = len(state.tokens)
    if not lheading(state, start, end, silent):
        return False
    underline = state.line - 1
    if len(state.src[state.bMarks[underline] : state.eMarks[underline]].strip()) >= _MIN_UNDERLINE:
        return True
    del state.tokens[first:]
    state.line = start
    return False


def _keep_backslash(state: StateInline, silent: bool) -> bool:
    """A backslash at the end of a line (which breaks anyway) and the two before a server's name are written."""
    src, start = state.src, state.pos
    if src[start] != "\\":
        return False
    after = src[start + 1 : start + 3]
    n_kept = 0
    if after[:1] == "\n":
        n_kept = 1
    elif after[:1] == "\\" and after[1:].isalnum() and not src[max(0, start - 1) : start].strip():
        n_kept = 2
    if not n_kept:
        return escape(state, silent)
    if not silent:
        state.pending += "\\" * n_kept
    state.pos += n_kept
    return True


def _keep_arithmetic(state: StateInline, silent: bool) -> bool:
    """Stars between two figures or letters are signs, not marks: `2*3*4`, `x**2`; and `__init__` is a name."""
    src, start = state.src, state.pos
    if silent or src[start] not in "*_":
        return emphasis.tokenize(state, silent)
    if src[start] == "_":
        name = _NAME.match(src, start, state.posMax)
        end = name.end() if name and not (start and src[start - 1] == "_") else start
    else:
        end = start
        while end < state.posMax and src[end] == "*":
            end += 1
        if not _is_sign(src[start - 1 : start], end - start, src[end : min(end + 1, state.posMax)]):
            end = start
    if end == start:
        return emphasis.tokenize(state, silent)
    state.pending += src[start:end]
    state.pos = end
    return True


def _is_sign(before: str, n_stars: int, after: str) -> bool:
    """True for stars that multiply or raise. `**S**pecific` is a word with a bold letter, `x**2` is a power."""
    if not (_in_word(before) and _in_word(after)):
        return False
    return n_stars == 1 or (n_stars == 2 and after.isdigit())


def _in_word(char: str) -> bool:
    return char.isalnum() and char < _FIRST_WITHOUT_SPACES


def _keep_indent(state: StateInline, silent: bool) -> bool:
    """Lines of one paragraph keep the spaces that they begin with."""
    start = state.pos
    if not newline(state, silent):
        return False
    indent = state.src[start + 1 : state.pos]
    if (len(indent) > 1 or "\t" in indent) and not silent:
        state.push("text", "", 0).content = indent
    return True
