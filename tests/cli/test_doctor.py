"""`doctor`: what is well, what is not, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import weighbridge

LOOKED_AT = ["python", "packages", "files", "database", "tokenizer", "models"]


@pytest.mark.usefixtures("voted")
def test_a_sound_installation_is_told_line_by_line(tmp_path: Path) -> None:
    found = weighbridge("doctor")
    assert (found.status, found.err) == (0, "")
    lines = dict(line.removeprefix("ok    ").split(": ", 1) for line in found.out.splitlines())
    assert list(lines) == LOOKED_AT
    assert lines["database"] == f"{tmp_path / 'weighbridge.db'}, 10 threads"
    assert "4 simulated" in lines["models"]
    assert "set ANTHROPIC_API_KEY" in lines["models"]


def test_one_failed_check_is_told_with_its_cure_and_the_others_are_still_made(tmp_path: Path) -> None:
    (tmp_path / "weighbridge.db").write_text("recipes\n" * 1000)
    found = weighbridge("doctor")
    assert found.last_words == "1 of 6 checks failed: database. Mend what they say."
    (failed,) = [line for line in found.out.splitlines() if not line.startswith("ok    ")]
    assert failed.startswith(f"FAIL  database: {tmp_path / 'weighbridge.db'} is not a database")
    assert len(found.out.splitlines()) == len(LOOKED_AT)


def test_json_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(tmp_path / "nowhere.toml"))
    found = weighbridge("doctor", "--json")
    assert found.last_words.startswith("1 of 6 checks failed: models.")
    document = json.loads(found.out)
    assert document["ok"] is False
    assert {finding["name"]: finding["ok"] for finding in document["findings"]} == {
        name: name != "models" for name in LOOKED_AT
    }
    assert "WEIGHBRIDGE_MODELS names" in document["findings"][-1]["detail"]
