"""The models that can be asked: data/models.toml, the user's own file merged over it, and prices from data/prices.json.

The catalogue is data: a model that its vendor has retired stays in it with its date, and nothing in the code names a
model except the simulated ones. Keys are only ever named here.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from compare.errors import ConfigError, NotFoundError
from compare.records import ModelSpec, Price, PriceTier, ProviderKind
from compare.settings import api_key, own_models_file, own_prices_file, shipped

_FIELDS = {
    "id", "provider", "base_url", "model", "label", "maker", "api_key_env", "api_version",
    "context_window_tokens", "max_output_tokens", "simulated", "takes_images", "price", "released", "retired", "note",
    "terms", "region", "retention", "pools",
}  # fmt: skip
_PRICE_FIELDS = {
    "input": "input_usd_per_mtok",
    "output": "output_usd_per_mtok",
    "cache_read": "cached_usd_per_mtok",
    "cache_write": "cache_write_usd_per_mtok",
}
_TIER_BOUND = "above_input_tokens"


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a model can be asked now."""

    ready: bool
    reason: str
    """What is missing, in words ("needs ANTHROPIC_API_KEY"), or "ready"."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All known models by id, in the order of the files."""

    models: Mapping[str, ModelSpec]

    def get(self, model_id: str) -> ModelSpec:
        """The model of that id.

        Raises:
            NotFoundError: there is none; the message lists near names.
        """
        spec = self.models.get(model_id)
        if spec is None:
            raise NotFoundError(f"There is no model {model_id!r} in the catalogue. {self._near(model_id)}")
        return spec

    def _near(self, model_id: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(model_id, self.models, n=3, cutoff=0.5)
        if near:
            return f"Did you mean {' or '.join(near)}?"
        return f"Known are: {', '.join(self.models)}. Add your own in a file named by WEIGHBRIDGE_MODELS."


def availability(spec: ModelSpec) -> Availability:
    """Whether the model can be asked now, without asking it."""
    missing = []
    if spec.api_key_env and api_key(spec.api_key_env) is None:
        missing.append(f"needs {spec.api_key_env}")
    if spec.retired and spec.retired <= datetime.now(UTC).date().isoformat():
        missing.append(f"retired by {spec.maker or 'its vendor'} on {spec.retired}")
    return Availability(not missing, "; ".join(missing) or "ready")


def load_catalog() -> Catalog:
    """The catalogue as the files say now; read again only when a file has changed.

    Raises:
        ConfigError: a file is unreadable or an entry is wrong; the message names file, entry and field.
    """
    prices = [shipped("prices.json"), *filter(None, [own_prices_file()])]
    models = [shipped("models.toml"), *filter(None, [own_models_file()])]
    return _load(tuple(prices), tuple(models), tuple(map(_changed_at, prices + models)))


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0  # reading it says what is wrong


@lru_cache(maxsize=4)
def _load(price_files: tuple[Path, ...], model_files: tuple[Path, ...], _changed_at_ns: tuple[int, ...]) -> Catalog:
    prices = {model_id: price for path in price_files for model_id, price in _read_prices(path).items()}
    models: dict[str, ModelSpec] = {}
    for path in model_files:
        here: dict[str, ModelSpec] = {}
        for number, entry in enumerate(_entries(path), start=1):
            spec = _spec(entry, f"{path}, model {number}", prices)
            if spec.id in here:
                raise ConfigError(f"{path}, model {number}: the id {spec.id!r} stands there twice. Rename one.")
            here[spec.id] = spec
        models |= here
    return Catalog(models)


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        # Some editors put a byte order mark before the first bracket.
        held = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise ConfigError(f"The model file {path} cannot be read: {exc.strerror}.") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"The model file {path} is not valid TOML: {exc}.") from exc
    if unknown := sorted(held.keys() - {"model"}):
        raise ConfigError(
            f"The model file {path} holds {unknown[0]!r}, which nothing reads. Every model is a block that begins with "
            "[[model]]."
        )
    found = held.get("model", [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ConfigError(f"The model file {path} must hold [[model]] blocks (two brackets on each side).")
    return found


def _spec(entry: dict[str, Any], place: str, prices: Mapping[str, Price]) -> ModelSpec:
    unknown = sorted(set(entry) - _FIELDS)
    if unknown:
        raise ConfigError(f"{place}: unknown field {unknown[0]!r}. Known are: {', '.join(sorted(_FIELDS))}.")
    for name in ("id", "provider", "model"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise ConfigError(f"{place}: the field {name!r} is missing or empty.")
    place = f"{place} ({entry['id']})"
    if entry["id"] != entry["id"].strip() or "," in entry["id"]:
        raise ConfigError(f"{place}: an id must not hold a comma or begin or end with a space; lists are split there.")
    if entry["provider"] not in get_args(ProviderKind):
        known = ", ".join(get_args(ProviderKind))
        raise ConfigError(f"{place}: provider is {entry['provider']!r}; it must be one of {known}.")
    simulated = _flag(entry, "simulated", place)
    base_url = str(entry.get("base_url", "")).rstrip("/")
    if not simulated and not base_url.startswith(("http://", "https://")):
        raise ConfigError(f"{place}: base_url is {base_url!r}; it must start with http:// or https://.")
    price = _price(entry["price"], place) if "price" in entry else prices.get(entry["id"])
    return ModelSpec(
        id=entry["id"],
        provider=entry["provider"],
        base_url=base_url,
        model=entry["model"],
        label=str(entry.get("label", "")),
        maker=str(entry.get("maker", "")),
        api_key_env=_key_name(entry.get("api_key_env"), place),
        api_version=str(entry.get("api_version", "")),
        context_window_tokens=_tokens(entry, "context_window_tokens", place),
        max_output_tokens=_tokens(entry, "max_output_tokens", place),
        simulated=simulated,
        takes_images=_flag(entry, "takes_images", place),
        price=price,
        released=_iso_date(entry, "released", place),
        retired=_iso_date(entry, "retired", place),
        note=str(entry.get("note", "")),
        terms=str(entry.get("terms", "")),
        region=str(entry.get("region", "")),
        retention=str(entry.get("retention", "")),
        pools=_words(entry, "pools", place),
    )


def _flag(entry: Mapping[str, Any], name: str, place: str) -> bool:
    value = entry.get(name, False)
    if not isinstance(value, bool):
        raise ConfigError(f"{place}: {name} is {value!r}; it must be true or false, without quotes.")
    return value


def _words(entry: Mapping[str, Any], name: str, place: str) -> tuple[str, ...]:
    value = entry.get(name, [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ConfigError(f'{place}: {name} is {value!r}; it must be a list of words such as ["experimental"].')
    return tuple(value)


def _key_name(value: object, place: str) -> str | None:
    if value in (None, ""):
        return None
    if not isinstance(value, str) or not value.replace("_", "").isalnum() or not value.isupper():
        # The value is not repeated: somebody may have put the key itself there.
        raise ConfigError(f"{place}: api_key_env must be the NAME of an environment variable, such as MY_KEY.")
    return value


def _tokens(entry: dict[str, Any], name: str, place: str) -> int | None:
    value = entry.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ConfigError(f"{place}: {name} is {value!r}; it must be a whole number above 0.")
    return value


def _iso_date(entry: dict[str, Any], name: str, place: str) -> str:
    value = str(entry.get(name, ""))
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError as exc:
        raise ConfigError(f"{place}: {name} is {value!r}; it must be a date such as 2026-11-30.") from exc


def _price(entry: object, place: str, as_of: str = "", source: str = "models.toml") -> Price:
    if not isinstance(entry, dict) or not {"input", "output"} <= set(entry):
        raise ConfigError(f"{place}: a price needs 'input' and 'output', in US dollars per million tokens.")
    tiers = entry.get("tiers", [])
    if not isinstance(tiers, list):
        raise ConfigError(f"{place}: the price's tiers must be a list.")
    by_length = sorted((_tier(tier, place) for tier in tiers), key=lambda tier: tier.above_input_tokens)
    return Price(**_money(entry, place, "tiers"), as_of=as_of, source=source, tiers=tuple(by_length))


def _tier(entry: object, place: str) -> PriceTier:
    if not isinstance(entry, dict):
        raise ConfigError(f"{place}: a tier of a price must name {_TIER_BOUND!r} and its prices.")
    bound = _tokens(entry, _TIER_BOUND, f"{place}: a tier of the price")
    if bound is None:
        raise ConfigError(f"{place}: a tier of the price lacks {_TIER_BOUND!r}.")
    return PriceTier(above_input_tokens=bound, **_money(entry, place, _TIER_BOUND))


def _money(entry: Mapping[str, Any], place: str, other_field: str) -> dict[str, Decimal]:
    unknown = sorted(set(entry) - {*_PRICE_FIELDS, other_field})
    if unknown:
        known = ", ".join(_PRICE_FIELDS)
        raise ConfigError(f"{place}: unknown price {unknown[0]!r}. Known are: {known}, {other_field}.")
    found = {}
    for name, field in _PRICE_FIELDS.items():
        if name not in entry:
            continue
        try:
            found[field] = Decimal(str(entry[name]))
        except InvalidOperation as exc:
            raise ConfigError(f"{place}: the price {name} is {entry[name]!r}, which is not a number.") from exc
        if not found[field].is_finite() or found[field] < 0:
            raise ConfigError(f"{place}: the price {name} is {entry[name]}; it must be a number from 0 upwards.")
    return found


def _read_prices(path: Path) -> Mapping[str, Price]:
    try:
        body = json.loads(path.read_bytes())
    except (OSError, ValueError) as exc:
        raise ConfigError(f"The price file {path} cannot be read ({exc}). Correct it, or restore it.") from exc
    models = body.get("models") if isinstance(body, dict) else None
    if not isinstance(models, dict):
        raise ConfigError(f"The price file {path} must be an object with 'models', as data/prices.json is.")
    as_of, source = str(body.get("as_of", "")), str(body.get("source", path.name))
    return {
        model_id: _price(entry, f"{path}, {model_id}", as_of=as_of, source=source) for model_id, entry in models.items()
    }
