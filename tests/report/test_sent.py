"""What was really sent: made again from what is stored, and compared with the bodies that the server recorded."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from compare.catalog import Catalog, load_catalog
from compare.records import Answer, Candidate, Message, ModelSpec, ProviderKind, Settings
from compare.report.sent import Sent, sent_for
from compare.runs.going_on import GoingOn
from compare.settings import database_path
from compare.sim.models import BASE_PATHS
from compare.threads.attachments import Attached
from tests.engine.servers import hanging, refusing, simulator
from tests.jobs.test_replay import Job
from tests.runs.conftest import World, until, world

__all__ = ["world"]
KINDS: tuple[ProviderKind, ...] = ("openai-chat", "openai-responses", "anthropic", "gemini")
CHOSEN = Settings("Be brief.", 0.3, 700, "low", ("QQQ",))


def in_every_format(world: World) -> None:
    """Models "openai-chat" ... "gemini", each asked in its own wire format."""
    root = world.models["sim-lite"].base_url.removesuffix("/v1")
    for kind in KINDS:
        world.models[kind] = ModelSpec(kind, kind, root + BASE_PATHS[kind], "sim-large", label=kind.title())


def run(world: World, *candidates: Candidate, thread: str = "") -> list[Answer]:
    return answers(world, world.runs.start(thread or world.thread(), candidates))


def answers(world: World, run_id: str) -> list[Answer]:
    world.finished(run_id)
    comparison = world.store.comparison(run_id)
    assert comparison is not None
    stored = world.store.answers([slot.answer_id for slot in comparison.current])
    return [stored[slot.answer_id] for slot in comparison.current]


def sent(world: World, answer: Answer) -> Sent:
    return sent_for(answer, world.store, Catalog(dict(world.models)))


def talk(found: Sent) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in found.messages]


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_request_of_every_wire_format_is_the_one_that_the_server_got(
    world: World, kind: ProviderKind
) -> None:
    in_every_format(world)
    settings = CHOSEN if kind != "anthropic" else replace(CHOSEN, temperature=None)
    shaped = Candidate(kind, settings, context_policy="last:2", preparation="clean@1+framed@1")
    plain = Candidate(kind)
    for candidate in (shaped, plain):
        world.requests.clear()
        found = sent(world, run(world, candidate, Candidate("scripted"))[0])
        assert found.why_not == ""
        assert found.body == world.requests[-1]
        assert found.params is not None
        assert found.params.items() <= world.requests[-1].items()


def test_what_the_policy_cut_and_the_settings_became_is_told_apart(world: World) -> None:
    in_every_format(world)
    candidate = Candidate("openai-responses", CHOSEN, context_policy="last:1")
    found = sent(world, run(world, candidate, Candidate("sim-lite"))[0])
    assert talk(found) == [("system", "Be brief."), ("user", "Where is it?")]
    assert [(cut.number, cut.role) for cut in found.cut] == [(2, "user"), (3, "assistant")]
    assert found.left_out == {"system prompt of the thread": 1}
    assert [(one.name, one.parameter, one.value) for one in found.settings] == [
        ("system_prompt", "the first message", "Be brief."),
        ("temperature", "temperature", 0.3),
        ("max_output_tokens", "max_output_tokens", 700),
        ("reasoning_effort", "reasoning.effort", "low"),
        ("stop", "", None),
    ]
    assert any("Stop sequences cannot be set" in warning for warning in found.warnings)
    assert found.wire_format == "Responses"


def test_own_answers_and_those_of_others_that_stood_in_the_history_are_named(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(first)
    second = world.runs.follow_up(first, "And when?").run_id
    own = [sent(world, answer) for answer in answers(world, second)]
    assert [[(h.turn, h.name, h.is_own) for h in one.history] for one in own] == [
        [(2, "Sim-Lite", True)],
        [(2, "Sim-Large", True)],
    ]
    assert all(one.why_not == "" for one in own)
    taking_over = GoingOn("handover", to=Candidate("sim-large"))
    third = world.runs.follow_up(second, "Thank you.", how=taking_over).run_id
    handed_over = sent(world, answers(world, third)[0])
    assert [(h.turn, h.name, h.is_own) for h in handed_over.history] == [(2, "Sim-Lite", False), (3, "Sim-Lite", False)]
    assert handed_over.why_not == ""
    assert talk(handed_over)[-1] == ("user", "Thank you.")


def test_a_replayed_thread_shows_the_candidates_own_answers_where_recorded_ones_stood(world: World) -> None:
    requests: list[dict[str, Any]] = []
    with simulator(requests) as root:
        spec = ModelSpec("r", "openai-chat", f"{root}/v1", "sim-lite")
        world.models["r"] = spec
        job = Job(world.store, [spec], n_threads=1, n_turns=3, history="own")
        job.run(concurrency=1)
    for (_, answer, _), request in zip(job.seen, requests, strict=True):
        found = sent(world, answer)
        assert (found.why_not, found.body) == ("", request)


def test_the_summary_that_was_sent_is_the_stored_one(world: World) -> None:
    candidate = Candidate("sim-lite", context_policy="summary:sim-large:2")
    (answer, _) = run(world, candidate, Candidate("sim-flash"))
    found = sent(world, answer)
    assert found.why_not == ""
    assert found.summary is not None
    assert found.summary.model == "sim-large"
    assert any(found.summary.text in content for _, content in talk(found))
    kept = json.loads(answer.sent_json)
    kept["summary"]["text"] = "Something else."
    assert "cannot be rebuilt exactly" in sent(world, replace(answer, sent_json=json.dumps(kept))).why_not


def test_a_thread_that_was_changed_behind_our_back_is_noticed(world: World) -> None:
    (answer, _) = run(world, *world.candidates("sim-lite", "sim-large"))
    assert sent(world, answer).why_not == ""
    with sqlite3.connect(database_path()) as db:
        db.execute("UPDATE messages SET text = 'My order is 4418.' WHERE text = 'My order is 4417.'")
    found = sent(world, answer)
    assert "gives 4 messages with the hash" in found.why_not
    assert found.sha256[:12] in found.why_not
    assert found.body is None


def test_for_a_recorded_answer_nothing_was_sent(world: World) -> None:
    thread = world.thread(Message("user", "Hi"), Message("assistant", "Hello there."))
    run_id = world.runs.start(thread, [Candidate("production", label="Production"), Candidate("sim-lite")])
    found = sent(world, answers(world, run_id)[0])
    assert "nothing was sent for it from here" in found.why_not
    assert (found.messages, found.body) == ((), None)


def test_an_answer_that_was_never_asked_says_so(world: World) -> None:
    gone = Candidate("sim-lite", context_policy="summary:no-such-model:1")
    found = sent(world, run(world, gone, Candidate("sim-large"))[0])
    assert found.why_not.startswith("Nothing was sent. ")
    assert "no-such-model" in found.why_not
    assert found.messages == ()


def test_the_fallback_that_was_asked_is_named_with_the_reason(world: World) -> None:
    world.server.acts = [refusing(401, "no such key")]
    # A fallback is looked up in the catalogue of the hub: there it is asked as Anthropic Messages.
    world.models["sim-large"] = replace(load_catalog().models["sim-large"], label="Sim-Large")
    candidate = Candidate("scripted", Settings(max_output_tokens=300), fallback="sim-large")
    found = sent(world, run(world, candidate, Candidate("sim-lite"))[0])
    assert found.fallback is not None
    assert (found.model, found.fallback.instead_of) == ("Sim-Large", "scripted")
    assert "no such key" in found.fallback.why
    assert found.params is not None
    assert found.params["model"] == "sim-large"
    assert found.body is not None
    assert found.body["system"] == "Be kind."
    assert [(one.parameter, one.value) for one in found.settings] == [("max_tokens", 300)]


def test_pictures_are_in_the_messages_and_in_the_body_only_where_the_model_takes_them(world: World) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(16)
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(first)
    second = world.runs.follow_up(first, "Look", [Attached("a.png", png)]).run_id
    found = sent(world, answers(world, second)[0])
    assert (found.why_not, len(found.messages[-1].images)) == ("", 1)
    assert found.body in world.requests
    assert any("takes no pictures" in warning for warning in found.warnings)


def test_of_an_answer_that_was_stopped_the_messages_are_known_and_the_parameters_are_not(world: World) -> None:
    world.server.acts = [hanging("Hel")]
    run_id = world.runs.start(world.thread(), [Candidate("scripted", CHOSEN), Candidate("sim-lite")])
    until(lambda: "Hel" in world.runs.open(run_id).panes[0].text)
    world.runs.stop(run_id)
    found = sent(world, answers(world, run_id)[0])
    assert (found.why_not, found.params, found.body) == ("", None, None)
    assert talk(found)[-1] == ("user", "Where is it?")
