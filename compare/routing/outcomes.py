"""Single requests to the counts of a canary: the requests of one session are one unit.

What goes wrong in a session goes wrong again in its next request: counted one by one, ten harms of one conversation
would pass for the evidence of ten. A unit is harmed where any of its requests was; a request without a session is a
unit of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compare.errors import ConfigError

if TYPE_CHECKING:
    from compare.routing.sequential import Arm

_KEYS = ("arm", "harm", "session_id")


@dataclass(frozen=True, slots=True)
class Counted:
    """Both arms, in units."""

    canary: Arm
    control: Arm
    n_requests: int
    n_mixed: int
    """Sessions that both arms served; they are in neither."""

    @property
    def sentence(self) -> str:
        """What was made of what."""
        units = self.canary.requests + self.control.requests
        told = f"{self.n_requests:,} requests make {units:,} units: those of one session are one"
        if self.n_mixed:
            served = "session was" if self.n_mixed == 1 else "sessions were"
            told += f"; {self.n_mixed:,} {served} served by both arms and left out (make the split sticky)"
        return told


def by_session(outcomes: Any) -> Counted:
    """Count a list of requests: [{"arm": "canary" | "control", "harm": true | false, "session_id": "..."}, ...].

    Raises:
        ConfigError: an entry is not of that form; the message gives its place.
    """
    from compare.routing.sequential import Arm

    if not isinstance(outcomes, list) or not outcomes:
        raise ConfigError("outcomes must be a list of requests with arm, harm and, where known, session_id.")
    arms: dict[object, set[str]] = {}
    harmed: dict[object, bool] = {}
    for i, one in enumerate(outcomes):
        _check(one, i)
        session = one.get("session_id")
        unit: object = i if session in (None, "") else str(session)
        arms.setdefault(unit, set()).add(one["arm"])
        harmed[unit] = harmed.get(unit, False) or one["harm"]
    clean = {unit: next(iter(served)) for unit, served in arms.items() if len(served) == 1}

    def arm(name: str) -> Arm:
        units = [unit for unit, served in clean.items() if served == name]
        return Arm(len(units), sum(harmed[unit] for unit in units))

    return Counted(arm("canary"), arm("control"), len(outcomes), len(arms) - len(clean))


def _check(one: Any, i: int) -> None:
    if not isinstance(one, Mapping):
        raise ConfigError(f"outcomes[{i}] must be an object with arm and harm.")
    unknown = [name for name in one if name not in _KEYS]
    if unknown:
        raise ConfigError(f"outcomes[{i}] has the unknown key {unknown[0]!r}; known are {', '.join(_KEYS)}.")
    if one.get("arm") not in ("canary", "control"):
        raise ConfigError(f"outcomes[{i}].arm is {one.get('arm')!r}; it must be canary or control.")
    if not isinstance(one.get("harm"), bool):
        raise ConfigError(f"outcomes[{i}].harm is {one.get('harm')!r}; it must be true or false.")
