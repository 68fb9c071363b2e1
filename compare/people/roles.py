"""Roles, and who has which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from compare.people.identity import Identity
from compare.people.proxy import Proxy

Role = Literal["rater", "owner", "admin"]
"""rater: gives ballots. owner: makes studies and reads results as well. admin: changes models and who may do what."""
ORDER: tuple[Role, ...] = ("rater", "owner", "admin")
"""From the least; each includes those before it."""
EVERY_ROLE: frozenset[Role] = frozenset(ORDER)


def up_to(role: Role | None) -> frozenset[Role]:
    """The role with those it includes; none for None."""
    return frozenset() if role is None else frozenset(ORDER[: ORDER.index(role) + 1])


def highest(roles: Collection[Role]) -> Role | None:
    """The role that includes the others; None where there is none."""
    return max(roles, key=ORDER.index, default=None)


@dataclass(frozen=True, slots=True)
class Granted:
    """To whom one role is given."""

    emails: frozenset[str] = frozenset()
    """In small letters; "@example.com" is everybody there."""
    groups: frozenset[str] = frozenset()
    """Exactly as the identity provider or the proxy writes them."""

    def holds(self, identity: Identity) -> bool:
        """Whether this person is meant; an e-mail address that nobody has verified names nobody."""
        email = (identity.email or "").lower()
        domain = "@" + email.rpartition("@")[2]
        return bool(self.groups & identity.groups) or (bool(email) and not self.emails.isdisjoint({email, domain}))


@dataclass(frozen=True, slots=True)
class RolesFile:
    """What roles.toml says."""

    granted: Mapping[Role, Granted] = field(default_factory=dict)
    everyone: Role | None = None
    """The role of whoever is known and named nowhere; None: they may do nothing."""
    groups_claim: str = "groups"
    """Name of the claim that lists groups or roles; "realm_access.roles" looks inside "realm_access"."""
    emails_are_verified: bool = False
    """Whether an e-mail address counts although the ID token does not say that it was verified."""
    hours: float = 12.0
    """How long a sign-in lasts, in hours."""
    proxy: Proxy | None = None

    def roles_of(self, identity: Identity) -> frozenset[Role]:
        """Every role of this person."""
        given: list[Role] = [role for role, granted in self.granted.items() if granted.holds(identity)]
        if self.everyone is not None:
            given.append(self.everyone)
        return up_to(highest(given))
