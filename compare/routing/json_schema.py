"""The shape of routing.yaml as JSON Schema (draft 2020-12), for editors and other tools.

It ships as a file; a test holds it equal to what schema.py says. Sums, names that exist and rules that can never match
are no matter of shape: `route check` says those.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from compare.routing.places import Fields, ListOf, MapOf, Number, Spec, Text
from compare.routing.rules import MAX_CHARACTERS
from compare.routing.schema import FILE, SCHEMA

SCHEMA_FILE = Path(__file__).with_name("routing-weights-v1.schema.json")


def schema_text() -> str:
    """The file as it ships."""
    return SCHEMA_FILE.read_text(encoding="utf-8")


def schema() -> dict[str, Any]:
    """The schema, made from schema.py."""
    shape = _shape(FILE)
    shape["properties"]["schema"] = {"const": SCHEMA}
    shape["properties"]["routes"]["minItems"] = 1
    shape["properties"]["routes"]["items"]["properties"]["match"]["maxLength"] = MAX_CHARACTERS
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA, **shape}


def to_text(document: dict[str, Any]) -> str:
    """As it is laid out in the file."""
    return json.dumps(document, indent=2) + "\n"


def _shape(spec: Spec) -> dict[str, Any]:
    if isinstance(spec, Text):
        return {"type": "string", **({"pattern": f"^(?:{spec.pattern})$"} if spec.pattern else {})}
    if isinstance(spec, Number):
        limits = {"minimum": spec.low, "maximum": spec.high}
        finite = {name: limit for name, limit in limits.items() if math.isfinite(limit)}
        return {"type": "integer" if spec.whole else "number", **finite}
    if isinstance(spec, ListOf):
        return {"type": "array", "items": _shape(spec.item)}
    if isinstance(spec, MapOf):
        names = {"pattern": f"^(?:{spec.pattern})$"}
        return {"type": "object", "propertyNames": names, "additionalProperties": _shape(spec.item)}
    if isinstance(spec, Fields):
        known = {name: _shape(part) for name, part in spec.known.items()}
        required = {"required": list(spec.required)} if spec.required else {}
        return {"type": "object", "properties": known, **required, "additionalProperties": False}
    raise TypeError(f"no shape: {spec!r}")
