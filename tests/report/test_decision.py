"""A proposal in words, and what it makes of a month."""

from __future__ import annotations

import pytest

from compare.ratings.votes import Votes
from compare.report.decision import called, headline, month, sentence, sentences, shown
from compare.routing.config import load
from compare.routing.measured import Measured
from compare.routing.traffic import Profile, TrafficLine
from compare.routing.weights import propose
from tests.routing.test_weights import rows

NOW = load("routes:\n  - name: all\n    weights: {flash: 0.6, opus: 0.4}\n")
SHORT, LONG = rows("opus", "flash", 60, 12, n_messages=4), rows("opus", "flash", 60, 12, n_messages=12)


def said(votes, **options):
    return shown(propose(Votes.from_rows(votes), **options))


@pytest.mark.parametrize(
    ("votes", "options", "expected"),
    [
        (SHORT + LONG, {}, "Change the weights for threads of 1-8 messages and threads of 9+ messages."),
        (
            LONG,
            {"current": NOW},
            "Change the weights for threads of 9+ messages; keep what runs for threads of 1-8 messages.",
        ),
        (
            LONG,
            {},
            "Change the weights for threads of 9+ messages; send threads of 1-8 messages for now by the votes of all lengths.",  # noqa: E501
        ),
        (rows("opus", "flash", 3, 2), {}, "Keep what runs: nothing speaks for other weights yet."),
        ([], {}, "Keep what runs: nothing speaks for other weights yet."),
    ],
)
def test_the_decision_is_one_sentence(votes, options, expected):
    assert headline(said(votes, **options)) == expected


def test_the_default_route_is_named_for_what_comes_to_it():
    *_, default = said(LONG)
    assert called(default, said(LONG)) == "threads of 1-8 messages for now"
    *_, whole = said(rows("opus", "flash", 3, 2))
    assert called(whole, said(rows("opus", "flash", 3, 2))) == "all lengths together"


def test_a_change_says_who_gets_more_and_a_refusal_what_is_missing():
    _, long = said(LONG, current=NOW)
    assert sentence(long).startswith(
        "Give opus 60% of the requests instead of 40%; 20% go elsewhere than now. The votes"
    )
    short, _ = said(LONG, current=NOW)
    assert sentence(short).startswith("Keep: 0 votes, about 10 more needed; not enough votes in this bucket")


def test_what_speaks_against_several_changes_is_said_once():
    short, long, default = sentences(said(rows("opus", "flash", 5, 1)))
    together = "not enough votes in all buckets: flash has 6, opus has 6; at least 30 needed for each"
    assert together in short
    assert long == (
        "Keep: 6 votes, about 24 more needed; not enough votes in this bucket: flash has 6, opus has 6; "
        "at least 10 needed for each; the rest as above."
    )
    assert together not in default
    assert [text.count("equal ones are assumed") for text in (short, long, default)] == [1, 0, 0]
    assert sentences(said([]))[1:] == ["Keep, for the reason above."] * 2


def test_a_month_counts_the_default_route_for_lengths_without_their_own():
    profile = Profile((TrafficLine("short", "interactive", 100, 1), TrafficLine("long", "interactive", 100, 1)))
    found = month(propose(Votes.from_rows(LONG)), profile, Measured())
    assert found.win_rate_before == pytest.approx(0.5)
    assert found.win_rate_after > 0.55
    assert found.to_json()["after"]["cost_usd"] is None
    assert found.to_json()["after"]["unknown"] == ["flash", "opus"]
