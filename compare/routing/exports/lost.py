"""What no gateway's configuration can hold, in the same words for every target."""

from __future__ import annotations

from compare.routing.config import RoutingConfig
from compare.routing.exports.target import Loss

TOKEN_COUNTER = "tiktoken o200k_base"


def lost_everywhere(config: RoutingConfig) -> list[Loss]:
    """Canary stages and guardrails, and the models' context windows."""
    losses = []
    for route in config.routes:
        if route.canary is None:
            continue
        at = f"routes.{route.name}.canary"
        losses.append(
            Loss(f"{at}.stages", "Gateways know no stages: there is one set of files a stage; going on is by hand.")
        )
        if route.canary.guardrails:
            losses.append(
                Loss(
                    f"{at}.guardrails",
                    "No gateway watches these: judge each stage with `weighbridge canary --counts FILE` "
                    f"and {route.canary.on_breach} by hand.",
                )
            )
    for name, ref in config.models.items():
        if ref.context_window is not None:
            losses.append(
                Loss(
                    f"models.{name}.context_window",
                    "Not checked by the gateway: a thread that is too long is refused by the model's server.",
                )
            )
    return losses
