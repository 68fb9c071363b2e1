"""`run`: one line for every answer, none lost, nothing asked twice, whatever stops it."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from compare.sim.server import start as start_simulator
from compare.store import Store
from tests.cli.command import Outcome, process, start, weighbridge
from tests.engine.servers import ModelServer, answering, hanging, refusing

FIELDS = {
    "thread_id", "turn", "model_id", "candidate_id", "history", "repeat", "n_messages", "status", "text", "finish",
    "finish_raw", "usage", "ttft_ms", "total_ms", "wall_ms", "cost_usd", "attempts", "error", "warnings", "sent",
    "started_at", "answer_id",
}  # fmt: skip
PATIENCE_S = 30.0


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every request that the simulated models of this process were sent."""
    requests: list[dict[str, Any]] = []
    monkeypatch.setattr("compare.sim.server.start", partial(start_simulator, record=requests))
    return requests


def run(threads: Path, *options: object, models: str = "sim-lite,sim-large") -> Outcome:
    return weighbridge("run", "--threads", threads, "--models", models, *options)


def answers(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def cells(lines: list[dict[str, Any]]) -> set[tuple[str, str, int, int]]:
    found = [(line["thread_id"], line["model_id"], line["turn"], line["repeat"]) for line in lines]
    assert len(set(found)) == len(found), "an answer stands there twice"
    return set(found)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- one line an answer ----------------------------------------------------------------------------------------------


def test_every_thread_and_model_has_one_line_with_all_fields(
    conversations: Path, tmp_path: Path, asked: list[dict[str, Any]]
) -> None:
    out = tmp_path / "answers.jsonl"
    done = run(conversations, "--out", out)
    assert (done.status, done.out) == (0, "")
    lines = answers(out)
    threads = [("order-0", 1), ("order-1", 1), ("order-2", 1), ("order-3", 1), ("ann", 2)]
    assert cells(lines) == {(t, model, turn, 0) for t, turn in threads for model in ("sim-lite", "sim-large")}
    assert len(asked) == 10
    for line in lines:
        assert set(line) == FIELDS
        assert (line["status"], line["finish"], line["error"]) == ("done", "stop", None)
        assert line["text"]
        assert line["usage"]["source"] == "reported"
        assert line["usage"]["in_counted"] > 0
        assert all(isinstance(line[name], float) for name in ("ttft_ms", "total_ms", "cost_usd"))
        assert line["sent"]["cut"] == []
    assert "10 of 10 answers: 10 good, 0 failed; 10 asked now, 0 finished before." in done.err
    assert f"Written to {out}." in done.err
    study_id = weighbridge("study", "create", "Blind", "--job", "last", "--json").document["id"]
    told = weighbridge("study", "show", study_id).out
    assert "10 of its 10 answers also stand in files that name their candidates" in told
    assert "(written by run; last on" in told


def test_without_a_file_lines_go_to_standard_output_and_progress_does_not(conversations: Path) -> None:
    done = run(conversations, "--repeat", 2, models="sim-lite")
    assert len(done.lines) == len(cells(done.lines)) == 10
    assert {line["repeat"] for line in done.lines} == {0, 1}
    assert "10 of 10 answers" in done.err


def test_all_turns_under_own_history(conversations: Path, asked: list[dict[str, Any]]) -> None:
    done = run(conversations, "--turns", "all", "--history", "own", models="sim-large")
    own = {line["turn"]: line for line in done.lines if line["thread_id"] == "ann"}
    assert set(own) == {1, 2}
    (second,) = [request["messages"] for request in asked if "Who am I?" in str(request)]
    assert own[1]["text"] in [message["content"] for message in second]
    assert "Hello, Ann." not in str(second)


def test_bad_records_are_told_and_the_good_ones_answered(half_bad: Path) -> None:
    done = run(half_bad, models="sim-lite")
    assert done.status == 0
    assert "half-bad.jsonl, line 2: not valid JSON" in done.err
    assert "half-bad.jsonl, line 3: the thread has 1 messages but none of a user" in done.err
    assert "4 read = 2 kept + 2 refused." in done.err
    assert {line["thread_id"] for line in done.lines} == {"good", "good too"}


def test_a_conversation_that_comes_twice_is_asked_once_and_written_for_both(
    tmp_path: Path, asked: list[dict[str, Any]]
) -> None:
    path = tmp_path / "twins.jsonl"
    message = '[{"role": "user", "content": "Where is it?"}]'
    path.write_text(f'{{"id": "one", "messages": {message}}}\n{{"id": "two", "messages": {message}}}\n')
    done = run(path, models="sim-lite")
    assert "1 records hold a conversation that the file has already" in done.err
    assert len(asked) == 1
    one, two = done.lines
    assert (one.pop("thread_id"), two.pop("thread_id")) == ("one", "two")
    assert one == two


# --- what fails ------------------------------------------------------------------------------------------------------


def test_a_failed_answer_has_its_line_with_the_reason(conversations: Path, server: ModelServer) -> None:
    server.acts = [refusing(400, "not today"), answering("Yes.")]
    done = run(conversations, models="local")
    assert done.status == 0
    assert len(cells(done.lines)) == 5
    assert Counter(line["status"] for line in done.lines) == {"done": 4, "failed": 1}
    (failed,) = [line for line in done.lines if line["status"] == "failed"]
    assert failed["finish"] == "error"
    assert "not today" in failed["error"]
    assert "4 good, 1 failed" in done.err


def test_where_every_answer_failed_the_status_says_so_and_the_file_why(
    conversations: Path, server: ModelServer, tmp_path: Path
) -> None:
    server.acts = [refusing(400, "not today")]
    out = tmp_path / "answers.jsonl"
    assert run(conversations, "--out", out, models="local").last_words == (
        "Every answer failed; the file holds the reasons."
    )
    assert all("not today" in line["error"] for line in answers(out))
    assert len(answers(out)) == 5


def test_a_file_that_cannot_be_written_is_told_before_anything_is_asked(
    conversations: Path, tmp_path: Path, asked: list[dict[str, Any]]
) -> None:
    out = tmp_path / "nowhere" / "answers.jsonl"
    told = run(conversations, "--out", out).complaint
    assert told == f"{out} cannot be written: No such file or directory. Name another file with --out."
    assert asked == []


def test_the_file_of_threads_is_not_overwritten(conversations: Path) -> None:
    before = conversations.read_bytes()
    refused = run(conversations, "--out", conversations)
    assert refused.status == 2
    assert "--out names the file of threads" in refused.err
    assert conversations.read_bytes() == before


# --- going on --------------------------------------------------------------------------------------------------------


def test_resume_asks_nothing_twice_and_writes_every_answer_again(
    conversations: Path, tmp_path: Path, asked: list[dict[str, Any]]
) -> None:
    out, again = tmp_path / "answers.jsonl", tmp_path / "again.jsonl"
    run(conversations, "--out", out)
    assert len(asked) == 10
    done = run(conversations, "--out", again, "--resume")
    assert len(asked) == 10
    assert sorted(answers(again), key=str) == sorted(answers(out), key=str)
    assert "0 asked now, 10 finished before." in done.err
    assert done.err.startswith("Resuming job ")


def test_without_resume_everything_is_asked_anew(conversations: Path, asked: list[dict[str, Any]]) -> None:
    run(conversations)
    assert "10 asked now, 0 finished before." in run(conversations).err
    assert len(asked) == 20


def test_resume_over_a_file_of_another_run_leaves_only_this_runs_answers(conversations: Path, tmp_path: Path) -> None:
    """Nothing is lost by it: the database holds the other run's answers."""
    out = tmp_path / "answers.jsonl"
    run(conversations, "--out", out, models="sim-large")
    done = run(conversations, "--out", out, "--resume", models="sim-lite")
    assert done.err.startswith("Starting job ")
    assert {line["model_id"] for line in answers(out)} == {"sim-lite"}
    assert len(answers(out)) == 5


def test_resume_asks_only_what_failed(conversations: Path, server: ModelServer, tmp_path: Path) -> None:
    out = tmp_path / "answers.jsonl"
    server.acts = [refusing(400, "not today"), refusing(400, "not today"), answering("Yes.")]
    run(conversations, "--out", out, models="local")
    n_before = len(server.requests)
    assert "2 asked now, 3 finished before." in run(conversations, "--out", out, "--resume", models="local").err
    assert len(server.requests) == n_before + 2
    assert [line["text"] for line in answers(out)] == ["Yes."] * 5


@pytest.mark.parametrize(
    ("sent", "status", "last_words"),
    [
        (signal.SIGINT, 130, "weighbridge: stopped.\n"),
        (signal.SIGTERM, 143, "the same command with --resume goes on.\n"),
    ],
    ids=["ctrl-c", "terminated"],
)
def test_a_stop_keeps_what_has_arrived_and_resume_completes_the_file(
    conversations: Path, server: ModelServer, tmp_path: Path, store: Store,
    sent: signal.Signals, status: int, last_words: str,
) -> None:  # fmt: skip
    out = tmp_path / "answers.jsonl"
    command = ("run", "--threads", conversations, "--models", "local", "--repeat", 2, "--concurrency", 2, "--out", out)
    server.acts = [*[answering("First.")] * 4, hanging("Half an ans")]
    running = start(*command)
    until(lambda: len(server.requests) == 6 and len(out.read_text().splitlines()) == 4)
    running.send_signal(sent)
    _, err = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == status, err
    assert "Traceback" not in err
    assert "Stopped. What is finished is stored; the same command with --resume goes on.\n" in err
    assert err.endswith(last_words)
    kept = answers(out)
    assert [line["text"] for line in kept] == ["First."] * 4
    (job_id,) = re.findall(r"^Starting job (\w+):", err, re.MULTILINE)
    stored = store.job_answers(job_id)
    assert Counter(answer.status for answer in stored) == {"done": 4, "stopped": 2}
    # A server has been asked a moment before its first words arrive.
    assert {answer.text for answer in stored} <= {"First.", "Half an ans", ""}

    server.acts = [answering("Second.")]
    done = weighbridge(*command, "--resume")
    assert "10 of 10 answers: 10 good, 0 failed; 6 asked now, 4 finished before." in done.err
    assert len(server.requests) == 6 + 6
    assert len(cells(answers(out))) == 10
    assert {line["answer_id"] for line in kept} < {line["answer_id"] for line in answers(out)}
    assert Counter(line["text"] for line in answers(out)) == {"First.": 4, "Second.": 6}


@pytest.mark.usefixtures("store")  # a fresh database would take the process half a second
def test_ctrl_c_at_the_terminal_ends_simulated_models_in_their_own_process_too(
    conversations: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "answers.jsonl"
    command = (
        "run", "--threads", conversations, "--models", "sim-lite", "--repeat", 20, "--concurrency", 33, "--out", out
    )  # fmt: skip
    monkeypatch.setenv("WEIGHBRIDGE_SIM_SPEED", "1")
    running = start(*command)
    until(lambda: out.exists() and b"\n" in out.read_bytes())
    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 130, err
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)
    n_kept = sum(line["status"] == "done" for line in answers(out))
    assert 1 <= n_kept < 100

    monkeypatch.setenv("WEIGHBRIDGE_SIM_SPEED", "0")
    done = weighbridge(*command, "--resume")
    assert "100 of 100 answers: 100 good, 0 failed;" in done.err
    assert len(cells(answers(out))) == 100


@pytest.mark.usefixtures("store")
def test_a_reader_who_goes_away_stops_the_run_which_says_how_to_go_on(conversations: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stopped = process("run", "--threads", conversations, "--models", "sim-lite", stdout=writer)
    os.close(writer)
    assert stopped.last_words == "Standard output cannot be written any more: Broken pipe."
    assert "the same command with --resume goes on" in stopped.err
    done = run(conversations, "--resume", models="sim-lite")
    assert len(cells(done.lines)) == 5
    assert done.err.startswith("Resuming job ")
