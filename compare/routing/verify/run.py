"""`route verify`: export, start the real gateway before fake servers, send, fail one, judge."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic

from compare.errors import ConfigError
from compare.routing.config import ModelRef, RoutingConfig
from compare.routing.exports.targets import export
from compare.routing.stages import staged
from compare.routing.verify.fakes import Fake, open_fakes
from compare.routing.verify.figures import Figures, RouteFigures
from compare.routing.verify.gateways import envoy, litellm, portkey, tensorzero
from compare.routing.verify.gateways.gateway import KEY_VARIABLE, Gateway, Kind, Start
from compare.routing.verify.judged import judge
from compare.routing.verify.phases import Phases, Say
from compare.routing.verify.report import Report
from compare.routing.verify.shapes import Plan, plan
from compare.routing.verify.traffic import Sessions

KINDS: Mapping[str, Kind] = {kind.target: kind for kind in (litellm.KIND, portkey.KIND, tensorzero.KIND, envoy.KIND)}
MIN_REQUESTS = 100


async def verify(
    config: RoutingConfig,
    target: str,
    *,
    requests: int = 2000,
    home: Path | None = None,
    stage: int | None = None,
    failures: bool = True,
    say: Say,
) -> Report:
    """Prove an export on the real gateway.

    Args:
        config: the file.
        target: one of KINDS.
        requests: to send to each route while all models are up.
        home: where the gateway is installed; None looks in the usual places.
        stage: the canary's stage to prove, from 1; None for the file's own weights.
        failures: whether a model of each route is made to fail.
        say: told what goes on.

    Raises:
        ConfigError: the target is not known, the file has no such stage, or the gateway is not installed.
        CompareError: the gateway did not start, or ended by itself.
    """
    if target not in KINDS:
        raise ConfigError(f"There is no gateway {target!r} to verify; there are {', '.join(KINDS)}.")
    at_stage = ""
    if stage is not None:
        at_stage, config = _at_stage(config, stage)
        say(f"the file as it is deployed at {at_stage}")
    kind, wanted, began = KINDS[target], plan(config), monotonic()
    async with open_fakes(config.names) as fakes:
        pointed = repointed(config, fakes)
        made = export(pointed, target)
        with tempfile.TemporaryDirectory(prefix=f"weighbridge-{target}-") as folder:
            for name, text in made.files.items():
                (Path(folder) / name).write_text(text, encoding="utf-8")
            say(f"starting {kind.title}")
            async with kind.start(Start(pointed, made, Path(folder), home)) as gateway:
                ready_s = monotonic() - began
                routes = await _each_route(gateway, fakes, pointed, wanted, requests, failures, say)
    figures = Figures(routes, ready_s, monotonic() - began)
    return Report(
        kind.title, config, made, requests, figures, judge(config, made.losses, routes, wanted.limits), at_stage
    )


def _at_stage(config: RoutingConfig, number: int) -> tuple[str, RoutingConfig]:
    """What `route export` writes for a stage, with its folder's name."""
    *stages, _ = staged(config)
    if not 1 <= number <= len(stages):
        told = f"its canaries have {len(stages)}" if stages else "it has no canary"
        raise ConfigError(f"The file has no stage {number}: {told}. Without --stage its own weights are proved.")
    return stages[number - 1].folder, stages[number - 1].config


def repointed(config: RoutingConfig, fakes: Mapping[str, Fake]) -> RoutingConfig:
    """The same file with every model at its fake server; nothing else is changed."""
    models = {
        name: ModelRef(provider="openai", model=name, base_url=fake.base_url, api_key_env=KEY_VARIABLE)
        for name, fake in fakes.items()
    }
    return replace(config, models=models)


async def _each_route(
    gateway: Gateway,
    fakes: Mapping[str, Fake],
    config: RoutingConfig,
    wanted: Plan,
    requests: int,
    failures: bool,
    say: Say,
) -> dict[str, RouteFigures]:
    figures: dict[str, RouteFigures] = {}
    for route in config.routes:
        shapes = wanted.shapes[route.name]
        if not shapes:
            say(f"{route.name}: no request leads here")
            continue
        sessions = Sessions(route.name, route.sticky.by if route.sticky else "session_id")
        phases = Phases(gateway, fakes, route, shapes, sessions)
        figures[route.name] = await phases.run(requests, say, failures=failures)
    return figures


__all__ = ["KINDS", "MIN_REQUESTS", "repointed", "verify"]
