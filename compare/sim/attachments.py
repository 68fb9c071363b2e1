"""Whether an image or file in a request is one that a vendor would take. What is in it nobody here looks at."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,")


def is_base64(data: object) -> bool:
    """Whether a value is base64 text that holds something."""
    if not isinstance(data, str) or not data:
        return False
    try:
        base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def is_address(url: object) -> bool:
    """Whether a value is a web address, or a data URL that can be decoded."""
    if not isinstance(url, str):
        return False
    match = _DATA_URL.match(url)
    return is_base64(url[match.end() :]) if match else url.startswith(("https://", "http://"))


def has_text(given: Mapping[str, object], *names: str) -> bool:
    """Whether one of these fields holds text."""
    return any(isinstance(value := given.get(name), str) and value != "" for name in names)


__all__ = ["IMAGE_TYPES", "has_text", "is_address", "is_base64"]
