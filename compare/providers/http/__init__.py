"""The HTTP client: the only folder that imports httpx and aiohttp, and the seam behind which adapters see neither.

Requests go through an httpx transport: by default one on aiohttp that raises httpx's exceptions and needs about a
quarter of the CPU, by argument httpx's own. Transports are used without httpx.AsyncClient, so there is nothing that
could follow a redirect, keep a cookie or log an address. Limits and timeouts are set on purpose: no cap on connections
and so no waiting for one, a bound on connecting, on the gap between two pieces, and on the whole call.

Whatever fails leaves as a ProviderError whose failure is worded and judged by phase (wording.py).
"""

from __future__ import annotations

from compare.providers.http.client import HttpClient, Transport
from compare.providers.http.response import HttpResponse

__all__ = ["HttpClient", "HttpResponse", "Transport"]
