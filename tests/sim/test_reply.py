"""From request to reply: the same always gives the same, and usage is what each model's tokenizer would report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from compare.sim.models import SIM_MODELS
from compare.sim.reply import PRIMING_TOKENS, SimMessage, SimRequest, prompt_tokens, reply_to
from compare.sim.reply import _reply as reply_cache
from compare.tokens.count import count

THREAD = (
    SimMessage("system", "You help with a move."),
    SimMessage("user", "The van costs £1,865, door to door."),
    SimMessage("assistant", "Noted."),
    SimMessage("user", "What does the van cost?"),
)


@pytest.mark.parametrize("model_id", list(SIM_MODELS))
class TestEveryModel:
    def test_the_same_request_gives_the_same_reply(self, model_id: str) -> None:
        first = reply_to(SimRequest(SIM_MODELS[model_id], THREAD, seed=3))
        reply_cache.cache_clear()
        assert reply_to(SimRequest(SIM_MODELS[model_id], THREAD, seed=3)) == first

    def test_seeds_change_the_wording_and_not_the_value(self, model_id: str) -> None:
        texts = {reply_to(SimRequest(SIM_MODELS[model_id], THREAD, seed=s)).text for s in range(20)}
        assert len(texts) > 3
        assert all("£1,865" in t for t in texts)

    def test_pieces_join_to_the_text(self, model_id: str) -> None:
        reply = reply_to(SimRequest(SIM_MODELS[model_id], THREAD))
        assert "".join(reply.pieces) == reply.text

    def test_usage_is_the_local_count_times_the_models_factor(self, model_id: str) -> None:
        model = SIM_MODELS[model_id]
        reply = reply_to(SimRequest(model, THREAD))
        local = sum(count(m.text) for m in THREAD)
        assert (
            reply.prompt_tokens == round(model.tokenizer_factor * local) + 4 * model.tokens_per_message + PRIMING_TOKENS
        )
        assert reply.completion_tokens == round(model.tokenizer_factor * count(reply.text))

    def test_any_limit_is_kept(self, model_id: str) -> None:
        model = SIM_MODELS[model_id]
        for limit in (1, 2, 5, 17):
            reply = reply_to(SimRequest(model, THREAD, max_tokens=limit))
            assert (reply.finish, reply.completion_tokens) == ("length", limit)
            assert round(model.tokenizer_factor * count(reply.text)) <= limit


class TestThinking:
    REQUEST = SimRequest(SIM_MODELS["sim-large"], THREAD, thinking="full")

    def test_it_adds_thoughts_and_their_tokens_and_changes_nothing_else(self) -> None:
        plain, thought = reply_to(replace(self.REQUEST, thinking="off")), reply_to(self.REQUEST)
        assert (plain.thoughts, plain.thinking_tokens) == ("", 0)
        assert thought.thinking_tokens == round(1.27 * count(thought.thoughts))
        assert "".join(thought.thought_pieces) == thought.thoughts
        assert thought == replace(
            plain,
            thoughts=thought.thoughts,
            thinking_tokens=thought.thinking_tokens,
            completion_tokens=plain.completion_tokens + thought.thinking_tokens,
        )

    def test_a_budget_cuts_the_thoughts_and_not_the_text(self) -> None:
        whole, cut = reply_to(self.REQUEST), reply_to(replace(self.REQUEST, thinking_budget=10))
        assert (cut.thinking_tokens, cut.text, cut.finish) == (10, whole.text, "stop")
        assert whole.thoughts.startswith(cut.thoughts)
        assert reply_to(replace(self.REQUEST, thinking_budget=10_000)) == whole

    def test_a_limit_holds_for_thoughts_and_text_together(self) -> None:
        whole = reply_to(self.REQUEST)
        for limit in (1, 10, whole.thinking_tokens, whole.thinking_tokens + 5, whole.completion_tokens - 1):
            cut = reply_to(replace(self.REQUEST, max_tokens=limit))
            assert (cut.finish, cut.completion_tokens) == ("length", limit)
            assert cut.thinking_tokens == min(limit, whole.thinking_tokens)
            assert (cut.text == "") is (limit <= whole.thinking_tokens)
        assert reply_to(replace(self.REQUEST, max_tokens=whole.completion_tokens)) == whole


def test_the_stop_sequence_that_comes_first_is_named() -> None:
    request = SimRequest(SIM_MODELS["sim-lite"], THREAD)
    text = reply_to(request).text
    stopped = reply_to(replace(request, stop=(text[20:24], text[5:9], "never there")))
    assert (stopped.stop_sequence, stopped.text) == (text[5:9], text[: text.index(text[5:9])])
    assert reply_to(request).stop_sequence is None


def test_the_models_report_different_counts_for_one_prompt() -> None:
    counts = [prompt_tokens(SimRequest(SIM_MODELS[m], THREAD)) for m in ("sim-lite", "sim-flash", "sim-large")]
    assert counts == sorted(set(counts))


def test_the_models_differ_in_wording_and_markdown() -> None:
    lite, flash, large = (
        reply_to(SimRequest(SIM_MODELS[m], THREAD)).text for m in ("sim-lite", "sim-flash", "sim-large")
    )
    assert "###" not in lite
    assert flash.startswith("### ")
    assert "- **" in flash
    assert "> The van costs £1,865" in large
    assert "message 2" in large


def test_two_servers_give_the_same_bytes_of_text(sim: Any, sim_at: Any) -> None:
    ask = tuple((m.role, m.text) for m in THREAD)
    assert sim.answer("sim-flash", *ask) == sim_at(0).answer("sim-flash", *ask)
