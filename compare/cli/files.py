"""Reading the small files that commands are given; what is wrong with one is told with its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from compare.errors import ConfigError


def text_file(path: Path) -> str:
    """The text of a file.

    Raises:
        ConfigError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read: {exc.strerror or exc}. Check the path.") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{path} is not UTF-8 (byte {exc.start}). Save it as UTF-8 and try again.") from exc


def json_file(path: Path) -> Any:
    """The document in a JSON file.

    Raises:
        ConfigError: as text_file, or it is not JSON.
    """
    try:
        return orjson.loads(text_file(path))
    except orjson.JSONDecodeError as exc:
        raise ConfigError(f"{path} is not valid JSON: {exc}. Mend it there and try again.") from exc
