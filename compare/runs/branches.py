"""What stands before the answers of a comparison: each pane's branch of the thread, and whose words stand in it.

A branch begins with the imported thread, which is given to everybody. Beyond it every assistant message is a stored
answer: the candidate's own, or another's, which all are shown or which one candidate took over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from compare.records import History, Message
from compare.render.frames import ThreadMessage
from compare.render.markdown import to_html, turn_html
from compare.threads.prompts import Prompt, fixed_prompt


@dataclass(frozen=True, slots=True)
class Branch:
    """The conversation up to one pane's question."""

    path: tuple[Message, ...]
    imported: frozenset[str]
    """Ids of the messages that the thread was imported with."""
    candidate_id: str
    """Who is asked."""
    speakers: Mapping[str, str]
    """Candidate id by answer id, of every stored answer that stands in the branch."""

    def speaker(self, message: Message) -> str | None:
        """Id of the candidate that said this after the imported thread; None for everything else."""
        if message.role != "assistant" or message.id in self.imported or not message.answer_id:
            return None
        return self.speakers.get(message.answer_id, "")

    @property
    def spoken(self) -> list[tuple[int, str, str]]:
        """(turn, answer id, candidate id) of every answer after the imported thread."""
        found, turn = [], 0
        for before, message in zip((None, *self.path), self.path, strict=False):
            turn += message.role == "user" and (before is None or before.role != "user")
            speaker = self.speaker(message)
            if speaker is not None:
                found.append((turn, message.answer_id or "", speaker))
        return found

    def prompt(self, history: History) -> Prompt:
        """What is sent."""
        own = tuple(answer_id for _, answer_id, speaker in self.spoken if speaker == self.candidate_id)
        others = tuple(answer_id for _, answer_id, speaker in self.spoken if speaker != self.candidate_id)
        return replace(fixed_prompt(self.path), history=history, own_answer_ids=own, others_answer_ids=others)


def n_shared(branches: Sequence[Branch]) -> int:
    """How many messages all branches have in common."""
    n = 0
    for together in zip(*(branch.path for branch in branches), strict=False):
        if len({message.id for message in together}) > 1:
            break
        n += 1
    return n


# --- in words --------------------------------------------------------------------------------------------------------


def history_in_words(branches: Sequence[Branch], history: History, names: Mapping[str, str] | None) -> str:
    """What the candidates are shown of earlier turns, in a sentence or one for each stretch of turns.

    Args:
        branches: of all panes.
        history: the comparison's.
        names: of the candidates by id; None while nobody may know them.
    """
    told = [_turn_in_words(together, history, names) for together in _by_turn(branches)]
    stretches = [(str(words), [turn for turn, _ in group]) for words, group in groupby(told, key=itemgetter(1))]
    if not stretches:
        return "Earlier turns as given"
    if len(stretches) == 1:
        return stretches[0][0]
    return " ".join(f"{_turns(turns)}: {words[0].lower()}{words[1:]}." for words, turns in stretches)


def _by_turn(branches: Sequence[Branch]) -> Iterable[tuple[int, list[tuple[str, str, Branch]]]]:
    by_turn: dict[int, list[tuple[str, str, Branch]]] = {}
    for branch in branches:
        for turn, answer_id, speaker in branch.spoken:
            by_turn.setdefault(turn, []).append((answer_id, speaker, branch))
    return sorted(by_turn.items())


def _turn_in_words(
    turn: tuple[int, list[tuple[str, str, Branch]]], history: History, names: Mapping[str, str] | None
) -> tuple[int, str]:
    number, said = turn
    answer_ids = {answer_id for answer_id, _, _ in said}
    if all(speaker == branch.candidate_id for _, speaker, branch in said):
        return number, "Each candidate sees its own answers"
    if len(answer_ids) == 1:
        name = names.get(said[0][1], "") if names else ""
        whose = "the winner's" if history == "winner" else f"{name}'s" if name else "one candidate's"
        return number, f"All see {whose} answers" + (f" ({name})" if history == "winner" and name else "")
    return number, "Handed over: each branch keeps the answers given in it"


def _turns(turns: Sequence[int]) -> str:
    return f"Turn {turns[0]}" if len(turns) == 1 else f"Turns {turns[0]} to {turns[-1]}"


# --- for the reading pane --------------------------------------------------------------------------------------------


def shared_messages(branch: Branch, n: int, names: Mapping[str, str] | None) -> list[ThreadMessage]:
    """The first messages of a branch as the thread beside the answers shows them."""
    return [
        ThreadMessage(n=place, role=m.role, html=to_html(m.text), note=given_by(branch, m, names))
        for place, m in enumerate(branch.path[:n], start=1)
    ]


def own_turns_html(branch: Branch, n: int, names: Mapping[str, str] | None) -> str:
    """A pane's own turns: after what all share, before its answer."""
    own = enumerate(branch.path[n:], start=n + 1)
    return "".join(turn_html(place, m.role, to_html(m.text), _note(branch, m, names)) for place, m in own)


def _note(branch: Branch, message: Message, names: Mapping[str, str] | None) -> str:
    if branch.speaker(message) == branch.candidate_id:
        return "its own answer"
    return given_by(branch, message, names)


def given_by(branch: Branch, message: Message, names: Mapping[str, str] | None) -> str:
    """Whose answer a message is; where all share it, it is nobody's own."""
    speaker = branch.speaker(message)
    if speaker is None:
        return ""
    name = names.get(speaker, "") if names else ""
    return f"{name}'s answer" if name else "another's answer"
