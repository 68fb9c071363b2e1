"""The gateways that a routing file can be exported to, and an export as one ZIP file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping

from compare.routing.config import RoutingConfig
from compare.routing.exports.target import Export
from compare.routing.exports.targets import TARGETS

_NAMES = {"litellm": "LiteLLM", "tensorzero": "TensorZero"}


def targets() -> Mapping[str, Callable[[RoutingConfig], Export]]:
    """Exporters by the name of their gateway."""
    return TARGETS


def target_name(target: str) -> str:
    """A gateway as its makers write it."""
    return _NAMES.get(target, target.capitalize())


def archive(made: Export, routing_yaml: str) -> bytes:
    """One ZIP file: what the gateway reads, the routing.yaml behind it, what was lost, and the client's snippet."""
    files = {**made.files, "routing.yaml": routing_yaml}
    files["losses.json"] = json.dumps([{"field": loss.field, "reason": loss.reason} for loss in made.losses], indent=2)
    if made.snippet:
        files["client-snippet.txt"] = made.snippet
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archived:
        for name, text in files.items():
            # A fixed date: the same files make the same archive.
            archived.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return packed.getvalue()
