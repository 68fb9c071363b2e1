"""What is known about an answer and its candidate, in words: the same facts for the Markdown file and the page.

Every figure has its source; what is not known is "?". Names, errors and warnings in them come from outside: whoever
writes them down must escape them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from compare.records import Answer, Candidate, Verdict
from compare.render.details import details
from compare.render.numbers import dollars, seconds
from compare.report.comparison.gathered import Gathered, Place, Version, Vote
from compare.report.words import counted


class Fact(NamedTuple):
    """One thing and its value."""

    name: str
    value: str


class LongText(NamedTuple):
    """A text that belongs to an answer and is not the answer."""

    name: str
    text: str


def heading(place: Place, version: Version) -> str:
    """What an answer is called: "A Sim Lite", and where it was asked for again "A Sim Lite, version 2 of 2"."""
    name = f"{place.letter} {place.label}"
    return name if len(place.versions) == 1 else f"{name}, version {version.number} of {len(place.versions)}"


def about(found: Gathered) -> list[Fact]:
    """What the comparison is, in a few lines."""
    comparison = found.comparison
    how = {"start": "", "next": "the next message of", "edit": "an edited message of", "panes": "other candidates in"}
    facts = [
        Fact("Messages", found.length_in_words),
        Fact("History", found.history_in_words),
        Fact("Names", "hidden until the vote" if comparison.blind else "shown"),
        Fact("Asked", moment(comparison.created_at)),
        Fact("Run", comparison.id),
    ]
    if comparison.continues_id:
        facts.append(Fact("Goes on from", f"{how[comparison.step]} run {comparison.continues_id}"))
    facts.append(
        Fact("Exported", f"{moment(found.made_at.isoformat())}, by Weighbridge {found.product_version}"),
    )
    return facts


def moment(at: str) -> str:
    """A stored time, to the second: "2026-11-23 15:04:05 UTC"; "?" where it is not known."""
    if not at:
        return "?"
    return f"{datetime.fromisoformat(at).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


# --- one answer ------------------------------------------------------------------------------------------------------

_FINISH = {
    "stop": "complete",
    "length": "complete, cut off at its length limit",
    "content_filter": "ended by a content filter",
    "tool": "ended with a tool call",
}


def ended(version: Version) -> str:
    """How an answer ended."""
    answer = version.answer
    if answer is None:
        return "not stored: the app ended before it was complete, or it is still being written"
    if answer.status == "stopped":
        return "stopped before it was complete"
    if answer.status == "failed":
        return f"failed ({answer.error_kind})" if answer.error_kind else "failed"
    if version.is_recorded:
        return "recorded: given before anybody was asked here"
    return _FINISH.get(answer.finish, answer.finish) + ("" if answer.text else ", and empty")


TABLE_HEADER = ("Ended", "Input tokens", "Output tokens", "First token", "Total", "Speed", "Cost", "Voted best")
_SHORT = {"stop": "complete", "length": "length limit", "content_filter": "filtered", "tool": "tool call"}


def table_row(version: Version, votes: Sequence[Vote]) -> list[str]:
    """The figures that are compared, in the order of TABLE_HEADER."""
    answer = version.answer
    best = _voted_best(version.slot.answer_id, votes)
    if answer is None or version.is_recorded:
        return ["not stored" if answer is None else "recorded", *["?"] * (len(TABLE_HEADER) - 2), best]
    return [
        _SHORT.get(answer.finish, answer.finish) if answer.status == "done" else answer.status,
        _both(answer.in_reported, answer.in_counted),
        _both(answer.out_reported, answer.out_counted),
        seconds(answer.ttft_ms),
        seconds(answer.total_ms),
        _speed(answer),
        dollars(answer.cost_usd),
        best,
    ]


def _voted_best(answer_id: str, votes: Sequence[Vote]) -> str:
    """Of the votes that are about this answer, how many it won: "1 of 3"."""
    about_it = [one.ballot for one in votes if answer_id in one.ballot.shown_order]
    won = sum(ballot.ranking[:1] == (answer_id,) for ballot in about_it)
    return f"{won:,} of {len(about_it):,}" if about_it else "no vote"


def _both(reported: int | None, counted_here: int | None) -> str:
    """Tokens with both sources side by side: "1,302 reported (1,024 counted)"."""
    if reported is None:
        return "?" if counted_here is None else f"{counted_here:,} counted"
    return f"{reported:,} reported" + ("" if counted_here is None else f" ({counted_here:,} counted)")


def _speed(answer: Answer) -> str:
    return "?" if answer.tokens_per_s is None else f"{answer.tokens_per_s:,.0f} tok/s"


def facts(version: Version) -> list[Fact]:
    """All that is known about an answer beside its text."""
    answer = version.answer
    found = [Fact("Ended", ended(version))]
    if answer is None:
        return found
    if answer.error:
        found.append(Fact("Error", answer.error))
    for group in details(answer, window_tokens=version.window_tokens)["groups"]:
        found += [
            Fact(row["name"], f"{row['value']} ({row['source']})" if row["source"] else row["value"])
            for row in group["rows"]
        ]
    if not version.is_recorded:
        found += _sent(version)
    return [*found, Fact("Answer id", answer.id)]


def _sent(version: Version) -> list[Fact]:
    answer, sent = version.answer, version.sent
    assert answer is not None
    n_sent = int(sent.get("n_messages", answer.n_messages))
    found = [Fact("Sent", f"{n_sent:,} of {counted(answer.n_messages, 'message')}")]
    if version.cut:
        found.append(Fact("Cut by us", _cut(version.cut)))
    found += [Fact("Left out", f"{reason} ({n:,})") for reason, n in (sent.get("left_out") or {}).items()]
    if params := sent.get("params"):
        found.append(Fact("Parameters", json.dumps(params, ensure_ascii=False, sort_keys=True)))
    if summary := sent.get("summary"):
        found.append(Fact("Summarised first", f"by {summary['model_id']}, {seconds(summary['wall_ms'])}"))
    return found


def _cut(cut: Sequence[Mapping[str, Any]]) -> str:
    n_tokens = sum(one["tokens"] for one in cut)
    reasons = "; ".join(dict.fromkeys(str(one["reason"]) for one in cut))
    numbers = ", ".join(str(one["number"]) for one in cut)
    return f"{counted(len(cut), 'message')} with {n_tokens:,} tokens counted: {numbers}. {reasons}"


def long_texts(version: Version) -> list[LongText]:
    """What the model showed of its thinking, and the summary that it was sent in place of messages."""
    found = []
    if version.answer is not None and version.answer.reasoning:
        found.append(LongText("Thinking", version.answer.reasoning))
    if summary := version.sent.get("summary"):
        found.append(LongText("Summary that was sent", str(summary["text"])))
    return found


# --- the candidate ---------------------------------------------------------------------------------------------------


def settings(candidate: Candidate) -> list[Fact]:
    """What makes the candidate; its system prompt is apart, since it may be long."""
    chosen = candidate.settings
    found = [
        Fact("Model", candidate.model_id + (" (simulated)" if candidate.simulated else "")),
        Fact("Temperature", _or_left(chosen.temperature)),
        Fact("Longest answer", "left to the model's server" if chosen.max_output_tokens is None
             else counted(chosen.max_output_tokens, "token")),
        Fact("Reasoning effort", _or_left(chosen.reasoning_effort)),
        Fact("Stop sequences", json.dumps(chosen.stop, ensure_ascii=False) if chosen.stop else "none"),
        Fact("Context policy", candidate.context_policy),
        Fact("Preparation", candidate.preparation),
        Fact("Fallback", candidate.fallback or "none"),
    ]  # fmt: skip
    if candidate.handover_from:
        found.append(Fact("Took over", f"at turn {candidate.handover_turn:,} from candidate {candidate.handover_from}"))
    return [*found, Fact("Candidate id", candidate.id)]


def _or_left(value: object) -> str:
    return "left to the model's server" if value is None else str(value)


# --- votes -----------------------------------------------------------------------------------------------------------

_VERDICTS: dict[Verdict, str] = {"tie": "a tie", "all_bad": "all bad", "skip": "skipped"}


def vote(one: Vote) -> str:
    """A vote without its comment: "Best: B Sim Flash. By Ann, blind, 2026-11-23 15:04:05 UTC"."""
    ballot = one.ballot
    if ballot.verdict == "rank":
        said = f"From best to worst: {' > '.join(one.best)}"
    elif ballot.verdict == "best":
        said = f"Best: {', '.join(one.best)}"
    else:
        said = f"Said: {_VERDICTS[ballot.verdict]}"
    details = [
        f"By {one.rater}",
        "blind" if ballot.blind else "with names shown",
        *([] if ballot.criterion == "fidelity" else [f"criterion {ballot.criterion}"]),
        *([] if ballot.confidence is None else [f"confidence {ballot.confidence}"]),
        *(["told apart by what an answer said of itself"] if ballot.leaked else []),
        *(["of an earlier version"] if one.of_earlier_version else []),
        moment(ballot.created_at),
    ]
    return f"{said}. {', '.join(details)}"


def votes(found: Gathered) -> str:
    """How many votes there are, in a sentence."""
    if not found.votes:
        n = "No vote counts yet"
    else:
        n = f"{counted(len(found.votes), 'vote')} {'counts' if len(found.votes) == 1 else 'count'}"
    gone = found.n_votes_not_counted
    return f"{n}; {gone:,} taken back, changed or set aside." if gone else f"{n}."
