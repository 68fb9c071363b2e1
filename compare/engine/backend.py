"""What a call needs around it, once per event loop: the HTTP client, the simulated server, the lag meter."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from compare.catalog import Catalog, load_catalog
from compare.engine.breaker import Breakers
from compare.engine.lag import LagMeter
from compare.providers import provider_for
from compare.providers.http import HttpClient
from compare.records import ModelSpec, Provider
from compare.settings import api_key, http_transport, sim_speed
from compare.sim.models import BASE_PATHS

if TYPE_CHECKING:
    from compare.sim.server import SimServer


class Endpoint(NamedTuple):
    """Where and how a model is asked."""

    provider: Provider
    base_url: str
    api_key: str | None


class Backend:
    """Belongs to one running event loop; use it as an async context manager."""

    def __init__(self, *, sim_url: str | None = None, catalog: Callable[[], Catalog] = load_catalog) -> None:
        """Make it.

        Args:
            sim_url: root address of a simulated server that runs already; by default one is started in this process
                when a simulated model is first asked.
            catalog: where models that a candidate only names (a fallback, a summariser) are looked up.
        """
        self.lag = LagMeter()
        self.breakers = Breakers()
        self.catalog = catalog
        self._sim_url = sim_url
        self._sim: SimServer | None = None
        self._sim_starting = asyncio.Lock()

    async def __aenter__(self) -> Backend:
        self.client = HttpClient(transport=http_transport())
        self._ticking = asyncio.create_task(self.lag.run(), name="lag-meter")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticking
        await self.client.aclose()
        if self._sim is not None:
            await self._sim.close()

    async def endpoint(self, spec: ModelSpec) -> Endpoint:
        """Where a model of the catalogue is asked, starting the simulated server if it is one of those."""
        provider = provider_for(spec.provider, self.client)
        if not spec.simulated:
            return Endpoint(provider, spec.base_url, api_key(spec.api_key_env))
        return Endpoint(provider, await self._sim_root() + BASE_PATHS[spec.provider], None)

    async def _sim_root(self) -> str:
        if self._sim_url is not None:
            return self._sim_url
        async with self._sim_starting:
            if self._sim is None:
                from compare.sim.server import start

                self._sim = await start(sim_speed())
            return self._sim.base_url
