"""Words and names that every page uses alike."""

from __future__ import annotations

import pytest

from compare.catalog import Catalog
from compare.records import Candidate, ModelSpec
from compare.report.words import counted, in_ranges, labels
from compare.store import Store


def test_one_is_singular() -> None:
    assert [counted(n, "message") for n in (0, 1, 2, 1200)] == [
        "0 messages",
        "1 message",
        "2 messages",
        "1,200 messages",
    ]


def test_candidates_are_called_by_their_labels_and_no_two_alike(store: Store) -> None:
    short = Candidate("p", context_policy="last:12", label="Model P (last:12)")
    twin = Candidate("q", label="Twin"), Candidate("r", label="Twin")
    for candidate in (Candidate("p"), short, *twin, Candidate("gone")):
        store.save_candidate(candidate)
    catalog = Catalog({"p": ModelSpec("p", "openai-chat", "http://127.0.0.1:1", "p", label="Model P")})
    assert labels(store, catalog) == {
        "p": "Model P",
        f"p@{short.id[:8]}": "Model P (last:12)",
        "q": "Twin (q)",
        "r": "Twin (r)",
        "gone": "gone",
    }


@pytest.mark.parametrize(
    ("numbers", "told"),
    [([], ""), ([4], "4"), ([2, 1], "1, 2"), ([1, 2, 3], "1 to 3"), ([9, 1, 2, 3, 4, 6, 7], "1 to 4, 6, 7, 9")],
)
def test_numbers_in_a_row_are_told_as_a_range(numbers: list[int], told: str) -> None:
    assert in_ranges(numbers) == told
