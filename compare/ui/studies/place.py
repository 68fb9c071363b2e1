"""What of the Studies page is on screen; all of it stands in the address, so that every view can be sent as a link.

/studies                                  the list
/studies?view=new | votes | words         a new study, importing votes, the words that are hidden
/studies?study=ID&view=quality            one study: progress (the default), quality, disagreements, export
/studies?study=ID&view=disagreements&item=12      one of its items, numbered from 1
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st

PARTS = {"list": "Studies", "votes": "Import votes", "words": "Hidden words"}
VIEWS = {"progress": "Progress", "quality": "Quality", "disagreements": "Disagreements", "export": "Export"}


@dataclass(frozen=True, slots=True)
class Place:
    """What the address asks for."""

    study: str | None
    view: str
    item: int | None
    """From 1."""


def place() -> Place:
    """What is on screen; a view that is not there is the first one."""
    study = st.query_params.get("study") or None
    view = st.query_params.get("view") or ""
    item = st.query_params.get("item") or ""
    if study is None:
        return Place(None, view if view in (*PARTS, "new") else "list", None)
    number = int(item) if item.isascii() and item.isdigit() and len(item) <= 6 else None
    return Place(study, view if view in VIEWS else "progress", number or None)


def go(*, study: str | None = None, view: str | None = None, item: int | None = None) -> None:
    """Put something else on screen."""
    said = {"study": study, "view": view, "item": None if item is None else str(item)}
    st.query_params.from_dict(
        {key: value for key, value in said.items() if value and value not in ("list", "progress")}
    )


def rating_link(study_id: str) -> str:
    """The address to send to raters; without the host where that is not known."""
    path = f"/vote?study={study_id}"
    url = urlsplit(st.context.url or "")
    if not url.netloc:
        return path
    return f"{url.scheme}://{url.netloc}{url.path.rstrip('/').removesuffix('/studies')}{path}"
