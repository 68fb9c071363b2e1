"""`sim`: the simulated models alone, for other programs to ask."""

from __future__ import annotations

import json
import signal
import socket
import urllib.request

import pytest

from compare.sim.models import SIM_MODELS
from tests.cli.command import start, weighbridge


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_the_first_line_says_where_models_answer_and_a_signal_ends_them(sig: signal.Signals) -> None:
    running = start("sim", "--port", "0")
    try:
        assert running.stdout is not None
        said = json.loads(running.stdout.readline())
        assert said["models"] == list(SIM_MODELS)
        question = {"model": "sim-lite", "messages": [{"role": "user", "content": "Where is order 5?"}]}
        request = urllib.request.Request(
            said["base_urls"]["openai-chat"] + "/chat/completions",
            data=json.dumps(question).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            assert json.load(response)["choices"][0]["message"]["content"]
        running.send_signal(sig)
        out, err = running.communicate(timeout=20)
    finally:
        running.kill()
    assert (out, err) == ("", "")
    assert running.returncode == (0 if sig == signal.SIGINT else -sig)


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = weighbridge("sim", "--port", port).complaint
    assert told.startswith(f"The simulated models cannot listen on 127.0.0.1:{port} (Address already in use).")
    assert "0 for a free one" in told
