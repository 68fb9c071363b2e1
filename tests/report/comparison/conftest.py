"""Stored comparisons with all that an export must carry: hostile texts, versions, failures, votes, other runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from compare.catalog import Catalog
from compare.records import Answer, Candidate, Comparison, Message, Price, Settings, Slot, Thread
from compare.report.comparison.gathered import Gathered, gather
from compare.review.votes import Choice, cast
from compare.store import Store

MADE_AT = datetime(2026, 11, 23, 15, 4, 5, tzinfo=UTC)
HOSTILE = "\n".join(
    [
        "# Not a heading of ours",
        "",
        "```text",
        "a fence",
        "```",
        "[link](https://evil.example/b) ![picture](https://evil.example/c.png) \u202eturned",
        "",
        "````",
        "a longer one, never closed",
        "</div></body><script>document.title = 'owned'</script>",
        "<img src=https://evil.example/a.png onerror=document.title='owned'>",
        "~~~",
        "| a | b |",
        "|---|---|",
        '| =1+1 | =HYPERLINK("https://evil.example") |',
        "- item\n---\n> quote",
    ]
)
PRICE = Price(Decimal("0.10"), Decimal("2.5"), as_of="2026-11-01", source="the vendor's page")
EMPTY = Catalog({})


@dataclass
class Shelf:
    """Makes comparisons and reads them back as an export sees them."""

    store: Store

    def thread(self, *texts: str, title: str = "Order 4417") -> Thread:
        roles = ("user", "assistant")
        messages = tuple(Message(roles[i % 2], text) for i, text in enumerate(texts or ("Where is it?",)))
        return self.store.thread(self.store.save_thread(Thread(messages, title=title, source="paste")).id)

    def compare(self, thread: Thread, *candidates: Candidate, run_id: str = "run-1", **changes: Any) -> Comparison:
        leaf = thread.messages[-1].id
        slots = tuple(Slot(i, c, f"{run_id}-{i}", leaf, label=c.name) for i, c in enumerate(candidates))
        values: dict[str, Any] = {"created_at": "2026-11-23T15:00:00.000+00:00"} | changes
        comparison = Comparison(run_id, thread.id, leaf, slots, **values)
        self.store.save_comparison(comparison)
        return comparison

    def answer(self, slot: Slot, text: str = "Here.", **changes: Any) -> Answer:
        values: dict[str, Any] = {
            "candidate_id": slot.candidate.id, "prompt_leaf_id": slot.prompt_leaf_id, "turn": 1, "n_messages": 1,
            "history": "fixed", "origin": "live", "status": "done", "finish": "stop", "text": text,
        }  # fmt: skip
        answer = Answer(id=slot.answer_id, **(values | changes))
        self.store.save_answer(answer)
        return answer

    def again(self, comparison: Comparison, place: int, text: str, **changes: Any) -> Comparison:
        """A new version of one answer."""
        old = comparison.current[place]
        slot = Slot(place, old.candidate, f"{old.answer_id}-again", old.prompt_leaf_id, old.version + 1, old.label)
        self.store.add_slot(comparison.id, slot)
        self.answer(slot, text, **changes)
        found = self.store.comparison(comparison.id)
        assert found is not None
        return found

    def gathered(self, run_id: str = "run-1") -> Gathered:
        return gather(self.store, EMPTY, run_id, made_at=MADE_AT)


@pytest.fixture
def shelf(store: Store) -> Shelf:
    return Shelf(store)


MEASURED: dict[str, Any] = {
    "in_reported": 1302, "in_counted": 1024, "out_reported": 90, "out_counted": 80, "reasoning_tokens": 40,
    "usage_source": "reported", "ttft_ms": 250.0, "first_text_ms": 900.0, "total_ms": 2_250.0, "wall_ms": 3_000.0,
    "attempts": 2, "cost_usd": Decimal("0.00210"), "price_json": PRICE.to_json(), "model_served": "first-2026-10",
    "usage_raw_json": '{"prompt_tokens": 1302}', "started_at": "2026-11-23T15:00:01.000+00:00",
    "sent_json": '{"n_messages": 1, "sha256": "ab", "params": {"temperature": 0.2}, "left_out": {}}',
    "cut_json": '[{"number": 2, "role": "user", "tokens": 12, "reason": "outside the last 1 messages"}]',
}  # fmt: skip


@pytest.fixture
def full(shelf: Shelf) -> Callable[[], Gathered]:
    """One comparison with all of it."""
    thread = shelf.thread("My order is 4417.", "Noted.", "Where is it?", title="Order <b>4417</b> # | *x*")
    first = Candidate("first", Settings(system_prompt="Be `kind`.", temperature=0.2), label="First <i>", simulated=True)
    comparison = shelf.compare(thread, first, *map(Candidate, ("second", "third", "fourth", "production")))
    a, b, c, _, e = comparison.current
    shelf.answer(a, HOSTILE, reasoning="Thinking ``` and <script>x</script>", warnings=("Odd | *warning*",), **MEASURED)
    shelf.answer(b, "")
    shelf.answer(c, "Half of", status="failed", finish="error", error_kind="rate_limit", error="429 <b>slow down</b>")
    # The fourth was never stored; the fifth is what was really said.
    shelf.answer(e, "On its way.", origin="recorded")
    comparison = shelf.again(comparison, 1, "Second, asked again.", replaces_id=b.answer_id)
    cast(shelf.store, comparison, shelf.store.rater("=Ann|"), Choice("best", 0), key="1")
    gone = cast(shelf.store, comparison, shelf.store.rater("Bob"), Choice("tie"), key="2")
    shelf.store.undo(gone.id, by=gone.rater_id)
    return shelf.gathered
