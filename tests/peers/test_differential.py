"""Our readers and the vendors' own libraries read the same bytes alike: text, thinking, finish, tokens, success."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from compare.records import ProviderKind
from tests.peers.peers import KINDS
from tests.peers.readers import Read, by_us, by_vendor
from tests.peers.recorded import Player, Question, record
from tests.peers.scenarios import SCENARIOS

THREE_SCRIPTS = "Das Budget ist 400 \u20ac, die Frist der 12. Mai. Was tun wir in \u6771\u4eac zuerst? \U0001f680"


@dataclass(frozen=True)
class Case:
    """One stream of one server."""

    name: str
    server: str
    question: Question
    kinds: tuple[ProviderKind, ...] = KINDS


def _sim(name: str, model: str, kinds: tuple[ProviderKind, ...] = KINDS, **more: object) -> Case:
    return Case(f"sim {name}", "sim", Question("openai-chat", model, THREE_SCRIPTS, **more), kinds)  # type: ignore[arg-type]


WITH_STOP: tuple[ProviderKind, ...] = ("openai-chat", "anthropic", "gemini")
CASES = (
    _sim("plain", "sim-flash"),
    _sim("crlf", "sim-flash+crlf"),
    _sim("split_utf8", "sim-flash+split_utf8"),
    _sim("no_usage", "sim-flash+no_usage"),
    _sim("cached", "sim-flash+cached"),
    _sim("error_in_200", "sim-flash+error_in_200"),
    _sim("cut", "sim-flash+cut"),
    _sim("thinking", "sim-large", max_tokens=2000, thinks=True),
    _sim("length", "sim-large", max_tokens=17),
    _sim("length in thinking", "sim-large", max_tokens=17, thinks=True),
    _sim("stop", "sim-large", WITH_STOP, stop="e"),
    *(
        Case(f"aimock {scenario.name}", "aimock", Question("openai-chat", "mock-1", scenario.prompt))
        for scenario in SCENARIOS
        if scenario.text  # the others are refused with a status and have no stream
    ),
    Case(
        "llama plain",
        "llama",
        Question("openai-chat", "random", THREE_SCRIPTS),
        ("openai-chat", "openai-responses", "anthropic"),
    ),
)


@dataclass(frozen=True)
class Difference:
    """A difference that is meant."""

    field: str
    cases: tuple[str, ...]
    kinds: tuple[ProviderKind, ...]
    reason: str


ALLOWED = (
    Difference(
        "failed",
        ("sim cut", "aimock truncation"),
        KINDS,
        "The libraries take the end of the body for the end of the answer; we miss the mark that ends one.",
    ),
    Difference(
        "tokens",
        ("sim error_in_200", "sim cut", "aimock truncation"),
        ("anthropic",),
        "The output in message_start is a first guess, which the libraries leave standing when nothing follows it; "
        "to us the output of a broken answer is not known.",
    ),
    Difference(
        "tokens",
        tuple(f"aimock {name}" for name in ("plain", "thinking", "length", "filter")),
        ("openai-responses", "anthropic", "gemini"),
        "The mock reports 0 tokens unless it is told what to report; the libraries pass that on, we set it aside.",
    ),
)


@pytest.fixture(scope="module")
def player() -> Iterator[Player]:
    with Player().serving() as serving:
        yield serving


@pytest.fixture(scope="module")
def servers(sim: str, aimock: str, llama: str) -> dict[str, str]:
    return {"sim": sim, "aimock": aimock, "llama": llama}


def both(player: Player, kind: ProviderKind, body: bytes) -> tuple[Read, Read]:
    player.body = body
    return by_us(kind, player.root), by_vendor(kind, player.root)


@pytest.mark.parametrize(
    ("kind", "case"), [pytest.param(kind, case, id=f"{kind}, {case.name}") for case in CASES for kind in case.kinds]
)
def test_both_read_the_same(player: Player, servers: dict[str, str], kind: ProviderKind, case: Case) -> None:
    ours, theirs = both(player, kind, record(servers[case.server], replace(case.question, kind=kind)))
    meant = {d.field for d in ALLOWED if case.name in d.cases and kind in d.kinds}
    found = {name for name in Read._fields if getattr(ours, name) != getattr(theirs, name)}
    assert found == meant, f"ours {ours}, theirs {theirs}"
    assert ours.text or ours.finish in ("length", "max_tokens", "max_output_tokens", "MAX_TOKENS")


@pytest.mark.parametrize("kind", ["openai-chat", "anthropic"])
def test_both_read_the_engine_s_stop_alike(player: Player, llama: str, kind: ProviderKind) -> None:
    question = Question(kind, "random", THREE_SCRIPTS)
    whole, _ = both(player, kind, record(llama, question))
    stop = whole.text[9:12]
    ours, theirs = both(player, kind, record(llama, replace(question, stop=stop)))
    assert ours == theirs
    assert ours.text == whole.text[: whole.text.index(stop)]
    assert (whole.finish, ours.finish) in {("length", "stop"), ("max_tokens", "end_turn")}


@pytest.mark.parametrize("kind", ["openai-chat", "openai-responses", "anthropic"])
def test_only_the_last_event_without_its_blank_line_is_read_by_us_alone(
    player: Player, sim: str, kind: ProviderKind
) -> None:
    """Both libraries drop an event that no blank line closes; we read it, and what follows is judged by its marks."""
    body = record(sim, Question(kind, "sim-flash", THREE_SCRIPTS))
    events = body.rstrip(b"\n").split(b"\n\n")
    if kind == "openai-chat":
        events = events[:-1]  # [DONE], before which stands the usage
    ours, theirs = both(player, kind, b"\n\n".join(events))
    whole, _ = both(player, kind, body)
    assert ours == whole
    assert theirs.text == whole.text
    assert (theirs == whole) == (kind == "anthropic"), "whose last event, message_stop, holds nothing"
