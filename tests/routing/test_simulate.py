"""A routing file on stored threads, by hand: shares, cost, percentiles, and how often a session changes its model."""

import numpy as np
import pytest

from compare.ratings.buckets import buckets
from compare.routing.config import load
from compare.routing.measured import Measured, Samples, mixture_quantile
from compare.routing.simulate import Known, session_of, simulate

RANGES = buckets()
FILE = """\
models: {cheap: {candidate: Flash}, dear: {candidate: Opus}}
routes:
  - {name: long, match: thread_length > 8, weights: {cheap: 0.2, dear: 0.8}}
  - {name: short, weights: {cheap: 0.9, dear: 0.1}}
"""
QUICK = Samples(np.arange(1.0, 101.0) * 10, 0.001, 100, 100)
SLOW = Samples(np.arange(1.0, 101.0) * 100, 0.01, 100, 100)
KNOWN = Known(
    Measured({("Flash", "", ""): QUICK, ("Opus", "", ""): SLOW}),
    {("Flash", "short"): 0.5, ("Opus", "short"): 0.5, ("Flash", "long"): 0.3, ("Opus", "long"): 0.7},
    {("Flash", "Opus"): 0.1, ("Opus", "Flash"): 0.3},
)
TEN = "suauauauaua"
"""Five requests: at 2, 4, 6, 8 and 10 messages; the last one is long."""


def run(file=FILE, roles=(TEN,), known=KNOWN):
    return simulate(load(file), [session_of(each, "interactive") for each in roles], known, RANGES)


def test_every_request_goes_by_the_length_that_it_has():
    found = run()
    assert (found.n_sessions, found.n_requests, found.n_unrouted) == (1, 5, 0)
    assert found.routes == {"long": 1, "short": 4}
    assert found.shares == pytest.approx({"Flash": (4 * 0.9 + 0.2) / 5, "Opus": (4 * 0.1 + 0.8) / 5})
    assert found.win_rate == pytest.approx((4 * 0.5 + 0.2 * 0.3 + 0.8 * 0.7) / 5)
    assert found.cost_usd == pytest.approx((3.8 * 0.001 + 1.2 * 0.01) / 5)
    assert found.cost_per_session_usd == pytest.approx(3.8 * 0.001 + 1.2 * 0.01)
    assert found.problems == ()


def test_the_p95_is_that_of_the_mixture_and_not_the_mean_of_p95s():
    found = run()
    # 24 % of the requests go to the slow one; 5 % are the slowest 5 / 24 of those.
    assert found.p95_ms == pytest.approx(10_000 * (1 - 5 / 24), abs=100)
    assert found.p95_ms != pytest.approx(0.76 * 950 + 0.24 * 9500, abs=500)


def test_without_stickiness_a_session_bounces_and_with_it_only_where_the_route_changes():
    found = run()
    same_short, same_over = 0.9**2 + 0.1**2, 0.9 * 0.2 + 0.1 * 0.8
    assert found.free.switches_per_session == pytest.approx(3 * (1 - same_short) + (1 - same_over))
    # One place between 0 and 1 per session: cheap has 0 to 0.9 and then 0 to 0.2, so 0.7 of the sessions change.
    assert found.sticky.switches_per_session == pytest.approx(0.7)
    assert found.sticky.loss_per_switch == pytest.approx(0.1)
    to_dear, to_cheap = 3 * 0.09 + 0.9 * 0.8, 3 * 0.09 + 0.1 * 0.2
    assert found.free.loss_per_switch == pytest.approx((0.1 * to_dear + 0.3 * to_cheap) / (to_dear + to_cheap))
    assert found.free.known_share == pytest.approx(1)


def test_the_same_figures_come_from_drawing_sessions():
    random = np.random.default_rng(3)
    n, sticky, free = 20_000, 0, 0
    for _ in range(n):
        place = random.random()
        # cheap where the place lies below its weight: four short requests, then a long one
        sticky += (place < 0.9) != (place < 0.2)
        drawn = random.random(5) < [0.9, 0.9, 0.9, 0.9, 0.2]
        free += int((drawn[1:] != drawn[:-1]).sum())
    assert run().sticky.switches_per_session == pytest.approx(sticky / n, abs=0.02)
    assert run().free.switches_per_session == pytest.approx(free / n, abs=0.03)


def test_what_is_not_known_is_said_and_never_taken_for_nothing():
    found = run(known=Known(Measured({("Flash", "", ""): QUICK})))
    assert (found.win_rate, found.cost_usd, found.p95_ms) == (None, None, None)
    assert found.free.loss_per_switch is None
    assert found.problems[0].startswith("There are no votes on Flash, Opus, so no win rate is told;")
    assert found.problems[1].startswith("The cost of Opus is not known, so no cost is told;")
    assert found.problems[2].startswith("No times of Opus are stored, so no percentile is told;")


def test_requests_that_no_route_takes_are_counted_and_end_a_session_of_one_model():
    found = run("routes:\n  - {name: long, match: thread_length > 8, weights: {flash: 0.5, opus: 0.5}}\n")
    assert (found.n_requests, found.n_unrouted) == (5, 4)
    assert found.free.switches_per_session == 0
    assert found.problems[-1:] == ("No route takes 4 of the requests; end the file with a route that has no match.",)


def test_rules_on_tools_turns_and_tokens_hold_and_unseen_facts_are_told():
    session = session_of("suatua", "batch", [10, 20, 30, 40, 50, 60])
    assert [dict(request) for request in session.requests] == [
        {"thread_length": 2, "user_turns": 1, "has_tools": False, "workload": "batch", "prompt_tokens": 30},
        {"thread_length": 5, "user_turns": 2, "has_tools": True, "workload": "batch", "prompt_tokens": 150},
    ]
    found = run(
        "routes:\n"
        "  - {name: german, match: language == 'de', weights: {flash: 1.0}}\n"
        "  - {name: rest, weights: {opus: 1.0}}\n"
    )
    assert found.routes == {"german": 0, "rest": 5}
    assert found.problems[-1].startswith("The route 'german' asks for language, which stored threads do not tell")


def test_no_threads_give_no_figures():
    found = run(roles=())
    assert (found.n_requests, found.win_rate, found.cost_usd, found.p95_ms) == (0, None, None, None)
    assert found.free.switches_per_session == 0


def test_a_quantile_of_a_mixture_weighs_samples_by_their_share():
    one, ten = np.array([1.0]), np.arange(10.0)
    assert mixture_quantile([(one, 0.96), (np.array([9.0]), 0.04)], 0.95) == 1.0
    assert mixture_quantile([(one, 0.94), (np.array([9.0]), 0.06)], 0.95) == 9.0
    assert mixture_quantile([(ten, 1.0)], 0.5) == 4.0
    assert mixture_quantile([(ten, 0.0), (one, 1.0)], 0.95) == 1.0
    assert mixture_quantile([(np.zeros(0), 0.1), (one, 0.9)], 0.95) is None
    assert mixture_quantile([], 0.95) is None
