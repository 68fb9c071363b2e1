"""How people are known in this process, settled once at its start: what is protected then never falls open."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from compare.errors import ConfigError
from compare.people.identity import Identity, identity_of_claims
from compare.people.roles import Role, RolesFile
from compare.people.roles_file import read_roles_file
from compare.people.secrets_file import Auth, read_auth

Kind = Literal["name", "oidc", "proxy"]
"""name: whoever reaches the app types a name. oidc: st.login. proxy: a trusted proxy's headers."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a route, as far as somebody vouches for it."""

    rater_id: str | None
    roles: frozenset[Role] = frozenset()
    refused: str = ""
    """A sentence, where it is not known who asks."""


class CurrentRoles:
    """roles.toml as it stands: who may do what can be changed without a restart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._read: tuple[int, int] | None = None
        self._found: RolesFile | None = None

    def now(self) -> RolesFile:
        """What it says.

        Raises:
            ConfigError: it is gone, or something in it cannot be meant. Nobody has a role then.
        """
        try:
            stat = self.path.stat()
        except OSError as exc:
            raise ConfigError(f"{self.path} is gone, so nobody has a role. Put it back.") from exc
        with self._lock:
            if self._found is None or self._read != (stat.st_mtime_ns, stat.st_size):
                self._found = read_roles_file(self.path)
                self._read = (stat.st_mtime_ns, stat.st_size)
            if self._found is None:
                raise ConfigError(f"{self.path} is gone, so nobody has a role. Put it back.")
            return self._found


@dataclass(frozen=True, slots=True)
class SignIn:
    """How people are known here."""

    kind: Kind
    auth: Auth | None = None
    roles: CurrentRoles | None = None

    def rules(self) -> RolesFile:
        """Who has which role now; only where somebody vouches for people."""
        assert self.roles is not None
        return self.roles.now()

    def identity_of_claims(self, claims: Mapping[str, Any], now_s: float) -> Identity:
        """Who these claims of st.login's cookie say it is.

        Raises:
            SignInError: they do not hold here, or not any more.
        """
        assert self.auth is not None
        rules = self.rules()
        return identity_of_claims(
            claims,
            client_ids=self.auth.client_ids_of(claims.get("provider")),
            groups_claim=rules.groups_claim,
            emails_are_verified=rules.emails_are_verified,
            max_age_s=rules.hours * 3600,
            now_s=now_s,
        )


def read_sign_in(secrets_files: Sequence[Path], roles_path: Path) -> SignIn:
    """What the files say.

    Raises:
        ConfigError: something in them is wrong, or they contradict each other.
    """
    auth = read_auth(secrets_files)
    rules = read_roles_file(roles_path)
    proxy = None if rules is None else rules.proxy
    if auth is None and proxy is None:
        if rules is not None:
            raise ConfigError(
                f"{roles_path} gives roles, but nothing says who people are: there is neither [auth] in secrets.toml "
                "nor [proxy] in roles.toml. Add one of them (docs/sign-in.md), or remove the file."
            )
        return SignIn("name")
    if auth is not None and proxy is not None:
        raise ConfigError(
            f"People are to sign in ([auth] in secrets.toml) and a proxy is to say who they are ([proxy] in "
            f"{roles_path}). Only one of them can be right: remove the other."
        )
    if rules is None:
        raise ConfigError(
            f"People must sign in, but nobody has a role: {roles_path} is missing. Name an admin in it: "
            '[admin] and below it emails = ["you@example.com"]. docs/sign-in.md has a whole example.'
        )
    if not _has_admin(rules):
        raise ConfigError(f"{roles_path} gives nobody the role admin. Name at least one person or group in [admin].")
    return SignIn("oidc" if auth is not None else "proxy", auth, CurrentRoles(roles_path))


def _has_admin(rules: RolesFile) -> bool:
    admins = rules.granted.get("admin")
    return rules.everyone == "admin" or (admins is not None and bool(admins.emails or admins.groups))
