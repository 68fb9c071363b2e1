"""What a gateway must know of a model: the provider or wire format, its name there, the address, the key's variable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from compare.errors import ConfigError
from compare.routing.config import ModelRef, Route, RoutingConfig

# What routing files and the catalogue call a provider, in one word each.
_KINDS = {
    "openai": "openai",
    "openai-chat": "openai",
    "openai-responses": "openai-responses",
    "anthropic": "anthropic",
    "google": "gemini",
    "gemini": "gemini",
}
_OWN_ADDRESS = {
    "openai": "https://api.openai.com/v1",
    "openai-responses": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
}


@dataclass(frozen=True, slots=True)
class Upstream:
    """One model behind a gateway.

    Attributes:
        kind: openai (any compatible server), openai-responses, anthropic, gemini, or another provider's name as it
            stands in the file.
        model: its name there.
        base_url: where it is served; empty for the provider's own address.
        api_key_env: the variable with its key; empty where it needs none.
    """

    name: str
    kind: str
    model: str
    base_url: str
    api_key_env: str

    @property
    def address(self) -> str:
        """Where it is served, the provider's own address included; empty where that is not known."""
        return self.base_url or _OWN_ADDRESS.get(self.kind, "")


def upstreams(config: RoutingConfig, names: Iterable[str]) -> dict[str, Upstream]:
    """The models behind these names.

    Raises:
        ConfigError: one of them is not under `models`, or its entry does not say what to ask; all are named.
    """
    problems = []
    found = {}
    for name in dict.fromkeys(names):
        ref = config.models.get(name)
        if ref is None:
            problems.append(f"{name} is not under models")
        elif not ref.model:
            problems.append(f"models.{name} has no model (its name at the server)")
        elif not ref.provider and not ref.base_url:
            problems.append(f"models.{name} has neither provider nor base_url")
        else:
            found[name] = _upstream(name, ref)
    if problems:
        raise ConfigError(
            f"A gateway cannot be told where to send requests: {'; '.join(problems)}. "
            "Give each name under models a provider, a model and api_key_env, or base_url."
        )
    return found


def used(config: RoutingConfig) -> list[str]:
    """The names that can get a request: weighed above 0, a fallback, or a shadow."""
    names = [name for route in config.routes for name in (*weighted(route), *route.fallbacks)]
    names += [route.shadow.model for route in config.routes if route.shadow and route.shadow.share > 0]
    return list(dict.fromkeys(names))


def weighted(route: Route) -> dict[str, float]:
    """The weights above 0; gateways differ in what they do with a 0."""
    return {name: weight for name, weight in route.weights.items() if weight > 0}


def order_after(route: Route, name: str) -> list[str]:
    """Who answers where this candidate fails: the route's others, the heaviest first, then its fallbacks."""
    weights = weighted(route)
    others = sorted((other for other in weights if other != name), key=lambda other: -weights[other])
    return list(dict.fromkeys([*others, *(other for other in route.fallbacks if other != name)]))


def _upstream(name: str, ref: ModelRef) -> Upstream:
    provider = ref.provider.strip().lower()
    base_url = ref.base_url.rstrip("/")
    # A server of one's own speaks OpenAI's format unless its entry says otherwise.
    kind = _KINDS.get(provider, "openai" if base_url or not provider else provider)
    return Upstream(name, kind, ref.model, "" if base_url == _OWN_ADDRESS.get(kind) else base_url, ref.api_key_env)
