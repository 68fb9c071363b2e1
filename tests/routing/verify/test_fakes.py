"""Named servers: they answer with their names, fail on purpose, refuse, and come back on the same port."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import orjson

from compare.errors import ProviderError
from compare.providers.failures import Call
from compare.providers.http import HttpClient
from compare.routing.verify.asks import Ask, Reply, Shape
from compare.routing.verify.fakes import Fake, open_fakes
from compare.routing.verify.gateways.chat import client, read_reply
from compare.routing.verify.traffic import Sessions, send

SHAPE = Shape("default", {"thread_length": 3})


class Direct:
    """No gateway between."""

    def __init__(self, http: HttpClient, fakes: list[Fake]) -> None:
        self._http = http
        self._turn: Iterator[int] = iter(range(1_000_000))
        self._fakes = fakes

    async def ask(self, ask: Ask) -> Reply:
        fake = self._fakes[next(self._turn) % len(self._fakes)]
        call = Call(f"{fake.base_url}/chat/completions", fake.name)
        try:
            async with self._http.open(call, {}, orjson.dumps(ask.body("auto"))) as response:
                return read_reply(response.status, await response.read())
        except ProviderError as exc:
            return Reply(error=str(exc))


def test_each_answers_with_its_own_name_fails_when_told_and_comes_back() -> None:
    async def scenario() -> None:
        async with open_fakes(["primary", "cheap"]) as fakes, client() as http:
            both, one = Direct(http, list(fakes.values())), Direct(http, [fakes["primary"]])
            served = [each.reply.served for each in await send(both, Sessions("s").asks([SHAPE], 40))]
            assert sorted(served) == ["cheap"] * 20 + ["primary"] * 20
            assert (fakes["primary"].hits, fakes["cheap"].hits) == (20, 20)

            address = fakes["primary"].base_url
            await fakes["primary"].become("answers 500")
            failed = await one.ask(Ask(SHAPE, "s-1"))
            assert failed.error.startswith("status 500: ")
            assert "primary fails on purpose" in failed.error
            assert fakes["primary"].hits == 21

            await fakes["primary"].become("refuses connections")
            assert (await one.ask(Ask(SHAPE, "s-1"))).error.startswith("Nothing answers at 127.0.0.1:")
            assert fakes["primary"].hits == 21

            await fakes["primary"].become("up")
            assert await one.ask(Ask(SHAPE, "s-1")) == Reply("primary")
            assert fakes["primary"].base_url == address

    asyncio.run(scenario())


def test_every_session_sends_its_requests_one_round_after_the_other() -> None:
    sessions = Sessions("long", "conversation")
    asks = sessions.asks([SHAPE], 3, requests_each=2)
    assert [ask.session for ask in asks] == ["long-1", "long-2", "long-3"] * 2
    assert sessions.asks([SHAPE], 1)[0].told() == {"conversation": "long-4"}
