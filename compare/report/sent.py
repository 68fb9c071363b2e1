"""What was really sent for an answer: its parameters as stored, and its messages, made again from what is stored.

The messages are not kept with an answer: they are the stored branch of the thread, shaped by the candidate's policy and
preparation. Their hash is kept, so what is shown here is either exactly what went out, or it is said that it is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from compare.catalog import Catalog
from compare.engine.attempts import Fallback
from compare.errors import CompareError
from compare.providers.takes import body_as_sent, format_name, settings_sent
from compare.records import Answer, Candidate, ChatMessage, ChatRequest, ModelSpec, Settings
from compare.store.store import Store
from compare.threads.policies import Cut
from compare.threads.prompts import OwnAnswer, Prompt, fixed_prompt, own_prompt
from compare.threads.shaping import shape

_SYSTEM = "system_prompt"


class SettingSent(NamedTuple):
    """One chosen setting and what became of it."""

    name: str
    """The field of records.Settings."""
    chosen: Any
    parameter: str
    """Its name in the request; empty where it is not in it."""
    value: Any = None


class InHistory(NamedTuple):
    """A stored answer that stood among the messages."""

    turn: int
    name: str
    """What pages call its candidate."""
    is_own: bool
    """Whether the candidate that was asked here had said it itself."""


class SummarySent(NamedTuple):
    """A summary that was made first and sent in place of what was cut."""

    model: str
    """As its server was asked for it."""
    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, as far as it can be known."""

    model: str
    """The name of the model that was asked last: the candidate's own, or its fallback."""
    params: Mapping[str, Any] | None
    """Everything in the body but the messages; None where it was not kept: of an answer that was stopped."""
    messages: tuple[ChatMessage, ...]
    """What went out, or where `why_not` says so what would go out today."""
    why_not: str = ""
    """Why the messages cannot be rebuilt exactly, in sentences; empty where they are exactly what was sent."""
    sha256: str = ""
    """The hash that was kept of the messages."""
    body: Mapping[str, Any] | None = None
    """The whole request in its wire format; None where a part of it is not known."""
    wire_format: str = ""
    settings: tuple[SettingSent, ...] = ()
    """Every setting that the candidate chooses; none where `params` is None."""
    history: tuple[InHistory, ...] = ()
    cut: tuple[Cut, ...] = ()
    """By their number in the conversation before the context policy."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many messages of the thread were not sent, by reason."""
    warnings: tuple[str, ...] = ()
    fallback: Fallback | None = None
    summary: SummarySent | None = None


def sent_for(answer: Answer, store: Store, catalog: Catalog) -> Sent:
    """What was sent for a stored answer.

    Raises:
        StoreError: the database cannot be read.
    """
    candidate = store.candidate(answer.candidate_id)
    kept = json.loads(answer.sent_json)
    fallback = Fallback(**kept["fallback"]) if kept.get("fallback") else None
    model_id = fallback.model_id if fallback else candidate.model_id
    spec = catalog.models.get(model_id)
    name = spec.name if spec else model_id
    # A complete call may have sent none at all (Gemini, nothing chosen); one that was stopped left none behind.
    params = kept.get("params") or ({} if answer.status == "done" else None)
    told = kept.get("summary")
    summary = SummarySent(str(told["model_id"]), told["text"]) if told else None
    sent = Sent(
        model=name,
        params=params,
        messages=(),
        sha256=kept.get("sha256", ""),
        settings=() if params is None else _settings(candidate.settings, params),
        history=tuple(_history(answer, kept, store, catalog)),
        cut=tuple(Cut(**one) for one in json.loads(answer.cut_json)),
        left_out=kept.get("left_out", {}),
        warnings=answer.warnings,
        fallback=fallback,
        summary=summary,
    )
    if answer.origin in ("recorded", "imported"):
        return replace(sent, why_not="This answer was given before it came here: nothing was sent for it from here.")
    if not sent.sha256 or not answer.attempts:
        return replace(sent, why_not=f"Nothing was sent. {answer.error or ''}".rstrip())
    messages, why_not = _messages(answer, candidate, kept, store, summary.text if summary else None)
    sent = replace(sent, messages=messages, why_not=why_not)
    return _with_body(sent, spec) if spec is not None else sent


