"""A small gateway on loopback: it routes on the header that says how long the thread is, and says who answered."""

from __future__ import annotations

import re
from collections import Counter

from tests.engine.servers import Exchange, ModelServer, answering, refusing


def header(head: str, name: str) -> str | None:
    """One header of a request's head, in lower case as the test server keeps it."""
    found = re.search(rf"^{re.escape(name)}: (.*?)\r?$", head, re.MULTILINE)
    return found[1] if found else None


class Gateway:
    """Sends threads of more than eight messages to `large`, the others to `small`; some requests may be refused."""

    def __init__(self, server: ModelServer, *, n_refused: int = 0) -> None:
        self.server = server
        self.n_refused = n_refused
        self.routes: Counter[str] = Counter()
        server.acts = [self.act]

    async def act(self, exchange: Exchange) -> None:
        if self.n_refused:
            self.n_refused -= 1
            await refusing(503, "The pool is empty.")(exchange)
            return
        n_messages = len(exchange.request["messages"])
        told = [int(h) for head in self.server.headers if (h := header(head, "x-thread-length")) is not None]
        assert n_messages in told
        name = "large" if n_messages > 8 else "small"
        self.routes[name] += 1
        route = f"x-litellm-model-group: {'long' if name == 'large' else 'short'}_threads\r\n"
        await exchange.head(headers=f"x-litellm-model-id: {name}/primary\r\n{route}")
        await exchange.event({"model": f"vendor-{name}", "choices": [{"index": 0, "delta": {"content": "Yes, "}}]})
        await exchange.delta(content=f"said {name} to {n_messages}.")
        await exchange.end("stop", {"prompt_tokens": 5 * n_messages, "completion_tokens": 7})


__all__ = ["Gateway", "answering", "header"]
