"""What docs/sign-in.md has people copy is what the app reads."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from compare.people.roles_file import PROXY_EXAMPLE, parse_roles_file
from compare.people.secrets_file import read_auth

DOCS = Path(__file__).resolve().parents[2] / "docs" / "sign-in.md"
EXAMPLES = [dedent(found) for found in re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)]


def test_the_examples_are_read_without_a_complaint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.people.secrets_file.find_spec", lambda _: object())
    secrets, roles, proxy = EXAMPLES
    (tmp_path / "secrets.toml").write_text(secrets)
    auth = read_auth([tmp_path / "secrets.toml"])
    assert auth is not None
    assert auth.redirect_uri == "https://weighbridge.example.com/oauth2callback"
    assert set(parse_roles_file(roles).granted) == {"admin", "owner", "rater"}
    assert parse_roles_file(roles + proxy).proxy is not None
    assert proxy == PROXY_EXAMPLE
