"""What every target of an export is: files to deploy, a client snippet where one is needed, and what was lost.

A target is one file in this folder with a function `export(config: RoutingConfig) -> Export`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that the target cannot do as the configuration says."""

    field: str
    """Where it stands, as `routes.long_thread_test.sticky`."""
    reason: str
    """One sentence: what the target does instead, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Export:
    """A configuration in the language of one gateway."""

    target: str
    """litellm, portkey, tensorzero or envoy."""
    files: Mapping[str, str]
    """File name -> text. The first is the one that the gateway reads."""
    losses: tuple[Loss, ...] = ()
    snippet: str = ""
    """Client code, where requests must carry something that the rules need; empty where nothing is needed."""
