"""What a curve says, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from compare.probes.curve import Axis, Bin, Curve
from compare.probes.results import Result


def finding(curve: Curve) -> str:
    """The end of a sentence that begins with the candidate's name."""
    axis = curve.messages
    if not axis.bins:
        return "was asked no recall probes that it answered."
    said = _reach(axis, curve)
    if curve.n_cut:
        said += f" Of {curve.n:,} facts, {curve.n_cut:,} were cut by us before it was asked."
    if curve.control.value is not None and curve.control.value < 0.9:
        said += f" With the fact said again just before, it still passed only {100 * curve.control.value:.0f} %."
    return said


def said_again(results: Sequence[Result]) -> str:
    """How far back the controls say the fact again, as it ends a sentence; empty where there are no controls."""
    far = {one.probe.distance_messages for one in results if one.probe.type == "control"} - {None}
    if not far:
        return ""
    said = " or ".join(str(n) for n in sorted(n for n in far if n is not None))
    return f"{said} {'message' if far == {1} else 'messages'} back"


def _reach(axis: Axis, curve: Curve) -> str:
    values = [each.recall.value or 0.0 for each in axis.bins]
    if min(values) == 1.0:
        return f"knew every fact, up to {curve.longest} messages back."
    if max(values) == 0.0:
        return "knew none of the facts."
    if axis.step is not None:
        none = f"none from {axis.step.first_failed} messages back on"
        return f"knew every fact up to {axis.step.last_passed} messages back, and {none}."
    far = axis.bins[-1]
    half = f"half is kept up to {curve.longest} messages back"
    if curve.d50 is not None:
        half = f"half is lost from {curve.d50} messages back on"
    near, least = axis.bins[0], min(axis.bins, key=lambda each: each.recall.value or 0.0)
    said = f"knew {100 * values[0]:.0f} % of facts {near.label} messages back"
    if _is_below(least, far):
        # Not a fall but a dip: what lay far back was kept, such as in a summary.
        return (
            f"{said}, {100 * (least.recall.value or 0.0):.0f} % of those {least.label} back, and again "
            f"{100 * values[-1]:.0f} % of those {far.label} back."
        )
    return f"{said} and {100 * values[-1]:.0f} % of those {far.label} back; {half}."


def _is_below(one: Bin, other: Bin) -> bool:
    """Whether it is so by more than chance: its interval ends below where the other's begins."""
    high, low = one.recall.ci_high, other.recall.ci_low
    return high is not None and low is not None and high < low
