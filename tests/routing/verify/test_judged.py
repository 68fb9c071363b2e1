"""What holds, what is broken, and what the loss report had told."""

from __future__ import annotations

import pytest

from compare.routing.config import RoutingConfig, load
from compare.routing.exports.target import Loss
from compare.routing.verify.asks import Shape, Tally
from compare.routing.verify.figures import FailureFigures, RecoveryFigures, RouteFigures, StickyFigures
from compare.routing.verify.judged import Check, allowed_hits, judge

FILE = """
routes:
  - name: long
    match: thread_length > 8
    weights: {primary: 0.8, secondary: 0.2}
    fallbacks: [cheap]
    sticky: {by: session_id}
    circuit_breaker: {failures: 3, window_s: 60, cooldown_s: 5}
  - name: default
    weights: {cheap: 1.0}
"""
NINE, EIGHT = Shape("long", {"thread_length": 9}), Shape("default", {"thread_length": 8})


@pytest.fixture
def config() -> RoutingConfig:
    return load(FILE)


def counted(errors: int = 0, **served: int) -> Tally:
    return Tally(sum(served.values()) + errors, served, errors, "status 500: it fails" if errors else "")


def long_route() -> RouteFigures:
    """Everything as the file says."""
    return RouteFigures(
        split=counted(primary=1600, secondary=400),
        by_shape=[(NINE, counted(primary=1600, secondary=400))],
        sticky=StickyFigures(60, 4, kept=60, by_chance=24.7, tally=counted(primary=192, secondary=48)),
        failures=[
            FailureFigures("primary", "answers 500", counted(secondary=240, cheap=60), hits=12, elapsed_s=2.0),
            FailureFigures("primary", "refuses connections", counted(secondary=300), hits=None, elapsed_s=2.0),
        ],
        recoveries=[RecoveryFigures(True, 5.1, 30.0), RecoveryFigures(True, 5.2, 30.0)],
        recovered=counted(primary=322, secondary=78),
    )


def default_route() -> RouteFigures:
    return RouteFigures(split=counted(cheap=2000), by_shape=[(EIGHT, counted(cheap=2000))])


LIMITS = [(EIGHT, NINE)]


def judged(config: RoutingConfig, long: RouteFigures, *losses: Loss) -> dict[str, list[Check]]:
    """Checks by what they are about, of the long route and of what lies between the two."""
    found: dict[str, list[Check]] = {}
    for check in judge(config, losses, {"long": long, "default": default_route()}, LIMITS):
        if check.route != "default":
            found.setdefault(check.about, []).append(check)
    return found


def test_all_holds_where_everything_is_as_the_file_says(config: RoutingConfig) -> None:
    checks = judge(config, (), {"long": long_route(), "default": default_route()}, LIMITS)
    assert {check.verdict for check in checks if check.route != "default"} == {"holds"}
    assert {check.about for check in checks} == {"split", "rule", "stickiness", "failover", "breaker", "recovery"}


def test_an_even_split_of_a_misspelt_weight_is_broken(config: RoutingConfig) -> None:
    long = long_route()
    long.split = counted(primary=1005, secondary=995)
    (check,) = judged(config, long)["split"]
    assert check.verdict == "broken"
    assert "primary 50.2% (must be 76.4% to 83.6%)" in check.says


def test_one_request_that_fails_while_all_models_are_up_breaks_the_split(config: RoutingConfig) -> None:
    long = long_route()
    long.split = counted(primary=1600, secondary=399, errors=1)
    (check,) = judged(config, long)["split"]
    assert check.verdict == "broken"
    assert "1 failed, the first: status 500: it fails" in check.says


def test_nine_messages_in_the_wrong_bucket_break_the_rule_on_both_counts(config: RoutingConfig) -> None:
    long = long_route()
    long.by_shape = [(NINE, counted(cheap=1000))]
    inside, between = judged(config, long)["rule"]
    assert (inside.verdict, between.verdict) == ("broken", "broken")
    assert between.says == "8 messages (default): cheap 2000 | 9 messages (long): cheap 1000"


def test_a_target_that_cannot_see_the_length_is_not_called_broken(config: RoutingConfig) -> None:
    long = long_route()
    long.by_shape = [(NINE, counted(cheap=1000))]
    loss = Loss("routes.long.match", "The application chooses.")
    assert [(check.verdict, check.reason) for check in judged(config, long, loss)["rule"]] == [
        ("cannot", "The application chooses."),
        ("cannot", "The application chooses."),
    ]


