"""What the lists of models of all wire formats share: all pages of one, and what is known of an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from compare.errors import ProviderError
from compare.providers.asking import SIDE_CALL_TIMEOUT_S, fetch_json
from compare.providers.errorbody import as_text
from compare.providers.failures import Call
from compare.records import ServedModel

if TYPE_CHECKING:
    from compare.providers.http import HttpClient

PAGE_SIZE = "1000"
_MOST_PAGES = 10

Page = tuple[Any, Mapping[str, str]]
"""The entries of a page, and what the query for the next one says besides; empty after the last page."""


async def fetch_entries(
    client: HttpClient,
    address: Callable[[Mapping[str, str]], str],
    headers: Mapping[str, str],
    read: Callable[[Any, Mapping[str, str]], Page],
    *,
    query: Mapping[str, str] | None = None,
    api_key: str | None,
    api_key_env: str | None,
) -> list[Any]:
    """The entries of a list of models, of all its pages.

    Args:
        client: what carries the requests.
        address: where a query is asked.
        headers: those of the wire format, the key among them.
        read: a page out of an answer and the query it was given to; entries that are no list: it is no page.
        query: what the first page is asked for by.
        api_key: hidden in failures.
        api_key_env: what its variable is called there.

    Raises:
        ProviderError: the server cannot be reached, refuses, answers with something else, or names pages without end.
    """
    entries: list[Any] = []
    asked = dict(query or {})
    for _ in range(_MOST_PAGES):
        call = Call(address(asked), "a list of models", api_key_env, api_key, "GET", SIDE_CALL_TIMEOUT_S)
        value = await fetch_json(client, call, headers)
        page, onward = read(value, asked)
        if not isinstance(page, list):
            raise ProviderError(call.not_a_model_server(200, as_text(value)))
        entries += page
        if not onward:
            return entries
        asked |= onward
    message = f"The server at {call.host} names more than {_MOST_PAGES} pages of models; that is no list."
    raise ProviderError(call.failure("protocol", message))


def served(name: str, label: Any, *, window: tuple[Any, ...], output: tuple[Any, ...]) -> ServedModel:
    """One model of a list; of several places for a limit the first that holds one counts."""
    return ServedModel(
        name,
        label if isinstance(label, str) and label != name else "",
        context_window_tokens=_limit(window),
        max_output_tokens=_limit(output),
    )


def _limit(values: tuple[Any, ...]) -> int | None:
    return next((v for v in values if isinstance(v, int) and not isinstance(v, bool) and v > 0), None)


__all__ = ["PAGE_SIZE", "Page", "fetch_entries", "served"]
