"""What the two files together say: how people are known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compare.errors import ConfigError
from compare.people.sign_in import CurrentRoles, SignIn, read_sign_in

AUTH = """
[auth]
redirect_uri = "https://weighbridge.example.com/oauth2callback"
cookie_secret = "0123456789012345678901234567890123456789"
client_id = "weighbridge"
client_secret = "s"
server_metadata_url = "https://id.example.com/.well-known/openid-configuration"
"""
ADMIN = '[admin]\nemails = ["ann@example.com"]\n'
PROXY = '[proxy]\naddresses = ["127.0.0.1"]\n'


@pytest.fixture(autouse=True)
def authlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.people.secrets_file.find_spec", lambda _: object())


def read(folder: Path, secrets: str | None, roles: str | None) -> SignIn:
    for name, text in (("secrets.toml", secrets), ("roles.toml", roles)):
        if text is not None:
            (folder / name).write_text(text)
    return read_sign_in([folder / "none.toml", folder / "secrets.toml"], folder / "roles.toml")


def test_without_files_everybody_types_a_name(tmp_path: Path) -> None:
    assert read(tmp_path, None, None) == SignIn("name")
    assert read(tmp_path, 'OPENAI_API_KEY = "k"\n', None).kind == "name"


def test_auth_and_roles_together_have_people_sign_in(tmp_path: Path) -> None:
    found = read(tmp_path, AUTH, ADMIN)
    assert found.kind == "oidc"
    assert found.auth is not None
    assert [provider.name for provider in found.auth.providers] == ["default"]
    assert found.auth.client_ids_of("default") == {"weighbridge"}
    assert found.auth.client_ids_of("other") == found.auth.client_ids_of(None) == frozenset()


def test_several_providers_have_names(tmp_path: Path) -> None:
    shared, _, own = AUTH.partition("client_id")
    found = read(tmp_path, f"{shared}[auth.one]\nclient_id{own}[auth.two]\nclient_id{own}client_kwargs = {{}}\n", ADMIN)
    assert found.auth is not None
    assert [provider.name for provider in found.auth.providers] == ["one", "two"]


def test_a_proxy_says_who_people_are(tmp_path: Path) -> None:
    assert read(tmp_path, None, ADMIN + PROXY).kind == "proxy"


@pytest.mark.parametrize(
    ("secrets", "roles", "sentence"),
    [
        ("[auth", ADMIN, r"secrets\.toml cannot be read .*not known whether people must sign in"),
        (AUTH, None, r"nobody has a role: .*roles\.toml is missing. Name an admin"),
        (AUTH, '[owner]\nemails = ["a@b"]\n', "gives nobody the role admin"),
        (AUTH, "[admin]\n", "gives nobody the role admin"),
        (AUTH, ADMIN + PROXY, "Only one of them can be right"),
        (None, ADMIN, "nothing says who people are"),
        ("auth = 1", ADMIN, r"auth must be a section"),
        (AUTH.replace("redirect_uri", "redirect"), ADMIN, r"\[auth\] has no redirect_uri"),
        (AUTH.replace("/oauth2callback", "/"), ADMIN, "must be the app's address with /oauth2callback"),
        (
            AUTH.replace("0123456789012345678901234567890123456789", "short"),
            ADMIN,
            "has 5 characters; 32 are the least",
        ),
        (AUTH.replace("client_secret", "secret"), ADMIN, r"\[auth\] has no client_secret"),
        (AUTH.replace("https://id.", "http://id."), ADMIN, "must begin with https://"),
        (AUTH.partition("client_id")[0], ADMIN, "names no identity provider"),
        (AUTH.partition("client_id")[0] + "[auth.one]\n", ADMIN, r"\[auth\.one\] has no client_id"),
    ],
)
def test_files_that_contradict_each_other_keep_the_app_from_starting(
    tmp_path: Path, secrets: str | None, roles: str | None, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        read(tmp_path, secrets, roles)


def test_a_provider_on_this_machine_needs_no_https(tmp_path: Path) -> None:
    assert read(tmp_path, AUTH.replace("https://id.example.com", "http://127.0.0.1:9"), ADMIN).kind == "oidc"


def test_without_authlib_nobody_could_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.people.secrets_file.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"Install it: pip install 'weighbridge\[auth\]'"):
        read(tmp_path, AUTH, ADMIN)


def test_roles_are_read_again_when_the_file_changes_and_nobody_has_one_without_it(tmp_path: Path) -> None:
    path = tmp_path / "roles.toml"
    path.write_text(ADMIN)
    current = CurrentRoles(path)
    first = current.now()
    assert current.now() is first
    path.write_text(ADMIN.replace("ann", "bob"))
    os.utime(path, ns=(1, 1))
    assert current.now() is not first
    path.unlink()
    with pytest.raises(ConfigError, match=r"roles\.toml is gone, so nobody has a role"):
        current.now()
