"""A store of blind votes on comparisons of the sample threads, for tests of the Results page."""

from __future__ import annotations

import random
from dataclasses import replace

from compare.records import Answer, Ballot, Candidate, Comparison, Slot
from compare.review.preferences import derive
from compare.store import Store

STRENGTH = {"sim-lite": 0.0, "sim-large": 1.6, "production": 0.1}
RATERS = [f"rater {n}" for n in range(6)] + ["expert_1", "expert_2", "expert_3"]


def fill_with_votes(store: Store, n_comparisons: int = 60) -> None:
    """Blind votes of nine raters on comparisons of the sample threads; the large model is the best."""
    drawn = random.Random(7)
    threads = [store.thread(each.id) for each in store.threads()][:9]
    store.tag_threads([threads[0].id], add=["refund"])
    for n in range(n_comparisons):
        thread = threads[n % len(threads)]
        asked = [place for place, message in enumerate(thread.messages) if message.role == "user"]
        place = drawn.choice(asked)
        prompt = thread.messages[place].id
        pair = drawn.sample(sorted(STRENGTH), 2)
        slots = tuple(
            Slot(k, Candidate(name, simulated=name != "production"), f"answer-{n}-{k}", prompt, label=name)
            for k, name in enumerate(pair)
        )
        comparison = Comparison(f"run-{n}", thread.id, prompt, slots, blind=True, created_at=f"2026-11-{n % 28 + 1:02}")
        store.save_comparison(comparison)
        answers = {}
        for slot, name in zip(slots, pair, strict=True):
            answers[slot.answer_id] = Answer(
                id=slot.answer_id, candidate_id=slot.candidate.id, prompt_leaf_id=prompt, turn=asked.index(place) + 1,
                n_messages=place + 1, history="fixed", origin="recorded" if name == "production" else "live",
                status="done", finish="stop", text=f"Text of {slot.answer_id}", out_counted=drawn.randint(40, 400),
            )  # fmt: skip
            store.save_answer(answers[slot.answer_id])
        rows = []
        for rater in drawn.sample(RATERS, 3):
            order = drawn.sample(sorted(answers), 2)
            liked = {i: STRENGTH[name] + drawn.gauss(0, 1.2) for i, name in zip(answers, pair, strict=True)}
            best = max(liked, key=lambda i: liked[i])
            ballot = Ballot(
                id=f"{n}-{rater}", idempotency_key=f"{n}-{rater}", comparison_id=comparison.id,
                rater_id=store.rater(rater), verdict="best", ranking=(best,), shown_order=tuple(order), blind=True,
                speed_visible=False, comment="It forgot the *discount*" if n == 0 else "",
                created_at=f"2026-11-{n % 28 + 1:02}T08:00:00.000+00:00",
            )  # fmt: skip
            if n % 9 == 8:
                ballot = replace(ballot, verdict="all_bad", ranking=())
            rows.append((ballot, derive(ballot, answers, thread_id=thread.id, workload=thread.workload)))
        store.cast_all(rows)
