"""Names of exported files: from a title that anybody may have written, safe on every system."""

from __future__ import annotations

import re
import unicodedata

_MAX_CHARS = 50
_MAX_BYTES = 120


def file_name(title: str, comparison_id: str, ending: str) -> str:
    """A name such as "order-4417-Xk2vQ81z.md".

    Letters and digits of any script stay; everything else, also dots, slashes, colons and marks that turn the writing
    direction, becomes a dash. The id keeps exports of one thread apart, and names that a system reserves ("con") free.

    Args:
        title: of the thread; any text.
        comparison_id: of the run.
        ending: without the dot.
    """
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else "-" for c in unicodedata.normalize("NFC", title))
    slug = re.sub("-+", "-", kept.lower())[:_MAX_CHARS]
    while len(slug.encode()) > _MAX_BYTES:
        slug = slug[:-1]
    short_id = re.sub("[^A-Za-z0-9]", "", comparison_id)[:8]
    return f"{slug.strip('-') or 'comparison'}-{short_id or 'run'}.{ending}"
