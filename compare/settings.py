"""Environment, folders and secrets: the one place that reads them.

Set by environment variables, all optional:
    WEIGHBRIDGE_DATA_DIR    folder of weighbridge.db; default: the checkout's data/, else the user's data folder
    WEIGHBRIDGE_MODELS      a models.toml of your own, merged over the shipped one
    WEIGHBRIDGE_SIM_SPEED   pace of the simulated models: 1 real, 2 half as fast ... 0 no waiting
    WEIGHBRIDGE_PLAIN       1: answers are shown without the reading pane's script
    WEIGHBRIDGE_GATEWAY_LITELLM, _PORTKEY, _TENSORZERO, _ENVOY   where `route verify` finds each gateway
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Literal

from compare.errors import ConfigError

PACKAGE = Path(__file__).resolve().parent


def app_root() -> Path:
    """Folder that holds app.py, pages/, .streamlit/ and data/: the checkout, or the copy inside an installed wheel."""
    checkout = PACKAGE.parent
    if (checkout / "app.py").is_file() and (checkout / "pages").is_dir():
        return checkout
    return PACKAGE / "_app"


def is_checkout() -> bool:
    """True where the code runs from a checkout, not from an installed wheel."""
    return app_root() == PACKAGE.parent


def shipped(*parts: str) -> Path:
    """Path of a read-only file that ships with the app, under data/."""
    return app_root().joinpath("data", *parts)


def data_dir() -> Path:
    """Folder for the database; made when missing.

    Raises:
        ConfigError: it cannot be made or written.
    """
    chosen = os.environ.get("WEIGHBRIDGE_DATA_DIR", "").strip()
    if chosen:
        folder = Path(chosen).expanduser()
    elif is_checkout():
        folder = app_root() / "data"
    else:
        from platformdirs import user_data_path

        folder = user_data_path("weighbridge", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigError(f"The data folder {folder} cannot be made ({exc.strerror}). {_OTHER_FOLDER}") from exc
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"The data folder {folder} is read-only. {_OTHER_FOLDER}")
    return folder


_OTHER_FOLDER = "Name a folder that you may write to in WEIGHBRIDGE_DATA_DIR and start again."


def database_path() -> Path:
    """Path of the database file; its folder exists and can be written."""
    return data_dir() / "weighbridge.db"


def criteria_path() -> Path:
    """Path of the criteria file that the scorecard reads unless told otherwise; it need not be there."""
    return data_dir() / "criteria.toml"


def own_models_file() -> Path | None:
    """The user's own models.toml, or None where none is named.

    Raises:
        ConfigError: WEIGHBRIDGE_MODELS names a file that is not there.
    """
    chosen = os.environ.get("WEIGHBRIDGE_MODELS", "").strip()
    if not chosen:
        return None
    return _named_file("WEIGHBRIDGE_MODELS", chosen)


def own_prices_file() -> Path | None:
    """The user's own prices, or None where no file is named.

    Raises:
        ConfigError: WEIGHBRIDGE_PRICES names a file that is not there.
    """
    chosen = os.environ.get("WEIGHBRIDGE_PRICES", "").strip()
    return _named_file("WEIGHBRIDGE_PRICES", chosen) if chosen else None


def _named_file(variable: str, name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        raise ConfigError(f"{variable} names {path}, which is not a file. Correct the path or unset it.")
    return path


def gateway_home(target: str) -> Path | None:
    """Where a gateway is installed, or None where nobody says.

    Raises:
        ConfigError: the variable names something that is not there.
    """
    variable = f"WEIGHBRIDGE_GATEWAY_{target.upper()}"
    chosen = os.environ.get(variable, "").strip()
    if not chosen:
        return None
    path = Path(chosen).expanduser().absolute()
    if not path.exists():
        raise ConfigError(f"{variable} names {path}, which does not exist. Correct the path or unset it.")
    return path


def http_transport() -> Literal["aiohttp", "httpx"]:
    """What carries requests to models.

    Raises:
        ConfigError: WEIGHBRIDGE_HTTP names something else.
    """
    chosen = os.environ.get("WEIGHBRIDGE_HTTP", "").strip().lower() or "aiohttp"
    if chosen == "aiohttp":
        return "aiohttp"
    if chosen == "httpx":
        return "httpx"
    raise ConfigError(f"WEIGHBRIDGE_HTTP is {chosen!r}; it must be aiohttp (the default) or httpx.")


def sim_speed() -> float:
    """Factor on every wait of the simulated models; 0 means none.

    Raises:
        ConfigError: WEIGHBRIDGE_SIM_SPEED is not a number >= 0.
    """
    chosen = os.environ.get("WEIGHBRIDGE_SIM_SPEED", "1").strip() or "1"
    try:
        speed = float(chosen)
    except ValueError:
        speed = -1.0
    if not 0 <= speed < float("inf"):
        raise ConfigError(f"WEIGHBRIDGE_SIM_SPEED is {chosen!r}; it must be a number from 0 (no waiting) upwards.")
    return speed


def allowed_hosts() -> list[str]:
    """Names under which the app may be asked for; a page of another name must not reach it by DNS rebinding."""
    chosen = os.environ.get("WEIGHBRIDGE_HOSTS", "")
    return [name.strip() for name in chosen.split(",") if name.strip()] or ["127.0.0.1", "localhost"]


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only; an empty one means every address there is."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def plain_viewer() -> bool:
    """True where answers are to be shown without the reading pane's script."""
    return os.environ.get("WEIGHBRIDGE_PLAIN", "") not in ("", "0")


def api_key(variable: str | None) -> str | None:
    """The key in the named environment variable, or None where there is none (or none is needed)."""
    if not variable:
        return None
    return os.environ.get(variable, "").strip() or None


# --- tokens for routes -----------------------------------------------------------------------------------------------

ROUTE_TOKEN_MAX_AGE_S = 12 * 3600


def _signing_key() -> bytes:
    """A random key of this process; kept on the interpreter because Streamlit re-imports modules on save."""
    key = getattr(sys, "_weighbridge_signing_key", None)
    if key is None:
        key = sys._weighbridge_signing_key = secrets.token_bytes(32)  # type: ignore[attr-defined]
    return bytes(key)


def sign_route(run_id: str, viewer_id: str) -> str:
    """A token that lets one viewer read one run's event stream until it expires."""
    body = json.dumps([run_id, viewer_id, int(time.time())], separators=(",", ":")).encode()
    seal = hmac.digest(_signing_key(), body, hashlib.sha256)
    return f"{_b64(body)}.{_b64(seal)}"


def read_route(token: str) -> tuple[str, str] | None:
    """(run id, viewer id) of a token that sign_route made in this process and that has not expired, else None."""
    try:
        body, seal = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split("."))
        if not hmac.compare_digest(seal, hmac.digest(_signing_key(), body, hashlib.sha256)):
            return None
        run_id, viewer_id, made_at = json.loads(body)
    except ValueError:
        return None
    if not 0 <= time.time() - made_at <= ROUTE_TOKEN_MAX_AGE_S:
        return None
    return str(run_id), str(viewer_id)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
