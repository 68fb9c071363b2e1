"""What a reader of a page sees of the texts in tests/render/strings.py."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Locator, expect

from compare.render.characters import HIDDEN, encodable
from tests.render.strings import ALONE, AS_WRITTEN, REMADE

# In one paragraph a lone backtick would find a partner.
ONE_LINE = [text for text in AS_WRITTEN if "\n" not in text and "`" not in text]
SEEN = [encodable(text) for text in [*AS_WRITTEN, *ALONE, *(seen for _, seen in REMADE)]]
# A rule between the texts: two lists, or a list and code, would be one.
WRITTEN = "\n\n***\n\n".join(encodable(text) for text in [*AS_WRITTEN, *ALONE, *(text for text, _ in REMADE)])


def words(text: str) -> str:
    """What is read, whatever the line breaks; hidden characters by their names, as in the boxes."""
    return " ".join(HIDDEN.sub(lambda match: match["seen"] or f"U+{ord(match[0]):04X}", text).split())


def assert_reads(where: Locator, expected: Sequence[str]) -> None:
    expect(where).to_contain_text(expected[0])
    found = words(where.inner_text())
    missing = [text for text in expected if words(text) not in found]
    assert missing == []
