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
from compare.render.numbers import dollars, seconds, tokens
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
        tokens(answer.in_reported, answer.in_counted),
        tokens(answer.out_reported, answer.out_counted),
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
    found += [Fact("Warning", warning) for warning in answer.warnings]
    if not version.is_recorded:
        found += _figures(answer)
        found += _price(version)
        found += _sent(version)
        found.append(Fact("Model that answered", answer.model_served or "?"))
        found.append(Fact("Started", moment(answer.started_at)))
    found.append(Fact("Answer id", answer.id))
    return found


def _figures(answer: Answer) -> list[Fact]:
    waited = f"{seconds(answer.wall_ms)} in {counted(answer.attempts, 'attempt')}"
    found = [
        Fact("Input tokens", tokens(answer.in_reported, answer.in_counted)),
        Fact("Output tokens", tokens(answer.out_reported, answer.out_counted)),
        Fact("Of them thinking", _number(answer.reasoning_tokens)),
        Fact("Input from cache", _number(answer.cached)),
        Fact("Input written to cache", _number(answer.cache_write)),
        Fact("First token", seconds(answer.ttft_ms)),
        Fact("First word of the answer", seconds(answer.first_text_ms)),
        Fact("Total", seconds(answer.total_ms)),
        Fact("Waited", waited),
        Fact("Speed", _speed(answer)),
    ]
    if answer.timing_disturbed:
        found.append(Fact("Timing", f"disturbed: this process was held up for {seconds(answer.loop_lag_ms)}"))
    return found


def _number(value: int | None) -> str:
    return "not reported" if value is None else f"{value:,} reported"


_RATES = (("input", "input"), ("output", "output"), ("cached", "from cache"), ("cache_write", "written to cache"))


def _price(version: Version) -> list[Fact]:
    answer, price = version.answer, version.price
    assert answer is not None
    cost = dollars(answer.cost_usd)
    if price is None:
        return [Fact("Cost", cost), Fact("Price", "unknown")]
    if answer.cost_usd is not None:
        from_tokens = {"reported": "reported", "counted": "counted"}.get(answer.usage_source)
        cost += f", from {from_tokens} tokens" if from_tokens else ""
    rates = [f"{words} ${price[key]}" for name, words in _RATES if (key := f"{name}_usd_per_mtok") in price]
    tiers = "; other prices for long inputs" if price.get("tiers") else ""
    read = f", as of {price['as_of']}" if price.get("as_of") else ""
    source = f" ({price['source']})" if price.get("source") else ""
    return [Fact("Cost", cost), Fact("Price per million tokens", f"{', '.join(rates)}{tiers}{read}{source}")]


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
