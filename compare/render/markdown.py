"""Model text to faithful, inert HTML.

    to_html(text, env=None) -> str
    turn_html(n, role, html, note="") -> str

Faithful: CommonMark with tables and strikethrough, line breaks kept, and no rewriting beyond it: prices, arrows, emoji
codes, quotes, TeX, task lists, footnotes, raw HTML and its entities, powers (`x**2`), names (`__init__`) and runs of
spaces read as they were written; link targets and link definitions are printed. Inert: the only tags come from this
renderer and pass an allow-list without href, src, style or id; nothing can load, run or navigate. Links carry their
target in `data-u`; the viewer decides what a click does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from compare.render.characters import encodable, escape
from compare.render.code import CLASSES, highlight
from compare.render.faithful import faithful_plugin
from compare.render.tex import tex_plugin

Env = MutableMapping[str, Any]
"""What one document's blocks share: the link definitions seen so far."""

MAX_NESTING = 60
"""Deeper text is shown as it was written: the parser would drop it."""

_MAX_SHOWN_URL_CHARS = 300


# --- parser ----------------------------------------------------------------------------------------------------------


def new_parser() -> MarkdownIt:
    """The one dialect of the project: whatever is parsed in blocks or as a whole is parsed by this."""
    md = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": MAX_NESTING})
    md.enable(["table", "strikethrough"])
    faithful_plugin(md)
    tex_plugin(md)
    for name, rule in _RULES.items():
        md.add_render_rule(name, rule)
    return md


# --- render rules ----------------------------------------------------------------------------------------------------

Rule = Callable[[Any, Sequence[Token], int, Any, Any], str]


# Columns drawn with spaces and indented lines of a poem; HTML would show one space.
_SPACES = re.compile(r"[ \t]{2,}|\t")


def _text(_r: Any, tokens: Sequence[Token], i: int, _o: Any, _e: Any) -> str:
    return _SPACES.sub(r'<span class="rp-sp">\g<0></span>', escape(tokens[i].content))


def _code_inline(_r: Any, tokens: Sequence[Token], i: int, _o: Any, _e: Any) -> str:
    return f"<code>{escape(tokens[i].content)}</code>"


def _code_block(_r: Any, tokens: Sequence[Token], i: int, _o: Any, _e: Any) -> str:
    return f"<pre><code>{escape(tokens[i].content)}</code></pre>\n"


def _fence(_r: Any, tokens: Sequence[Token], i: int, _o: Any, _e: Any) -> str:
    info = tokens[i].info.strip()
    label = f'<span class="rp-lang">{escape(info)}</span>' if info else ""
    body = highlight(tokens[i].content, info.split(maxsplit=1)[0] if info else "")
    return f'<div class="rp-code">{label}<pre><code>{body}</code></pre></div>\n'


def _as_written(_r: Any, tokens: Sequence[Token], i: int, _o: Any, _e: Any) -> str:
    return f'<p class="rp-raw">{escape(tokens[i].content)}</p>\n'


def _link_open(_r: Any, tokens: Sequence[Token], i: int, _o: Any, _e: Any) -> str:
    return f'<a role="link" tabindex="0" data-u="{escape(_attr(tokens[i], "href"))}">'


def _link_close(_r: Any, tokens: Sequence[Token], i: int, _o: Any, _e: Any) -> str:
    """Print where the link leads, unless its text says so already."""
    start = _opening(tokens, i)
    href, title = _attr(tokens[start], "href"), _attr(tokens[start], "title")
    shown = "".join(t.content for t in tokens[start + 1 : i])
    if tokens[start].info == "auto" or (shown in (href, href.removeprefix("mailto:")) and not title):
        return "</a>"
    return f'</a><span class="rp-url"> ({_target(href, title)})</span>'


def _image(_r: Any, tokens: Sequence[Token], i: int, _o: Any, _e: Any) -> str:
    target = _target(_attr(tokens[i], "src"), _attr(tokens[i], "title"))
    alt = f"{escape(tokens[i].content)} " if tokens[i].content else ""
    return f'<span class="rp-img">image not loaded: {alt}({target})</span>'


def _table_open(_r: Any, _t: Sequence[Token], _i: int, _o: Any, _e: Any) -> str:
    return '<div class="rp-tbl"><table>\n'


def _table_close(_r: Any, _t: Sequence[Token], _i: int, _o: Any, _e: Any) -> str:
    return "</table></div>\n"


# Hebrew, Arabic and their neighbours, with their presentation forms.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")


