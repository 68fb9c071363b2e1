"""An export as one archive."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from compare.catalog import load_catalog
from compare.errors import ConfigError
from compare.report.targets import archive, exported, losses_of, target_name, targets

FILE = """\
models:
  near: {provider: openai-chat, model: m, base_url: "http://127.0.0.1:8080/v1"}
  far: {provider: openai-chat, model: n, base_url: "http://127.0.0.1:8081/v1"}
routes:
  - {name: long, match: thread_length > 8, weights: {near: 0.8, far: 0.2}}
  - {name: rest, weights: {far: 1.0}}
"""


@pytest.mark.parametrize("target", targets())
def test_every_gateway_has_an_archive_with_its_files_and_what_was_lost(target: str) -> None:
    sets = exported(FILE, target, load_catalog())
    packed = archive(sets, FILE)
    assert packed == archive(sets, FILE)
    with zipfile.ZipFile(io.BytesIO(packed)) as archived:
        names = archived.namelist()
        assert archived.read("routing.yaml").decode() == FILE
        assert len(json.loads(archived.read("losses.json"))["losses"]) == len(losses_of(sets))
    assert set(sets[0].files) <= set(names)
    assert target_name(target)[0].isupper()


def test_thin_evidence_is_refused_as_on_the_command_line() -> None:
    thin = FILE.replace("far: 0.2}}", "far: 0.2}, evidence: {votes: 3, verdict: insufficient}}")
    with pytest.raises(ConfigError, match="too few votes"):
        exported(thin, "litellm", load_catalog())
