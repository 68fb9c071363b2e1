"""The article's numbers: "expected 1024 got 1302" is a fact about tokenizers here, and nothing is cut unseen.

One 30-message thread goes to three models with three tokenizers, in three wire formats, as it is and as variants.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from compare.catalog import load_catalog
from compare.engine.ask import Question, ask
from compare.engine.backend import Backend
from compare.engine.counting import provider_counts
from compare.records import Answer, Candidate, Settings, Thread
from compare.report.tokens import account, calibrations
from compare.settings import shipped
from compare.store import Store
from compare.threads.importers import read_file
from compare.threads.prompts import fixed_prompt

MODELS = ("sim-lite", "sim-flash", "sim-large")


@pytest.fixture
def threads(store: Store) -> list[Thread]:
    """The sample threads, stored."""
    read = [thread for path in sorted(shipped("threads").glob("*.jsonl")) for thread in read_file(path).threads]
    return [store.thread(store.save_thread(thread).id) for thread in read]


def the_thread(threads: list[Thread]) -> Thread:
    return next(thread for thread in threads if len(thread.messages) == 30)


def asked(store: Store, candidates: list[Candidate], threads: list[Thread]) -> list[Answer]:
    async def main() -> list[Answer]:
        async with Backend() as backend:
            questions = [
                Question(f"{i}-{k}", candidate, load_catalog().get(candidate.model_id), fixed_prompt(thread.messages))
                for i, thread in enumerate(threads)
                for k, candidate in enumerate(candidates)
            ]
            return list(await asyncio.gather(*(ask(one, backend) for one in questions)))

    for candidate in candidates:
        store.save_candidate(candidate)
    answers = asyncio.run(main())
    for answer in answers:
        store.save_answer(answer)
    return answers


def test_counted_reported_gap_and_expected_stand_side_by_side(store: Store, threads: list[Thread]) -> None:
    asked(store, [Candidate(model_id, simulated=True) for model_id in MODELS], threads)
    thread, known = the_thread(threads), calibrations(store)
    gaps = {}
    for model_id in MODELS:
        [answer] = [
            a
            for a in store.answers(f"{i}-{MODELS.index(model_id)}" for i in range(len(threads))).values()
            if a.prompt_leaf_id == fixed_prompt(thread.messages).leaf_id
        ]
        it = account(answer, model_id, known, n_sent=answer.n_messages)
        assert it.counted == 1283
        assert it.reported is not None
        assert it.gap_percent is not None
        assert it.expected is not None
        assert it.expected.low <= it.reported <= it.expected.high
        assert it.judgement == "expected"
        gaps[model_id] = round(it.gap_percent)
    # Three tokenizers, three gaps; each is what that model is known for.
    assert gaps["sim-lite"] < gaps["sim-flash"] < gaps["sim-large"]
    assert gaps["sim-large"] > 27


def test_a_preparation_and_a_policy_change_the_counts_as_was_shown_before(store: Store, threads: list[Thread]) -> None:
    thread = the_thread(threads)
    first, *rest = thread.messages
    dirty = replace(thread, messages=(replace(first, text=first.text.replace(" ", " \u200b ")), *rest))
    plain, clean, short = (
        Candidate("sim-large", simulated=True, **changes)
        for changes in ({}, {"preparation": "clean@1"}, {"context_policy": "last:8"})
    )
    one, cleaned, cut = asked(store, [plain, clean, short], [dirty])
    assert cut.in_counted is not None
    assert one.in_counted is not None
    assert cleaned.in_counted is not None
    assert cut.in_counted < cleaned.in_counted < one.in_counted
    for answer in (one, cleaned, cut):
        assert answer.in_reported is not None
        assert answer.in_reported > answer.in_counted  # type: ignore[operator]
    n_cut = len(json.loads(cut.cut_json))
    assert n_cut + json.loads(cut.sent_json)["n_messages"] == cut.n_messages == 29
    assert "13.5%" in cleaned.text
    assert "13.5%" not in cut.text


def test_the_providers_own_count_is_what_the_answer_then_reports(store: Store, threads: list[Thread]) -> None:
    thread, specs = the_thread(threads), [load_catalog().get(model_id) for model_id in MODELS]
    answers = asked(store, [Candidate(model_id, simulated=True) for model_id in MODELS], [thread])
    counts = asyncio.run(provider_counts(specs, fixed_prompt(thread.messages).messages))
    assert [count.tokens for count in counts] == [answer.in_reported for answer in answers]


@pytest.mark.parametrize("model_id", MODELS)
def test_an_answer_that_reached_its_limit_says_so(store: Store, threads: list[Thread], model_id: str) -> None:
    limited = Candidate(model_id, Settings(max_output_tokens=20), simulated=True)
    [answer] = asked(store, [limited], [the_thread(threads)])
    assert (answer.status, answer.finish) == ("done", "length")
    assert answer.out_reported is not None
    assert answer.out_reported <= 20


@pytest.mark.parametrize("kind", ["openai-chat", "openai-responses", "anthropic", "gemini"])
@pytest.mark.parametrize("fault", ["cut", "error_in_200"])
def test_an_answer_that_broke_off_never_looks_whole(threads: list[Thread], kind: str, fault: str) -> None:
    spec = replace(load_catalog().get("sim-large"), provider=kind, model=f"sim-large+{fault}")  # type: ignore[arg-type]
    prompt = fixed_prompt(the_thread(threads).messages)

    async def main() -> Answer:
        async with Backend() as backend:
            return await ask(Question("x", Candidate(spec.id), spec, prompt), backend)

    answer = asyncio.run(main())
    assert (answer.status, answer.finish) == ("failed", "error")
    assert answer.text
    assert answer.error
