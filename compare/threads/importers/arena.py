"""Rows of LMSYS and WildChat: a conversation with its model, or two answers of an arena beside each other.

Two single answers to the same question are one thread that two models answered. Two longer conversations that begin
with the same question are one thread with two branches, each with its own model's replies. Votes in the rows are not
read here: `votes import` reads those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from compare.errors import ImportFormatError
from compare.records import PRODUCTION_NAME, Branch, Recorded
from compare.threads.importers.building import Said, numbers, path_of, thread_of
from compare.threads.importers.items import Item, Where
from compare.threads.importers.values import first, iso, kind, mapping, moment, opened, text


def detect(record: Any) -> bool:
    """True for a row with one conversation or two, or with two responses to one prompt."""
    if not isinstance(record, dict):
        return False
    return (
        isinstance(record.get("conversation"), list)
        or "conversation_a" in record
        or ("response_a" in record and "prompt" in record)
    )


def read(record: Any, where: Where) -> Iterable[Item]:
    """The thread of a row, or two where an arena's two conversations have nothing in common.

    Raises:
        ImportFormatError: a conversation cannot be read.
    """
    reference = text(first(record, "conversation_id", "conversation_hash", "question_id", "id"))
    if "conversation" in record and "conversation_a" not in record:
        model = text(record.get("model"))
        path = path_of(_said(record["conversation"], PRODUCTION_NAME, model, record.get("timestamp")))
        yield thread_of(path, where, source_ref=reference)
        return
    names = [text(record.get(f"model_{side}")) or f"model_{side}" for side in "ab"]
    a, b = (path_of(_said(_side(record, side), name, name, None)) for side, name in zip("ab", names, strict=True))
    if _questions(a) != _questions(b) or not a.messages or a.messages[0] != b.messages[0]:
        for path, name in ((a, "a"), (b, "b")):
            yield thread_of(path, where, source_ref=f"{reference or where.number}-{name}")
    elif len(_questions(a)) == 1 and a.messages[:-1] == b.messages[:-1] and _answered(a) and _answered(b):
        both = tuple(Recorded(n, p.messages[-1].text, model_served=n) for p, n in zip((a, b), names, strict=True))
        yield thread_of(Branch(a.messages[:-1]), where, recorded=both, source_ref=reference)
    else:
        yield thread_of(a, where, others=[b], source_ref=reference)


def _side(record: dict[str, Any], side: str) -> Any:
    if f"conversation_{side}" in record:
        return record[f"conversation_{side}"]
    prompts, answers = opened(record["prompt"]), opened(record.get(f"response_{side}"))
    prompts = prompts if isinstance(prompts, list) else [prompts]
    answers = answers if isinstance(answers, list) else [answers]
    turns: list[dict[str, Any]] = []
    for i, prompt in enumerate(prompts):
        turns.append({"role": "user", "content": prompt})
        if i < len(answers) and answers[i] is not None:
            turns.append({"role": "assistant", "content": answers[i]})
    return turns


def _said(turns: Any, name: str, model: str, when: Any) -> Iterator[Said]:
    turns = opened(turns)
    if not isinstance(turns, list):
        raise ImportFormatError(f"the conversation is {kind(turns)}; it must be a list of messages.")
    for turn in turns:
        fields = mapping(turn)
        started = iso(moment(first(fields, "timestamp") or when)) if fields.get("role") == "assistant" else ""
        known = numbers(name, model_served=model or None, started_at=started)
        item = {"role": fields.get("role"), "content": fields.get("content")} if fields else turn
        yield Said(item, known)


def _questions(path: Branch) -> list[str]:
    return [m.text for m in path.messages if m.role == "user"]


def _answered(path: Branch) -> bool:
    return path.messages[-1].role == "assistant"
