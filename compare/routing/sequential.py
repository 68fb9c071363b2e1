"""The canary's test: may be looked at after every request and still holds its error rate (mSPRT).

Two arms count requests and harms (an error, a thumbs-down, an answer slower than the limit). The likelihood ratio
mixes over differences drawn from N(0, tau^2); its bound 1 / alpha holds at all times at once, so stopping when it is
crossed is no peeking.

Source: Johari, Pekelis, Walsh, "Always Valid Inference: Continuous Monitoring of A/B Tests" (2015), normal mixture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from compare.errors import ConfigError

MIN_REQUESTS = 500
"""Of each arm before the first look."""

Decision = Literal["rollback", "hold", "promote"]


@dataclass(frozen=True, slots=True)
class Arm:
    """Requests that one arm served and how many of them ended in harm."""

    requests: int
    harms: int


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the counts says.

    Attributes:
        difference: harm rate of the canary minus the control's.
        log_likelihood_ratio: natural log of the mixture ratio against "no difference".
        p_value: always valid; the least over the looks so far.
        low: lower always-valid limit of the difference.
        high: upper limit.
    """

    canary: Arm
    control: Arm
    tau: float
    alpha: float
    tolerance: float
    difference: float | None
    log_likelihood_ratio: float | None
    p_value: float
    low: float | None
    high: float | None
    decision: Decision
    why: str
    counted: str = ""
    """How requests became units, where they came one by one."""

    def to_json(self) -> dict[str, Any]:
        """The document of `canary --counts FILE --json`."""
        values = {name: getattr(self, name) for name in self.__slots__}
        for name in ("canary", "control"):
            arm: Arm = values[name]
            values[name] = {"requests": arm.requests, "harms": arm.harms}
        return values


def look(
    canary: Arm,
    control: Arm,
    *,
    tau: float,
    alpha: float = 0.05,
    tolerance: float | None = None,
    p_so_far: float = 1.0,
    min_requests: int = MIN_REQUESTS,
    max_requests: int | None = None,
) -> Look:
    """Test the counts as they stand.

    Args:
        canary: counts since the stage began.
        control: the same for the other arm, over the same time.
        tau: the difference in harm rate that one cares about (0.01 at a base rate of 2 %, 0.02 at 10 %).
        alpha: rate of false alarms, over all looks together.
        tolerance: the difference that may be accepted; tau where it is None.
        p_so_far: the p-value of the look before; it can only fall.
        min_requests: of each arm, before which the decision is hold.
        max_requests: of the canary in this stage; where it is reached without an alarm the stage is passed.

    Returns:
        rollback where the canary is worse and the test rejects; promote where the difference is surely below the
        tolerance, or the stage is full without an alarm; otherwise hold.

    Raises:
        ConfigError: counts below 0, more harms than requests, or tau or alpha out of range.
    """
    tolerance = tau if tolerance is None else tolerance
    _check(canary, control, tau, alpha, p_so_far)
    if not (canary.requests and control.requests):
        why = "one arm has no requests yet"
        return Look(canary, control, tau, alpha, tolerance, None, None, p_so_far, None, None, "hold", why)
    difference = canary.harms / canary.requests - control.harms / control.requests
    pooled = (canary.harms + control.harms + 0.5) / (canary.requests + control.requests + 1)
    variance = pooled * (1 - pooled) * (1 / canary.requests + 1 / control.requests)
    mixed = variance + tau**2
    log_ratio = 0.5 * math.log(variance / mixed) + tau**2 * difference**2 / (2 * variance * mixed)
    p_value = min(p_so_far, math.exp(min(0.0, -log_ratio)))
    half = math.sqrt(variance * mixed / tau**2 * (2 * math.log(1 / alpha) + math.log(mixed / variance)))
    high = difference + half
    decision, why = _decide(canary, control, difference, p_value, high, alpha, tolerance, min_requests, max_requests)
    return Look(
        canary, control, tau, alpha, tolerance, difference, log_ratio, p_value, difference - half, high, decision, why
    )


