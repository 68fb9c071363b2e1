"""All figures of a choice of votes as one JSON document; what `rate --json` prints too stands under the same names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from compare.ratings.enough import Evidence
from compare.ratings.leaderboard import Leaderboard
from compare.report.results.figures import matrix_of
from compare.report.results.filters import Chosen


def document(
    board: Leaderboard, evidence: Evidence | str | None, chosen: Chosen, words: Sequence[str]
) -> dict[str, Any]:
    """The document.

    Args:
        board: of the chosen votes.
        evidence: as `figures.enough` gave it; None while it is not there.
        chosen: which votes.
        words: what the filters ask for, part by part.

    Returns:
        `models`, `method`, `groups`, `problems` and `evidence` as `rate --by bucket --pairs --json` has them, `votes`
        (which ones) and `direct`: for each pair of candidates their direct votes.
    """
    kind = chosen.filters.kind
    matrix = matrix_of(chosen.votes, [row.model for row in board.models])
    direct = [
        {
            "model_a": first, "model_b": second, "n_votes": int(matrix.n[i, j]), "score_a": float(matrix.score[i, j]),
            "both_bad": int(matrix.both_bad[i, j]),
        }
        for i, first in enumerate(matrix.names)
        for j, second in enumerate(matrix.names)
        if i < j
    ]  # fmt: skip
    return {
        **board.to_json(),
        "evidence": evidence.to_json() if isinstance(evidence, Evidence) else {"pairs": [], "problems": [evidence]},
        "direct": direct,
        "votes": {
            "kind": None if kind is None else kind.name,
            "criterion": chosen.filters.criterion,
            "only": list(words),
            "n_pairs": len(chosen.votes),
        },
    }
