"""What holds for every command: help with an example, one JSON document, exit statuses, no tracebacks."""

from __future__ import annotations

import errno
import json
import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

import compare
from compare.cli.commands import COMMANDS, cli
from compare.store import Store
from tests.cli.command import process, weighbridge
from tests.engine.servers import ModelServer


def every_command(group: click.Group = cli, *names: str) -> Iterator[tuple[str, ...]]:
    """The words of every command and group, from the empty ones of `weighbridge` itself."""
    yield names
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from every_command(command, *names, name)
        else:
            yield (*names, name)


def find(words: Sequence[str]) -> tuple[click.Command, list[str]]:
    """The command that these words call, and the words that are its arguments."""
    command: click.Command = cli
    rest = list(words)
    while rest and isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), rest.pop(0))
        assert inner is not None, f"{' '.join(words)}: there is no such command"
        command = inner
    return command, rest


EVERY = list(every_command())
GROUPS = [words for words in EVERY if isinstance(find(words)[0], click.Group)]


# --- help ------------------------------------------------------------------------------------------------------------


def test_the_list_has_every_command() -> None:
    listed = weighbridge("--help").out
    assert all(f"\n  {name} " in listed for name in COMMANDS)
    assert {words[0] for words in EVERY if words} == set(COMMANDS)
    assert len(EVERY) > len(COMMANDS)


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_fits_and_its_example_is_one_line_that_can_be_called(words: tuple[str, ...]) -> None:
    shown = weighbridge(*words, "--help")
    assert (shown.status, shown.err) == (0, "")
    assert max(map(len, shown.out.splitlines())) <= 100
    (example,) = [line.strip() for line in shown.out.splitlines() if line.strip().startswith("Example:")]
    called = shlex.split(example.removeprefix("Example:").partition(">")[0])
    assert called[: 1 + len(words)] == ["weighbridge", *words]
    command, arguments = find(called[1:])
    # Parses options and arguments as a call would, without calling.
    command.make_context(called[-1], arguments)


@pytest.mark.parametrize("words", GROUPS, ids=" ".join)
def test_help_says_what_each_command_of_a_group_does_without_cutting_it_off(words: tuple[str, ...]) -> None:
    assert "..." not in weighbridge(*words, "--help").out.partition("Commands:")[2]


def test_the_version_is_the_packages() -> None:
    assert weighbridge("--version").out == f"weighbridge, version {compare.__version__}\n"


# --- JSON ------------------------------------------------------------------------------------------------------------

COUNTS = {"canary": {"requests": 3000, "harms": 120}, "control": {"requests": 12000, "harms": 240}, "tau": 0.01}
EVIDENCE = {
    "buckets": [
        {"name": "all", "models": ["p", "q"], "wins": [[0, 30], [10, 0]], "cost_usd": [1, 2], "current": [0.5, 0.5]}
    ]
}
CRITERIA = '[[criterion]]\nname = "Few errors"\nmetric = "error_rate"\nlimit = "<= 50 %"\n'
ROUTES = "routes:\n  - name: all\n    weights: {p: 0.75, q: 0.25}\n"
ANSWERS = {"messages": [{"role": "user", "content": "Fare?"}], "responses": {"p": "41", "q": "42"}}
WITH_JSON: dict[tuple[str, ...], list[str]] = {
    ("models",): [],
    ("threads", "import"): ["half-bad.jsonl"],
    ("threads", "list"): [],
    ("threads", "tag"): ["--search", "a", "--add", "seen"],
    ("threads", "findings"): [],
    ("jobs", "list"): [],
    ("jobs", "show"): ["last"],
    ("jobs", "compare"): ["last", "last"],
    ("comparison", "list"): [],
    ("study", "create"): ["Fares", "--file", "answers.jsonl"],
    ("study", "list"): [],
    ("votes", "import"): ["votes.csv"],
    ("rate",): ["--by", "rater"],
    ("agreement",): [],
    ("route", "recommend"): ["--evidence", "evidence.json"],
    ("route", "check"): ["routing.yaml"],
    ("route", "diff"): ["routing.yaml", "routing.yaml"],
    ("route", "drain"): ["q", "--in", "routing.yaml", "--out", "drained"],
    ("route", "export"): ["routing.yaml", "--out", "exported"],
    ("results",): [],
    ("scorecard",): [],
    ("bench",): ["--sessions", "1", "--turns", "1", "--model", "local", "--url"],
    ("tokens", "calibration"): [],
    ("canary",): ["--counts", "counts.json"],
    ("doctor",): [],
}


