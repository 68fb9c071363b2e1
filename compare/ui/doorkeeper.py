"""Who asks for a route: the same identity as on a page, read from the request itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from streamlit import config

from compare.errors import ConfigError, SignInError
from compare.people.identity import Identity
from compare.people.sign_in import Asker, Kind
from compare.ui.sign_in import claims_in, identity_of, rater_of, roles_of, sign_in

log = logging.getLogger(__name__)

NO_LIST = "The list of roles cannot be read, so nobody may do anything here. The app's log says what is wrong with it."


class Keeper:
    """The doorkeeper of this process, for compare/web/door.py."""

    @property
    def kind(self) -> Kind:
        """How people are known here."""
        return sign_in().kind

    @property
    def base_path(self) -> str:
        """What stands before every path of Streamlit's."""
        base = str(config.get_option("server.baseUrlPath")).strip("/")
        return f"/{base}" if base else ""

    def who(self, headers: Headers, address: str | None) -> Asker:
        """Who asks, from the request's headers and the address that it came from."""
        try:
            identity = _of_proxy(headers, address) if self.kind == "proxy" else _of_cookies(headers)
            return Asker(rater_of(identity).id, roles_of(identity))
        except SignInError as exc:
            return Asker(None, refused=str(exc))
        except ConfigError as exc:
            log.error("%s", exc)
            return Asker(None, refused=NO_LIST)


def _of_proxy(headers: Headers, address: str | None) -> Identity:
    proxy = sign_in().rules().proxy
    if proxy is None:
        raise ConfigError("roles.toml no longer says which proxy is trusted. Put [proxy] back.")
    if not proxy.trusts(address):
        raise SignInError(
            f"This app is reached through its proxy only; {address or 'an unknown address'} is not one that it trusts. "
            "Open the proxy's address, or have this one added to [proxy] in roles.toml."
        )
    return proxy.identity(headers.items())


def _of_cookies(headers: Headers) -> Identity:
    cookies: Mapping[str, str] = cookie_parser(headers.get("cookie", ""))
    claims = claims_in(cookies)
    if not claims:
        raise SignInError("Sign in first: open the app's own page.")
    return identity_of(claims, cookies)
