"""`bench` as a command: what it prints, how it ends, and that no key passes through it."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path

import pytest

from tests.bench.gateway import Gateway, header
from tests.cli.command import start, weighbridge
from tests.engine.servers import ModelServer, answering, hanging, refusing


def test_the_table_has_a_row_for_everything_and_one_for_each_route(server: ModelServer) -> None:
    Gateway(server)
    found = weighbridge("bench", "--url", server.base_url, "--model", "auto", "--sessions", 3, "--turns", 6)
    assert found.status == 0, found.err
    head, whole, large, small, _, _, short, long = found.out.splitlines()
    assert (short.split()[:2], long.split()[:2]) == (["1-8", "12"], ["9+", "6"])
    assert head.split()[:4] == ["served", "model", "route", "answers"]
    assert whole.split()[:3] == ["all", "all", "18"]
    assert large.split()[:3] == ["large/primary", "long_threads", "6"]
    assert small.split()[:3] == ["small/primary", "short_threads", "12"]
    assert "3 sessions at once, 18 requests to" in found.err
    assert "18 of 18 answers" in found.err
    assert "Time: complete, from just before the request is sent to the end of the answer." in found.err
    assert re.search(r"18 asked = 18 answered \+ 0 failed; 0 not asked\.", found.err)


def test_json_holds_both_times(server: ModelServer) -> None:
    Gateway(server)
    found = weighbridge(
        "bench", "--url", server.base_url, "--model", "auto", "--sessions", 2, "--turns", 1, "--time", "first-token",
        "--json",
    )  # fmt: skip
    document = found.document
    assert document["time"] == "first-token"
    assert {"first_token_ms", "complete_ms"} <= set(document["groups"][0])


def test_keys_come_from_variables_and_are_never_shown(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_KEY", "sk-key-of-the-gateway")
    monkeypatch.setenv("OTHER_KEY", "another-secret")
    server.acts = [refusing(401, "Invalid key sk-key-of-the-gateway or another-secret")]
    found = weighbridge(
        "bench", "--url", server.base_url, "--model", "auto", "--sessions", 1, "--turns", 1,
        "--api-key-env", "GATEWAY_KEY", "--header-env", "x-portkey-api-key=OTHER_KEY",
    )  # fmt: skip
    (head,) = server.headers
    assert header(head, "authorization") == "bearer sk-key-of-the-gateway"
    assert header(head, "x-portkey-api-key") == "another-secret"
    assert "sk-key" not in found.out + found.err
    assert "another-secret" not in found.out + found.err
    assert found.last_words.startswith("No request was answered. auth: ")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--api-key-env", "NOT_SET"], "--api-key-env names the variable 'NOT_SET', which is not set."),
        (["--header", "authorization=Bearer x"], "would show a key on the command line"),
        (["--session-header", "x session"], "--session-header 'x session' is no name of a header."),
    ],
)
def test_what_cannot_work_is_wrong_usage_before_anything_is_sent(
    server: ModelServer, options: list[str], told: str
) -> None:
    found = weighbridge("bench", "--url", server.base_url, "--model", "auto", *options)
    assert (found.status, found.out) == (2, "")
    assert told in found.err
    assert server.requests == []


def test_threads_are_read_from_a_file_and_short_ones_said(server: ModelServer, conversations: Path) -> None:
    found = weighbridge(
        "bench", "--url", server.base_url, "--model", "auto", "--sessions", 5, "--turns", 2, "--threads", conversations
    )
    assert found.status == 0, found.err
    assert "4 sessions have fewer than 2 user turns in their thread and end earlier." in found.err
    assert len(server.requests) == 6
    assert json.dumps(server.requests).count("Order 3 is mine. Where is it?") == 1


def test_ctrl_c_shows_what_was_answered_until_then(server: ModelServer) -> None:
    server.acts = [answering("Yes."), hanging("Ye")]
    running = start("bench", "--url", server.base_url, "--model", "auto", "--sessions", 1, "--turns", 2)
    deadline = time.monotonic() + 30
    while len(server.requests) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Stopped. What was answered until then:" in err
    assert "1 asked = 1 answered + 0 failed; 1 not asked." in err
    assert out.splitlines()[1].split()[:3] == ["all", "all", "1"]
