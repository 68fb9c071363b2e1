"""Votes from elsewhere: kept once, with what they say of themselves, and rated like others."""

from __future__ import annotations

from compare.ratings.votes_file import read_votes
from compare.records import Candidate
from compare.review.rebuild import rebuild
from compare.review.votes_import import import_votes

ROWS = """left,right,won,rater,n_messages,history,position_a,blind,comment
x,y,L,Ann,12,own,right,true,kept the date
x,y,L,Ann,12,own,right,true,kept the date
x,y,both bad,Bob,,,,,
y,x,draw,,7,fixed,left,no,
x,y,maybe,Ann,,,,,
x,y,L,Ann,many,,,,
x,y,L,Ann,,borrowed,,,
"""


def read():
    return read_votes(
        ROWS.splitlines(keepends=True),
        columns={"model_a": "left", "model_b": "right", "winner": "won"},
        winners={"L": "model_a", "both bad": "both_bad", "draw": "tie"},
    )


def test_rows_are_kept_once_and_what_cannot_be_is_told(store) -> None:
    found = import_votes(store, read(), rater="Somebody")
    assert (found.n_new, found.n_known) == (4, 0)
    assert [(reject.line, reject.reason[:30]) for reject in found.rejects] == [
        (6, "winner is 'maybe'; known are mo"[:30]),
        (7, "n_messages is 'many'; it must b"[:30]),
        (8, "history is 'borrowed'; known ar"[:30]),
    ]
    again = import_votes(store, read(), rater="Somebody")
    assert (again.n_new, again.n_known, len(again.rejects)) == (0, 4, 3)
    assert len(list(store.iter_ballots())) == 4


def test_what_a_row_says_of_itself_is_kept(store) -> None:
    import_votes(store, read(), rater="Somebody", blind=True)
    votes = list(store.iter_votes())
    assert [(v["model_a"], v["winner"], v["rater"], v["blind"]) for v in votes] == [
        ("x", "model_a", "Ann", True), ("x", "model_a", "Ann", True), ("x", "both_bad", "Bob", True),
        ("y", "tie", "Somebody", False),
    ]  # fmt: skip
    assert [(v["n_messages"], v["history"], v["position_a"]) for v in votes[1:]] == [
        (12, "own", "right"), (0, "fixed", None), (7, "fixed", "left"),
    ]  # fmt: skip
    assert votes[0]["comment"] == "kept the date"
    before = store.preferences()
    rebuild(store)
    assert store.preferences() == before


def test_a_candidate_of_one_s_own_export_is_found_again(store) -> None:
    own = Candidate("x", context_policy="last_8")
    store.save_candidate(own)
    name = f"x@{own.id[:8]}"
    import_votes(store, read_votes(["model_a,model_b,winner\n", f"{name},y,model_a\n"]))
    assert store.preferences()[0].candidate_a == own.id
