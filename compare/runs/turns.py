"""The conversation turn by turn: what the user said, and beside each other what every branch has there. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from compare.records import Message
from compare.render.characters import escape
from compare.render.frames import TurnCell, TurnRow
from compare.render.markdown import to_html
from compare.runs.branches import Branch, given_by, n_shared


@dataclass(frozen=True, slots=True)
class _Turn:
    """One turn of a branch: the user's messages and what was said to them."""

    first: int
    """0-based place of its first message."""
    messages: tuple[Message, ...]

    @property
    def n_asked(self) -> int:
        """How many messages stand before the reply."""
        return next((k for k, m in enumerate(self.messages) if m.role in ("assistant", "tool")), len(self.messages))


_NOTHING = _Turn(0, ())


def turn_rows(branches: Sequence[Branch], names: Mapping[str, str] | None) -> list[TurnRow]:
    """The conversation up to the answers.

    Args:
        branches: of all panes.
        names: of the candidates by id; None while nobody may know them.

    Returns:
        One row a turn, oldest first. Numbers are those of the branches' turns; 0 is what stands before the first
        message of the user. The last row has no cells: what comes there are the answers of the run itself.
    """
    shared = n_shared(branches)
    by_branch = [_by_turn(branch.path) for branch in branches]
    last = max(number for turns in by_branch for number in turns)
    rows = []
    for number in sorted({number for turns in by_branch for number in turns}):
        turns = [found.get(number, _NOTHING) for found in by_branch]
        is_shared = number < last and all(t.messages and t.first + len(t.messages) <= shared for t in turns)
        cells: list[TurnCell] = []
        if number < last:
            pairs = list(zip(branches, turns, strict=True))
            cells = [_cell(branch, turn, names) for branch, turn in (pairs[:1] if is_shared else pairs)]
        rows.append(
            TurnRow(
                turn=number,
                message=max(turn.first for turn in turns) + 1,
                shared=is_shared,
                user=_asked(turns, whole=number == last),
                cells=cells,
            )
        )
    return rows


def _by_turn(path: Sequence[Message]) -> dict[int, _Turn]:
    """A branch's turns by number; a turn begins where the user speaks again."""
    starts = [k for k, m in enumerate(path) if m.role == "user" and (k == 0 or path[k - 1].role != "user")]
    before = [0] if path and (not starts or starts[0] > 0) else []
    edges = [*before, *starts]
    return {
        number: _Turn(start, tuple(path[start:end]))
        for number, (start, end) in enumerate(zip_longest(edges, edges[1:]), start=0 if before else 1)
    }


def _asked(turns: Sequence[_Turn], *, whole: bool) -> str | list[str]:
    """What the user said, once where it is the same for all; whole: with all that stands before the answers."""
    said = [t.messages if whole else t.messages[: t.n_asked] for t in turns]
    if len({tuple((m.role, m.text) for m in messages) for messages in said}) == 1:
        return _html(said[0], plain="user")
    return [_html(messages, plain="user") for messages in said]


def _cell(branch: Branch, turn: _Turn, names: Mapping[str, str] | None) -> TurnCell:
    said = turn.messages[turn.n_asked :]
    others = [note for m in said if branch.speaker(m) != branch.candidate_id and (note := given_by(branch, m, names))]
    return TurnCell(html=_html(said, plain="assistant"), note=others[0] if others else "")


def _html(messages: Sequence[Message], *, plain: str) -> str:
    """The messages' text; who speaks is named where it is not who is expected there."""
    return "".join(
        ("" if m.role == plain else f'<div class="rp-who">{escape(m.role)}</div>') + to_html(m.text) for m in messages
    )
