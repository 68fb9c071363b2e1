"""What a call costs: prices times tokens, in Decimal. An unknown price or count gives None, never 0."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from compare.records import Price, PriceTier, Usage

_PER_MTOK = Decimal(1_000_000)
_PRICES = tuple(f.name for f in fields(PriceTier) if f.name.endswith("_usd_per_mtok"))


def cost_usd(price: Price | None, usage: Usage) -> Decimal | None:
    """US dollars for one call, or None where the price or a token count is unknown.

    Cached tokens are part of the input and are charged at their own price where there is one; tokens written to a
    cache likewise. Reasoning is part of the output. A tier replaces the prices of the whole request once its input is
    longer than the tier's bound.
    """
    if price is None or usage.input is None or usage.output is None:
        return None
    price = _at_length(price, usage.input)
    cached, written = usage.cached or 0, usage.cache_write or 0
    plain = max(usage.input - cached - written, 0)
    total = plain * price.input_usd_per_mtok + usage.output * price.output_usd_per_mtok
    total += cached * _or(price.cached_usd_per_mtok, price.input_usd_per_mtok)
    total += written * _or(price.cache_write_usd_per_mtok, price.input_usd_per_mtok)
    return total / _PER_MTOK


def _at_length(price: Price, input_tokens: int) -> Price:
    tier = next((t for t in reversed(price.tiers) if input_tokens > t.above_input_tokens), None)
    if tier is None:
        return price
    given: dict[str, Any] = {name: value for name in _PRICES if (value := getattr(tier, name)) is not None}
    return replace(price, **given)


def _or(chosen: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if chosen is None else chosen
