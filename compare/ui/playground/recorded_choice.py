"""Recorded answers in the choice of candidates: which there are to the message that is asked, and their names."""

from __future__ import annotations

from collections.abc import Sequence

from compare.records import Candidate, Thread
from compare.store.recorded import PRODUCTION, STEPS
from compare.threads.prompts import fixed_prompt
from compare.ui import resources

_PREFIX = "recorded:"


def recorded_key(candidate: Candidate) -> str:
    """What stands for a recorded answer in the choice and in addresses."""
    return PRODUCTION.model_id if candidate.id == PRODUCTION.id else _PREFIX + candidate.id


def is_recorded(key: str) -> bool:
    """Whether a key of the choice stands for a recorded answer."""
    return key == PRODUCTION.model_id or is_by_name(key)


def is_by_name(key: str) -> bool:
    """Whether it stands for a recorded answer of somebody else than production, whose model may well be asked too."""
    return key.startswith(_PREFIX)


def recorded_options(thread: Thread, turn: int | None) -> dict[str, str]:
    """Whose answers to the message that is asked were recorded, by key, with what the chooser calls them."""
    prompt = fixed_prompt(thread.messages, turn)
    if not thread.id:
        # Not stored yet: only the reply that stands in the text is known.
        replies = thread.messages[prompt.n_messages :]
        said = any(message.role == "assistant" and message.text.strip() for message in replies)
        return {PRODUCTION.model_id: _called(PRODUCTION)} if said else {}
    store = resources.store()
    ids = dict.fromkeys(answer.candidate_id for answer in store.recorded_answers(prompt.leaf_id))
    found = [store.candidate(candidate_id) for candidate_id in ids]
    return {recorded_key(candidate): _called(candidate) for candidate in found if candidate.id != STEPS.id}


def chosen_recorded(chosen: Sequence[str]) -> list[Candidate]:
    """The candidates behind the keys that stand for recorded answers of others than production."""
    return [resources.store().candidate(key.removeprefix(_PREFIX)) for key in chosen if is_by_name(key)]


def _called(candidate: Candidate) -> str:
    return f"{candidate.name} (recorded answer)"
