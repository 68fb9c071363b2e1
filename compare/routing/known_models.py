"""Names of a routing file that the catalogue knows: where they are served, and which are simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compare.records import ModelSpec
from compare.routing.config import ModelRef, RoutingConfig


def with_catalog(config: RoutingConfig, specs: Mapping[str, ModelSpec]) -> RoutingConfig:
    """The configuration with an entry from the catalogue for every name that is an id there.

    A file that lists its models itself stays as it is.
    """
    if config.models:
        return config
    found = {name: model_ref(specs[name]) for name in config.names if name in specs}
    return replace(config, models=found)


def model_ref(spec: ModelSpec, candidate: str = "") -> ModelRef:
    """A catalogue entry as an entry under `models`."""
    return ModelRef(
        provider=spec.provider,
        model=spec.model,
        base_url=spec.base_url,
        api_key_env=spec.api_key_env or "",
        context_window=spec.context_window_tokens,
        candidate=candidate,
    )


def simulated_note(config: RoutingConfig, specs: Mapping[str, ModelSpec]) -> str:
    """A warning where simulated models say no base_url: a gateway would ask the real provider for them. Else empty."""
    spec_of = {name: specs.get(ref.candidate or name) for name, ref in config.models.items()}
    found = [name for name, spec in spec_of.items() if spec and spec.simulated and not config.models[name].base_url]
    if not found:
        return ""
    return (
        f"Simulated, not real models: {', '.join(found)}. A gateway would ask their provider for them; give each a "
        "base_url under models (`weighbridge sim` prints addresses)."
    )
