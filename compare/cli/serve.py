"""`serve`: the app, in this process."""

from __future__ import annotations

import errno
import os
import runpy
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from compare.cli.output import say
from compare.errors import ConfigError
from compare.settings import app_root, database_path, is_loopback


@click.command(epilog="Example: weighbridge serve --port 8600")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True, help="0 takes a free one.")
def serve(host: str, port: int) -> None:
    """Open the app in the browser's reach."""
    from compare.store.store import check_store

    root = app_root()
    entry = root / "app.py"
    if not entry.is_file():
        raise ConfigError(f"The app's files are not at {root}. Install Weighbridge again, or run it from a checkout.")
    # What cannot work is said here, in one line, not on a page later.
    check_store(database_path())
    port = _usable(host, port)
    # Streamlit reads .streamlit/config.toml beside the script named here.
    sys.argv = [str(entry)]
    sys.path.insert(0, str(root))
    # A proxy's word about who asks is believed by the proxy's own address, which must not come from a header itself.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    if not is_loopback(host):
        say(
            "It can be reached from other machines. Unless people sign in (docs/sign-in.md), whoever reaches it may do "
            "everything."
        )
        # Under which names others know this machine is theirs to say.
        os.environ.setdefault("WEIGHBRIDGE_HOSTS", "*")
    # Whoever edits the code starts `streamlit run app.py`; here nothing is watched, so nothing is re-imported in use.
    settings = {"server.address": host, "server.port": port, "server.fileWatcherType": "none"}
    with _alone(database_path().parent):
        say(f"Weighbridge: http://{host}:{port}   (Ctrl+C ends it)")
        runpy.run_path(str(entry))["app"].run(config=settings)


def _usable(host: str, port: int) -> int:
    """The port, or a free one for 0.

    Raises:
        ConfigError: it is taken, or the address is not this machine's.
    """
    try:
        with socket.create_server((host, port)) as probe:
            return int(probe.getsockname()[1])
    except OSError as exc:
        if exc.errno != errno.EADDRINUSE:
            reason = str(exc.strerror).partition(" (while")[0]  # what follows names the address once more
            raise ConfigError(
                f"{host}:{port} cannot be listened on: {reason}. Name an address of this machine with --host, "
                "or another port with --port."
            ) from exc
        raise ConfigError(
            f"Port {port} on {host} is in use. Is Weighbridge running already? "
            f"Otherwise choose another port: weighbridge serve --port {port + 1 if port < 65535 else port - 1}"
        ) from exc


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a data folder: two apps would show each other's running answers as lost.

    Raises:
        ConfigError: another app serves this folder.
    """
    try:
        import fcntl
    except ImportError:  # no such locks on this system; the database itself is safe for several programs
        yield
        return
    with (folder / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(
                f"Another Weighbridge serves the data folder {folder} already. Use that one, end it, or name another "
                "folder in WEIGHBRIDGE_DATA_DIR."
            ) from None
        yield
