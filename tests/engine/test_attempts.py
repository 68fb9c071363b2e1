"""Endpoints that are down, and fallbacks that answer instead."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from compare.catalog import Catalog
from compare.engine.ask import Question, ask
from compare.engine.attempts import Meanwhile
from compare.engine.backend import Backend
from compare.engine.breaker import OPENS_AFTER
from compare.records import Answer, Candidate, Message, ModelSpec
from compare.threads.prompts import fixed_prompt
from tests.engine.servers import ModelServer, answering, breaking_off, refusing

PROMPT = fixed_prompt([Message("user", "Where is my order?", id="m1")])


def question(spec: ModelSpec, **candidate: Any) -> Question:
    return Question("answer-1", Candidate(spec.id, **candidate), spec, PROMPT)


def asked(*questions: Question, models: tuple[ModelSpec, ...] = (), seen: list[object] | None = None) -> list[Answer]:
    """The answers to questions asked one after the other of one backend."""

    async def main() -> list[Answer]:
        catalog = Catalog({spec.id: spec for spec in models})
        async with Backend(catalog=lambda: catalog) as backend:
            return [await ask(one, backend, (seen if seen is not None else []).append) for one in questions]

    return asyncio.run(main())


# --- breaker ---------------------------------------------------------------------------------------------------------


def test_an_endpoint_that_is_down_is_not_asked_again_for_a_while(server: ModelServer) -> None:
    server.acts = [refusing(500, "boom")]
    spec = server.spec()
    answers = asked(*[question(spec)] * 3)
    # Three attempts, then two, then none: five failures in a row are enough.
    assert len(server.requests) == OPENS_AFTER
    assert [answer.attempts for answer in answers] == [3, 2, 0]
    assert [answer.status for answer in answers] == ["failed"] * 3
    assert "boom" in str(answers[1].error)
    assert str(answers[2].error).startswith(
        f"Not asked: wire-local at {server.base_url} failed 5 times in a row and is left alone for another 30 s."
    )
    assert "boom" in str(answers[2].error)


def test_one_model_that_is_down_does_not_hold_up_another_at_the_same_server(server: ModelServer) -> None:
    down, well = server.spec("down"), server.spec("well")
    server.acts = [*[refusing(500)] * OPENS_AFTER, answering("fine")]
    answers = asked(question(down), question(down), question(well))
    assert [answer.status for answer in answers] == ["failed", "failed", "done"]


def test_a_patient_question_waits_for_the_endpoint(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.engine.breaker.FIRST_PAUSE_S", 0.05)
    server.acts = [*[refusing(500)] * OPENS_AFTER, answering("back again")]
    spec = server.spec()
    patient = Question("answer-1", Candidate(spec.id), spec, PROMPT, patience_s=60.0)
    seen: list[object] = []
    answers = asked(question(spec), patient, seen=seen)
    assert (answers[1].status, answers[1].text, answers[1].attempts) == ("done", "back again", 3)
    assert any(isinstance(event, Meanwhile) and "failures in a row" in event.note for event in seen)


# --- fallback --------------------------------------------------------------------------------------------------------


def test_a_fallback_answers_and_its_use_is_shown_and_stored(server: ModelServer) -> None:
    main, spare = server.spec("main"), server.spec("spare")
    server.acts = [refusing(400, "not today"), answering("from the spare", usage=(10, 5))]
    seen: list[object] = []
    [answer] = asked(question(main, fallback="spare"), models=(spare,), seen=seen)
    assert (answer.status, answer.text, answer.attempts) == ("done", "from the spare", 2)
    assert [request["model"] for request in server.requests] == ["wire-main", "wire-spare"]
    assert answer.warnings[0].startswith("Answered by spare instead of main: ")
    assert "not today" in answer.warnings[0]
    assert json.loads(answer.sent_json)["fallback"]["model_id"] == "spare"
    assert any(isinstance(event, Meanwhile) and "Asking Label spare instead" in event.note for event in seen)


def test_a_fallback_is_not_asked_once_text_was_seen(server: ModelServer) -> None:
    main, spare = server.spec("main"), server.spec("spare")
    server.acts = [breaking_off("half an "), answering("from the spare")]
    [answer] = asked(question(main, fallback="spare"), models=(spare,))
    assert (answer.status, answer.text) == ("failed", "half an ")
    assert len(server.requests) == 1


def test_where_both_fail_the_fallbacks_failure_stands_and_both_are_named(server: ModelServer) -> None:
    main, spare = server.spec("main"), server.spec("spare")
    server.acts = [refusing(400, "not today"), refusing(401, "who are you")]
    [answer] = asked(question(main, fallback="spare"), models=(spare,))
    assert (answer.status, answer.error_kind) == ("failed", "auth")
    assert "not today" in answer.warnings[0]


def test_a_fallback_that_nobody_knows_is_a_failed_answer_with_a_sentence(server: ModelServer) -> None:
    server.acts = [refusing(400, "not today")]
    [answer] = asked(question(server.spec("main"), fallback="spar"), models=(server.spec("spare"),))
    assert answer.status == "failed"
    assert "no model 'spar' in the catalogue" in str(answer.error)
    assert "Did you mean spare?" in str(answer.error)


def test_a_candidate_with_a_fallback_is_another_candidate() -> None:
    assert Candidate("m").id == Candidate("m", fallback="").id != Candidate("m", fallback="n").id
