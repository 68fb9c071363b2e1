"""Somebody whom an identity provider or a proxy vouches for, and what must hold of an ID token's claims for that.

Signature, issuer, nonce and expiry of the token were checked when it came (Streamlit's login, with Authlib). What that
leaves open is refused here, at every use: a token made out for somebody else, one that nobody signed (Authlib takes it
where the provider's metadata list "none"), and a sign-in of long ago.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from compare.errors import SignInError

CLOCK_LEEWAY_S = 300.0
"""How far the clocks of provider and app may be apart."""
_MAX_NAME = 120
_SIGNED = ("RS", "PS", "ES", "Ed")
"""How the names of signatures with a private key begin; "none" is none, and an HMAC's key may be known to many."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One person."""

    issuer: str
    """Address of the identity provider, or "proxy"."""
    subject: str
    """What stays the same for this person there."""
    name: str
    """What others see: the verified e-mail address, else the name."""
    email: str | None = None
    """Only where it is verified; in small letters."""
    groups: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """One text for issuer and subject, which together are the identity; names and addresses may change."""
        return json.dumps([self.issuer, self.subject])


def identity_of_claims(
    claims: Mapping[str, Any],
    *,
    client_ids: Collection[str],
    groups_claim: str,
    emails_are_verified: bool,
    max_age_s: float,
    now_s: float,
) -> Identity:
    """Who signed in.

    Args:
        claims: those of an ID token whose signature, issuer, nonce and expiry were checked when it came.
        client_ids: under which ids this app is known to its providers.
        groups_claim: name of the claim with groups.
        emails_are_verified: whether an address counts that the token does not call verified.
        max_age_s: how long a sign-in lasts.
        now_s: the time, in seconds since 1970.

    Raises:
        SignInError: it does not hold here, or not any more.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        raise SignInError("Your sign-in does not say who you are: its ID token has no iss or no sub. Sign in again.")
    audience = claims.get("aud")
    meant = {item for item in (audience if isinstance(audience, list) else [audience]) if isinstance(item, str)}
    if meant.isdisjoint(client_ids):
        raise SignInError(
            f"Your sign-in was made out for {_listed(meant)}, not for this app ({_listed(client_ids)}). "
            "Sign in again; if that does not help, have client_id in secrets.toml checked."
        )
    _not_too_old(claims.get("iat"), max_age_s, now_s)
    email = _verified_email(claims, emails_are_verified)
    return Identity(issuer, subject, email or _shown(claims, subject), email, frozenset(_groups(claims, groups_claim)))


def check_signed(id_token: object, claims: Mapping[str, Any]) -> None:
    """Make sure that the ID token, already checked when it came, was signed with the provider's private key.

    Args:
        id_token: as it came, with its header.
        claims: what is believed because of it.

    Raises:
        SignInError: it was not, or these are not its claims.
    """
    try:
        header, body, seal = (_decoded(part) for part in str(id_token).split("."))
        algorithm, said = json.loads(header)["alg"], json.loads(body)
    except (ValueError, KeyError, TypeError) as exc:
        raise SignInError("Your sign-in came without a token that can be read. Sign in again.") from exc
    if not seal or not str(algorithm).startswith(_SIGNED):
        raise SignInError(
            f"Your sign-in was not signed by its provider (algorithm {algorithm}), so anybody could have made it. "
            "Have the provider sign its ID tokens, with RS256 for example."
        )
    if any(said.get(name) != claims.get(name) for name in ("iss", "sub", "aud", "iat")):
        raise SignInError("Your sign-in and its token are two different people's. Sign in again.")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def clean_name(name: str) -> str:
    """A name as it is stored: outer and doubled spaces do not count, and nobody's is endless."""
    return " ".join(name.split())[:_MAX_NAME]


def _not_too_old(issued: Any, max_age_s: float, now_s: float) -> None:
    if not isinstance(issued, (int, float)) or isinstance(issued, bool):
        raise SignInError("Your sign-in does not say when it was made (iat in the ID token). Sign in again.")
    if issued > now_s + CLOCK_LEEWAY_S:
        raise SignInError("Your sign-in lies in the future: the clocks of provider and app differ. Have them set.")
    if now_s - issued > max_age_s:
        raise SignInError(f"Your sign-in is over: it lasts {max_age_s / 3600:g} hours. Sign in again.")


def _verified_email(claims: Mapping[str, Any], unless_said: bool) -> str | None:
    email = claims.get("email")
    # Some providers write booleans as text.
    verified = claims.get("email_verified", unless_said) in (True, "true")
    return clean_name(email).lower() if verified and isinstance(email, str) and "@" in email else None


def _shown(claims: Mapping[str, Any], subject: str) -> str:
    """A name without a verified address. It cannot pass for one: whoever chose it could choose somebody else's."""
    for claim in ("name", "preferred_username", "nickname"):
        said = claims.get(claim)
        if isinstance(said, str) and clean_name(said):
            return clean_name(said).replace("@", " at ")
    return clean_name(subject).replace("@", " at ")


def _groups(claims: Mapping[str, Any], name: str) -> list[str]:
    """The groups; a name with dots is looked up whole first, then step by step."""
    found: Any = claims.get(name)
    if found is None and "." in name:
        found = claims
        for step in name.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return [found]
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(map(str, names))) or "nobody"
