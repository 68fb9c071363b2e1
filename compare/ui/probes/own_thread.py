"""A planted thread as it went under own history: the replies that were given, and by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from compare.jobs.speakers import alone
from compare.probes.own import as_it_went
from compare.probes.results import Result
from compare.records import Message
from compare.report.words import labels
from compare.store.votes import vote_name
from compare.ui import resources

_NONE = "(no reply is stored here: the call failed, or was not made)"


class Went(NamedTuple):
    """A thread with its replies."""

    messages: tuple[Message, ...]
    said_by: Mapping[int, str]
    """Who gave a reply, by the number of the message, from 1."""


def as_asked(one: Result) -> Went:
    """The thread of a result as the candidate saw it."""
    store = resources.store()
    messages = store.thread(one.probe.thread_id).messages
    if one.history != "own":
        return Went(messages, {})
    answer = store.answer(one.answer_id)
    sent = json.loads(answer.sent_json) if answer is not None else {}
    ids = [*sent.get("own_answer_ids", []), *sent.get("others_answer_ids", [])]
    said = sorted(store.answers(ids).values(), key=lambda each: each.turn)
    candidates, called = store.candidates(), labels(store, resources.catalog())
    names = [vote_name(alone(candidates[each.candidate_id])) for each in said]
    places = [n for n, message in enumerate(messages, start=1) if message.role == "assistant"]
    texts = [each.text for each in said] + [_NONE] * (len(places) - len(said))
    return Went(
        as_it_went(messages, texts), {n: called.get(name, name) for n, name in zip(places, names, strict=False)}
    )
