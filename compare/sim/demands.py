"""Faults on demand: a model's name, "+" and the name of a fault ("sim-lite+rate_limit"), in every wire format.

The answer itself is that of the model before the "+". What refuses the request fails at odd attempts only, so that a
retry gets through; with "!" at the end ("sim-lite+overloaded!") it fails every time. Model lists do not show these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compare.sim.faults import NO_FAULT, Attempts, Fault, FaultKind
from compare.sim.models import SIM_MODELS, SimModel

FAULTS_ON_DEMAND: Mapping[FaultKind, str] = MappingProxyType(
    {
        "rate_limit": "Refuses with 429 and says in Retry-After when to come back.",
        "overloaded": "Refuses with 529.",
        "server_error": "Fails with 500 and an error in the format's own shape.",
        "html_error": "Fails with 500 and a page of HTML, as a gateway does.",
        "error_in_200": "Begins to answer, then sends an error in the stream and ends it.",
        "stall": "Falls silent in the middle of the answer, then goes on.",
        "cut": "Closes in the middle of the answer, without the mark that ends one.",
        "slow_first": "Waits long before the first token.",
        "crlf": "Ends the lines of the stream with CR LF.",
        "split_utf8": "Sends the stream in chunks that end inside a character of several bytes.",
        "no_usage": "Leaves out how many tokens were used.",
        "cached": "Reports half of the prompt as read from a cache.",
        "bad_key": "Refuses with 401 and repeats the key that was sent.",
    }
)
"""Every fault that can be asked for, and what it does."""

REFUSALS: frozenset[FaultKind] = frozenset({"rate_limit", "overloaded", "server_error", "html_error"})
"""Those that fail at odd attempts only, unless asked for with "!"."""
HALFWAY = 0.5


@dataclass(frozen=True, slots=True)
class Target:
    """A model as a request names it."""

    name: str
    """As asked for, and as answers give it back."""
    model: SimModel
    demanded: FaultKind = "none"
    always: bool = False
    """Whether a refusal holds at every attempt."""

    def next_fault(self, attempts: Attempts, seed: int, conversation_sha256: str) -> Fault:
        """What happens to the next attempt at this conversation: what is demanded, else by sim-flaky's plan."""
        if self.demanded == "none":
            return attempts.next_fault(seed, conversation_sha256) if self.model.flaky else NO_FAULT
        return self.next_refusal(attempts, str(seed), conversation_sha256) or (
            NO_FAULT if self.demanded in REFUSALS else Fault(self.demanded, HALFWAY)
        )

    def next_refusal(self, attempts: Attempts, *what: str) -> Fault | None:
        """The demanded fault, if it is one that refuses a request and this attempt at something is refused."""
        if self.demanded == "bad_key":
            return Fault("bad_key")
        if self.demanded in REFUSALS and (self.always or attempts.is_odd(self.name, *what)):
            return Fault(self.demanded)
        return None


def target(name: str) -> Target | None:
    """The model of that name, with a fault on demand or without; None where there is none."""
    base, plus, wish = name.partition("+")
    model = SIM_MODELS.get(base)
    if model is None or not plus:
        return None if model is None else Target(name, model)
    kind = next((k for k in FAULTS_ON_DEMAND if k == wish.removesuffix("!")), None)
    return None if kind is None else Target(name, model, kind, wish.endswith("!"))


__all__ = ["FAULTS_ON_DEMAND", "REFUSALS", "Target", "target"]
