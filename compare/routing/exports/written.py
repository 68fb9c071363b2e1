"""An export as folders of files: one set a canary stage, what is lost beside each, and the client's side."""

from __future__ import annotations

import json
from dataclasses import dataclass

from compare.errors import ConfigError
from compare.routing.config import RoutingConfig
from compare.routing.exports.stamp import routing_sha256
from compare.routing.exports.target import Export, Loss
from compare.routing.exports.targets import TARGETS, export
from compare.routing.exports.yaml import to_yaml
from compare.routing.stages import staged

YAML = "yaml"
WRITABLE = (YAML, *TARGETS)
LOSSES = "losses.json"
CLIENT = "client.py"


@dataclass(frozen=True, slots=True)
class FileSet:
    """What one folder holds."""

    folder: str
    """stage-1-5pct ... full; empty where there is no canary."""
    files: dict[str, str]
    losses: tuple[Loss, ...]
    snippet: str


def file_sets(config: RoutingConfig, target: str, *, force: bool = False) -> list[FileSet]:
    """Every file of an export.

    Args:
        config: what to write.
        target: one of WRITABLE.
        force: also where a route's evidence is called insufficient.

    Raises:
        ConfigError: thin evidence, or what the target's export refuses.
    """
    thin = [route for route in config.routes if route.evidence.get("verdict") == "insufficient"]
    if thin and not force:
        told = ", ".join(f"{route.name} ({route.evidence.get('votes', 'unknown')} votes)" for route in thin)
        raise ConfigError(
            f"These weights rest on too few votes (verdict: insufficient): {told}. "
            "Collect more votes, or write them all the same with --force."
        )
    sets = staged(config)
    alone = len(sets) == 1
    return [_file_set("" if alone else each.folder, each.config, target) for each in sets]


def _file_set(folder: str, config: RoutingConfig, target: str) -> FileSet:
    made = Export(YAML, {"routing.yaml": to_yaml(config)}) if target == YAML else export(config, target)
    losses = {
        "target": target,
        "routing_sha256": routing_sha256(config),
        "losses": [{"field": loss.field, "reason": loss.reason} for loss in made.losses],
    }
    files = {**made.files, LOSSES: json.dumps(losses, indent=2) + "\n"}
    if made.snippet:
        files[CLIENT] = made.snippet
    return FileSet(folder, files, made.losses, made.snippet)
