"""Faults on demand: by name, in every wire format, as the bytes that cross the socket."""

from __future__ import annotations

import itertools
import json
import re
import time
from typing import Any

import pytest

from compare.sim.demands import FAULTS_ON_DEMAND, REFUSALS, target
from compare.sim.faults import NO_FAULT, SLOW_FIRST_S, STALL_S, Attempts, Fault
from compare.sim.models import SIM_MODELS
from compare.sim.pace import schedule
from compare.sim.reply import SimMessage, SimRequest, reply_to
from tests.sim.wires import WIRES, Chat, events

TALK = (
    ("user", "Der Name des Ladens ist Käsekönig, und die Miete beträgt 1.480 €."),
    ("user", "Wie ist der Name des Ladens?"),
)
every_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda w: w.name)
counting_wires = pytest.mark.parametrize("wire", [w for w in WIRES if w.count_path], ids=lambda w: w.name)


class TestNames:
    def test_a_plain_name_has_no_fault(self) -> None:
        found = target("sim-lite")
        assert found is not None
        assert (found.model, found.demanded) == (SIM_MODELS["sim-lite"], "none")

    def test_every_fault_of_the_table_is_a_sentence_and_a_variant_of_every_model(self) -> None:
        for kind, sentence in FAULTS_ON_DEMAND.items():
            assert re.fullmatch(r"[A-Z].{15,}\.", sentence)
            for model in SIM_MODELS.values():
                for name, always in ((f"{model.id}+{kind}", False), (f"{model.id}+{kind}!", True)):
                    found = target(name)
                    assert found is not None
                    assert (found.name, found.model, found.demanded, found.always) == (name, model, kind, always)

    @pytest.mark.parametrize(
        "name", ["sim-lite+", "sim-lite+none", "sim-lite+!", "sim-lite+cut!!", "other+cut", "+cut"]
    )
    def test_other_names_are_no_model(self, name: str) -> None:
        assert target(name) is None

    def test_a_demand_on_the_flaky_model_replaces_its_plan(self) -> None:
        found = target("sim-flaky+crlf")
        assert found is not None
        kinds = {found.next_fault(Attempts(), 0, f"conversation {n}").kind for n in range(50)}
        assert kinds == {"crlf"}

    def test_refusals_hold_at_odd_attempts_and_with_an_exclamation_mark_always(self) -> None:
        attempts = Attempts()
        for kind in REFUSALS:
            now_and_then, always = target(f"sim-lite+{kind}"), target(f"sim-lite+{kind}!")
            assert now_and_then is not None
            assert always is not None
            assert [now_and_then.next_fault(attempts, 0, "c") for _ in range(4)] == [Fault(kind), NO_FAULT] * 2
            assert [always.next_fault(attempts, 0, "c") for _ in range(4)] == [Fault(kind)] * 4


@every_wire
class TestRefusals:
    def test_rate_limit(self, sim: Any, wire: Chat) -> None:
        raw = sim.any.on_the_socket(wire, "sim-lite+rate_limit", TALK)
        assert raw.status == 429
        assert raw.headers["retry-after"] == "0"  # scaled by speed, which is 0 here
        kind, message = wire.error(json.loads(raw.body))
        assert kind == wire.error_kinds[0]
        assert "try again in 0s" in message
        assert sim.any.on_the_socket(wire, "sim-lite+rate_limit", TALK).status == 200

    def test_overloaded(self, sim: Any, wire: Chat) -> None:
        raw = sim.any.on_the_socket(wire, "sim-lite+overloaded", TALK)
        assert (raw.status, wire.error(json.loads(raw.body))[0]) == (529, wire.error_kinds[1])
        assert sim.any.on_the_socket(wire, "sim-lite+overloaded", TALK).status == 200

    def test_server_error(self, sim: Any, wire: Chat) -> None:
        raw = sim.any.on_the_socket(wire, "sim-lite+server_error", TALK)
        assert (raw.status, wire.error(json.loads(raw.body))[0]) == (500, wire.error_kinds[2])
        assert sim.any.on_the_socket(wire, "sim-lite+server_error", TALK).status == 200

    def test_html_error(self, sim: Any, wire: Chat) -> None:
        raw = sim.any.on_the_socket(wire, "sim-lite+html_error", TALK)
        assert raw.status == 500
        assert raw.headers["content-type"].startswith("text/html")
        assert raw.body.startswith(b"<html>\r\n")
        assert sim.any.on_the_socket(wire, "sim-lite+html_error", TALK).status == 200

    @pytest.mark.parametrize("kind", sorted(REFUSALS))
    def test_with_an_exclamation_mark_it_never_gets_through(self, sim: Any, wire: Chat, kind: str) -> None:
        statuses = {sim.any.on_the_socket(wire, f"sim-lite+{kind}!", TALK).status for _ in range(4)}
        assert statuses < {429, 500, 529}
        assert len(statuses) == 1

    def test_bad_key_repeats_the_key_every_time(self, sim: Any, wire: Chat) -> None:
        for _ in range(2):
            raw = sim.any.on_the_socket(wire, "sim-lite+bad_key", TALK)
            kind, message = wire.error(json.loads(raw.body))
            assert (raw.status, kind) == (401, wire.error_kinds[3])
            assert "sk-canary-1" in message


