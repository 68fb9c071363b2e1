"""The JSON Schema that ships says what schema.py says."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from compare.routing.config import read
from compare.routing.json_schema import schema, schema_text, to_text
from tests.routing.exports.files import WHOLE


def test_the_file_is_what_the_reader_checks() -> None:
    assert schema_text() == to_text(schema()), "write it anew: SCHEMA_FILE.write_text(to_text(schema()))"


def accepts(shape: dict[str, Any], value: Any) -> bool:
    """The words of JSON Schema that ours uses; any other fails the test."""
    known = {"$schema", "title", "type", "const", "pattern", "minimum", "maximum", "minItems", "maxLength", "items"}
    assert set(shape) <= known | {"properties", "required", "additionalProperties", "propertyNames"}
    if "const" in shape:
        return bool(value == shape["const"])
    types = {"string": str, "number": (int, float), "integer": int, "array": list, "object": dict}
    if not isinstance(value, types[shape["type"]]):
        return False
    if isinstance(value, str):
        fits = re.search(shape.get("pattern", ""), value) is not None
        return fits and len(value) <= shape.get("maxLength", len(value))
    if isinstance(value, list):
        return len(value) >= shape.get("minItems", 0) and all(accepts(shape["items"], each) for each in value)
    if not isinstance(value, dict):
        return bool(shape.get("minimum", value) <= value <= shape.get("maximum", value))
    rest, named = shape["additionalProperties"], shape.get("properties", {})
    names = all(accepts({"type": "string", **shape.get("propertyNames", {})}, name) for name in value)
    parts = all(
        accepts(named[key], each) if key in named else rest is not False and accepts(rest, each)
        for key, each in value.items()
    )
    return names and parts and all(key in value for key in shape.get("required", ()))


ARTICLE = """
routes:
  - name: long_thread_test
    match: "thread_length > 8"
    weights:
      primary: 0.8
      secondary: 0.2
  - name: default
    weights:
      cheap: 1.0
"""


@pytest.mark.parametrize("text", [WHOLE, ARTICLE])
def test_the_whole_example_and_the_articles_own_file_are_valid_in_both(text: str) -> None:
    assert accepts(schema(), yaml.safe_load(text))
    assert read(text)[1] == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weights: {cheap: 1.0}", "weigths: {cheap: 1.0}"),
        ("weights: {cheap: 1.0}", "weights: {cheap: 1.5}"),
        ("weights: {cheap: 1.0}", "weights: {Cheap: 1.0}"),
        ("attempts: 2", "attempts: 2.5"),
        ("attempts: 2, ", ""),
        ("retry_on", "on"),
        ("routing-weights/v1", "routing-weights/v2"),
        ("api_key_env: GEMINI_API_KEY", "api_key: abc"),
        ("verdict: separated", "verdict: sure"),
    ],
)
def test_what_the_reader_refuses_for_its_shape_the_schema_refuses_too(old: str, new: str) -> None:
    wrong = WHOLE.replace(old, new)
    assert wrong != WHOLE
    assert not accepts(schema(), yaml.safe_load(wrong))
    assert read(wrong)[0] is None
