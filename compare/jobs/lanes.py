"""Who is asked next: of the models that may be asked now, the one with the fewest calls under way.

So a slow or dead model holds its share and no more. What may begin is bounded by the worker's calls at once, by the
gates of each model's endpoint (traffic.py), and by its breaker.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from compare.engine.breaker import Breakers
from compare.errors import CompareError
from compare.jobs.estimate import Specs
from compare.jobs.progress import JobProgress
from compare.jobs.terms import Terms
from compare.jobs.traffic import Roads
from compare.records import ModelSpec

_RESTING_PER_CALL = 2
"""Cells that wait for another attempt hold no call; a model may have so many for each call there may be at once."""


class Lane:
    """One model's cells in this worker."""

    def __init__(self) -> None:
        self.calling = 0
        """Cells under way that are not resting."""
        self.resting = 0
        """Cells that wait for another attempt."""
        self.exhausted_until = 0.0
        """Not asked for more cells before: there were none."""
        self.gates: tuple[str, ...] = ()
        """Keys of what limits its calls."""

    def rest(self) -> None:
        """A cell that held a call waits for another attempt now."""
        self.resting += 1
        self.calling -= 1

    def wake(self) -> None:
        """A cell that waited is asked again."""
        self.resting -= 1
        self.calling += 1


class Lanes:
    """The lanes of one job in one worker, by the ids of their models."""

    def __init__(
        self,
        terms: Terms,
        specs: Specs,
        roads: Roads,
        breakers: Breakers,
        *,
        patience_s: float,
        on_note: Callable[[str], None],
    ) -> None:
        """No lane is known before `look`.

        Args:
            terms: how many calls there may be at once.
            specs: finds the model of an id.
            roads: what limits each endpoint's calls.
            breakers: know which endpoints are down.
            patience_s: so long after an endpoint went down, its cells are kept waiting.
            on_note: hears why a model is not asked.
        """
        self._terms = terms
        self._specs = specs
        self._roads = roads
        self._breakers = breakers
        self._patience_s = patience_s
        self._on_note = on_note
        self._lanes: dict[str, Lane] = {}
        self._open_at = math.inf
        """When the first of the endpoints that ask for patience may be asked again."""

    def __getitem__(self, name: str) -> Lane:
        return self._lanes[name]

    def look(self, progress: JobProgress) -> None:
        """Learn how the job stands: its models, and which of them have cells again."""
        for lane in progress.lanes:
            known = self._lanes.setdefault(lane.lane, Lane())
            if lane.waiting and not known.calling:
                known.exhausted_until = min(known.exhausted_until, time.monotonic())

    def moments(self) -> list[float]:
        """When something may be asked that may not be now; some lie in the past."""
        return [self._open_at, *(lane.exhausted_until for lane in self._lanes.values())]

    def wanted(self) -> dict[str, int]:
        """How many cells of each model to take now."""
        now = time.monotonic()
        self._open_at = math.inf
        wanted: dict[str, int] = {}
        free = self._terms.concurrency - sum(lane.calling for lane in self._lanes.values())
        gates = self._gates()
        rooms = {name: self._room(name) for name, lane in self._lanes.items() if lane.exhausted_until <= now}
        while free > 0:
            ready = [
                name
                for name, room in rooms.items()
                if room > wanted.get(name, 0) and all(gates[key] > 0 for key in self._lanes[name].gates)
            ]
            if not ready:
                break
            name = min(ready, key=lambda one: self._lanes[one].calling + wanted.get(one, 0))
            wanted[name] = wanted.get(name, 0) + 1
            for key in self._lanes[name].gates:
                gates[key] -= 1
            free -= 1
        return wanted

    def _gates(self) -> dict[str, int]:
        """How many more cells may be begun through each gate."""
        gates: dict[str, int] = {}
        begun: dict[str, int] = {}
        for name, lane in self._lanes.items():
            spec = self._spec(name)
            rooms = self._roads.rooms(spec) if spec is not None else {}
            lane.gates = tuple(rooms)
            gates |= rooms
            for key in rooms:
                begun[key] = begun.get(key, 0) + lane.calling
        # What was begun and has not come to its call yet is in no gate's count.
        return {key: room - max(0, begun[key] - self._roads.n_calls(key)) for key, room in gates.items()}

    def _room(self, name: str) -> int:
        """How many cells of a model may be begun now, as far as its breaker and the time go."""
        lane = self._lanes[name]
        spec = self._spec(name)
        if spec is None:
            return self._terms.concurrency  # they fail at once, with the reason
        if lane.resting >= self._terms.concurrency * _RESTING_PER_CALL:
            return 0  # its own affair: what rests here keeps no other model waiting
        breaker = self._breakers.find(name)
        if breaker is not None:
            status = breaker.status()
            if status.state != "closed" and breaker.down_s + status.wait_s <= self._patience_s:
                # One is tried, by whoever waits for it already, or by a new one once the pause is over.
                if lane.calling or lane.resting or status.wait_s:
                    self._on_note(f"{breaker.endpoint} is {status.sentence}")
                    return 0
                return 1
        wait_s = self._roads.wait_s(spec) or 0.0
        if wait_s > 0.0:
            self._open_at = min(self._open_at, time.monotonic() + wait_s)
            return 0
        return self._terms.concurrency

    def _spec(self, name: str) -> ModelSpec | None:
        try:
            return self._specs(name)
        except CompareError:
            return None
