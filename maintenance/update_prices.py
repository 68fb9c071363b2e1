"""Writes data/prices.json from the genai-prices data set, for the models of data/models.toml that are not simulated.

Run it by hand when prices change, in an environment of its own (genai-prices is no dependency of the product):

    pip install genai-prices && python maintenance/update_prices.py

A model that the data set does not know is left out and named: its price then reads "unknown" in the product, never 0.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from genai_prices import data

ROOT = Path(__file__).resolve().parent.parent
FIELDS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
}


def price_entry(price: Any) -> dict[str, Any]:
    """One model's price as the product reads it; money as text, tiers by input tokens of the request."""
    entry: dict[str, Any] = {}
    tiers: dict[int, dict[str, str]] = {}
    for theirs, ours in FIELDS.items():
        value = getattr(price, theirs, None)
        if value is None:
            continue
        if hasattr(value, "tiers"):
            for tier in value.tiers:
                tiers.setdefault(int(tier.start), {})[ours] = str(tier.price)
            value = value.base
        entry[ours] = str(value)
    if tiers:
        entry["tiers"] = [{"above_input_tokens": start, **tiers[start]} for start in sorted(tiers)]
    return entry


def main() -> None:
    """Write the file and name what is missing."""
    catalogue = tomllib.loads((ROOT / "data" / "models.toml").read_text(encoding="utf-8"))["model"]
    wanted = [m for m in catalogue if not m.get("simulated")]
    # Resellers list the same names at other prices: only the maker's own entry counts.
    known = {(provider.id, model.id): model for provider in data.providers for model in provider.models}
    models = {}
    for m in wanted:
        found = known.get((m["maker"].lower(), m["model"]))
        if found is not None and not isinstance(found.prices, list):
            models[m["id"]] = price_entry(found.prices)
        else:
            print(f"no single current price for {m['id']} ({m['model']} of {m['maker']})", file=sys.stderr)
    body = {
        "source": f"genai-prices {version('genai-prices')}",
        "as_of": dt.datetime.now(dt.UTC).date().isoformat(),
        "unit": "US dollars per million tokens",
        "models": models,
    }
    (ROOT / "data" / "prices.json").write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
