"""What is run: a model with its price, and the candidate made of it by settings, context policy and preparation."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from compare.records.words import ProviderKind


@dataclass(frozen=True, slots=True)
class PriceTier:
    """Prices that hold for a whole request once its input is longer than `above_input_tokens`."""

    above_input_tokens: int
    input_usd_per_mtok: Decimal | None = None
    output_usd_per_mtok: Decimal | None = None
    cached_usd_per_mtok: Decimal | None = None
    cache_write_usd_per_mtok: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """List price of a model. All four are US dollars per million tokens; 0 means free."""

    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    cached_usd_per_mtok: Decimal | None = None
    cache_write_usd_per_mtok: Decimal | None = None
    as_of: str = ""
    """ISO date on which the price was read."""
    source: str = ""
    tiers: tuple[PriceTier, ...] = ()
    """By `above_input_tokens`, rising; a price that a tier leaves out stays as it is."""

    def to_json(self) -> str:
        """The price as stored with an answer, so that an old answer keeps the price it was computed with."""
        return json.dumps({k: v for k, v in asdict(self).items() if v not in (None, "", ())}, default=str)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One entry of the catalogue: where a model is served and what is known about it."""

    id: str
    provider: ProviderKind
    base_url: str
    """Without a trailing slash; empty for simulated models, whose address is known only when their server runs."""
    model: str
    """The model's name at its server."""
    label: str = ""
    maker: str = ""
    api_key_env: str | None = None
    """Name of the environment variable with the key, never the key."""
    api_version: str = ""
    """Version of the provider's API to ask for; empty for the one its server is known to prefer."""
    context_window_tokens: int | None = None
    max_output_tokens: int | None = None
    simulated: bool = False
    takes_images: bool = False
    price: Price | None = None
    """None: unknown, which is never shown as 0."""
    released: str = ""
    retired: str = ""
    """ISO date on which the vendor stops (or stopped) serving it; empty while none is known."""
    note: str = ""
    terms: str = ""
    """What the provider's terms allow and forbid, or where they stand; as the other three, written by the user."""
    region: str = ""
    """Where requests are processed."""
    retention: str = ""
    """How long the provider keeps what it is sent."""
    pools: tuple[str, ...] = ()
    """Where it may be used, such as "experimental" or "production"; empty for no rule."""

    @property
    def name(self) -> str:
        """What pages call it."""
        return self.label or self.id


@dataclass(frozen=True, slots=True)
class Settings:
    """What a candidate asks of its model. None leaves the choice to the model's server."""

    system_prompt: str | None = None
    temperature: float | None = None
    max_output_tokens: int | None = None
    reasoning_effort: str | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is run, rated and weighted: a model with its settings, context policy and input preparation."""

    model_id: str
    settings: Settings = Settings()
    context_policy: str = "full"
    preparation: str = "none"
    fallback: str = ""
    """Id of a model that answers where this candidate's own fails before any text; empty for none."""
    handover_from: str = ""
    """Id of the candidate that answered before this one took the conversation over; empty for none."""
    handover_turn: int = 0
    """The first turn that this one answers, where it took over."""
    label: str = ""
    simulated: bool = False

    @property
    def id(self) -> str:
        """Hash of everything that can change an answer; the label is not part of it."""
        rest: list[Any] = [self.model_id, asdict(self.settings), self.context_policy, self.preparation]
        if self.fallback:
            rest.append(self.fallback)
        if self.handover_from:
            rest.append([self.handover_from, self.handover_turn])
        return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def name(self) -> str:
        """What pages call it: the label where one was given, else the model's id."""
        return self.label or self.model_id


@dataclass(frozen=True, slots=True)
class Preset:
    """What a candidate is but for its models, under a name."""

    name: str
    settings: Settings = Settings()
    context_policy: str = "full"
    preparation: str = "none"
    saved_at: str = ""
    """UTC, ISO 8601; set once stored."""
