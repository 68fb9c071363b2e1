"""Recorded answers: what was really said in an imported thread, kept so that it can be compared with candidates.

The replies that stand in the thread are production's. Others that the file names answer its last user message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple

from compare.records import Answer, Candidate, Message
from compare.store.answers import insert_answer, select_recorded
from compare.store.candidates import insert_candidate
from compare.store.part import new_id

PRODUCTION = Candidate(model_id="production", label="Production")
"""Whoever gave the replies that an imported thread holds."""


class Prompt(NamedTuple):
    """A place in a thread where a user waits for an answer."""

    place: int
    """Which message of the thread it is, from 0."""
    turn: int


class Reply(NamedTuple):
    """A place in a thread where somebody answered."""

    prompt: Prompt
    place: int
    answer_id: str
    """Given out here, so that the message and the recorded answer can name each other."""


def find_replies(messages: Sequence[Message]) -> list[Reply]:
    """The reply of each user turn: its last assistant message that says something, as tool calls may precede it."""
    prompts = _prompts(messages)
    replies = []
    for prompt, following in zip_longest(prompts, prompts[1:]):
        turn = range(prompt.place + 1, following.place if following else len(messages))
        said = [i for i in turn if messages[i].role == "assistant" and messages[i].text.strip()]
        if said:
            replies.append(Reply(prompt, said[-1], new_id()))
    return replies


def insert_replies(connection: sqlite3.Connection, messages: Sequence[Message], replies: Sequence[Reply]) -> None:
    """Keep the replies that stand in the thread as production's answers."""
    if replies:
        insert_candidate(connection, PRODUCTION)
    for prompt, place, answer_id in replies:
        between = place - prompt.place - 1
        warning = f"{between} messages (tool calls, results) stand between the prompt and this reply in the thread."
        answer = _answer(PRODUCTION, messages[prompt.place], prompt, messages[place].text)
        answer = replace(answer, id=answer_id, warnings=(warning,) if between else ())
        insert_answer(connection, answer)


def insert_named(connection: sqlite3.Connection, named: Mapping[str, str], messages: Sequence[Message]) -> None:
    """Keep texts by the name of who gave them, as answers to the last user message.

    What is stored already is left alone; another text by the same name is a repeat.
    """
    if not named:
        return
    prompt = _prompts(messages)[-1]
    leaf = messages[prompt.place]
    stored = select_recorded(connection, leaf.id)
    for name, text in named.items():
        candidate = PRODUCTION if name == PRODUCTION.model_id else Candidate(model_id=name)
        theirs = [answer.text for answer in stored if answer.candidate_id == candidate.id]
        if text not in theirs:
            insert_candidate(connection, candidate)
            answer = _answer(candidate, leaf, prompt, text)
            insert_answer(connection, replace(answer, repeat=len(theirs)))


def select_named(connection: sqlite3.Connection, messages: Sequence[Message]) -> dict[str, str]:
    """The texts that answer the last user message from outside the thread; of several by one name, the newest."""
    prompts = _prompts(messages)
    if not prompts:
        return {}
    in_thread = {message.answer_id for message in messages}
    answers = select_recorded(connection, messages[prompts[-1].place].id)
    names = dict(connection.execute("SELECT id, model_id FROM candidates").fetchall())
    return {names[a.candidate_id]: a.text for a in answers if a.id not in in_thread}


def _prompts(messages: Sequence[Message]) -> list[Prompt]:
    places = [i for i, message in enumerate(messages) if message.role == "user"]
    return [Prompt(place, turn) for turn, place in enumerate(places, start=1)]


def _answer(candidate: Candidate, leaf: Message, prompt: Prompt, text: str) -> Answer:
    return Answer(
        id=new_id(),
        candidate_id=candidate.id,
        prompt_leaf_id=leaf.id,
        turn=prompt.turn,
        n_messages=prompt.place + 1,
        history="fixed",
        origin="recorded",
        status="done",
        finish="stop",
        text=text,
    )
