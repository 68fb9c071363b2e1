"""A proxy in front of the app that signs people in: which addresses are trusted, and what its headers say."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from compare.errors import SignInError
from compare.people.identity import Identity, clean_name

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Proxy:
    """Which proxy is believed, and where it writes who asks."""

    addresses: tuple[Network, ...]
    """From where a request must come for its headers to count."""
    user: str = "X-Forwarded-User"
    """Header with what stays the same for a person: an id or an account's name. It must be there."""
    email: str | None = "X-Forwarded-Email"
    groups: str | None = "X-Forwarded-Groups"
    """Header with group names, separated by commas."""

    def trusts(self, address: str | None) -> bool:
        """Whether a connection from this address may say who asks."""
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        # A server that listens on IPv6 sees an IPv4 proxy as ::ffff:10.0.0.5.
        mapped = getattr(found, "ipv4_mapped", None)
        return any((mapped or found) in network for network in self.addresses)

    def identity(self, headers: Sequence[tuple[str, str]]) -> Identity:
        """Who asks. To be called only for a connection from a trusted address.

        Raises:
            SignInError: the proxy named nobody, or a header is there twice: one of the two came from outside.
        """
        user = _one(headers, self.user)
        if not user:
            raise SignInError(
                f"The proxy did not say who you are: its header {self.user} is missing. "
                "Sign in at the proxy, or have it send that header (roles.toml, [proxy])."
            )
        email = _one(headers, self.email).lower()
        groups = frozenset(name.strip() for name in _one(headers, self.groups).split(",") if name.strip())
        return Identity("proxy", user, clean_name(email or user), email or None, groups)


def _one(headers: Sequence[tuple[str, str]], name: str | None) -> str:
    if name is None:
        return ""
    found = [value for key, value in headers if key.lower() == name.lower()]
    if len(found) > 1:
        raise SignInError(
            f"The header {name} came {len(found)} times, so one of them was not written by the proxy. "
            "Have the proxy remove the one it receives before it adds its own."
        )
    return _utf8(found[0]).strip() if found else ""


def _utf8(value: str) -> str:
    """Header bytes are handed over as Latin-1; what is UTF-8 in truth is read as that."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
