"""How a job is worked on: calls at once, limits by endpoint, a cost cap, the cache. No part of what it asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from compare.errors import ConfigError
from compare.records import ModelSpec

_LIMIT = re.compile(r"(?P<name>[^=]+)=(?P<n>[0-9]{1,12})(?P<per>/min|tok/min)?")


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on what one endpoint is asked. None leaves it open."""

    name: str
    """A model's id, its maker, its wire format, its host, or "simulated"."""
    concurrency: int | None = None
    requests_per_min: int | None = None
    tokens_per_min: int | None = None

    def is_for(self, spec: ModelSpec) -> bool:
        """Whether the limit is meant for this model."""
        return self.name.casefold() in names_of(spec)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a job is worked on."""

    concurrency: int = 8
    """Calls at once, over all endpoints."""
    limits: tuple[Limit, ...] = ()
    cost_cap_usd: Decimal | None = None
    """Nothing more is asked once what is spent and in flight would pass it."""
    use_cache: bool = False
    """Whether an answer to the very same request is used again."""

    def to_json(self) -> str:
        """As it is stored with the job, but for the cap, which has a column."""
        return json.dumps(
            {
                "concurrency": self.concurrency,
                "limits": [asdict(limit) for limit in self.limits],
                "use_cache": self.use_cache,
            }
        )


def read_terms(terms_json: str, cost_cap_usd: Decimal | None) -> Terms:
    """The terms of a stored job."""
    body: dict[str, Any] = json.loads(terms_json)
    return Terms(
        int(body.get("concurrency", 8)),
        tuple(Limit(**limit) for limit in body.get("limits", ())),
        cost_cap_usd,
        bool(body.get("use_cache", False)),
    )


def read_limits(texts: Iterable[str], specs: Iterable[ModelSpec]) -> tuple[Limit, ...]:
    """Limits as they are written on the command line: "openai=4", "openai=60/min", "openai=90000tok/min".

    Raises:
        ConfigError: one cannot be read, or is for none of the models.
    """
    found: dict[str, Limit] = {}
    known = list(specs)
    fields = {None: "concurrency", "/min": "requests_per_min", "tok/min": "tokens_per_min"}
    for text in texts:
        match = _LIMIT.fullmatch(text.strip())
        if match is None or not int(match["n"]):
            raise ConfigError(
                f"The limit {text!r} cannot be read. Write NAME=4 (calls at once), NAME=60/min or NAME=90000tok/min."
            )
        name = match["name"].strip().casefold()
        if not any(name in names_of(spec) for spec in known):
            names = sorted({one for spec in known for one in names_of(spec)})
            raise ConfigError(f"The limit {text!r} is for none of the job's models. Names are: {', '.join(names)}.")
        field = fields[match["per"]]
        limit = found.get(name, Limit(name))
        if getattr(limit, field) is not None:
            raise ConfigError(f"The limit {text!r} comes twice for {name}. Give it once.")
        found[name] = Limit(**(asdict(limit) | {field: int(match["n"])}))
    return tuple(found.values())


def read_usd(text: str) -> Decimal:
    """An amount of US dollars above 0.

    Raises:
        ConfigError: it is none.
    """
    try:
        amount = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        raise ConfigError(f"The cost cap {text!r} is no amount of US dollars above 0. Write it as 2.50.")
    return amount


def names_of(spec: ModelSpec) -> set[str]:
    """The names by which a limit may mean a model, in lower case."""
    if spec.simulated:
        return {spec.id.casefold(), "simulated"}
    names = {spec.id, spec.provider, urlsplit(spec.base_url).hostname or "", spec.maker}
    return {name.casefold() for name in names if name}
