"""Which proxy the environment names for an address."""

from __future__ import annotations

import ipaddress
import urllib.request
from functools import lru_cache

import httpx


def proxy_to(url: httpx.URL) -> str | None:
    """The proxy that the environment names for this address; never one for a loopback address.

    Raises:
        httpx.ProxyError: it names one of a kind that is not supported.
    """
    if _is_loopback(url.host) or urllib.request.proxy_bypass(f"{url.host}:{url.port}" if url.port else url.host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy:
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        raise httpx.ProxyError(f"{proxy.partition('://')[0]} proxies are not supported, only http and https")
    return proxy


@lru_cache(maxsize=256)
def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


__all__ = ["proxy_to"]
