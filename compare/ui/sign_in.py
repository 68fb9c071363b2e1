"""How people are known in this process, and who vouches for whoever asks: for pages and routes alike."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from streamlit import config
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME

from compare.errors import ConfigError
from compare.people.identity import Identity, check_signed
from compare.people.roles import Role, highest
from compare.people.sign_in import SignIn, read_sign_in
from compare.settings import app_root, database_path, roles_path
from compare.store.raters import SignedIn
from compare.ui import resources

_settling = threading.Lock()


def sign_in() -> SignIn:
    """How people are known here: as settled when the server started; without a server, as the files say now."""
    settled: SignIn | None = getattr(sys, "_weighbridge_sign_in", None)
    return settled or read_sign_in(_secrets_files(), roles_path())


def settle() -> SignIn:
    """Settle it for this process. Kept on the interpreter because Streamlit re-imports modules on save.

    Raises:
        ConfigError: the files are wrong. The app must not start then: it would be open to everybody.
    """
    with _settling:
        settled: SignIn | None = getattr(sys, "_weighbridge_sign_in", None)
        if settled is None:
            settled = read_sign_in(_secrets_files(), roles_path())
            sys._weighbridge_sign_in = settled  # type: ignore[attr-defined]
        return settled


def check_streamlit_agrees() -> None:
    """Make sure that Streamlit has read the same secrets; to be called once it has.

    Raises:
        ConfigError: it signs people in where we do not, or the other way round.
    """
    import streamlit as st

    streamlits = st.secrets.load_if_toml_exists() and "auth" in st.secrets
    ours = sign_in().kind == "oidc"
    if streamlits != ours:
        raise ConfigError(
            f"Streamlit {'has' if streamlits else 'has no'} [auth] in its secrets, but these files "
            f"{'have it' if ours else 'do not'}: {', '.join(map(str, _secrets_files()))}. Keep [auth] in one of them."
        )


def claims_in(cookies: Mapping[str, str]) -> dict[str, Any]:
    """What st.login's signed cookie says of who signed in; empty where there is none or its signature is wrong."""
    said = _signed_json(cookies, USER_COOKIE_NAME)
    return said if said.get("is_logged_in") is True else {}


def identity_of(claims: Mapping[str, Any], cookies: Mapping[str, str]) -> Identity:
    """Who signed in.

    Args:
        claims: of whom st.login speaks.
        cookies: of the same browser; the ID token lies in them, as Streamlit keeps it.

    Raises:
        SignInError: it does not hold here, or not any more.
        ConfigError: roles.toml cannot be read.
    """
    check_signed(_signed_json(cookies, TOKENS_COOKIE_NAME).get("id_token"), claims)
    return sign_in().identity_of_claims(claims, time.time())


def _signed_json(cookies: Mapping[str, str], cookie: str) -> dict[str, Any]:
    secret = get_cookie_secret()

    def single(name: str) -> bytes | None:
        value = cookies.get(name)
        return None if value is None else decode_signed_value(secret, name, value.encode("latin-1", "replace"))

    found = get_cookie_with_chunks(single, cookie)
    try:
        said = json.loads(found) if found else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def roles_of(identity: Identity) -> frozenset[Role]:
    """What they may do now.

    Raises:
        ConfigError: roles.toml cannot be read.
    """
    return sign_in().rules().roles_of(identity)


def rater_of(identity: Identity) -> SignedIn:
    """The rater that they are; at their first visit they are added."""
    return _rater(str(database_path()), identity.key, identity.name, highest(roles_of(identity)) or "none")


@lru_cache(maxsize=4096)
def _rater(_database: str, key: str, name: str, role: str) -> SignedIn:
    return resources.store().rater_signed_in(key, name, role)


def _secrets_files() -> list[Path]:
    """Where Streamlit looks, the last counting most; also beside app.py, which it does not know yet at first."""
    named = [Path(path) for path in config.get_option("secrets.files")]
    beside = app_root() / ".streamlit" / "secrets.toml"
    files = named if beside in named or config.is_manually_set("secrets.files") else [*named, beside]
    return [path for path in files if path.suffix == ".toml"]
