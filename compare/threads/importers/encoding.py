"""From bytes to text: UTF-8 where it is, else the encoding that the bytes suggest, which is then said."""

from __future__ import annotations

import codecs
import io
import re
from typing import Any, BinaryIO, NamedTuple

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


def decode_record(raw: bytes) -> Decoded:
    """The text of one record of a file whose other records may be written otherwise; never fails.

    A record with letters that are UTF-8 and a few bytes that are not is damaged UTF-8: those bytes become U+FFFD.
    """
    if b"\x00" in raw:
        for name in ("utf-16-le", "utf-16-be"):
            # A line cut at the byte of its line feed leaves a zero byte at one of its ends.
            whole = raw.removeprefix(b"\x00") if name == "utf-16-le" and len(raw) % 2 else raw
            text = whole.decode(name, "replace").strip("\ufeff\x00\n\r ")
            if "\x00" not in text and text[:1] in ("{", "["):
                return Decoded(text, name)
    text = raw.decode("utf-8", "replace")
    if any(c > "\x7f" and c != "\ufffd" for c in text):
        return Decoded(text, "utf-8 with damaged characters")
    return _western(raw) or Decoded(text, "utf-8 with damaged characters")


class Transcoded(io.RawIOBase):
    """A file in UTF-16 or UTF-32, read as UTF-8 a piece at a time."""

    def __init__(self, raw: BinaryIO, encoding: str) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        """Always: it is for reading only."""
        return True

    def readinto(self, into: Any) -> int:
        """Fill a buffer; 0 at the end."""
        while not self._ready and not self._ended:
            piece = self._raw.read(65536)
            self._ended = not piece
            # Halves of characters that the damage left alone have no place in UTF-8.
            self._ready = self._decoder.decode(piece, final=self._ended).encode("utf-8", "replace")
        n = min(len(into), len(self._ready))
        into[:n], self._ready = self._ready[:n], self._ready[n:]
        return n


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32 where a file's beginning says so, by its mark or by the zero bytes of its first characters."""
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    zeros = "".join("0" if byte == 0 else "x" for byte in head[:4])
    return {
        "000x": "utf-32-be",
        "x000": "utf-32-le",
        "0x0x": "utf-16-be",
        "x0x0": "utf-16-le",
    }.get(zeros)
