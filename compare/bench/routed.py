"""Who answered, and by which route, as the endpoint's own response says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

SERVED_HEADERS = ("x-served-model", "x-litellm-model-id", "x-model-id", "x-ms-served-model", "x-selected-model")
"""Gateways' names for the deployment or model that answered; the first that is there counts."""
ROUTE_HEADERS = (
    "x-route",
    "x-litellm-model-group",
    "x-portkey-last-used-option-index",
    "x-vsr-selected-decision",
    "x-gateway-route",
    "x-envoy-upstream-cluster",
)
NOT_SAID = "not said"
MAX_NAME_CHARS = 200
"""A longer name is cut: it comes from outside."""


class Routed(NamedTuple):
    """Where an answer came from."""

    served: str
    """By a gateway's header, else by the field `model` of the answer."""
    route: str


def routed(headers: Mapping[str, str], model: str | None, route_header: str = "") -> Routed:
    """Read it.

    Args:
        headers: of the response, names in lower case.
        model: the field `model` of the answer.
        route_header: a header that names the route, asked before the known ones.
    """
    served = _first(headers, SERVED_HEADERS) or model or NOT_SAID
    route = _first(headers, (route_header.lower(), *ROUTE_HEADERS)) or NOT_SAID
    return Routed(_short(served), _short(route))


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((headers[name].strip() for name in names if name and headers.get(name, "").strip()), "")


def _short(text: str) -> str:
    text = "".join(character if character.isprintable() else "\ufffd" for character in text[: MAX_NAME_CHARS + 1])
    return text if len(text) <= MAX_NAME_CHARS else text[: MAX_NAME_CHARS - 4] + " ..."
