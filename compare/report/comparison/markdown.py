"""A comparison as Markdown: every text stands in a fence of its own, exactly as it is stored.

A fence is longer than any run of backticks in its text, so no answer can end it; headings, HTML and links in a text are
only text there. Names, errors and comments stand outside of fences with every mark escaped. In the file, what lies
between the line of the opening fence and the line end before the closing one is the stored text, character by
character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from compare.render.numbers import dollars
from compare.report.comparison import words
from compare.report.comparison.gathered import Earlier, Gathered, Place, Said, Version
from compare.report.comparison.words import Fact

_MARKS = re.compile(r"([#$&*<>@\[\\\]_`|~]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
"""Whatever could become emphasis, a link (bare addresses too), HTML, a cell, a formula or the end of a heading."""
_LINE_ENDS = re.compile(r"[\r\n\u2028\u2029\x0b\x0c\x85\x00]+")


def to_markdown(found: Gathered) -> str:
    """The whole file."""
    parts = [
        f"# {_inline(found.title)}",
        _list(words.about(found)),
        "## Conversation",
        *(_message(said) for said in found.shared),
        "## Answers",
        _table(found),
        *(_place(place) for place in found.places),
        "## Votes",
        words.votes(found),
        *_votes(found),
    ]
    if found.earlier:
        parts += ["## Runs before this one", *(_earlier(one) for one in found.earlier)]
    return "\n\n".join(part for part in parts if part) + "\n"


# --- pieces ----------------------------------------------------------------------------------------------------------


def _message(said: Said) -> str:
    pictures = f" ({said.n_pictures} pictures)" if said.n_pictures else ""
    note = f" ({_inline(said.note)})" if said.note else ""
    return f"### Message {said.number}, {said.message.role}{note}{pictures}\n\n{fenced(said.message.text)}"


def _table(found: Gathered) -> str:
    rows = [
        [_inline(words.heading(place, version)), *map(_inline, words.table_row(version, found.votes))]
        for place in found.places
        for version in place.versions
    ]
    header = ["Answer", *words.TABLE_HEADER]
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _place(place: Place) -> str:
    parts = [f"### {place.letter} {_inline(place.label)}"]
    if place.own:
        parts.append("Only this candidate was shown these messages:")
        parts += [f"**Message {s.number}, {s.message.role}**{_note(s)}\n\n{fenced(s.message.text)}" for s in place.own]
    for version in reversed(place.versions):
        parts += _version(place, version)
    parts += ["**Settings**", _list(words.settings(place.candidate))]
    if place.candidate.settings.system_prompt is not None:
        parts += ["System prompt:", fenced(place.candidate.settings.system_prompt)]
    return "\n\n".join(parts)


def _note(said: Said) -> str:
    return f" ({_inline(said.note)})" if said.note else ""


def _version(place: Place, version: Version) -> list[str]:
    parts = []
    if len(place.versions) > 1:
        parts.append(f"**Version {version.number} of {len(place.versions)}**")
    if version.answer is not None and version.answer.text:
        parts.append(fenced(version.answer.text))
    else:
        parts.append("(no text)")
    parts.append(_list(words.facts(version)))
    for long in words.long_texts(version):
        parts += [f"{long.name}:", fenced(long.text)]
    return parts


def _votes(found: Gathered) -> Iterable[str]:
    for one in found.votes:
        yield f"- {_inline(words.vote(one))}"
        if one.ballot.comment:
            yield f"Comment to the vote above:\n\n{fenced(one.ballot.comment)}"


def _earlier(one: Earlier) -> str:
    comparison = one.comparison
    parts = [
        f"### Run {_inline(comparison.id)}",
        f"Asked {_inline(words.moment(comparison.created_at))}. Message {one.question.number} was the question:",
        fenced(one.question.message.text),
    ]
    for letter, version in one.answers:
        cost = "" if version.answer is None or version.is_recorded else f", {dollars(version.answer.cost_usd)}"
        parts.append(
            _inline(f"{letter} {version.slot.label or version.slot.candidate.name}: {words.ended(version)}{cost}")
        )
        if version.slot.answer_id in one.in_conversation:
            parts.append("Its text stands in the conversation above.")
        elif version.answer is not None and version.answer.text:
            parts.append(fenced(version.answer.text))
    return "\n\n".join(parts)


# --- marks -----------------------------------------------------------------------------------------------------------


def fenced(text: str) -> str:
    """A text in a fence that it cannot end."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def _list(facts: Sequence[Fact]) -> str:
    return "\n".join(f"- {fact.name}: {_inline(fact.value)}" for fact in facts)


def _inline(text: str) -> str:
    """Words of others on one line, every mark in them only a mark."""
    return _MARKS.sub(r"\\\1", _LINE_ENDS.sub(" ", text))
