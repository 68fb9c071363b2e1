"""The shape of routing.yaml, schema routing-weights/v1: which keys there are and what each may hold.

What a shape cannot say (sums, names that exist, the default's place) is checked in config.py.
"""

from __future__ import annotations

import math

from compare.routing.places import Fields, ListOf, MapOf, Number, Text

SCHEMA = "routing-weights/v1"
NAME_PATTERN = r"[a-z][a-z0-9_-]{0,62}"
"""Legal as a LiteLLM group, a TOML key and an Envoy cluster alike."""

_NAME_SAYS = "a lower-case name: a letter, then letters, digits, _ or -, at most 63 characters"

_name = Text(NAME_PATTERN, _NAME_SAYS)
_count = Number(0, whole=True)
_share = Number(0, 1)

_MODEL = Fields(
    {
        "provider": Text(),
        "model": Text(),
        "base_url": Text(r"https?://[^@\s]+", "an http(s) address without a user name in it", secret=True),
        "api_key_env": Text(r"[A-Z][A-Z0-9_]{0,63}", "the name of an environment variable in capitals", secret=True),
        "context_window": Number(1, whole=True),
        "candidate": Text(),
    }
)
_CANARY = Fields(
    {
        "candidate": _name,
        "stages": ListOf(Fields({"share": _share, "hold_h": Number(0)}, required=("share", "hold_h"))),
        "guardrails": ListOf(
            Fields(
                {"metric": Text(), "op": Text(r"<=|<|>=|>", "one of <= < >= >"), "value": Number(-math.inf),
                 "min_n": _count},
                required=("metric", "op", "value"),
            )
        ),
        "on_breach": Text(r"rollback|hold", "rollback or hold"),
    },
    required=("candidate", "stages"),
)  # fmt: skip
_WIN_RATE = Fields({"mean": _share, "ci95": ListOf(_share)}, required=("mean",))
_EVIDENCE = Fields(
    {
        "votes": _count,
        "raters": _count,
        "threads": _count,
        "both_bad": _count,
        "method": Text(),
        "win_rate": MapOf(_WIN_RATE, NAME_PATTERN, _NAME_SAYS),
        "verdict": Text(r"separated|tie|insufficient", "separated, tie or insufficient"),
        "why": Text(),
    }
)
_ROUTE = Fields(
    {
        "name": _name,
        "match": Text(),
        "weights": MapOf(_share, NAME_PATTERN, _NAME_SAYS),
        "fallbacks": ListOf(_name),
        "sticky": Fields({"by": Text(r"[a-z][a-z0-9_]{0,62}", "a name such as session_id"), "ttl_s": Number(0)}),
        "retry": Fields(
            {"attempts": Number(1, 10, whole=True), "retry_on": ListOf(Text())},
            required=("attempts",),
        ),
        "circuit_breaker": Fields(
            {"failures": Number(1, whole=True), "window_s": Number(0), "cooldown_s": Number(0)},
            required=("failures", "window_s", "cooldown_s"),
        ),
        "canary": _CANARY,
        "shadow": Fields({"model": _name, "share": _share}, required=("model", "share")),
        "evidence": _EVIDENCE,
    },
    required=("name", "weights"),
)
_PROVENANCE = Fields(
    {
        "votes_sha256": Text(r"[0-9a-f]{64}", "64 hexadecimal digits"),
        "vote_count": _count,
        "votes_from": Text(),
        "votes_to": Text(),
        "generated_at": Text(),
        "tool": Text(),
        "token_counter": Text(),
        "parent_sha256": Text(r"[0-9a-f]{64}", "64 hexadecimal digits"),
    }
)
FILE = Fields(
    {
        "schema": Text(SCHEMA, SCHEMA),
        "entry": _name,
        "models": MapOf(_MODEL, NAME_PATTERN, _NAME_SAYS),
        "routes": ListOf(_ROUTE),
        "provenance": _PROVENANCE,
    },
    required=("routes",),
)
