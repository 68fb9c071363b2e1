"""Whether a model answers at all."""

from __future__ import annotations

import asyncio
import re

from compare.engine.check import check
from compare.records import ModelSpec
from tests.engine.servers import Exchange, ModelServer, answering, refusing

SIM = ModelSpec("sim-lite", "openai-chat", "", "sim-lite", simulated=True)


def test_every_model_is_asked_once_and_results_keep_their_order(server: ModelServer) -> None:
    async def by_model(exchange: Exchange) -> None:
        bad = server.requests[-1]["model"] == "wire-bad"
        await (refusing(401, "no key") if bad else answering("ready\n", "indeed " * 20))(exchange)

    server.acts = [by_model]
    checked = asyncio.run(check([server.spec("good"), server.spec("bad"), SIM]))
    assert [(c.model_id, c.ok) for c in checked] == [("good", True), ("bad", False), ("sim-lite", True)]
    assert re.fullmatch(r"answered in \d\.\d\d s: ready indeed .{1,60}\.\.\.", checked[0].sentence)
    assert "wants a key (401)" in checked[1].sentence
    assert len(server.requests) == 2


def test_no_models_no_questions() -> None:
    assert asyncio.run(check([])) == []
