"""A comparison as one HTML page that needs nothing but itself: no script, no request, light and dark, made to print.

Texts are rendered as the app shows them (`compare/render`); what is left of links is their text, since nothing here
may lead anywhere. A content policy in the page forbids scripts and requests a second time.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from importlib.resources import files

import nh3

from compare.render.characters import HIDDEN, escape
from compare.render.markdown import ALLOWED_CLASSES, TAGS, to_html
from compare.report.comparison import words
from compare.report.comparison.gathered import Earlier, Gathered, Place, Said, Version
from compare.report.comparison.words import Fact
from compare.report.words import counted

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_FOLDED_FROM = 6
"""A conversation of so many messages is folded above its question."""

# The app's links lead somewhere by its script; here there is none, so nothing may look as if it could be pressed.
_TEXT = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"ol": {"start"}, "li": {"value"}},
    allowed_classes=ALLOWED_CLASSES,
    link_rel=None,
    url_schemes=set(),
)


def to_page(found: Gathered) -> str:
    """The whole page."""
    return shell(found.title, _body(found))


def shell(title: str, body: Iterable[str], more_style: str = "") -> str:
    """A page that needs nothing but itself, around a body whose texts are escaped."""
    return "".join(
        [
            "<!doctype html>\n",
            '<html lang="en"><head><meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">\n',
            f"<title>{html.escape(HIDDEN.sub(' ', title))}</title>\n",
            f"<style>\n{_style()}{more_style}</style></head>\n<body>\n",
            *body,
            "</body></html>\n",
        ]
    )


def _style() -> str:
    return files("compare.report.comparison").joinpath("page.css").read_text(encoding="utf-8")


def _body(found: Gathered) -> Iterable[str]:
    yield f"<header><h1>{escape(found.title)}</h1>\n{_facts(words.about(found))}</header>\n<main>\n"
    yield "<h2>Conversation</h2>\n"
    yield _conversation(found.shared)
    yield "<h2>Figures</h2>\n"
    yield _figures(found)
    yield '<h2>Answers</h2>\n<div class="answers">\n'
    for place in found.places:
        yield _place(place)
    yield "</div>\n<h2>Votes</h2>\n"
    yield _votes(found)
    if found.earlier:
        yield "<h2>Runs before this one</h2>\n"
        yield from (_earlier(one) for one in found.earlier)
    yield "</main>\n"


# --- pieces ----------------------------------------------------------------------------------------------------------


def text_html(text: str) -> str:
    """A text of others, rendered and inert."""
    return f'<div class="text">{_TEXT.clean(to_html(text))}</div>'


def _message(said: Said) -> str:
    told = [f"{said.number} {said.message.role}", said.note, counted(said.n_pictures, "picture")]
    who = escape(", ".join(part for part in (*told[:2], told[2] if said.n_pictures else "") if part))
    return (
        f'<div class="message {said.message.role}"><div class="who">{who}</div>{text_html(said.message.text)}</div>\n'
    )


def _conversation(messages: Sequence[Said]) -> str:
    if len(messages) < _FOLDED_FROM:
        return "".join(map(_message, messages))
    *before, last = messages
    folded = "".join(map(_message, before))
    return f"<details><summary>{counted(len(before), 'message')} before the last</summary>\n{folded}</details>\n" + (
        _message(last)
    )


def _figures(found: Gathered) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Answer", *words.TABLE_HEADER))
    rows = "".join(
        f'<tr><th scope="row">{escape(words.heading(place, version))}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in words.table_row(version, found.votes))
        + "</tr>\n"
        for place in found.places
        for version in place.versions
    )
    table = f'<table class="figures"><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>'
    return f'<div class="wide">{table}</div>\n'


def _place(place: Place) -> str:
    head = f'<header><span class="letter">{place.letter}</span><h3>{escape(place.label)}</h3></header>\n'
    own = ""
    if place.own:
        told = f"{counted(len(place.own), 'message')} that only this candidate was shown"
        own = f"<details><summary>{told}</summary>\n{''.join(map(_message, place.own))}</details>\n"
    earlier = "".join(
        f"<details><summary>Version {version.number}, asked before</summary>\n{_version(version)}</details>\n"
        for version in reversed(place.versions[:-1])
    )
    return f"<article>{head}{_version(place.current)}{own}{earlier}{_settings(place)}</article>\n"


def _version(version: Version) -> str:
    status = "missing" if version.answer is None else version.answer.status
    text = version.answer.text if version.answer is not None else ""
    shown = text_html(text) if text else '<p class="quiet">(no text)</p>'
    long = "".join(
        f'<details><summary>{one.name}</summary><div class="written">{escape(one.text)}</div></details>\n'
        for one in words.long_texts(version)
    )
    state = f'<p class="state {status}">{escape(words.ended(version))}</p>'
    facts = words.facts(version)[1:]
    details = f"<details><summary>Figures, sources, what was sent</summary>{_facts(facts)}</details>\n" if facts else ""
    return f"{state}{shown}\n{long}{details}"


def _settings(place: Place) -> str:
    prompt = place.candidate.settings.system_prompt
    written = "" if prompt is None else f'<p class="quiet">System prompt</p><div class="written">{escape(prompt)}</div>'
    return f"<details><summary>Settings</summary>{_facts(words.settings(place.candidate))}{written}</details>\n"


def _votes(found: Gathered) -> str:
    told = f"<p>{escape(words.votes(found))}</p>\n"
    if not found.votes:
        return told
    items = "".join(f"<li>{escape(words.vote(one))}{_comment(one.ballot.comment)}</li>\n" for one in found.votes)
    return f'{told}<ul class="votes">{items}</ul>\n'


def _comment(comment: str) -> str:
    return f'<blockquote class="written">{escape(comment)}</blockquote>' if comment else ""


def _earlier(one: Earlier) -> str:
    parts = [_message(one.question)]
    for letter, version in one.answers:
        name = f"{letter} {version.slot.label or version.slot.candidate.name}"
        text = version.answer.text if version.answer is not None else ""
        if version.slot.answer_id in one.in_conversation:
            shown = '<p class="quiet">Its text stands in the conversation above.</p>'
        else:
            shown = text_html(text) if text else '<p class="quiet">(no text)</p>'
        told = f'<div class="who">{escape(f"{name}: {words.ended(version)}")}</div>'
        parts.append(f'<div class="message assistant">{told}{shown}</div>\n')
    name = f"{words.moment(one.comparison.created_at)}, run {one.comparison.id}"
    return f"<details><summary>{escape(name)}</summary>\n{''.join(parts)}</details>\n"


def _facts(facts: Sequence[Fact]) -> str:
    rows = "".join(f"<dt>{escape(fact.name)}</dt><dd>{escape(fact.value)}</dd>\n" for fact in facts)
    return f"<dl>{rows}</dl>\n"
