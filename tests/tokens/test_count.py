"""The local token count: offline, exact, and nothing loaded before it is needed."""

from __future__ import annotations

import ast
import gzip
import inspect
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import tiktoken_ext.openai_public
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.settings import shipped
from compare.tokens import count as module
from compare.tokens.count import RANKS_FILE, RANKS_SHA256, count, count_messages

ROOT = Path(__file__).resolve().parents[2]


def in_a_new_process(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    ).stdout


def test_a_known_sentence_has_its_known_number_of_tokens() -> None:
    assert count("") == 0
    assert count("hello world") == 2
    assert count("antidisestablishmentarianism") == 6


def test_special_token_lookalikes_are_plain_text() -> None:
    assert count("<|endoftext|>") > 1
    assert count("a<|endofprompt|>b") > 3


def test_messages_are_summed_without_framing() -> None:
    assert count_messages(("hello world", "", "hello world")) == 4


def test_the_sha256_is_the_one_that_tiktoken_pins() -> None:
    function = ast.parse(inspect.getsource(tiktoken_ext.openai_public.o200k_base))
    hashes = [
        keyword.value.value
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "expected_hash" and isinstance(keyword.value, ast.Constant)
    ]
    assert hashes == [RANKS_SHA256]


def test_counting_needs_no_network() -> None:
    code = """
import socket
def refuse(*_, **__): raise AssertionError("network")
socket.socket = socket.create_connection = socket.getaddrinfo = refuse
from compare.tokens.count import count
print(count("hello world"))
"""
    assert in_a_new_process(code) == "2\n"


def test_importing_the_product_loads_no_tokenizer() -> None:
    code = """
import sys
import compare.tokens.count, compare.tokens.cost, compare.engine.hub, compare.runs.live, compare.cli.run
print(sorted(name for name in sys.modules if name.startswith("tiktoken")))
"""
    assert in_a_new_process(code) == "[]\n"


def test_the_cache_variable_is_as_it_was_before(monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
import os
from compare.tokens.count import count
os.environ["TIKTOKEN_CACHE_DIR"] = "/somewhere"
count("a")
print(os.environ["TIKTOKEN_CACHE_DIR"])
"""
    assert in_a_new_process(code) == "/somewhere\n"


@pytest.mark.parametrize(
    "broken",
    [b"", b"not gzip", gzip.compress(b"other ranks"), shipped("tokenizers", RANKS_FILE).read_bytes()[:5000]],
    ids=["empty", "no gzip", "other content", "cut off"],
)
def test_a_damaged_file_is_named(broken: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / RANKS_FILE).write_bytes(broken)
    monkeypatch.setattr(module, "shipped", lambda *parts: tmp_path / parts[-1])
    with pytest.raises(ConfigError, match=rf"{RANKS_FILE}.*(damaged|cannot be read)"):
        module._checked_ranks()


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "shipped", lambda *parts: tmp_path / parts[-1])
    with pytest.raises(ConfigError, match="Restore it from the release"):
        module._checked_ranks()


def test_a_million_spaces_are_counted() -> None:
    """tiktoken itself overflows its stack on such a run."""
    assert 0 < count(" " * 1_200_000) < 1_200_000


def test_a_long_text_is_counted_as_its_parts_are() -> None:
    line = "The invoice of March is 4,417.20 euros.\n"
    assert count(line * 2_000) == 2_000 * count(line)


def test_a_live_count_is_none_until_the_ranks_are_there_and_then_the_count() -> None:
    code = """
from compare.tokens.count import count, count_live
print(count_live("hello world"), count("hello world"), count_live("hello world"))
"""
    assert in_a_new_process(code) == "None 2 2\n"


@given(st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_text_has_at_most_as_many_tokens_as_bytes(text: str) -> None:
    assert 0 <= count(text) <= len(text.encode("utf-8", "surrogatepass"))


def test_the_guard_of_the_tests_refuses_the_network() -> None:
    with (
        socket.socket() as sock,
        pytest.raises(AssertionError, match="tests stay on this machine"),
    ):
        sock.connect(("192.0.2.1", 80))
