"""The client's side of a Portkey configuration: keys put in from the environment, facts sent as metadata."""

from __future__ import annotations

from compare.routing.config import RoutingConfig
from compare.routing.exports.shares import PARTS
from compare.routing.exports.upstream import weighted

_FACTS = {
    "thread_length": "len(messages)",
    "user_turns": 'sum(m["role"] == "user" for m in messages)',
    "has_tools": 'any(m["role"] == "tool" for m in messages)',
    "has_images": "has_images",
    "prompt_tokens": "prompt_tokens",
    "language": "language",
    "tag": "tag",
    "workload": "workload",
}


def bucket_of(by: str) -> str:
    """The metadata that says which cohort a session belongs to, 0 to PARTS - 1."""
    return f"{by}_bucket"


def snippet(config: RoutingConfig) -> str:
    """Python for a client of the gateway, with the facts that these rules ask for."""
    facts = {fact for route in config.routes if route.match for fact in route.match.facts}
    told = [f'"{name}": {value}' for name, value in _FACTS.items() if name in facts]
    kept = sorted({r.sticky.by for r in config.routes if r.sticky and len(weighted(r)) > 1})
    told += [f'"{bucket_of(by)}": int(sha256(str({by}).encode()).hexdigest(), 16) % {PARTS}' for by in kept]
    lines = ["import json, os, re", *(["from hashlib import sha256"] if kept else []), "from openai import OpenAI", ""]
    lines += [
        "# Keys stay in the environment: config.json names the variables only.",
        'text = re.sub(r"\\$\\{(\\w+)\\}", lambda m: json.dumps(os.environ[m[1]])[1:-1], open("config.json").read())',
        'headers = {"x-portkey-config": json.dumps(json.loads(text))}',
        'client = OpenAI(base_url="http://127.0.0.1:8787/v1", api_key="unused", default_headers=headers)',
        "",
    ]
    extra = ""
    if told:
        lines += ["metadata = {", *(f"    {each}," for each in told), "}"]
        extra = ', extra_headers={"x-portkey-metadata": json.dumps(metadata)}'
    lines.append(f'client.chat.completions.create(model="{config.entry or "auto"}", messages=messages{extra})')
    return "\n".join(lines) + "\n"
