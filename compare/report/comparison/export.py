"""The door of comparison exports: which forms there are, and one call that makes any of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from compare.catalog import Catalog
from compare.report.comparison.as_json import to_json
from compare.report.comparison.gathered import Gathered, gather
from compare.report.comparison.markdown import to_markdown
from compare.report.comparison.page import to_page
from compare.store.store import Store

Form = Literal["markdown", "json", "html"]


class _Written(NamedTuple):
    """How a form is written and what its files are."""

    ending: str
    mime: str
    write: Callable[[Gathered], str | bytes]


FORMS: dict[Form, _Written] = {
    "markdown": _Written("md", "text/markdown", to_markdown),
    "json": _Written("json", "application/json", to_json),
    "html": _Written("html", "text/html", to_page),
}


def export(store: Store, catalog: Catalog, comparison_id: str, form: Form) -> bytes:
    """One comparison as the bytes of a file. It names the candidates: for readers who may know them.

    Raises:
        NotFoundError: there is no such comparison.
    """
    written = FORMS[form].write(gather(store, catalog, comparison_id))
    return written.encode() if isinstance(written, str) else written
