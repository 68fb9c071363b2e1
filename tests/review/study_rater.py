"""A program for the tests: rates a study as one rater until nothing is left, as fast as it can.

    python study_rater.py DATABASE STUDY RATER

It waits for a line of input before the first item, and prints for each ballot its id and how long the next item took,
in milliseconds. Every fourth ballot is sent twice, as by a double click.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from compare.review.assignment import next_item
from compare.review.identity import IdentityWords
from compare.review.rating import Opinion, open_item, submit
from compare.store import Store, open_store


def rate(store: Store, study_id: str, rater: str) -> list[tuple[str, float]]:
    """(ballot id, milliseconds that the next item took to come) of every item that this rater got."""
    rater_id = store.rater(rater)
    rated: list[tuple[str, float]] = []
    while True:
        began = time.perf_counter()
        found = next_item(store, study_id, rater_id)
        if found is None:
            return rated
        item = open_item(store, found.id, rater_id, words=IdentityWords(("gpt",)))
        took_ms = (time.perf_counter() - began) * 1000
        opinion = Opinion("best", (len(rated) % 2,))
        outcome = submit(store, item, opinion, key="press")
        if len(rated) % 4 == 0:
            again = submit(store, item, opinion, key="press")
            assert (again.kind, again.ballot.id) == ("repeated", outcome.ballot.id)
        assert outcome.kind == "counted"
        rated.append((outcome.ballot.id, took_ms))


def main(path: str, study_id: str, rater: str) -> None:
    store = open_store(Path(path))
    store.rater(rater)
    print("ready", flush=True)
    sys.stdin.readline()
    for ballot_id, took_ms in rate(store, study_id, rater):
        print(ballot_id, took_ms)


if __name__ == "__main__":
    main(*sys.argv[1:])