def _sided_open(r: Any, tokens: Sequence[Token], i: int, options: Any, env: Any) -> str:
    """A list or quote that holds right-to-left words stands on the side where its first words begin.

    Paragraphs do so by the viewer's style, which costs no bytes.
    """
    k = i + 1
    while tokens[k].level > tokens[i].level and not _RIGHT_TO_LEFT.search(tokens[k].content):
        k += 1
    if tokens[k].level > tokens[i].level:
        tokens[i].attrSet("dir", "auto")
    return str(r.renderToken(tokens, i, options, env))


def _cell_open(_r: Any, tokens: Sequence[Token], i: int, _o: Any, _e: Any) -> str:
    align = _attr(tokens[i], "style").removeprefix("text-align:")
    return f'<{tokens[i].tag} class="ta-{align}">' if align else f"<{tokens[i].tag}>"


_RULES: dict[str, Rule] = {
    "text": _text,
    "code_inline": _code_inline,
    "code_block": _code_block,
    "fence": _fence,
    "tex_block": _as_written,
    "definition": _as_written,
    "link_open": _link_open,
    "link_close": _link_close,
    "image": _image,
    "table_open": _table_open,
    "table_close": _table_close,
    "th_open": _cell_open,
    "td_open": _cell_open,
    "bullet_list_open": _sided_open,
    "ordered_list_open": _sided_open,
    "blockquote_open": _sided_open,
}


def _attr(token: Token, name: str) -> str:
    return str(token.attrGet(name) or "")


def _opening(tokens: Sequence[Token], close: int) -> int:
    """Index of the link_open that belongs to a link_close; links do not nest, so it is the nearest one before."""
    return next(k for k in range(close, -1, -1) if tokens[k].type == "link_open")


def _target(url: str, title: str) -> str:
    if len(url) > _MAX_SHOWN_URL_CHARS:
        url = f"{url[:_MAX_SHOWN_URL_CHARS]} ... {len(url)} characters"
    return escape(f'{url} "{title}"' if title else url)


# --- sanitiser -------------------------------------------------------------------------------------------------------

_BLOCK_TAGS = {"blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
_TABLE_TAGS = {"table", "tbody", "td", "th", "thead", "tr"}
_TEXT_TAGS = {"a", "br", "code", "em", "s", "span", "strong"}

TAGS = frozenset(_BLOCK_TAGS | _TABLE_TAGS | _TEXT_TAGS)
"""Every tag that can reach a reader's page from model text."""

ALLOWED_CLASSES: dict[str, set[str]] = {
    "span": {"rp-cc", "rp-sp", "rp-img", "rp-url", "rp-lang", *CLASSES},
    "p": {"rp-raw"},
    "div": {"rp-code", "rp-tbl"},
    "th": {"ta-left", "ta-center", "ta-right"},
    "td": {"ta-left", "ta-center", "ta-right"},
}

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"a": {"data-u"}, "ol": {"start"}, "li": {"value"}},
    tag_attribute_values={
        "a": {"role": {"link"}, "tabindex": {"0"}},
        **{tag: {"dir": {"auto"}} for tag in ("ul", "ol", "blockquote")},
    },
    allowed_classes=ALLOWED_CLASSES,
    link_rel=None,
    url_schemes=set(),
)

_MD = new_parser()


# --- public ----------------------------------------------------------------------------------------------------------


def to_html(text: str, env: Env | None = None) -> str:
    """Render markdown as a model wrote it.

    Args:
        text: any text; it may be hostile, unfinished or nested without bound.
        env: give the same dict for all blocks of one document, in order, so that link definitions are shared.

    Returns:
        HTML that holds only TAGS with their few attributes: safe to put on a page, unable to load or run anything.
    """
    source = encodable(text)
    try:
        tokens = _MD.parse(source, {} if env is None else env)
        if max((t.level for t in tokens), default=0) >= MAX_NESTING - 1:
            return literal_html(source)
        markup = _MD.renderer.render(tokens, _MD.options, {} if env is None else env)
    except RecursionError:  # a text may nest brackets deeper than the interpreter's stack
        return literal_html(source)
    return _CLEANER.clean(markup)


def literal_html(text: str) -> str:
    """HTML that shows the text exactly as it was written, without reading any markup."""
    return _CLEANER.clean(f"<pre><code>{escape(text)}</code></pre>")


def turn_html(n: int, role: str, html: str, note: str = "") -> str:
    """One earlier turn of a pane's own conversation, for PaneSnapshot["earlier"].

    Args:
        n: 1-based place in the conversation.
        role: system, user, assistant or tool.
        html: the turn's text as to_html made it.
        note: a few words beside the role; may be empty.
    """
    words = f'<span class="rp-note">{escape(note)}</span>' if note else ""
    head = f'<div class="rp-who"><b>{n}</b> {escape(role)} {words}</div>'
    body = f'{head}<div class="rp-b">{html}</div>'
    return f'<div class="rp-turn" data-n="{n}" data-role="{escape(role)}">{body}</div>'