class TestRetryHints:
    def test_a_wait_is_given_in_whole_seconds_and_by_vendors_that_do_more_exactly(self, sim_at: Any) -> None:
        running = sim_at(0.3)
        found = {}
        for wire in WIRES:
            raw = running.any.on_the_socket(wire, "sim-lite+rate_limit!", TALK)
            assert raw.headers["retry-after"] == "1"
            found[wire.name] = (raw.headers.get("retry-after-ms"), re.search(rb'"retryDelay":"([^"]+)"', raw.body))
        assert (found["chat"][0], found["responses"][0]) == ("300", "300")
        assert (found["messages"][0], found["gemini"][0]) == (None, None)
        delay = found["gemini"][1]
        assert delay is not None
        assert delay[1] == b"0.3s"


@counting_wires
class TestCounting:
    def test_refusals_hold_there_too_and_attempts_are_its_own(self, sim: Any, wire: Chat) -> None:
        assert [sim.any.count(wire, "sim-lite+overloaded", TALK).status_code for _ in range(2)] == [529, 200]
        assert sim.any.count(wire, "sim-lite+bad_key", TALK).status_code == 401
        assert sim.any.count(wire, "sim-lite+html_error!", TALK).headers["content-type"].startswith("text/html")
        assert sim.any.on_the_socket(wire, "sim-lite+overloaded", TALK).status == 529
        assert sim.any.on_the_socket(wire, "sim-lite+overloaded", TALK).status == 200

    def test_faults_of_the_answer_do_not(self, sim: Any, wire: Chat) -> None:
        plain = sim.any.count(wire, "sim-lite", TALK).json()
        for kind in FAULTS_ON_DEMAND.keys() - REFUSALS - {"bad_key"}:
            assert sim.any.count(wire, f"sim-lite+{kind}", TALK).json() == plain


