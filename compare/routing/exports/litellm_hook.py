"""weighbridge_hook.py: the callback that sends each request for the entry alias to its route's group in LiteLLM."""

from __future__ import annotations

from compare.routing.config import RoutingConfig
from compare.routing.exports.rule_code import module, rule_lists
from compare.routing.exports.stamp import stamp_lines
from compare.routing.exports.upstream import weighted

HOOK = "weighbridge_hook.py"

_CODE = '''
class Route(CustomLogger):
    """Sets the model group of a request for the entry alias; all other requests pass as they are."""

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        """Called by the proxy before every request."""
        if data.get("model") != ENTRY:
            return data
        facts = facts_of_request(data, {name: told(data, name) for name in ("language", "tag", "workload")})
        if COUNTS_TOKENS and "thread_length" in facts:
            # Off the loop: a long thread takes tens of milliseconds.
            tokens = await asyncio.to_thread(count_tokens, texts_of_request(data))
            if tokens is not None:
                facts["prompt_tokens"] = tokens
        route = choose_route(RULES, facts)
        if route is None:
            raise HTTPException(400, f"No route takes this request: {facts}. Routes: {[name for name, _ in RULES]}.")
        by = SESSIONS.get(route)
        session = told(data, by) if by else None
        data["model"] = f"session.{route}.{choose_candidate(WEIGHTS[route], session)}" if session else route
        return data


def told(data, name):
    """What the client says under this name: in metadata, in a header (x- and the name with dashes), or in the body."""
    headers = (data.get("proxy_server_request") or {}).get("headers") or {}
    header = "x-" + name.replace("_", "-")
    places = [(data.get(key) or {}, name) for key in ("metadata", "litellm_metadata")]
    places += [(headers, header), (data, name)]
    if name == "session_id":
        places += [(headers, "x-litellm-session-id"), (data, "litellm_session_id")]
    found = (place.get(key) for place, key in places if isinstance(place, dict))
    return next((str(value) for value in found if isinstance(value, str | int) and str(value)), None)


def count_tokens(texts):
    """Tokens by o200k_base, whose ranks ship with LiteLLM; None where they cannot be loaded."""
    try:
        import tiktoken

        encoding = tiktoken.get_encoding("o200k_base")
    except (ImportError, OSError, ValueError) as exc:
        logging.getLogger("weighbridge").warning("prompt_tokens cannot be counted: %s", exc)
        return None
    # A run of a million spaces overflows the stack inside tiktoken; a cut can cost one token.
    pieces = (text[at : at + 500_000] for text in texts for at in range(0, len(text), 500_000))
    return sum(len(encoding.encode_ordinary(piece)) for piece in pieces)


instance = Route()
'''


def hook_file(config: RoutingConfig, entry: str) -> str:
    """The text of weighbridge_hook.py."""
    about = [
        "Written by Weighbridge: sends each request for the entry alias to its route's model group.",
        "Lies beside config.yaml of the LiteLLM proxy; do not edit, export again.",
        "",
        *stamp_lines(config),
    ]
    facts = {fact for route in config.routes if route.match for fact in route.match.facts}
    kept = [route for route in config.routes if route.sticky and len(weighted(route)) > 1]
    constants = {
        "ENTRY": entry,
        "RULES": rule_lists(config),
        "SESSIONS": {route.name: route.sticky.by for route in kept if route.sticky},
        "WEIGHTS": {route.name: weighted(route) for route in kept},
        "COUNTS_TOKENS": "prompt_tokens" in facts,
    }
    imports = [
        "import asyncio",
        "import logging",
        "",
        "from fastapi import HTTPException",
        "from litellm.integrations.custom_logger import CustomLogger",
    ]
    return module(about, constants, _CODE, imports=imports)
