"""From bytes to text: UTF-8 where it is, else the encoding that the bytes suggest, which is then said."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from compare.errors import ImportFormatError

_WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŸ¿¡«»‹›‘’‚“”„–—…·•°§ºª€£\u00a0")
_NOT_WESTERN = re.compile(r"[^\x00-\x7f]{3}|\w[\u00bf\u00a1]")
"""Scripts other than Latin have runs of high bytes; Polish has its z with a dot where Spanish has its question mark."""
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class Decoded(NamedTuple):
    """A text and what its encoding was."""

    text: str
    guessed: str | None
    """Name of the encoding where it had to be guessed, else None."""


def decode(raw: bytes, source: str) -> Decoded:
    """The text of a file.

    Raises:
        ImportFormatError: it is not text in any known encoding.
    """
    if b"\x00" not in raw:
        try:
            return Decoded(raw.decode("utf-8-sig"), None)
        except UnicodeDecodeError:
            pass
    # Zero bytes are text only in UTF-16 and UTF-32, where there are many of them.
    plausible = raw.startswith(_MARKS) or raw.count(0) == 0 or raw.count(0) * 3 >= len(raw)
    found = (_western(raw) or _suggested(raw)) if plausible else None
    if found is None or "\x00" in found.text:
        raise ImportFormatError(f"{source} is not text: no known encoding fits. Upload JSON, JSON lines or plain text.")
    return found


def _western(raw: bytes) -> Decoded | None:
    """The text in Windows-1252, where all its special characters are those of Western European writing.

    A guess by statistics takes short French or Spanish texts for Central European ones, and so changes their letters.
    """
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return None
    special = {c for c in text if not " " <= c <= "~" and c not in "\t\r\n"}
    return Decoded(text, "cp1252") if special <= _WESTERN and not _NOT_WESTERN.search(text) else None


def _suggested(raw: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    best = from_bytes(raw).best()
    return None if best is None else Decoded(str(best).removeprefix("\ufeff"), best.encoding)
