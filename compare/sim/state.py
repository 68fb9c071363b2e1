"""What the requests of one running simulator share: pace, attempts, the log of requests, whether it is closing."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from compare.sim.faults import Attempts


class RecordedBody(dict[str, Any]):
    """A request body as it came, and how it came: equal to the plain body.

    Attributes:
        path: of the request, which tells the wire format; without the query.
        headers: names in lower case.
    """

    def __init__(self, body: Mapping[str, Any], path: str, headers: Mapping[str, str]) -> None:
        super().__init__(copy.deepcopy(dict(body)))
        self.path = path
        self.headers = dict(headers)


class SimState:
    """Shared state of one app; touched from its event loop only."""

    def __init__(self, speed: float, record: list[dict[str, Any]] | None = None) -> None:
        """Make it.

        Args:
            speed: factor on every wait: 1 real pace, 2 half as fast, 0 no waiting.
            record: every request body that parses as a JSON object is appended here as a RecordedBody, refused ones
                too.
        """
        self.speed = speed
        self.attempts = Attempts()
        self._record = record
        self._closing = False

    def record_request(self, body: Mapping[str, Any], path: str, headers: Mapping[str, str]) -> None:
        """Keep the body where a log was asked for."""
        if self._record is not None:
            self._record.append(RecordedBody(body, path, headers))

    def close(self) -> None:
        """Make every waiting answer end soon."""
        self._closing = True

    def is_closing(self) -> bool:
        """Whether the server is being stopped."""
        return self._closing


__all__ = ["RecordedBody", "SimState"]
