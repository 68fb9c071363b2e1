"""Which models there are, in the shape of the vendor that a request takes the server for. Faults are not listed."""

from __future__ import annotations

from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from compare.sim import anthropic, gemini, openai_shared
from compare.sim.anthropic_read import named_target as anthropic_target
from compare.sim.demands import Target
from compare.sim.gemini_read import named_target as google_target
from compare.sim.gemini_read import refuse_key_in_address
from compare.sim.models import SIM_MODELS
from compare.sim.openai_shared import named_target as openai_target
from compare.sim.wire import Incoming, RefusedError, json_response

Vendor = Literal["openai", "anthropic", "google"]

_SINCE = 1_767_225_600
"""Since when there are these models, 2026-01-01, in Unix time and as a date."""
_SINCE_DATE = "2026-01-01T00:00:00Z"


def routes() -> list[Route]:
    """The lists and single entries of every format."""
    return [
        Route(f"/{version}/models{rest}", endpoint, methods=["GET"])
        for version in gemini.VERSIONS
        for rest, endpoint in (("", _list), ("/{name}", _entry))
    ]


def vendor_of(call: Incoming) -> Vendor:
    """Whose server a request means; /v1/models is OpenAI's, Anthropic's and Google's."""
    if call.path.startswith("/v1beta/") or ":" in call.path or "x-goog-api-key" in call.headers or "key" in call.query:
        return "google"
    return "anthropic" if "anthropic-version" in call.headers or call.path.startswith("/v1/messages") else "openai"


def refused(refusal: RefusedError, call: Incoming) -> Response:
    """A refusal in the shape of the vendor whose server a request means."""
    match vendor_of(call):
        case "google":
            return gemini.error_response(refusal)
        case "anthropic":
            return anthropic.error_response(refusal)
        case "openai":
            return openai_shared.error_response(refusal)


async def _list(request: Request) -> Response:
    call = Incoming.of(request)
    targets = [Target(model.id, model) for model in SIM_MODELS.values()]
    match vendor_of(call):
        case "google":
            refuse_key_in_address(call)
            return json_response({"models": [_google_model(t) for t in targets]})
        case "anthropic":
            ends = {"first_id": targets[0].name, "last_id": targets[-1].name}
            listed = {"data": [_anthropic_model(t) for t in targets], "has_more": False, **ends}
            return json_response(listed, headers=anthropic.headers())
        case "openai":
            listed = {"object": "list", "data": [_openai_model(t) for t in targets]}
            return json_response(listed, headers=openai_shared.headers())


async def _entry(request: Request) -> Response:
    call = Incoming.of(request)
    name = call.named["name"]
    match vendor_of(call):
        case "google":
            refuse_key_in_address(call)
            return json_response(_google_model(google_target(call, name)))
        case "anthropic":
            return json_response(_anthropic_model(anthropic_target(name)), headers=anthropic.headers())
        case "openai":
            return json_response(_openai_model(openai_target(name)), headers=openai_shared.headers())


def _openai_model(target: Target) -> dict[str, Any]:
    return {"id": target.name, "object": "model", "created": _SINCE, "owned_by": "weighbridge-simulated"}


def _anthropic_model(target: Target) -> dict[str, Any]:
    return {
        "type": "model",
        "id": target.name,
        "display_name": _label(target),
        "created_at": _SINCE_DATE,
        "lifecycle": "active",
        "line": None,
        "max_input_tokens": target.model.context_window_tokens,
        "max_tokens": target.model.max_output_tokens,
    }


def _google_model(target: Target) -> dict[str, Any]:
    return {
        "name": f"models/{target.name}",
        "version": "001",
        "displayName": _label(target),
        "description": "A simulated model, which answers from the conversation itself.",
        "inputTokenLimit": target.model.context_window_tokens,
        "outputTokenLimit": target.model.max_output_tokens,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "thinking": True,
    }


def _label(target: Target) -> str:
    return f"{target.name.replace('-', ' ').title()} (simulated)"


__all__ = ["refused", "routes", "vendor_of"]
