"""Words and names that every page uses alike.

A vote is one ballot: what one rater pressed on one comparison. A pair is what follows from it for two candidates: the
best of three makes two pairs. Figures of both are never called by one word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from compare.catalog import Catalog
from compare.store.store import Store
from compare.store.votes import vote_name


def counted(n: int, noun: str) -> str:
    """A number with its noun: "1 vote", "1,200 votes"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def in_ranges(numbers: Iterable[int]) -> str:
    """Whole numbers, rising, with ranges where three or more stand in a row: "1 to 18, 21, 22"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return ", ".join(told)


def labels(store: Store, catalog: Catalog) -> dict[str, str]:
    """What pages call each stored candidate, by the name that votes and routing files give it; no two are alike."""
    found = {}
    for candidate in store.candidates().values():
        spec = catalog.models.get(candidate.model_id)
        found[vote_name(candidate)] = candidate.label or (spec.name if spec else candidate.model_id)
    shared = {label for label, n in Counter(found.values()).items() if n > 1}
    return {name: f"{label} ({name})" if label in shared else label for name, label in found.items()}
