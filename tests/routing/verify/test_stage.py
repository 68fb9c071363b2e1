"""A canary's stage in place of the file's own weights."""

from __future__ import annotations

import asyncio

import pytest

from compare.errors import ConfigError
from compare.routing.config import RoutingConfig, load
from compare.routing.verify.run import verify

WITHOUT = load("routes: [{name: all, weights: {p: 1}}]")
WITH = load(
    "routes:\n  - name: all\n    weights: {p: 0.5, q: 0.5}\n"
    "    canary: {candidate: q, stages: [{share: 0.1, hold_h: 24}]}\n"
)


@pytest.mark.parametrize(
    ("config", "told"), [(WITH, "no stage 2: its canaries have 1."), (WITHOUT, "no stage 2: it has no canary.")]
)
def test_a_stage_that_the_file_does_not_have_is_refused_before_anything_starts(
    config: RoutingConfig, told: str
) -> None:
    said: list[str] = []
    with pytest.raises(ConfigError, match=told):
        asyncio.run(verify(config, "envoy", stage=2, say=said.append))
    assert said == []
