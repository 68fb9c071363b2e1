"""Parts are appended in their order, hold while no row is taken out, and never keep anybody waiting."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from compare.store import Store, open_store
from compare.store.vote_parts import PartsKept, VotePart

NONE = PartsKept(0, 0, 0)


def part(text: str, *, n_rows: int = 2, n_ballots: int = 1) -> VotePart:
    return VotePart(n_rows, n_ballots, f'{{"{text}": 1}}', text.encode())


def keep(store: Store, text: str, after: PartsKept, *, removed: int = 0, form: int = 1) -> bool:
    return store.keep_vote_part(part(text), after=after, removed=removed, form=form)


def kept(store: Store, form: int = 1) -> tuple[PartsKept, list[bytes]]:
    with store.reading_votes() as reading:
        return reading.parts_kept(form), [each.codes for each in reading.parts(form)]


def test_parts_come_back_in_their_order_with_how_far_they_reach(store: Store) -> None:
    assert kept(store) == (NONE, [])
    assert keep(store, "first", NONE)
    assert keep(store, "second", PartsKept(1, 2, 1))
    assert kept(store) == (PartsKept(2, 4, 2), [b"first", b"second"])


def test_of_two_that_append_behind_the_same_part_the_first_is_kept(store: Store, path: Path) -> None:
    assert keep(store, "first", NONE)
    other = open_store(path)
    assert keep(other, "theirs", PartsKept(1, 2, 1))
    assert not keep(store, "ours", PartsKept(1, 2, 1))
    assert kept(store)[1] == [b"first", b"theirs"]
    other.close()


def test_who_found_none_that_are_of_these_rows_begins_anew(store: Store) -> None:
    assert keep(store, "first", NONE)
    assert keep(store, "second", PartsKept(1, 2, 1))
    assert keep(store, "anew", NONE)
    assert kept(store) == (PartsKept(1, 2, 1), [b"anew"])


def test_parts_of_votes_that_were_taken_out_or_in_another_form_do_not_hold(store: Store) -> None:
    assert keep(store, "first", NONE)
    assert kept(store, form=2) == (NONE, [])
    with store._database.writing() as connection:
        connection.execute("UPDATE preferences_removed SET n = 1")
    assert kept(store) == (NONE, [])
    assert not keep(store, "read before", NONE, removed=0)
    assert keep(store, "read after", NONE, removed=1)
    assert kept(store) == (PartsKept(1, 2, 1), [b"read after"])


def test_a_part_is_left_where_somebody_else_is_writing(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        assert not keep(store, "first", NONE)
        assert time.monotonic() - start < 10, "waits for nobody; other writes wait for 30 seconds"
        other.execute("ROLLBACK")
    assert keep(store, "first", NONE)
    with store._database.reading() as connection:
        assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 30_000
