r"""TeX stays as it was written: two markdown-it rules that keep `\( .. \)`, `\[ .. \]`, `$ .. $`, `$$ .. $$` untouched.

Without them CommonMark reads the backslashes as escapes and the underscores as emphasis. Nothing is typeset: a
reviewer judges what the model wrote. A dollar sign alone is money; only what looks like TeX is kept together.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_MAX_DISPLAY_CHARS = 2_000
_MAX_INLINE_CHARS = 200
_BLOCK_MARKS = {"$$": "$$", "\\[": "\\]"}
_PAIRS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
_DOLLAR_TEX = re.compile(r"\$(?=[^\s$])[^\n$`]*[\\^_{=][^\n$`]*(?<=\S)\$(?!\d)")


def tex_plugin(md: MarkdownIt) -> None:
    """Teach a parser both rules."""
    md.inline.ruler.before("escape", "tex", _inline)
    md.block.ruler.before(
        "fence", "tex_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list", "table"]}
    )


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "\\$":
        return False
    end = _end_of_tex(state.src, state.pos, state.posMax)
    if end is None:
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content = token.markup = state.src[state.pos : end]
        token.info = "tex"
    state.pos = end
    return True


def _end_of_tex(src: str, pos: int, limit: int) -> int | None:
    """Where the TeX that starts at `pos` ends, or None where none starts; bounded, so that cost stays linear."""
    close = _PAIRS.get(src[pos : pos + 2])
    if close is not None:
        found = src.find(close, pos + 2, min(limit, pos + _MAX_DISPLAY_CHARS))
        return found + 2 if found > pos + 2 else None
    if src[pos] != "$":
        return None
    match = _DOLLAR_TEX.match(src, pos, min(limit, pos + _MAX_INLINE_CHARS))
    return match.end() if match else None


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A display formula that begins with its mark alone on a line; it ends at the closing mark or a blank line."""
    if state.is_code_block(start):
        return False
    close = _BLOCK_MARKS.get(_line(state, start))
    if close is None:
        return False
    if silent:
        return True
    line = start + 1
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        line += 1
        if _line(state, line - 1).endswith(close):
            break
    token = state.push("tex_block", "p", 0)
    token.content = state.getLines(start, line, state.blkIndent, False)
    token.map = [start, line]
    state.line = line
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
