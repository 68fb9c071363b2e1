"""Reading threads from text: one file per format, detected by content (a file named .json or .jsonl is JSON).

What goes in is bytes or text; what comes out is every thread that could be read and every record that could not, with
its place and reason: read = kept + refused.
"""

from __future__ import annotations

from compare.threads.importers.read import Reading, Refusal, read_bytes, read_file, read_text

__all__ = ["Reading", "Refusal", "read_bytes", "read_file", "read_text"]
