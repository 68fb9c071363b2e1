"""routing.yaml: the smallest file is valid, every mistake is named with its line, keys are never let in."""

import pytest

from compare.errors import ConfigError
from compare.routing.config import Canary, Guardrail, Retry, Stage, load, read

SMALLEST = """\
routes:
  - name: long_thread_test
    match: "thread_length > 8"
    weights:
      primary: 0.8
      secondary: 0.2
"""

FULL = """\
schema: routing-weights/v1
entry: auto
models:
  primary:   {provider: anthropic, model: claude-x, api_key_env: ANTHROPIC_API_KEY, context_window: 200000}
  secondary: {provider: openai-chat, model: m, base_url: "http://127.0.0.1:8080/v1", candidate: "M 4.1"}
  cheap:     {provider: google, model: lite, api_key_env: GEMINI_API_KEY}
routes:
  - name: long_thread_test
    match: "thread_length > 8"
    weights: {primary: 0.8, secondary: 0.2}
    fallbacks: [cheap]
    sticky: {by: session_id, ttl_s: 3600}
    retry: {attempts: 2, retry_on: ["429", "5xx", timeout]}
    circuit_breaker: {failures: 3, window_s: 60, cooldown_s: 30}
    canary:
      candidate: secondary
      stages: [{share: 0.05, hold_h: 24}, {share: 0.2, hold_h: 48}]
      guardrails: [{metric: p95_latency_ms, op: "<=", value: 4000, min_n: 500}]
      on_breach: rollback
    shadow: {model: cheap, share: 0.1}
    evidence: {votes: 412, raters: 9, threads: 60, method: bradley-terry,
               win_rate: {primary: {mean: 0.63, ci95: [0.58, 0.68]}}, verdict: separated}
  - name: default
    weights: {cheap: 1.0}
provenance: {vote_count: 412, generated_at: 2026-11-23T08:00:00Z, token_counter: tiktoken o200k_base}
"""


def problems(text):
    config, found = read(text)
    assert config is None
    assert found
    return [str(problem) for problem in found]


def test_the_smallest_file_is_valid():
    config = load(SMALLEST)
    assert config.routes[0].name == "long_thread_test"
    assert config.routes[0].weights == {"primary": 0.8, "secondary": 0.2}
    assert config.names == ("primary", "secondary")


def test_the_full_file_is_read_whole():
    config = load(FULL)
    route = config.routes[0]
    assert route.retry == Retry(2, ("429", "5xx", "timeout"))
    assert route.canary == Canary(
        "secondary", (Stage(0.05, 24), Stage(0.2, 48)), (Guardrail("p95_latency_ms", "<=", 4000, 500),), "rollback"
    )
    assert route.evidence["win_rate"]["primary"]["ci95"] == [0.58, 0.68]
    assert config.models["secondary"].candidate == "M 4.1"
    assert config.provenance["generated_at"] == "2026-11-23T08:00:00Z"
    assert config.entry == "auto"


