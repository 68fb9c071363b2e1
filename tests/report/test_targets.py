"""Every gateway is offered once, and its files come as one archive that is the same each time."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from compare.report.targets import archive, target_name, targets
from compare.routing.exports.yaml import to_yaml
from tests.routing.exports.files import whole


def test_the_gateways_are_those_that_can_be_written() -> None:
    assert list(targets()) == ["litellm", "portkey", "tensorzero", "envoy"]
    assert target_name("litellm") == "LiteLLM"


@pytest.mark.parametrize("target", ["litellm", "portkey", "tensorzero", "envoy"])
def test_an_archive_holds_the_gateways_files_the_losses_and_the_routing_file(target: str) -> None:
    made, text = targets()[target](whole()), to_yaml(whole())
    packed = archive(made, text)
    assert packed == archive(made, text)
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert {*made.files, "routing.yaml", "losses.json"} <= set(opened.namelist())
        assert opened.read("routing.yaml").decode() == text
        losses = json.loads(opened.read("losses.json"))
    assert [loss["field"] for loss in losses] == [loss.field for loss in made.losses]
