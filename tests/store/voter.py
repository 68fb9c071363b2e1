"""A program for the tests: votes as one rater and prints the key of each ballot after it was confirmed.

    python voter.py DATABASE RATER N

It waits for a line of input before the first vote, so that several can begin at once.
"""

from __future__ import annotations

import sys
from pathlib import Path

from compare.records import Ballot, Preference
from compare.store import open_store


def main(path: str, rater: str, n_votes: int) -> None:
    store = open_store(Path(path))
    first, second = sorted(store.candidates())
    rater_id = store.rater(rater)
    print("ready")
    sys.stdin.readline()
    for i in range(n_votes):
        ballot = Ballot(f"{rater}-{i}", f"{rater}-{i}", None, rater_id, "best", blind=True)
        row = Preference(ballot.id, first, second, 1.0, "best", 0, 1, 1, "interactive", "fixed", True, rater_id, "t")
        store.cast(ballot, [row])
        print(ballot.idempotency_key)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