def watch(looks: Iterable[tuple[Arm, Arm]], *, tau: float, alpha: float = 0.05, **options: Any) -> list[Look]:
    """Look after look at growing counts, each with the p-value so far, until one decides."""
    results: list[Look] = []
    for canary, control in looks:
        p_so_far = results[-1].p_value if results else 1.0
        results.append(look(canary, control, tau=tau, alpha=alpha, p_so_far=p_so_far, **options))
        if results[-1].decision != "hold":
            break
    return results


def read_counts(document: Any) -> Look:
    """Test a decoded counts file: {"canary": {"requests", "harms"}, "control": {...}, "tau", "alpha": 0.05}.

    Optional keys: tolerance, p_so_far, min_requests, max_requests. In place of canary and control, `outcomes` may list
    single requests, which are counted by session (outcomes.py).

    Raises:
        ConfigError: something is missing, wrong or not known; the message names it.
    """
    if not isinstance(document, dict):
        raise ConfigError("The counts must be an object with canary, control and tau.")
    options = ("alpha", "max_requests", "min_requests", "p_so_far", "tolerance")
    known = ("canary", "control", "tau", *options)
    told = ""
    if "outcomes" in document:
        from compare.routing.outcomes import by_session

        both = [name for name in ("canary", "control") if name in document]
        if both:
            raise ConfigError(f"The counts have outcomes and {both[0]} as well; give one of the two.")
        counted = by_session(document["outcomes"])
        told = counted.sentence
        arms = {"canary": counted.canary, "control": counted.control}
        document = {name: value for name, value in document.items() if name != "outcomes"}
        document |= {name: {"requests": arm.requests, "harms": arm.harms} for name, arm in arms.items()}
    for name in document:
        if name not in known:
            raise ConfigError(f"The counts have the unknown key {name!r}; known are {', '.join(known)}.")
    missing = [name for name in ("canary", "control", "tau") if name not in document]
    if missing:
        raise ConfigError(f"The counts have no {missing[0]}.")
    given = {name: document[name] for name in options if document.get(name) is not None}
    for name in ("tau", *given):
        value = document[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"{name} must be a number, not {value!r}.")
    found = look(_arm(document, "canary"), _arm(document, "control"), tau=document["tau"], **given)
    return replace(found, counted=told) if told else found


def _arm(document: Mapping[str, Any], name: str) -> Arm:
    value = document[name]
    counts = [value.get(key) if isinstance(value, dict) else None for key in ("requests", "harms")]
    whole = [count for count in counts if isinstance(count, int) and not isinstance(count, bool)]
    if len(whole) < 2:
        raise ConfigError(f"{name} must be an object with the whole numbers requests and harms.")
    return Arm(whole[0], whole[1])


def _check(canary: Arm, control: Arm, tau: float, alpha: float, p_so_far: float) -> None:
    for name, arm in (("canary", canary), ("control", control)):
        if not 0 <= arm.harms <= arm.requests:
            raise ConfigError(f"{name} has {arm.harms} harms in {arm.requests} requests; harms cannot exceed requests.")
    if not 0 < tau < 1:
        raise ConfigError(f"tau is {tau:g}; it is a difference of two shares and must lie between 0 and 1.")
    if not 0 < alpha < 1 or not 0 <= p_so_far <= 1:
        raise ConfigError(f"alpha is {alpha:g} and p_so_far {p_so_far:g}; both are probabilities, alpha above 0.")


def _decide(
    canary: Arm,
    control: Arm,
    difference: float,
    p_value: float,
    high: float,
    alpha: float,
    tolerance: float,
    min_requests: int,
    max_requests: int | None,
) -> tuple[Decision, str]:
    fewest = min(canary.requests, control.requests)
    if fewest < min_requests:
        return "hold", f"{fewest} requests in the smaller arm, at least {min_requests} needed before the first look"
    rejected = p_value <= alpha
    if rejected and difference > 0:
        return "rollback", f"harms are up by {difference:.4f}, and p = {p_value:.4g} is at most {alpha:g}"
    if high < tolerance:
        return "promote", f"harms are surely up by less than {tolerance:g} (upper limit {high:.4f})"
    if max_requests is not None and canary.requests >= max_requests and not rejected:
        return "promote", f"{canary.requests} requests, the stage's maximum, without an alarm"
    return "hold", f"the difference of {difference:+.4f} is not decided (upper limit {high:.4f}, p = {p_value:.4g})"