def test_every_command_that_offers_json_is_tried_here() -> None:
    offering = {words for words in EVERY for option in find(words)[0].params if "--json" in option.opts}
    # These need a study (test_study.py) and a gateway (tests/peers).
    assert offering == {*WITH_JSON, ("study", "show"), ("route", "verify")}


@pytest.mark.usefixtures("voted", "half_bad")
@pytest.mark.parametrize("words", WITH_JSON, ids=" ".join)
def test_json_is_one_document_on_standard_output(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: ModelServer
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("criteria.toml").write_text(CRITERIA)
    Path("counts.json").write_text(json.dumps(COUNTS))
    Path("evidence.json").write_text(json.dumps(EVIDENCE))
    Path("routing.yaml").write_text(ROUTES)
    Path("answers.jsonl").write_text(json.dumps(ANSWERS))
    Path("votes.csv").write_text("model_a,model_b,winner\np,q,tie\n")
    if words[0] == "jobs":
        weighbridge("run", "--threads", "half-bad.jsonl", "--models", "sim-lite")
    address = [server.base_url] if words == ("bench",) else []
    found = weighbridge(*words, *WITH_JSON[words], *address, "--json")
    assert isinstance(found.document, dict)
    assert found.document


# --- exit statuses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        "nonsense",
        "threads",
        "threads nonsense",
        "threads list --limit 0",
        "threads list --nonsense",
        "run",
        "run --threads t.jsonl",
        "run --threads t.jsonl --models ,",
        "run --threads t.jsonl --models sim-lite --turns first",
        "serve --port 65536",
        "route export --to yaml",
        "route recommend --history nonsense",
        "rate --prior -1",
        "votes export --format xml",
        "comparison export some-id",
        "comparison export some-id --to pdf",
        "canary",
        "results --edges 20,8",
        "results --answers",
        "results --out results.txt",
        "results --against one",
        "results --job gone",
        "scorecard",
        "scorecard --criteria nowhere.toml",
        "bench",
        "bench --url nowhere",
        "bench --url http://127.0.0.1:9/v1 --time wall",
    ],
)
def test_wrong_usage_ends_with_2_and_names_the_help(arguments: str) -> None:
    ended = weighbridge(*arguments.split())
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("Usage: weighbridge")
    assert "--help" in ended.err
    assert "Traceback" not in ended.err


def test_a_process_ends_with_0_1_or_2() -> None:
    good = process("--version")
    assert (good.status, good.err) == (0, "")
    failed = process("threads", "export", "nowhere")
    assert failed.complaint == "No thread has the id 'nowhere'; it may be in another data folder."
    assert process("nonsense").status == 2


def failing(error: BaseException) -> Callable[[Any], None]:
    def fail(_: Any) -> None:
        raise error

    return fail


def test_ctrl_c_ends_any_command_with_130_and_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.cli.models.emit_json", failing(KeyboardInterrupt()))
    stopped = weighbridge("models", "--json")
    assert (stopped.status, stopped.out, stopped.err) == (130, "", "weighbridge: stopped.\n")


def test_a_full_disk_is_told_and_a_defect_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.cli.models.emit_json", failing(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    assert weighbridge("models", "--json").complaint.startswith("The disk is full, so the output is not complete.")
    monkeypatch.setattr("compare.cli.models.emit_json", failing(OSError(errno.EBADF, "a defect")))
    with pytest.raises(OSError, match="a defect"):
        weighbridge("models", "--json")


@pytest.mark.parametrize("words", ["threads list", "threads export", "votes export"])
def test_a_reader_who_goes_away_is_no_failure(voted: Store, words: str) -> None:
    named = [voted.threads()[0].id] if words == "threads export" else []
    reader, writer = os.pipe()
    os.close(reader)
    ended = process(*words.split(), *named, stdout=writer)
    os.close(writer)
    assert (ended.status, ended.err) == (0, "")