def test_the_first_match_takes_the_request():
    config = load(FULL)
    assert config.choose({"thread_length": 9}).name == "long_thread_test"
    assert config.choose({"thread_length": 8}).name == "default"
    assert load(SMALLEST).choose({"thread_length": 8}) is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("weights:\n", "weigths:\n", "line 4, routes[0]: the key 'weigths' is not known; did you mean 'weights'?"),
        ("    weights:\n      primary: 0.8\n      secondary: 0.2\n", "", "line 2, routes[0]: weights is missing"),
        ("0.2", "0.3", "line 4, routes[0].weights: the weights of 'long_thread_test' sum to 1.1, not 1 (0.8 + 0.3)"),
        ("0.2", "1.2", "line 6, routes[0].weights.secondary: is 1.2; it must be a number between 0 and 1"),
        ("0.2", "yes", "line 6, routes[0].weights.secondary: must be a number"),
        ("0.2", ".nan", "line 6, routes[0].weights.secondary: must be a number"),
        ("0.2", "a lot", "line 6, routes[0].weights.secondary: must be a number"),
        ("secondary", "primary", "line 6, routes[0].weights: the key 'primary' comes twice"),
        ("secondary", "Second One", "line 6, routes[0].weights: the name 'Second One' must be a lower-case name"),
        ("long_thread_test", "on", "line 2, routes[0].name: must be text, and YAML reads 'on' as something else"),
        ("thread_length > 8", "thread_lenght > 8", "line 3, routes[0].match: The rule 'thread_lenght > 8' is refused"),
        ("routes:", "schema: routing-weights/v2\nroutes:", "line 1, schema: 'routing-weights/v2' must be routing-weig"),
    ],
)
def test_a_mistake_is_named_with_its_line(old, new, expected):
    assert any(found.startswith(expected) for found in problems(SMALLEST.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("retry_on: [", "on: [", "YAML reads the key 'on' as true or false"),
        ("[cheap]", "[cheep]", "'cheep' is not under models; did you mean 'cheap'?"),
        ("{primary: 0.8, secondary", "{primary: 0.8, secundary", "'secundary' is not under models"),
        ("candidate: secondary", "candidate: cheap", "'cheap' is not among the weights of 'long_thread_test'"),
        ("name: default", "name: long_thread_test", "the route 'long_thread_test' comes twice"),
        ("    match: \"thread_length > 8\"\n", "", "has no match, so it takes everything; it must be the last route"),
        ("attempts: 2", "attempts: 2.5", "must be a whole number"),
        ("op: \"<=\"", "op: \"!=\"", "'!=' must be one of <= < >= >"),
        ("verdict: separated", "verdict: sure", "'sure' must be separated, tie or insufficient"),
        ("[{share: 0.05, hold_h: 24}", "[{share: 0.05}", "hold_h is missing"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_full_file_is_named(old, new, expected):
    assert old in FULL
    assert any(expected in found for found in problems(FULL.replace(old, new)))


@pytest.mark.parametrize(
    "line",
    [
        "api_key: sk-abcdefgh",
        "api_key: abcdefgh",
        "token: abcdefgh",
        "api_key_env: sk-abcdefgh",
        "api_key_env: abcdefgh",
        "model: sk-abcdefgh",
        "base_url: 'https://user:abcdefgh@host/v1'",
    ],
)
def test_keys_are_refused_and_never_repeated(line):
    text = f"models:\n  primary: {{{line}}}\nroutes: [{{name: a, weights: {{primary: 1.0}}}}]\n"
    found = problems(text)
    assert found[0].startswith("line 2")
    assert not any("abcdefgh" in each for each in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        ("- 1", "line 1: must be a mapping"),
        ("routes: []", "at least one route"),
        ("routes: 3", "line 1, routes: must be a list"),
        ("a: [", "line 1: this is not YAML"),
        ("a\n  b: c: d", "this is not YAML"),
        ("\x00", "this is not YAML"),
        ("[" * 3000, "nested too deeply"),
        ("x" * 1_000_001, "larger than"),
        ("routes:\n  - &a {name: a, weights: {b: 1}}\n  - *a\n", "line 2, routes[1]: is used again by an alias"),
        ("routes: [{name: a, weights: {}}]", "sum to 0, not 1 (none)"),
        ("1: 2\nroutes: [{name: a, weights: {b: 1}}]", "line 1: every key must be text"),
        ("routes: [{name: 2026-13-45, weights: {b: 1}}]", "line 1"),
    ],
)
def test_what_is_no_routing_file_is_refused(text, expected):
    assert any(expected in found for found in problems(text))


def test_all_problems_come_at_once_and_load_lists_them():
    text = SMALLEST.replace("0.2", "2").replace("name: long_thread_test", "name: Long")
    with pytest.raises(ConfigError, match=r"2 problem\(s\)") as refusal:
        load(text)
    assert "line 2, routes[0].name" in str(refusal.value)
    assert "line 6, routes[0].weights.secondary" in str(refusal.value)


def test_a_sum_that_is_off_by_rounding_alone_is_one():
    third = SMALLEST.replace("0.8", "0.3333333").replace("0.2", "0.6666667")
    assert load(third).routes[0].weights["secondary"] == 0.6666667
