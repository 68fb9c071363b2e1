"""`probe` over replies of the candidates' own, and over conversations that are handed over: known memories come out."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from compare.jobs.overview import overview
from compare.probes.job import KIND, newest_results
from compare.records import Message
from compare.store import Store
from tests.cli.command import start, weighbridge
from tests.engine.servers import Exchange, ModelServer, answering, model_server, refusing
from tests.probes.memories import say

SIX = 6
HANDED = ("--handover", "six:all@10", "--handover", "all:six@10", "--models", "six,all")
SHORT = ("--types", "recall", "--lengths", "8,16", "--depths", "0,0.2,0.4,0.6,0.95")


async def remembering(exchange: Exchange) -> None:
    """ "six" knows its last 6 messages, "all" all of them; both answer from nothing else, and repeat no fact."""
    sent = [Message(one["role"], one["content"]) for one in exchange.request["messages"]]
    kept = sent[-SIX:] if exchange.request["model"] == "wire-six" else sent
    await answering(say(kept, sent[-1].text))(exchange)


@pytest.fixture
def memories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server() as running:
        block = '[[model]]\nid = "{0}"\nprovider = "openai-chat"\nbase_url = "{1}"\nmodel = "wire-{0}"\n'
        own = tmp_path / "own.toml"
        own.write_text("".join(block.format(name, running.base_url) for name in ("six", "all")))
        monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(own))
        running.acts = [remembering]
        yield running


def probe(*arguments: object) -> dict[str, Any]:
    return dict(weighbridge("probe", *arguments, "--json").document)


def recalled(found: dict[str, Any]) -> dict[str, list[tuple[int, bool]]]:
    """(distance, passed) of every recall probe, by candidate; who took over is told with whom."""
    rows = [
        (f"{one['handed_over_from']} then {one['handed_over_to']}" if one["handed_over_to"] else one["candidate"], one)
        for one in found["probes"]
        if one["type"] == "recall"
    ]
    rows.sort(key=lambda row: row[0])
    return {
        name: sorted((one["distance_messages"], one["passed"]) for _, one in some)
        for name, some in groupby(rows, key=lambda row: row[0])
    }


def test_known_memories_come_out_over_their_own_replies_and_over_handovers(memories: ModelServer) -> None:
    found = probe(*HANDED, *SHORT)
    by_name = recalled(found)
    # Threads of 8 messages end before the switch.
    assert {name: len(rows) for name, rows in by_name.items()} == {
        "all": 8, "six": 8, "all then six": 5, "six then all": 5,
    }  # fmt: skip
    # Who is asked decides: everything that was said, or what stands in its last 6 messages.
    assert all(passed for name in ("all", "six then all") for _, passed in by_name[name])
    for name in ("six", "all then six"):
        assert all(passed == (distance < SIX) for distance, passed in by_name[name])
    assert all(one["passed"] for one in found["probes"] if one["type"] == "control")
    assert {one["history"] for one in found["probes"]} == {"own"}
    assert {one["handed_over_at_message"] for one in found["probes"]} == {None, 10}
    assert len(found["curves"]) == 4
    # Held against both all the way. Before message 10 lie facts 14, 12 and 10 back, after it 6 and 2.
    told = found["handovers"]
    losses = {(one["from"], one["against"], one["said"]): (one["loss"], one["n"]) for one in told}
    assert losses == {
        ("all", "six", "before"): (0.0, 3), ("all", "all", "before"): (1.0, 3),
        ("all", "six", "after"): (0.0, 2), ("all", "all", "after"): (0.5, 2),
        ("six", "all", "before"): (0.0, 3), ("six", "six", "before"): (-1.0, 3),
        ("six", "all", "after"): (0.0, 2), ("six", "six", "after"): (-0.5, 2),
    }  # fmt: skip
    assert all(-1 <= one["ci_low"] <= one["loss"] <= one["ci_high"] <= 1 for one in told)


def test_every_user_turn_is_asked_and_the_replies_stand_in_the_thread(memories: ModelServer, store: Store) -> None:
    made = weighbridge("probe", "--history", "own", "--models", "six", *SHORT, "--no-controls", "--json")
    # Threads of 8 and 16 messages have 4 and 8 turns; 3 and 5 facts fit.
    assert len(memories.requests) == 3 * 4 + 5 * 8
    told = re.search(r"Estimated cost of ([\d,]+) answers", made.err)
    assert told is not None
    assert int(told[1].replace(",", "")) == len(memories.requests)
    assert len(made.document["probes"]) == 8
    longest = max(memories.requests, key=lambda one: len(one["messages"]))["messages"]
    assert [one["role"] for one in longest] == ["system", *["user", "assistant"] * 7, "user"]
    assert {one["content"] for one in longest if one["role"] == "assistant"} <= {".", "I do not know that one."}
    assert store.token_means(probes=True, own=True)
    assert newest_results(store).results == {}
    assert store.token_means(probes=True) == store.token_means() == {}


def test_a_policy_of_the_one_that_takes_over_cuts_and_is_told(memories: ModelServer) -> None:
    found = probe("--handover", "six:all@12", "--policy", "last:8", "--lengths", "16", "--types", "recall")
    for one in found["probes"]:
        if one["type"] == "recall":
            assert one["cut_by_us"] == (one["distance_messages"] >= 8)
            assert one["passed"] is not one["cut_by_us"]


def test_a_fact_that_a_reply_repeats_is_not_cut_where_the_reply_is_sent(memories: ModelServer) -> None:
    async def echoing(exchange: Exchange) -> None:
        await answering(" ".join(one["content"] for one in exchange.request["messages"]))(exchange)

    memories.acts = [echoing]
    found = probe("--history", "own", "--models", "all", "--policy", "last:4", "--lengths", "16", "--types", "recall")
    assert all(one["passed"] and not one["cut_by_us"] for one in found["probes"])


def test_what_the_assistant_said_itself_is_left_out_and_said_so(memories: ModelServer) -> None:
    made = weighbridge("probe", "--history", "own", "--models", "all", "--lengths", "8", "--json")
    assert "(coherence) is left out where replies are the candidate's own" in made.err
    assert {one["of"] for one in made.document["probes"]} == {"recall", "update", "instruction", "multi", "abstention"}
    assert all(one["passed"] for one in made.document["probes"] if one["type"] != "abstention")


def test_a_failed_turn_is_asked_again_on_resume_and_nothing_twice(memories: ModelServer) -> None:
    memories.acts = [refusing(400, "not today"), remembering]
    options = ("--handover", "six:all@6", "--types", "recall", "--lengths", "8", "--no-controls", "--concurrency", 1)
    first = probe(*options)
    assert sum(one["passed"] is None for one in first["probes"]) == 1
    again = probe(*options, "--resume")
    assert again["job_id"] == first["job_id"]
    # 3 threads of 4 turns for two candidates, and the one that was refused.
    assert len(memories.requests) == 3 * 4 * 2 + 1
    assert all(one["passed"] for one in again["probes"])


def test_a_killed_run_goes_on_where_it_was(memories: ModelServer, store: Store) -> None:
    options = ("--handover", "six:all@12", "--types", "recall", "--lengths", "16", "--concurrency", 2)
    process = start("probe", *options)
    deadline = time.monotonic() + 60
    while len(memories.requests) < 25:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.communicate()
    done = probe(*options, "--resume")
    (row,) = store.jobs(KIND)
    one = overview(store, row.id)
    assert (one.row.state, one.progress.all().done) == ("done", one.progress.all().total)
    # At most what was under way at the end was asked a second time.
    assert one.progress.all().total <= len(memories.requests) <= one.progress.all().total + 2
    assert all(passed for rows in recalled(done).values() for _, passed in rows)
    assert Counter(one.history for one in store.job_answers(row.id) if one.cell_key)["handover"] > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--handover", "six-all@12"], "The handover 'six-all@12' cannot be read"),
        (["--handover", "six:all"], "cannot be read. Write it as sim-lite:sim-large@12"),
        (["--handover", "six:nobody@12"], "names no two models or stored candidates"),
        (["--handover", "six:all@3"], "the earliest is message 4"),
        (["--handover", "six:six@12"], "cannot take over from itself"),
        (["--handover", "six:all@12", "--history", "fixed"], "--handover needs replies of the candidates' own"),
        (["--handover", "six:all@60", *SHORT], "the longest has 8 turns of the user, and the switch is at turn 30"),
    ],
)
def test_what_cannot_be_handed_over_is_told(memories: ModelServer, arguments: list[str], said: str) -> None:
    assert said in weighbridge("probe", *arguments).last_words
    assert memories.requests == []
