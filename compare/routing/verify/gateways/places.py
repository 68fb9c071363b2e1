"""Finding where a gateway is installed: as the user says, in the checkout's own environments, or on the PATH."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from compare.errors import ConfigError
from compare.settings import app_root, gateway_home, is_checkout


def environments(target: str, home: Path | None, usual: Sequence[str]) -> Iterator[Path]:
    """Folders to look in: only the one that was named, else the checkout's own of these names.

    Args:
        target: as in `--to`.
        home: what the option names.
        usual: folders of the checkout.
    """
    chosen = home or gateway_home(target)
    if chosen is not None:
        yield chosen
    elif is_checkout():
        yield from (app_root() / name for name in usual)


def program(target: str, title: str, install: str, name: str, home: Path | None, usual: Sequence[str]) -> Path:
    """A program of an environment.

    Raises:
        ConfigError: it is not installed; the message says how to.
    """
    looked = list(environments(target, home, usual))
    for folder in looked:
        for path in (folder, folder / "bin" / name, folder / name):
            if path.is_file() and os.access(path, os.X_OK):
                return path
    on_path = None if home or gateway_home(target) else shutil.which(name)
    if on_path:
        return Path(on_path)
    raise missing(title, install, target, looked)


def missing(title: str, install: str, target: str, looked: Sequence[Path]) -> ConfigError:
    """The error for a gateway that is not there."""
    places = f" (looked in {', '.join(map(str, looked))})" if looked else ""
    return ConfigError(
        f"{title} is not installed{places}. {install} Then name the place with --gateway or in "
        f"WEIGHBRIDGE_GATEWAY_{target.upper()}."
    )


__all__ = ["environments", "missing", "program"]