def test_what_is_lost_but_holds_all_the_same_holds(config: RoutingConfig) -> None:
    assert judged(config, long_route(), Loss("routes.long.sticky", "Lost."))["stickiness"][0].verdict == "holds"


def test_a_loss_of_a_detail_does_not_excuse_the_whole(config: RoutingConfig) -> None:
    long = long_route()
    long.sticky = StickyFigures(60, 4, kept=25, by_chance=24.7, tally=counted(primary=192, secondary=48))
    (check,) = judged(config, long, Loss("routes.long.sticky.ttl_s", "For ever."))["stickiness"]
    assert check.verdict == "broken"
    assert check.says == "25 of 60 sessions stayed with one model over 4 requests (by chance 25)"
    (check,) = judged(config, long, Loss("routes.long.sticky", "Not kept."))["stickiness"]
    assert (check.verdict, check.reason) == ("cannot", "Not kept.")


def test_a_client_error_while_a_model_fails_breaks_a_promised_fallback(config: RoutingConfig) -> None:
    long = long_route()
    long.failures[0] = FailureFigures("primary", "answers 500", counted(secondary=296, errors=4), 8, 2.0)
    first, second = judged(config, long)["failover"]
    assert (first.verdict, second.verdict) == ("broken", "holds")
    assert first.says == (
        "while primary answers 500, 4 of 300 requests failed; secondary 296; the first: status 500: it fails"
    )


def test_errors_are_only_told_where_the_file_names_no_fallbacks() -> None:
    config = load(FILE.replace("    fallbacks: [cheap]\n", ""))
    long = long_route()
    long.failures[0] = FailureFigures("primary", "answers 500", counted(secondary=60, errors=240), 240, 2.0)
    assert judged(config, long)["failover"][0].verdict == "measured"


def test_a_dead_model_that_is_asked_on_and_on_breaks_the_breaker(config: RoutingConfig) -> None:
    long = long_route()
    long.failures[0] = FailureFigures("primary", "answers 500", counted(cheap=300), hits=339, elapsed_s=2.0)
    (check,) = judged(config, long)["breaker"]
    assert check.verdict == "broken"
    assert check.says.startswith("339 of 300 requests' tries reached primary while it failed, at most 33 may")


def test_every_cooldown_allows_a_few_tries_more(config: RoutingConfig) -> None:
    # (3 failures + 8 under way) x 3 tries, once for each 5 s begun.
    assert [allowed_hits(config.routes[0], seconds) for seconds in (0.0, 4.9, 5.0, 11.0)] == [33, 33, 66, 99]


def test_a_model_that_never_comes_back_is_broken(config: RoutingConfig) -> None:
    long = long_route()
    long.recoveries[1], long.recovered = RecoveryFigures(False, 30.0, 30.0), None
    (check,) = judged(config, long)["recovery"]
    assert check.verdict == "broken"
    assert check.says == "primary got no request in the 30 s after it was up again"


@pytest.mark.parametrize(("copies", "verdict"), [(200, "holds"), (2000, "broken"), (0, "broken")])
def test_a_shadow_gets_its_share_of_copies(copies: int, verdict: str) -> None:
    config = load(FILE.replace("    sticky: {by: session_id}\n", "    shadow: {model: cheap, share: 0.1}\n"))
    long = long_route()
    long.sticky, long.shadow_hits = None, copies
    assert judged(config, long)["shadow"][0].verdict == verdict


def test_routes_with_the_same_weights_are_not_said_to_be_told_apart() -> None:
    config = load(FILE.replace("{cheap: 1.0}", "{primary: 0.8, secondary: 0.2}"))
    default = RouteFigures(counted(primary=1600, secondary=400), [(EIGHT, counted(primary=1600, secondary=400))])
    (check,) = [
        each for each in judge(config, (), {"long": long_route(), "default": default}, LIMITS) if not each.route
    ]
    assert check.verdict == "measured"
    assert check.says.endswith("the weights are too alike to tell the two apart")


def test_a_route_that_no_request_reached_is_told(config: RoutingConfig) -> None:
    checks = judge(config, (), {"default": default_route()}, LIMITS)
    assert [check.says for check in checks if check.route == "long"] == [
        "no request that leads here could be made, so nothing was sent"
    ]
