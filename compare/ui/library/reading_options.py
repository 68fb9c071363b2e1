"""How a file is to be read: its format, what is masked before anything is kept, and which column of a table is what."""

from __future__ import annotations

import streamlit as st

from compare.errors import CompareError
from compare.threads.importers import FORMAT_NAMES, Options
from compare.threads.importers.table import MEANINGS
from compare.threads.masking import KINDS, Masking, own_pattern
from compare.ui.plain import plain

_KIND_NAMES = {"email": "E-mail addresses", "iban": "Bank accounts", "card": "Payment cards", "phone": "Phone numbers"}
_PATTERNS_PX = 90


def reading_options() -> Options | None:
    """The fields, folded away; None, with the reason shown, where what was typed cannot be used."""
    with st.expander("Format, masks, columns", icon=":material/tune:", key="adding_options"):
        form = st.selectbox(
            "Format", ["auto", *FORMAT_NAMES], key="adding_format", filter_mode=None,
            format_func=lambda name: "found by content" if name == "auto" else name,
        )  # fmt: skip
        kinds = st.multiselect(
            "Mask before anything is kept", list(KINDS), key="adding_masks", select_all=False,
            format_func=lambda kind: _KIND_NAMES.get(kind, kind), placeholder="Nothing",
            help="The same value has the same placeholder wherever it stands in a thread, such as [email 1].",
        )  # fmt: skip
        patterns = st.text_area(
            "Patterns of your own, one a line", key="adding_patterns", height=_PATTERNS_PX,
            placeholder="order=ORD-[0-9]+", help="A name, an equals sign and a regular expression.",
        )  # fmt: skip
        columns = st.text_input(
            "Columns of a table", key="adding_columns", placeholder="thread=ticket, role=sender, text=body",
            help=f"Only where they are not found by their names. A column can be {', '.join(MEANINGS)}.",
        )  # fmt: skip
        try:
            return Options(form, _columns(columns), _masking(kinds, patterns))
        except CompareError as exc:
            st.error(plain(str(exc)), icon=":material/error:")
            return None


def _columns(given: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given.split(",") if pair.strip()]
    if any(not sign or not column.strip() for _, sign, column in pairs):
        raise CompareError("Columns are written as pairs, such as thread=ticket, role=sender, text=body.")
    return {meaning.strip(): column.strip() for meaning, _, column in pairs}


def _masking(kinds: list[str], patterns: str) -> Masking | None:
    pairs = [line.partition("=") for line in patterns.splitlines() if line.strip()]
    if any(not sign or not pattern for _, sign, pattern in pairs):
        raise CompareError("A pattern is written as NAME=REGEX, for instance order=ORD-[0-9]+.")
    own = tuple(own_pattern(name.strip(), pattern.strip()) for name, _, pattern in pairs)
    return Masking(tuple(kinds), own) if kinds or own else None
