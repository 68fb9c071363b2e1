"""The scene for every test of what is kept."""

from __future__ import annotations

from tests.secrecy.scene import scene

__all__ = ["scene"]
