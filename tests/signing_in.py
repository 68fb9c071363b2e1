"""People who sign in at the real app: its files, their cookies as st.login would write them, their requests."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string

from tests.viewer import Session, open_page

CLIENT = "weighbridge-test"
COOKIE_SECRET = "a cookie secret of these tests, long enough"
ISSUER = "http://127.0.0.1:9/issuer"
ROLES = """
groups_claim = "groups"
[admin]
emails = ["ada@example.com"]
[owner]
groups = ["evaluation"]
[rater]
emails = ["@raters.example.com"]
"""
PEOPLE: dict[str, dict[str, Any]] = {
    "admin": {"sub": "u-ada", "name": "Ada", "email": "ada@example.com", "email_verified": True},
    "owner": {"sub": "u-olga", "name": "Olga", "email": "olga@example.com", "groups": ["evaluation", "lunch"]},
    "rater": {"sub": "u-rob", "name": "Rob", "email": "rob@raters.example.com", "email_verified": True},
    "nobody": {"sub": "u-ned", "name": "Ned", "email": "ned@elsewhere.example.com", "email_verified": True},
}


def write_sign_in(folder: Path, metadata_url: str = f"{ISSUER}/.well-known/openid-configuration") -> None:
    """secrets.toml where the app looks when it is started in this folder, and roles.toml in the data folder."""
    (folder / ".streamlit").mkdir(parents=True, exist_ok=True)
    (folder / ".streamlit" / "secrets.toml").write_text(f"""
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "{CLIENT}"
client_secret = "a client secret of these tests"
server_metadata_url = "{metadata_url}"
client_kwargs = {{ prompt = "login" }}
""")
    (folder / "roles.toml").write_text(ROLES)


def cookies(
    url: str, *, secret: str = COOKIE_SECRET, provider: str = "default", algorithm: str = "RS256", **claims: Any
) -> dict[str, str]:
    """Cookies of somebody who has signed in with these claims."""
    said = {"iss": ISSUER, "aud": CLIENT, "iat": int(time.time()), "exp": int(time.time()) + 3600, **claims}
    told = {**said, "origin": url, "is_logged_in": True, "provider": provider}
    parts = (json.dumps(part).encode() for part in ({"alg": algorithm}, said))
    # The app checks no signature of a token that lies in its own signed cookie: Streamlit did, when it came.
    token = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, b"a signature"))
    kept = {"_streamlit_user": told, "_streamlit_user_tokens": {"id_token": token}}
    return {name: create_signed_value(secret, name, json.dumps(value)).decode() for name, value in kept.items()}


@asynccontextmanager
async def browser(kept: dict[str, str] | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """A client that keeps cookies, like a browser's profile."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookies=kept or {}, cookie_jar=jar) as http:
        yield http


@asynccontextmanager
async def page_of(http: aiohttp.ClientSession, url: str, page: str = "", query: str = "") -> AsyncIterator[Session]:
    """One page in that browser, drawn."""
    token = generate_xsrf_token_string()
    http.cookie_jar.update_cookies({"_streamlit_xsrf": token})
    async with open_page(http, url, query, page=page, xsrf=token) as session:
        yield session
