"""A table of the evidence pack's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compare.render.characters import escape

UNKNOWN = "\u2013"
"""What stands where there is no figure."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are escaped here; the first of a row names it."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>\n"
        for row in rows
    )
    made = f'<table class="figures"><thead><tr>{top}</tr></thead>\n<tbody>{lines}</tbody></table>'
    return f'<div class="wide">{made}</div>\n'
