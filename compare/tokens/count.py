"""The local token count: o200k_base, exact for OpenAI's current models and a common yardstick for all others.

The ranks ship in data/tokenizers, so counting works with the network blocked; the file's sha256 is checked against the
value that tiktoken itself pins. Nothing is loaded before the first count (about 0.3 s and 70 MB).
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import threading
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from compare.errors import ConfigError
from compare.settings import shipped

if TYPE_CHECKING:
    import tiktoken

ENCODING_NAME = "o200k_base"
RANKS_FILE = "o200k_base.tiktoken.gz"
RANKS_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
"""Of the unpacked file; tiktoken_ext/openai_public.py pins the same (a test compares)."""

CACHE_NAME = "fb374d419588a4632f3f557e76b4b70aebbca790"
"""The name under which tiktoken looks for these ranks in a cache folder."""

_AT_ONCE_CHARS = 500_000
"""A run of a million spaces overflows the stack inside tiktoken; a cut can cost one token."""

_REMEMBERED_CHARS = 20_000
_MAX_REMEMBERED = 20_000
_counts: dict[bytes, int] = {}
"""By the hash of the text."""

_loading = threading.Lock()


def count(text: str) -> int:
    """Tokens of a text, without any framing. Special-token lookalikes in the text count as plain text."""
    if len(text) > _REMEMBERED_CHARS:
        return _count(_encoding(), text)
    # A thread grows by one message at a time: remembering the others makes a whole replay cost one pass. The texts
    # themselves are not held: a job has thousands of answers.
    key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    found = _counts.get(key)
    if found is None:
        found = _count(_encoding(), text)
        if len(_counts) >= _MAX_REMEMBERED:
            _counts.clear()
        _counts[key] = found
    return found


def count_live(text: str) -> int | None:
    """Tokens of a text that is still growing, or None while the ranks are not loaded: a live view must not wait."""
    return _count(_load(), text) if _load.cache_info().currsize else None


def count_messages(texts: tuple[str, ...]) -> int:
    """Sum over the texts. Providers add some tokens a message; that difference is calibrated, not guessed here."""
    return sum(map(count, texts))


def _count(encoding: tiktoken.Encoding, text: str) -> int:
    cuts = range(0, len(text), _AT_ONCE_CHARS)
    return sum(len(encoding.encode_ordinary(text[at : at + _AT_ONCE_CHARS])) for at in cuts)


def _encoding() -> tiktoken.Encoding:
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _load() -> tiktoken.Encoding:
    import tiktoken

    # tiktoken takes ranks from a folder named by this variable, under the sha1 of their address, before it would
    # download anything. The folder is needed for this one load only.
    with tempfile.TemporaryDirectory(prefix="weighbridge-ranks-") as folder:
        Path(folder, CACHE_NAME).write_bytes(_checked_ranks())
        before = os.environ.get("TIKTOKEN_CACHE_DIR")
        os.environ["TIKTOKEN_CACHE_DIR"] = folder
        try:
            return tiktoken.get_encoding(ENCODING_NAME)
        finally:
            if before is None:
                del os.environ["TIKTOKEN_CACHE_DIR"]
            else:
                os.environ["TIKTOKEN_CACHE_DIR"] = before


def _checked_ranks() -> bytes:
    path = shipped("tokenizers", RANKS_FILE)
    try:
        raw = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as exc:
        raise ConfigError(f"The tokenizer file {path} cannot be read ({exc}). Restore it from the release.") from exc
    found = hashlib.sha256(raw).hexdigest()
    if found != RANKS_SHA256:
        raise ConfigError(f"The tokenizer file {path} is damaged: its sha256 is {found}, expected {RANKS_SHA256}.")
    return raw