@every_wire
class TestStreams:
    def test_an_error_comes_in_the_stream_after_some_text(self, sim: Any, wire: Chat) -> None:
        raw = sim.any.on_the_socket(wire, "sim-lite+error_in_200", TALK)
        assert raw.status == 200
        stream = b"".join(raw.chunks())
        kind, message = wire.error_in_stream(stream)
        assert (kind, message) == (
            wire.error_kinds[2],
            "The simulated server had an error in the middle of the answer. Try again.",
        )
        assert not wire.is_ended(stream)
        assert b"Ladens" in stream

    def test_without_a_stream_it_is_a_server_error(self, sim: Any, wire: Chat) -> None:
        for kind in ("error_in_200", "cut"):
            response = sim.any.post(wire, f"sim-lite+{kind}", wire.body(f"sim-lite+{kind}", TALK))
            assert (response.status_code, wire.error(response.json())[0]) == (500, wire.error_kinds[2])

    def test_a_cut_ends_the_body_properly_but_not_the_answer(self, sim: Any, wire: Chat) -> None:
        cut = b"".join(sim.any.on_the_socket(wire, "sim-lite+cut", TALK).chunks())
        whole = b"".join(sim.any.on_the_socket(wire, "sim-lite", TALK).chunks())
        assert not wire.is_ended(cut)
        assert wire.is_ended(whole)
        assert 0.2 < len(cut) / len(whole) < 0.8
        if wire.name == "gemini-array":
            with pytest.raises(json.JSONDecodeError):
                json.loads(cut)
            return
        short = wire.streamed(cut)
        assert short.text
        assert wire.streamed(whole).text.startswith(short.text)
        assert short.tokens is None

    def test_crlf(self, sim: Any, wire: Chat) -> None:
        stream = b"".join(sim.any.on_the_socket(wire, "sim-lite+crlf", TALK).chunks())
        assert re.search(rb"(?<!\r)\n", stream) is None
        if wire.name != "gemini-array":
            assert stream.endswith(b"\r\n\r\n")
            assert len(events(stream)) > 20
        assert wire.streamed(stream) == wire.streamed(sim.any.stream(wire, "sim-lite", TALK))

    def test_split_utf8(self, sim: Any, wire: Chat) -> None:
        chunks = sim.any.on_the_socket(wire, "sim-lite+split_utf8", TALK).chunks()
        broken = [c for c in chunks if not _is_utf8(c)]
        assert len(broken) >= 4
        assert wire.streamed(b"".join(chunks)) == wire.streamed(sim.any.stream(wire, "sim-lite", TALK))

    def test_the_plain_stream_has_whole_characters_only(self, sim_at: Any, wire: Chat) -> None:
        running = sim_at(0.05)
        chunks = running.any.on_the_socket(wire, "sim-lite", TALK).chunks()
        assert len(chunks) > 20
        assert all(_is_utf8(c) for c in chunks)

    def test_no_usage(self, sim: Any, wire: Chat) -> None:
        raw = b"".join(sim.any.on_the_socket(wire, "sim-lite+no_usage", TALK).chunks())
        got, plain = wire.streamed(raw), wire.streamed(sim.any.stream(wire, "sim-lite", TALK))
        assert got == plain._replace(tokens=None)
        assert re.search(rb'"usage(?:Metadata)?":\{', raw) is None
        assert sim.any.whole(wire, "sim-lite+no_usage", TALK).tokens is None

    def test_cached_tokens_are_part_of_the_same_prompt(self, sim: Any, wire: Chat) -> None:
        plain = sim.any.whole(wire, "sim-lite", TALK).tokens
        for got in (
            sim.any.whole(wire, "sim-lite+cached", TALK),
            wire.streamed(sim.any.stream(wire, "sim-lite+cached", TALK)),
        ):
            assert got.tokens == plain._replace(cached=plain.prompt // 2)
        assert plain.cached == 0

    def test_answers_name_the_model_as_it_was_asked_for(self, sim: Any, wire: Chat) -> None:
        raw = sim.any.stream(wire, "sim-lite+crlf", TALK)
        assert b':"sim-lite+crlf"' in raw


class TestPace:
    def test_a_stall_and_a_late_first_token_move_what_comes_after(self) -> None:
        model = SIM_MODELS["sim-lite"]
        reply = reply_to(SimRequest(model, tuple(SimMessage(r, t) for r, t in TALK), thinking="full"))
        plain = schedule(model, reply, NO_FAULT)
        stalled, late = schedule(model, reply, Fault("stall", 0.5)), schedule(model, reply, Fault("slow_first"))
        moved = [s.due_s - p.due_s for s, p in zip(stalled, plain, strict=True)]
        assert {round(m, 6) for m in moved} == {0.0, STALL_S}
        first_moved = next(i for i, m in enumerate(moved) if m > 1)
        assert not plain[first_moved - 1].is_thought
        assert [round(s.due_s - p.due_s, 6) for s, p in zip(late, plain, strict=True)] == [SLOW_FIRST_S] * len(plain)

    @pytest.mark.parametrize("wire", WIRES[:3], ids=lambda w: w.name)
    def test_over_the_wire(self, sim_at: Any, wire: Chat) -> None:
        speed = 0.1
        running = sim_at(speed)
        for kind, silence_s in (("stall", STALL_S), ("slow_first", SLOW_FIRST_S)):
            gaps = _gaps_s(running, wire, f"sim-lite+{kind}")
            assert max(gaps) > 0.35 * speed * silence_s
            assert sum(gaps) > speed * silence_s
            middle = 0 < gaps.index(max(gaps)) - 1 < len(gaps) - 3
            assert middle is (kind == "stall")


def _gaps_s(running: Any, wire: Chat, model: str) -> list[float]:
    """Silences between the bytes of a stream, the first one before any text included."""
    body = wire.body(model, TALK, stream=True)
    at = [time.perf_counter()]
    with running.any.client.stream("POST", wire.path(model, True), json=body, headers=dict(wire.headers)) as response:
        at.extend(time.perf_counter() for _ in response.iter_raw())
    return [after - before for before, after in itertools.pairwise(at)]


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
