"""A comparison as one JSON document. `null` always means "not known", never zero; texts are as they are stored.

format, format_version     "weighbridge.comparison", 1; a key that is here stays, new ones may be added
product                    {name, version}
exported_at                UTC, ISO 8601, as all times
comparison                 {id, created_at, blind, history, history_in_words, step, continues_id}
                           history: own | fixed | winner | handover; step: start | next | edit | panes
thread                     {id, title, source, source_ref, workload, n_messages}, as imported
messages                   what all candidates were shown, oldest first:
                           [{number, role, text, parts, answer_id, speaker_id, note}]
                           parts: the message as it was imported (pictures, tool calls), null where text says all
                           speaker_id: the candidate whose answer it is, null for all that was imported
places                     one per letter: {letter, label, candidate, own_messages, answers}
  candidate                {id, model_id, label, simulated, context_policy, preparation, fallback, handover_from,
                           handover_turn, settings: {system_prompt, temperature, max_output_tokens,
                           reasoning_effort, stop}}; a setting that is null was left to the model's server
  own_messages             as messages: what only this candidate was shown after them
  answers                  all versions, oldest first; the last one is the current one:
                           {id, version, status, finish, finish_raw, origin, text, reasoning, started_at, turn,
                           n_messages, attempts, tokens, times_ms, tokens_per_s, timing_disturbed, cost_usd, price,
                           model_served, request_id, warnings, error_kind, error, sent, cut, usage_raw}
                           status: done | stopped | failed | not_stored (then all the rest but id is null)
    tokens                 {in_reported, in_counted, out_reported, out_counted, cached, cache_write, reasoning,
                           source}; in includes cached tokens, out includes reasoning; source says what the cost was
                           computed from: reported | counted | estimated | missing
    times_ms               {first_token, first_text, total, wall, loop_lag}; from sending, wall from the first attempt
    price                  US dollars per million tokens as strings, as_of, source; null where it was not known
    sent                   {n_messages, sha256, params, own_answer_ids, others_answer_ids, left_out, ...}
    cut                    [{number, role, tokens, reason}]: messages that we left out
votes                      ballots that count: [{id, rater, verdict, ranking, shown_order, criterion, blind,
                           speed_visible, leaked, confidence, comment, active_ms, of_earlier_version, created_at}]
                           ranking, shown_order: answer ids, best first and left to right
n_votes_not_counted        taken back, changed or set aside
earlier                    comparisons that this one goes on from, oldest first: [{id, created_at, blind, history,
                           step, question, answers}]; answers: [{letter, label, candidate_id, id, status, text,
                           in_conversation}]; text is null where it stands in the messages above (in_conversation)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC
from typing import Any

import orjson

from compare.jobs.answer_lines import usage_line
from compare.records import Answer, Candidate
from compare.report.comparison.gathered import Earlier, Gathered, Place, Said, Version, Vote

FORMAT, FORMAT_VERSION = "weighbridge.comparison", 1


def to_json(found: Gathered) -> bytes:
    """The document, as UTF-8."""
    return orjson.dumps(document(found), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def document(found: Gathered) -> dict[str, Any]:
    """The document before it is written: dicts, lists, strings, numbers, booleans and None."""
    comparison, thread = found.comparison, found.thread
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "product": {"name": "Weighbridge", "version": found.product_version},
        "exported_at": found.made_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "comparison": {
            "id": comparison.id,
            "created_at": comparison.created_at,
            "blind": comparison.blind,
            "history": comparison.history,
            "history_in_words": found.history_in_words,
            "step": comparison.step,
            "continues_id": comparison.continues_id,
        },
        "thread": {
            "id": thread.id,
            "title": thread.title,
            "source": thread.source,
            "source_ref": thread.source_ref,
            "workload": thread.workload,
            "n_messages": len(thread.messages),
        },
        "messages": [_message(said) for said in found.shared],
        "places": [_place(place) for place in found.places],
        "votes": [_vote(one) for one in found.votes],
        "n_votes_not_counted": found.n_votes_not_counted,
        "earlier": [_earlier(one) for one in found.earlier],
    }


def _message(said: Said) -> dict[str, Any]:
    message = said.message
    return {
        "number": said.number,
        "role": message.role,
        "text": message.text,
        "parts": json.loads(message.parts_json) if message.parts_json else None,
        "answer_id": message.answer_id,
        "speaker_id": said.speaker,
        "note": said.note,
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "letter": place.letter,
        "label": place.label,
        "candidate": _candidate(place.candidate),
        "own_messages": [_message(said) for said in place.own],
        "answers": [_answer(version) for version in place.versions],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {"id": candidate.id, **asdict(candidate)}


_ANSWER_FIELDS = (
    "status", "finish", "finish_raw", "origin", "text", "reasoning", "started_at", "turn", "n_messages", "attempts",
    "tokens", "times_ms", "tokens_per_s", "timing_disturbed", "cost_usd", "price", "model_served", "request_id",
    "warnings", "error_kind", "error", "sent", "cut", "usage_raw",
)  # fmt: skip


def _answer(version: Version) -> dict[str, Any]:
    known = {"status": "not_stored"} if version.answer is None else _known(version, version.answer)
    found: dict[str, Any] = {"id": version.slot.answer_id, "version": version.number}
    return found | {name: known.get(name) for name in _ANSWER_FIELDS}


def _known(version: Version, answer: Answer) -> Mapping[str, Any]:
    plain = {name: getattr(answer, name) for name in _ANSWER_FIELDS if hasattr(answer, name)}
    recorded = version.is_recorded
    return plain | {
        # Nobody was asked here for a recorded answer.
        "attempts": None if recorded else answer.attempts,
        "timing_disturbed": None if recorded else answer.timing_disturbed,
        "started_at": answer.started_at or None,
        "tokens": usage_line(answer),
        "times_ms": {
            "first_token": answer.ttft_ms,
            "first_text": answer.first_text_ms,
            "total": answer.total_ms,
            "wall": answer.wall_ms,
            "loop_lag": answer.loop_lag_ms,
        },
        "cost_usd": None if answer.cost_usd is None else float(answer.cost_usd),
        "price": version.price,
        "sent": version.sent,
        "cut": version.cut,
        "usage_raw": json.loads(answer.usage_raw_json) if answer.usage_raw_json else None,
    }


def _vote(one: Vote) -> dict[str, Any]:
    ballot = one.ballot
    names = ("id", "verdict", "ranking", "shown_order", "criterion", "blind", "speed_visible", "leaked", "confidence",
             "comment", "active_ms", "created_at")  # fmt: skip
    return {
        "rater": one.rater,
        **{name: getattr(ballot, name) for name in names},
        "of_earlier_version": one.of_earlier_version,
    }


def _earlier(one: Earlier) -> dict[str, Any]:
    comparison = one.comparison
    return {
        "id": comparison.id,
        "created_at": comparison.created_at,
        "blind": comparison.blind,
        "history": comparison.history,
        "step": comparison.step,
        "question": _message(one.question),
        "answers": [_earlier_answer(letter, version, one) for letter, version in one.answers],
    }


def _earlier_answer(letter: str, version: Version, one: Earlier) -> dict[str, Any]:
    answer, in_conversation = version.answer, version.slot.answer_id in one.in_conversation
    return {
        "letter": letter,
        "label": version.slot.label or version.slot.candidate.name,
        "candidate_id": version.slot.candidate.id,
        "id": version.slot.answer_id,
        "status": "not_stored" if answer is None else answer.status,
        "text": None if answer is None or in_conversation else answer.text,
        "in_conversation": in_conversation,
    }
