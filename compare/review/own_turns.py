"""Answers of a job under own history, where a rater can read what they answer.

A job asks each candidate at the messages of the imported thread, and the stored answer names that place: the replies
before it are production's. Under own history the candidate saw its own replies instead. So that raters see what it saw,
its turns become a branch of the thread, and the item shows a copy of the answer that stands at the branch's end. The
copy is the same each time; its origin is `imported`, so that nothing is timed, priced or counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from compare.records import Answer, Message
from compare.store.store import Store
from compare.threads.prompts import user_turns

_ID_CHARS = 24


def behind_own_turns(store: Store, thread_id: str, answer: Answer, earlier: Sequence[Answer]) -> Answer:
    """The answer behind the candidate's own replies; the answer itself where it stands there or nothing was its own.

    Args:
        store: where the branch and the copy are kept.
        thread_id: of the answer.
        answer: complete, to turn n.
        earlier: the same candidate's answers to turns 1 .. n-1 in the same job and repeat, in order.
    """
    if answer.history != "own" or len(earlier) != answer.turn - 1 or any(one.history != "own" for one in earlier):
        return answer
    path = store.path(answer.prompt_leaf_id)
    own = _with_own_replies(path, earlier)
    if [message.text for message in own] == [message.text for message in path]:
        return answer
    there = store.answer(copy_id := copy_id_of(answer.id))
    if there is not None:
        return there
    leaf_id = store.append_messages(thread_id, None, own)
    copy = replace(
        answer, id=copy_id, prompt_leaf_id=leaf_id, n_messages=len(own), origin="imported", job_id=None, cell_key=None
    )
    store.save_answer(copy)
    return copy


def copy_id_of(answer_id: str) -> str:
    """The id of an answer's copy, whether or not it was made yet."""
    return sha256(f"behind its own turns: {answer_id}".encode()).hexdigest()[:_ID_CHARS]


def with_copies(answers: Iterable[Answer]) -> Iterator[str]:
    """The ids under which studies may show these answers: their own, and those of their copies behind own turns."""
    for answer in answers:
        yield answer.id
        if answer.history == "own" and answer.turn > 1:
            yield copy_id_of(answer.id)


def _with_own_replies(path: Sequence[Message], earlier: Sequence[Answer]) -> list[Message]:
    """As threads.prompts.own_prompt sends it: every recorded reply left out, the candidate's own in their place."""
    said = dict(zip(user_turns(path), earlier, strict=False))
    found: list[Message] = []
    for i, message in enumerate(path):
        if message.role == "assistant":
            continue
        found.append(message)
        if i in said:
            found.append(Message("assistant", said[i].text, answer_id=said[i].id))
    return found