# --- the messages ----------------------------------------------------------------------------------------------------


def _messages(
    answer: Answer, candidate: Candidate, kept: Mapping[str, Any], store: Store, summary: str | None
) -> tuple[tuple[ChatMessage, ...], str]:
    """The messages made again, and why they are not exactly those that were sent; empty where they are."""
    shaped: list[Prompt] = []
    try:
        for prompt in _prompts(answer, kept, store):
            sent = shape(prompt, candidate, summary=summary).sent
            if sent.sha256 == kept["sha256"]:
                return sent.messages, ""
            shaped.append(sent)
    except CompareError as exc:
        return (), f"The messages cannot be rebuilt. {exc}"
    found = shaped[0]
    return found.messages, (
        f"The messages cannot be rebuilt exactly. What is stored gives {found.n_messages} messages with the hash "
        f"{found.sha256[:12]}; {kept.get('n_messages', '?')} with the hash {kept['sha256'][:12]} were sent. The thread "
        "is not what it was, or this version of Weighbridge shapes it by other rules. Below: what would be sent today."
    )


def _prompts(answer: Answer, kept: Mapping[str, Any], store: Store) -> Iterator[Prompt]:
    """The ways in which the stored branch may have stood in the request, the likelier first."""
    path = store.path(answer.prompt_leaf_id)
    yield fixed_prompt(path)
    own = kept.get("own_answer_ids", [])
    others = kept.get("others_answer_ids", [])
    if answer.history in ("own", "handover") and (own or others):
        # A replayed job sends the answers of its conversation in place of the recorded ones; they are no messages
        # there.
        answers = sorted(store.answers([*own, *others]).values(), key=lambda one: one.turn)
        found = [OwnAnswer(one.id, one.text) for one in answers]
        if len(found) == answer.turn - 1:
            yield own_prompt(path, answer.turn, found)


def _with_body(sent: Sent, spec: ModelSpec) -> Sent:
    """With the request as its wire format has it, where every part is known."""
    sent = replace(sent, wire_format=format_name(spec.provider))
    if sent.why_not or sent.params is None:
        return sent
    messages = sent.messages
    if not spec.takes_images:
        messages = tuple(replace(message, images=()) for message in messages)
    return replace(sent, body=body_as_sent(ChatRequest(spec, messages), sent.params))


# --- settings and history --------------------------------------------------------------------------------------------


def _settings(chosen: Settings, params: Mapping[str, Any]) -> tuple[SettingSent, ...]:
    sent = settings_sent(params)
    found = []
    for one in fields(chosen):
        value = getattr(chosen, one.name)
        if value in (None, ()):
            continue
        if one.name == _SYSTEM:
            found.append(SettingSent(one.name, value, "the first message", value))
        else:
            found.append(SettingSent(one.name, value, *sent.get(one.name, ("", None))))
    return tuple(found)


def _history(answer: Answer, kept: Mapping[str, Any], store: Store, catalog: Catalog) -> list[InHistory]:
    ids: Sequence[str] = [*kept.get("own_answer_ids", []), *kept.get("others_answer_ids", [])]
    if not ids:
        return []
    own = set(kept.get("own_answer_ids", []))
    found = []
    for said in store.answers(ids).values():
        candidate = store.candidate(said.candidate_id)
        spec = catalog.models.get(candidate.model_id)
        name = candidate.label or (spec.name if spec else candidate.model_id)
        found.append(InHistory(said.turn, name, said.id in own))
    return sorted(found)


__all__ = ["InHistory", "Sent", "SettingSent", "SummarySent", "sent_for"]
