"""Reading roles.toml: every mistake in it is a sentence, and a file with one gives nobody a role."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from compare.errors import ConfigError
from compare.people.proxy import Network, Proxy
from compare.people.roles import ORDER, Granted, Role, RolesFile

EXAMPLE = """\
everyone = "rater"                 # whoever signs in may rate; leave out: only those named below get in
groups_claim = "groups"            # the claim of the ID token that lists groups or roles

[admin]
emails = ["ann@example.com"]

[owner]
groups = ["evaluation"]

[rater]
emails = ["@example.com"]          # everybody of that domain
"""
PROXY_EXAMPLE = """\
[proxy]
addresses = ["127.0.0.1"]          # where the proxy's connections come from
user = "X-Forwarded-User"
email = "X-Forwarded-Email"
groups = "X-Forwarded-Groups"
"""

_KEYS = ("everyone", "groups_claim", "emails_are_verified", "hours", "proxy", *ORDER)
_PROXY_KEYS = ("addresses", "user", "email", "groups")
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_MAX_HOURS = 24 * 30


def read_roles_file(path: Path) -> RolesFile | None:
    """What the file says, or None where there is none.

    Raises:
        ConfigError: it cannot be read; the sentence says where.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path} cannot be read ({exc}). It must be a text file in UTF-8.") from exc
    try:
        return parse_roles_file(text)
    except ConfigError as exc:
        raise ConfigError(f"{path}: {exc}") from exc


def parse_roles_file(text: str) -> RolesFile:
    """The same from its text.

    Raises:
        ConfigError: something in it cannot be meant.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"this is no TOML: {exc}.") from exc
    _known(said, _KEYS, "the file")
    proxy = said.get("proxy")
    return RolesFile(
        granted={role: _granted(_table(said[role], role), role) for role in ORDER if role in said},
        everyone=_everyone(said.get("everyone")),
        groups_claim=_text(said.get("groups_claim", "groups"), "groups_claim"),
        emails_are_verified=_truth(said.get("emails_are_verified", False), "emails_are_verified"),
        hours=_hours(said.get("hours", 12)),
        proxy=None if proxy is None else _proxy(_table(proxy, "proxy")),
    )


def _granted(table: Mapping[str, Any], role: Role) -> Granted:
    _known(table, ("emails", "groups"), f"[{role}]")
    emails = _texts(table.get("emails", []), f"emails in [{role}]")
    for email in emails:
        if "@" not in email or email.endswith("@"):
            raise ConfigError(
                f'"{email}" in [{role}] is no e-mail address. Write "ann@example.com", or "@example.com" for all of it.'
            )
    return Granted(
        frozenset(email.lower() for email in emails), frozenset(_texts(table.get("groups", []), f"groups in [{role}]"))
    )


def _proxy(table: Mapping[str, Any]) -> Proxy:
    _known(table, _PROXY_KEYS, "[proxy]")
    addresses = _texts(table.get("addresses", []), "addresses in [proxy]")
    if not addresses:
        raise ConfigError(
            '[proxy] names no address. Say from where the proxy connects: addresses = ["127.0.0.1"]; '
            "headers from anywhere else are never believed."
        )
    headers = {
        key: _header(table[key], key)
        for key in ("user", "email", "groups")
        if key in table and not (table[key] == "" and key != "user")
    }
    silent = {key: None for key in ("email", "groups") if table.get(key) == ""}
    return Proxy(tuple(_network(address) for address in addresses), **headers, **silent)  # type: ignore[arg-type]


def _network(text: str) -> Network:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as exc:
        raise ConfigError(f'"{text}" in [proxy] is no address: {exc}. Write "10.0.0.5" or "10.0.0.0/24".') from exc
    if network.prefixlen == 0:
        raise ConfigError(f'"{text}" in [proxy] trusts every address there is: anybody could be anybody.')
    return network


def _header(said: Any, key: str) -> str:
    name = _text(said, f"{key} in [proxy]")
    if not _HEADER.fullmatch(name):
        raise ConfigError(f'"{name}" ({key} in [proxy]) is no name of a header. Write one like "X-Forwarded-User".')
    return name


def _everyone(said: Any) -> Role | None:
    if said is None:
        return None
    if said not in ORDER:
        raise ConfigError(f"everyone is {said!r}; it must be one of {', '.join(ORDER)}, or be left out.")
    return cast(Role, said)


def _hours(said: Any) -> float:
    if isinstance(said, bool) or not isinstance(said, (int, float)) or not 0 < said <= _MAX_HOURS:
        raise ConfigError(f"hours is {said!r}; it must be a number above 0 and at most {_MAX_HOURS}.")
    return float(said)


def _known(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ConfigError(f"{where} has {', '.join(unknown)}, which means nothing here. Known: {', '.join(known)}.")


def _table(said: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise ConfigError(f"{name} is {said!r}; it must be a section: a line [{name}] with its settings below.")
    return said


def _text(said: Any, name: str) -> str:
    if not isinstance(said, str) or not said.strip():
        raise ConfigError(f"{name} is {said!r}; it must be a text in quotes.")
    return said.strip()


def _texts(said: Any, name: str) -> list[str]:
    if not isinstance(said, list):
        raise ConfigError(f'{name} is {said!r}; it must be a list: ["one", "two"].')
    return [_text(item, f"one of the {name}") for item in said]


def _truth(said: Any, name: str) -> bool:
    if not isinstance(said, bool):
        raise ConfigError(f"{name} is {said!r}; it must be true or false.")
    return said
