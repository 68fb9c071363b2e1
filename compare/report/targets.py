"""The gateways that a routing file can be exported to, by name, and an export as one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from compare.catalog import Catalog
from compare.routing.config import load
from compare.routing.exports.target import Loss
from compare.routing.exports.targets import TARGETS
from compare.routing.exports.written import FileSet, file_sets
from compare.routing.known_models import with_catalog

_NAMES = {"litellm": "LiteLLM", "tensorzero": "TensorZero"}


def targets() -> tuple[str, ...]:
    """The gateways' names, as commands take them."""
    return tuple(TARGETS)


def target_name(target: str) -> str:
    """A gateway as its makers write it."""
    return _NAMES.get(target, target.capitalize())


def exported(routing_yaml: str, target: str, catalog: Catalog) -> list[FileSet]:
    """The files of one gateway, a set for each canary stage; models that only the catalogue knows are looked up there.

    Raises:
        ConfigError: what the gateway's export refuses, in a sentence.
    """
    return file_sets(with_catalog(load(routing_yaml), catalog.models), target)


def losses_of(sets: Sequence[FileSet]) -> tuple[Loss, ...]:
    """What the gateway cannot do as the file says, each once."""
    return tuple(dict.fromkeys(loss for each in sets for loss in each.losses))


def archive(sets: Sequence[FileSet], routing_yaml: str) -> bytes:
    """One ZIP file: what the gateway reads, what was lost, the client's side, and the routing.yaml behind it."""
    files = {"routing.yaml": routing_yaml}
    for each in sets:
        files |= {f"{each.folder}/{name}" if each.folder else name: text for name, text in each.files.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archived:
        for name, text in files.items():
            # A fixed date: the same files make the same archive.
            archived.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return packed.getvalue()
