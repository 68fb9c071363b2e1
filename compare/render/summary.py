"""One line over all answers of a run: who was fastest, who was cheapest, whose answer is longest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from compare.records import Answer
from compare.render.numbers import dollars, seconds

Value = float | Decimal


@dataclass(frozen=True, slots=True)
class _Place:
    """A candidate in one of the three comparisons."""

    name: str
    value: Value
    n: int
    shown: str


def summary_line(answers: Sequence[tuple[str, Answer]]) -> str:
    """Fastest, cheapest and longest among the complete answers; a part with nothing to compare is left out.

    A candidate that was asked several times counts with the median of its answers. Who cannot be told apart at the
    digits shown is named together.

    Args:
        answers: (what pages call the candidate, its answer), in the order of the panes.
    """
    complete = [(name, answer) for name, answer in answers if answer.status == "done" and answer.finish == "stop"]
    timed = _places(complete, lambda a: a.total_ms, lambda ms: seconds(float(ms)))
    priced = _places(complete, lambda a: a.cost_usd, lambda usd: dollars(Decimal(usd)))
    sized = _places(complete, lambda a: float(len(a.text)) or None, lambda n: f"{n:,.0f} characters")
    disturbed = any(answer.timing_disturbed for _, answer in complete if answer.total_ms is not None)
    said = [
        _said("fastest", "equally fast", min, timed, note="timing disturbed" if disturbed else ""),
        _said("cheapest", "same cost", min, priced),
        _said("longest", "equally long", max, sized),
    ]
    return " \u00b7 ".join(filter(None, said))


def _places(
    answers: Sequence[tuple[str, Answer]],
    value_of: Callable[[Answer], Value | None],
    show: Callable[[Value], str],
) -> list[_Place]:
    names: dict[str, str] = {}
    values: dict[str, list[Value]] = {}
    for name, answer in answers:
        value = value_of(answer)
        if value is not None:
            names.setdefault(answer.candidate_id, name)
            values.setdefault(answer.candidate_id, []).append(value)
    found = []
    for candidate_id, mine in values.items():
        middle: Value = median(mine)  # type: ignore[type-var]
        found.append(_Place(names[candidate_id], middle, len(mine), show(middle)))
    return found


def _said(word: str, all_alike: str, best: Callable[..., _Place], places: list[_Place], *, note: str = "") -> str:
    if len(places) < 2:
        return ""
    first = best(places, key=lambda place: place.value)
    winners = [place for place in places if place.shown == first.shown]
    n = max(place.n for place in winners)
    shown = ", ".join(filter(None, [f"median {first.shown} of {n}" if n > 1 else first.shown, note]))
    if len(winners) == len(places):
        return f"{all_alike} ({shown})"
    return f"{word} {_listed([place.name for place in winners])} ({shown})"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
