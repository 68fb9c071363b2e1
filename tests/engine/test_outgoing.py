"""What goes out under a context policy and a preparation, seen at the server, and what the answer says of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from compare.catalog import Catalog
from compare.engine.ask import Question, ask
from compare.engine.attempts import Meanwhile
from compare.engine.backend import Backend
from compare.records import Answer, Candidate, Message, ModelSpec, Settings
from compare.threads.attachments import Attached, with_attachments
from compare.threads.prompts import fixed_prompt
from compare.tokens.count import count
from tests.engine.servers import ModelServer, answering, hanging, refusing

THREAD = [
    Message("system", "Be kind.", id="m0"),
    Message("user", "My number is 4417.", id="m1"),
    Message("assistant", "Noted.", id="m2"),
    Message("user", "I\u200b live in   Bern.", id="m3"),
    Message("assistant", "Good.", id="m4"),
    Message("user", "Where is my order?", id="m5"),
]


def asked(spec: ModelSpec, *models: ModelSpec, seen: list[object] | None = None, **candidate: Any) -> Answer:
    async def main() -> Answer:
        catalog = Catalog({one.id: one for one in models})
        async with Backend(catalog=lambda: catalog) as backend:
            one = Question("answer-1", Candidate(spec.id, **candidate), spec, fixed_prompt(THREAD))
            return await ask(one, backend, (seen if seen is not None else []).append)

    return asyncio.run(main())


def sent(server: ModelServer, request: int = -1) -> list[str]:
    return [message["content"] for message in server.requests[request]["messages"]]


def test_what_a_policy_cuts_is_not_sent_and_is_named_with_the_answer(server: ModelServer) -> None:
    answer = asked(server.spec(), context_policy="last:2")
    assert sent(server) == ["Be kind.", "Where is my order?"]
    assert [(cut["number"], cut["role"]) for cut in json.loads(answer.cut_json)] == [
        (2, "user"), (3, "assistant"), (4, "user"), (5, "assistant"),
    ]  # fmt: skip
    assert answer.in_counted == count("Be kind.") + count("Where is my order?")
    # The conversation is as long as before: a gateway routes by that.
    assert (answer.n_messages, json.loads(answer.sent_json)["n_messages"]) == (6, 2)


def test_a_preparation_changes_what_is_sent_and_not_what_is_stored(server: ModelServer) -> None:
    asked(server.spec(), preparation="clean@1")
    assert "I live in Bern." in sent(server)
    assert THREAD[3].text == "I\u200b live in   Bern."


def test_a_policy_that_summarises_asks_the_summariser_first_and_counts_it_in(server: ModelServer) -> None:
    server.acts = [
        answering("Number 4417, ", "lives in Bern.", usage=(50, 10)),
        answering("On its way.", usage=(30, 5)),
    ]
    seen: list[object] = []
    answer = asked(server.spec(), server.spec("short"), seen=seen, context_policy="summary:short:2")
    assert [request["model"] for request in server.requests] == ["wire-short", "wire-local"]
    assert any("Number 4417, lives in Bern." in text for text in sent(server))
    assert "My number is 4417." not in sent(server)
    summary = json.loads(answer.sent_json)["summary"]
    assert (summary["text"], summary["in_reported"]) == ("Number 4417, lives in Bern.", 50)
    # (50 + 30) x 3 + (10 + 5) x 15 millionths
    assert answer.cost_usd == Decimal("0.000465")
    assert (answer.in_reported, answer.out_reported) == (30, 5)
    assert answer.ttft_ms is not None
    assert answer.total_ms is not None
    assert summary["wall_ms"] < answer.ttft_ms <= answer.total_ms
    assert any(isinstance(event, Meanwhile) and "summary of 3 messages by Label short" in event.note for event in seen)


def test_where_no_summary_can_be_made_the_answer_fails_with_the_reason(server: ModelServer) -> None:
    server.acts = [refusing(400, "no summaries today")]
    answer = asked(server.spec(), server.spec("short"), context_policy="summary:short:2")
    assert (answer.status, len(server.requests)) == ("failed", 1)
    assert str(answer.error).startswith("The summary of 3 messages could not be made. ")
    assert "no summaries today" in str(answer.error)


def test_a_stop_while_the_summary_is_made_stops_the_answer(server: ModelServer) -> None:
    server.acts = [hanging("Number ")]

    async def main() -> Answer:
        catalog = Catalog({"short": server.spec("short")})
        spec = server.spec()
        async with Backend(catalog=lambda: catalog) as backend:
            candidate = Candidate(spec.id, context_policy="summary:short:2")
            task = asyncio.create_task(ask(Question("a", candidate, spec, fixed_prompt(THREAD)), backend))
            async with asyncio.timeout(10):
                while not server.requests:
                    await asyncio.sleep(0.01)
            task.cancel()
            return await task

    answer = asyncio.run(main())
    assert (answer.status, answer.attempts, len(server.requests)) == ("stopped", 0, 1)


def test_a_policy_that_cannot_be_read_is_a_failed_answer_with_a_sentence(server: ModelServer) -> None:
    answer = asked(server.spec(), context_policy="last:many")
    assert (answer.status, server.requests) == ("failed", [])
    assert "The context policy 'last:many' cannot be read" in str(answer.error)


def test_a_thread_longer_than_the_window_is_said_with_the_numbers(server: ModelServer) -> None:
    spec = server.spec(context_window_tokens=60)
    answer = asked(spec, settings=Settings(max_output_tokens=20))
    assert answer.warnings[0].startswith("This thread is longer than the window: about ")
    assert "20 for the answer, where the model takes 60." in answer.warnings[0]


def test_pictures_go_only_to_models_that_take_them_and_the_rest_is_said(server: ModelServer) -> None:
    png = b"\x89PNG" + b"0" * 20
    thread = [replace(with_attachments("Which lamp?", [Attached("lamp.png", png)]), id="m1")]

    async def main(spec: ModelSpec) -> Answer:
        async with Backend() as backend:
            return await ask(Question("a", Candidate(spec.id), spec, fixed_prompt(thread)), backend)

    sees, blind = server.spec("sees", takes_images=True), server.spec("blind")
    assert asyncio.run(main(sees)).warnings == ()
    assert [part["type"] for part in sent(server)[0]] == ["image_url", "text"]
    assert asyncio.run(main(blind)).warnings == ("Label blind takes no pictures: 1 picture was not sent.",)
    assert sent(server) == ["Which lamp?\n\n[picture: lamp.png]"]
