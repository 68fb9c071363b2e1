"""What is written can be read back, and carries its evidence."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import NotEnoughVotesError
from compare.ratings.votes import VoteRow, Votes
from compare.records import ModelSpec
from compare.routing.config import (
    Canary,
    CircuitBreaker,
    Guardrail,
    ModelRef,
    Retry,
    Route,
    RoutingConfig,
    Shadow,
    Stage,
    Sticky,
    load,
)
from compare.routing.exports.yaml import to_yaml
from compare.routing.proposal_file import aliases, provenance, routing_yaml
from compare.routing.rules import parse
from compare.routing.schema import NAME_PATTERN
from compare.routing.weights import propose


def votes(a="opus", b="flash", n_messages=12, n=60):
    columns = {"n_messages": n_messages, "created_at": "2026-11-20"}
    said = ["model_a"] * n + ["model_b"] * (n // 5)
    return [VoteRow(a, b, winner, {**columns, "rater": f"r{i % 5}"}) for i, winner in enumerate(said)]


def proposals(rows):
    return propose(Votes.from_rows(rows)).buckets


def test_a_whole_configuration_survives_writing_and_reading():
    config = RoutingConfig(
        routes=(
            Route(
                "long",
                {"a": 0.8, "b": 0.2},
                parse("thread_length > 8 and language in ('de', 'fr')"),
                ("c",),
                Sticky("session_id", 3600),
                Retry(2, ("429", "5xx")),
                CircuitBreaker(3, 60, 30),
                Canary("b", (Stage(0.05, 24), Stage(0.2, 48)), (Guardrail("p95_ms", "<=", 4000.0, 500),)),
                Shadow("c", 0.1),
                {"votes": 40, "win_rate": {"a": {"mean": 0.6, "ci95": [0.5, 0.7]}}, "why": "it: leads # surely"},
            ),
            Route("default", {"c": 1.0}),
        ),
        models={"a": ModelRef("anthropic", "on", api_key_env="A_KEY"), "b": ModelRef(), "c": ModelRef(model="x: y")},
        entry="auto",
        provenance={"vote_count": 40, "generated_at": "2026-11-23T00:00:00Z"},
    )
    assert load(to_yaml(config)) == config


def test_weights_from_votes_become_a_route_with_evidence():
    table = Votes.from_rows(votes())
    made = provenance(table, generated_at="2026-11-23T00:00:00Z", tool="weighbridge 0.1.0")
    text = routing_yaml(propose(table).buckets, provenance=made)
    config = load(text)
    assert [route.name for route in config.routes] == ["long"]
    assert config.choose({"thread_length": 9}).weights == {"opus": 0.7, "flash": 0.3}
    evidence = config.routes[0].evidence
    assert (evidence["votes"], evidence["raters"], evidence["verdict"]) == (72, 5, "separated")
    low, high = evidence["win_rate"]["opus"]["ci95"]
    assert low < evidence["win_rate"]["opus"]["mean"] < high
    assert "schema: routing-weights/v1\n" in text
    assert re.search(r"# opus: win share 0\.6\d\d \(95 % .* 72 votes", text)
    assert "# No route for short (thread_length <= 8): keep: " in text
    assert config.provenance["votes_from"] == "2026-11-20"


def test_both_buckets_cover_every_length():
    config = load(routing_yaml(proposals(votes() + votes("flash", "opus", 8))))
    for n in range(1, 40):
        assert config.choose({"thread_length": n}).name == ("short" if n <= 8 else "long")


def test_nothing_is_written_without_enough_votes():
    with pytest.raises(
        NotEnoughVotesError,
        match="long: keep: 6 votes, about 24 more needed; not enough votes in this bucket: flash has 6",
    ):
        routing_yaml(proposals(votes(n=5)))


def test_the_catalogue_says_where_candidates_are_served_but_no_key():
    spec = ModelSpec("opus", "anthropic", "https://api.example/v1", "opus-4", api_key_env="OPUS_KEY", simulated=True)
    text = routing_yaml(proposals(votes()), models={"opus": spec})
    assert load(text).models["opus"] == ModelRef("anthropic", "opus-4", "https://api.example/v1", "OPUS_KEY")
    assert load(text).models["flash"] == ModelRef(model="flash")
    assert "# Simulated, not real models: opus." in text


def test_names_that_no_gateway_takes_get_an_alias():
    text = routing_yaml(proposals(votes('GPT 4.1 "x"\n# weights: {evil: 1}', "4o")))
    config = load(text)
    assert list(config.routes[0].weights) == ["gpt-4-1-x-weights-evil-1", "m-4o"]
    assert config.models["m-4o"] == ModelRef(model="4o", candidate="4o")
    assert all(line.lstrip().startswith("#") for line in text.splitlines() if "win share" in line and "%" in line)


@given(st.lists(st.text(min_size=1, max_size=70), min_size=1, max_size=8, unique=True))
def test_aliases_are_legal_distinct_and_leave_legal_names_alone(names):
    found = aliases(names)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    for name, alias in found.items():
        assert re.fullmatch(NAME_PATTERN, alias)
        if re.fullmatch(r"[a-z][a-z0-9]{0,58}", name):
            assert alias == name


def test_provenance_does_not_depend_on_the_order_of_votes_but_on_every_vote():
    rows = votes()
    options = {"generated_at": "2026-11-23T00:00:00Z", "tool": "t"}
    first = provenance(Votes.from_rows(rows), **options)
    assert provenance(Votes.from_rows(rows[::-1]), **options) == first
    assert provenance(Votes.from_rows(rows[1:]), **options)["votes_sha256"] != first["votes_sha256"]
    assert provenance(Votes.from_rows(rows), parent_sha256="0" * 64, **options)["parent_sha256"] == "0" * 64
