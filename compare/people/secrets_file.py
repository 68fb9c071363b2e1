"""What [auth] in Streamlit's secrets.toml says, read before Streamlit does.

Streamlit takes a secrets file that it cannot parse for one that is not there: sign-in would silently be off.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from compare.errors import ConfigError

_NEEDED = ("client_id", "client_secret", "server_metadata_url")
MIN_SECRET = 32
"""Characters of cookie_secret at least: whoever can guess it can be anybody."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One identity provider."""

    name: str
    """As Streamlit's st.login takes it; "default" for the one that stands in [auth] itself."""
    client_id: str


@dataclass(frozen=True, slots=True)
class Auth:
    """Sign-in with st.login."""

    providers: tuple[Provider, ...]
    redirect_uri: str

    @property
    def client_ids(self) -> frozenset[str]:
        """Under which ids the app is known."""
        return frozenset(provider.client_id for provider in self.providers)

    def client_ids_of(self, provider: object) -> frozenset[str]:
        """The id under which the app is known to this provider; none where there is no such."""
        return frozenset(each.client_id for each in self.providers if each.name == provider)


def read_auth(files: Sequence[Path]) -> Auth | None:
    """[auth] of these files, the last one counting most; None where no file has it.

    Raises:
        ConfigError: a file cannot be read, or [auth] is not complete.
    """
    section: tuple[Path, Any] | None = None
    for path in files:
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as exc:
            raise ConfigError(
                f"{path} cannot be read ({exc}), so it is not known whether people must sign in. Correct or remove it."
            ) from exc
        if "auth" in said:
            section = (path, said["auth"])
    return None if section is None else _auth(*section)


def _auth(path: Path, said: Any) -> Auth:
    if not isinstance(said, dict):
        raise ConfigError(f"{path}: auth must be a section: a line [auth] with its settings below.")
    redirect_uri = _text(said, "redirect_uri", path, "[auth]")
    if not redirect_uri.endswith("/oauth2callback"):
        raise ConfigError(
            f"{path}: redirect_uri in [auth] is {redirect_uri!r}; it must be the app's address with /oauth2callback."
        )
    secret = _text(said, "cookie_secret", path, "[auth]")
    if len(secret) < MIN_SECRET:
        raise ConfigError(
            f"{path}: cookie_secret in [auth] has {len(secret)} characters; {MIN_SECRET} are the least, since whoever "
            'guesses it can be anybody. Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    found = [_provider(name, table, path) for name, table in _sections(said)]
    if not found:
        raise ConfigError(f"{path}: [auth] names no identity provider. It needs {', '.join(_NEEDED)}.")
    if find_spec("authlib") is None:
        raise ConfigError(
            f"{path} has [auth], but Authlib, which Streamlit's sign-in needs, is not installed. "
            "Install it: pip install 'weighbridge[auth]'"
        )
    return Auth(tuple(found), redirect_uri)


def _sections(said: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Streamlit knows [auth] itself as "default", and [auth.NAME] for each other provider."""
    named: list[tuple[str, Mapping[str, Any]]] = [
        (name, table) for name, table in said.items() if isinstance(table, dict) and name != "client_kwargs"
    ]
    return [("default", said), *named] if any(key in said for key in _NEEDED) else named


def _provider(name: str, table: Mapping[str, Any], path: Path) -> Provider:
    where = "[auth]" if name == "default" else f"[auth.{name}]"
    for key in _NEEDED:
        _text(table, key, path, where)
    address = urlsplit(str(table["server_metadata_url"]))
    if address.scheme != "https" and not (address.scheme == "http" and _is_here(address.hostname)):
        raise ConfigError(
            f"{path}: server_metadata_url in {where} must begin with https:// (only on this machine may it be http)."
        )
    return Provider(name, str(table["client_id"]))


def _text(table: Mapping[str, Any], key: str, path: Path, where: str) -> str:
    said = table.get(key)
    if not isinstance(said, str) or not said.strip():
        raise ConfigError(f"{path}: {where} has no {key}. docs/sign-in.md has a whole example.")
    return said


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
