"""Code with a few quiet colours: Pygments finds the tokens, six classes carry them.

Six classes instead of Pygments' seventy keep the HTML of a fence near the size of its text. Its lexers are made of
regular expressions, some of which a hostile text keeps busy for ever: call code.highlight, which sees to that.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Literal, Name, Operator, _TokenType
from pygments.util import ClassNotFound

from compare.render.characters import escape

_CLASS_OF = {
    Comment: "hc",
    Keyword.Constant: "hm",
    Keyword: "hk",
    Operator.Word: "hk",
    Literal.Number: "hm",
    Literal.String: "hs",
    Name.Function: "hf",
    Name.Class: "hf",
    Name.Decorator: "hf",
    Name.Attribute: "hf",
    Name.Tag: "hk",
    Generic.Inserted: "hi",
    Generic.Deleted: "hd",
    Generic.Heading: "hf",
}


def coloured(source: str, language: str) -> str:
    """HTML of source code; plain where the language is unknown. May take for ever."""
    lexer = _lexer(language.lower())
    if lexer is None:
        return escape(source)
    parts = [(_class_of(kind), text) for _, kind, text in lexer.get_tokens_unprocessed(source)]
    if "".join(text for _, text in parts) != source:  # a lexer may normalise; the reader gets what was written
        return escape(source)
    return "".join(
        f'<span class="{name}">{escape(joined)}</span>' if name else escape(joined)
        for name, group in groupby(_glued(parts), key=lambda part: part[0])
        for joined in ("".join(text for _, text in group),)
    )


def _glued(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """White space takes the class before it, so that neighbours of one class become one span."""
    glued: list[tuple[str, str]] = []
    for name, text in parts:
        glued.append((glued[-1][0] if glued and text.isspace() else name, text))
    return glued


@lru_cache(maxsize=4096)
def _class_of(kind: _TokenType | None) -> str:
    """Class of a token type or of the nearest type above it."""
    while kind is not None:
        if kind in _CLASS_OF:
            return _CLASS_OF[kind]
        kind = kind.parent
    return ""


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None
