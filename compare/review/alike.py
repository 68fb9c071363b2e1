"""Names that look alike to a reader: typed by one person, they would count as several raters.

"Ana", "ANA", "An a", "Ana\u200b" and "\u0410na" (with a Cyrillic letter) read the same. Whoever types one of them is
asked whether they are the one who is here already; nothing that is stored changes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from compare.review.folded import fold
from compare.store.store import Store

_UNSEEN = re.compile("[\u034f\u115f\u1160\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
"""Signs and letters that show nothing, beside those of the category Cf."""


def names_alike(store: Store, name: str) -> list[str]:
    """Names of others that read like this one: of typed raters, and of whoever open studies are for; by name.

    Empty where the very name is known: whoever types it is that rater.
    """
    clean = unicodedata.normalize("NFC", " ".join(name.split()))
    known = {rater.name for rater in store.known_raters() if rater.identity is None}
    listed = {rater for study in store.studies() if study.state != "closed" for rater in study.raters}
    if not clean or clean in known | listed:
        return []
    return alike(clean, known | listed)


def alike(name: str, others: Iterable[str]) -> list[str]:
    """Those of the others that read like this name, by name."""
    keys = _keys(name)
    return sorted(other for other in others if other != name and keys & _keys(other))


def _keys(name: str) -> frozenset[str]:
    """What is left of a name without case, gaps, accents and signs.

    Two keys, since some letters look alike in one case only.
    """
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", name)))
    if any(letter.isalpha() and not _is_western(letter) for letter in plain):
        # In other scripts the signs above and below letters are vowels, which tell names apart.
        return frozenset({_visible(plain.casefold())})
    found = frozenset(_letters(one) for one in (_read(plain.casefold()), _read(plain).casefold())) - {""}
    return found or frozenset({_visible(plain)}) - {""}  # signs alone, such as emoji


def _is_western(letter: str) -> bool:
    """Latin, Greek or Cyrillic."""
    return ord(letter) < 0x530 or 0x1E00 <= ord(letter) < 0x2000


def _visible(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf" and not sign.isspace())


def _read(text: str) -> str:
    folded = fold(text)
    return text if folded is None else folded.text


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())
