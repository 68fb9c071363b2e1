"""The gateways that a configuration can be written for, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compare.errors import ConfigError
from compare.routing.config import RoutingConfig
from compare.routing.exports import envoy, litellm, portkey, tensorzero
from compare.routing.exports.target import Export

TARGETS: Mapping[str, Callable[[RoutingConfig], Export]] = {
    "litellm": litellm.export,
    "portkey": portkey.export,
    "tensorzero": tensorzero.export,
    "envoy": envoy.export,
}


def export(config: RoutingConfig, target: str) -> Export:
    """The configuration in the language of one gateway.

    Raises:
        ConfigError: there is no such target, or a model's entry does not say where it is served.
    """
    if target not in TARGETS:
        raise ConfigError(f"There is no target {target!r}; there are {', '.join(TARGETS)}.")
    return TARGETS[target](config)
