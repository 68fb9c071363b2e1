"""Reading threads: one file per format, detected by content (a file named .json or .jsonl is JSON).

What goes in is a file, bytes or text; what comes out is every thread that could be read and every record that could
not, with its place and reason: read = kept + refused.
"""

from __future__ import annotations

from compare.threads.importers.preview import Preview, preview
from compare.threads.importers.read import (
    Incoming,
    Options,
    Reading,
    Refusal,
    open_import,
    read_bytes,
    read_file,
    read_text,
    titled,
)
from compare.threads.importers.registry import FILE_TYPES
from compare.threads.importers.registry import NAMES as FORMAT_NAMES

__all__ = [
    "FILE_TYPES",
    "FORMAT_NAMES",
    "Incoming",
    "Options",
    "Preview",
    "Reading",
    "Refusal",
    "open_import",
    "preview",
    "read_bytes",
    "read_file",
    "read_text",
    "titled",
]
