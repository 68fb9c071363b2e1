"""Parser rules that keep what CommonMark would drop or change: definitions, surplus cells, list numbers, NUL.

Each wraps a rule of markdown-it and adds the lost words back; the grammar itself stays CommonMark's.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_NEW_LINE = re.compile(r"\r\n?")


def faithful_plugin(md: MarkdownIt) -> None:
    """Teach a parser the four rules."""
    md.core.ruler.at("normalize", _keep_nul)
    md.core.ruler.after("block", "list_numbers", _keep_list_numbers)
    md.block.ruler.at("reference", _keep_definition)
    md.block.ruler.at("table", _keep_surplus_cells, {"alt": ["paragraph", "reference"]})


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
