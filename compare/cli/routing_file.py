"""Reading a routing.yaml that a command is given; what is wrong with it is told with the file's name."""

from __future__ import annotations

from pathlib import Path

from compare.cli.files import text_file
from compare.errors import ConfigError
from compare.routing.config import RoutingConfig, load


def routing_file(path: Path) -> RoutingConfig:
    """The configuration in a file.

    Raises:
        ConfigError: it cannot be read, or something in it is wrong; every problem is named by line.
    """
    try:
        return load(text_file(path))
    except ConfigError as exc:
        if str(exc).startswith(str(path)):
            raise
        raise ConfigError(f"{path}: {exc}") from exc
