from __future__ import annotations

from pathlib import Path

import pytest

from compare.errors import ConfigError
from compare.people.identity import Identity
from compare.people.roles import EVERY_ROLE, up_to
from compare.people.roles_file import EXAMPLE, PROXY_EXAMPLE, parse_roles_file, read_roles_file


def somebody(email: str | None = None, *groups: str) -> Identity:
    return Identity("https://id.example.com", "u-1", email or "Somebody", email, frozenset(groups))


def test_the_example_of_the_docs_gives_what_it_says() -> None:
    rules = parse_roles_file(EXAMPLE + PROXY_EXAMPLE)
    assert rules.roles_of(somebody("ann@example.com")) == EVERY_ROLE
    assert rules.roles_of(somebody(None, "evaluation")) == up_to("owner") == {"rater", "owner"}
    assert rules.roles_of(somebody()) == up_to("rater") == {"rater"}
    assert rules.proxy is not None
    assert rules.proxy.trusts("127.0.0.1")


def test_only_those_who_are_named_have_a_role_unless_everyone_has_one() -> None:
    rules = parse_roles_file('[rater]\nemails = ["@raters.example.com"]\n')
    assert rules.roles_of(somebody("rob@raters.example.com")) == {"rater"}
    assert rules.roles_of(somebody("rob@example.com")) == frozenset()
    assert rules.roles_of(somebody("rob@raters.example.com.evil.example")) == frozenset()
    assert rules.roles_of(somebody(None)) == frozenset()


def test_addresses_are_compared_without_regard_to_case_and_groups_exactly() -> None:
    rules = parse_roles_file('[owner]\nemails = ["Ann@Example.com"]\ngroups = ["Evaluation"]\n')
    assert "owner" in rules.roles_of(somebody("ann@example.com"))
    assert rules.roles_of(somebody(None, "evaluation")) == frozenset()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[admin", "this is no TOML"),
        ("[boss]", r"the file has boss, which means nothing here. Known: everyone, .*admin"),
        ('[admin]\nmail = ["a@b"]', r"\[admin\] has mail, which means nothing here. Known: emails, groups"),
        ('[admin]\nemails = "a@b"', r"""emails in \[admin\] is 'a@b'; it must be a list: \["one", "two"\]"""),
        ('[admin]\nemails = ["ann"]', r'"ann" in \[admin\] is no e-mail address'),
        ('[admin]\nemails = [""]', "must be a text in quotes"),
        ("[admin]\ngroups = [7]", r"one of the groups in \[admin\] is 7"),
        ('admin = "ann"', r"admin is 'ann'; it must be a section"),
        ('everyone = "boss"', "everyone is 'boss'; it must be one of rater, owner, admin, or be left out"),
        ("hours = 0", "hours is 0; it must be a number above 0 and at most 720"),
        ("hours = true", "hours is True"),
        ("emails_are_verified = 1", "emails_are_verified is 1; it must be true or false"),
        ("groups_claim = 3", "groups_claim is 3; it must be a text"),
        ("[proxy]", r"\[proxy\] names no address"),
        ('[proxy]\naddresses = ["proxy.local"]', r'"proxy.local" in \[proxy\] is no address'),
        ('[proxy]\naddresses = ["0.0.0.0/0"]', "trusts every address there is"),
        ('[proxy]\naddresses = ["::/0"]', "trusts every address there is"),
        (
            '[proxy]\naddresses = ["10.0.0.1"]\nuser = "X User"',
            r'"X User" \(user in \[proxy\]\) is no name of a header',
        ),
        ('[proxy]\naddresses = ["10.0.0.1"]\nuser = ""', r"user in \[proxy\] is ''"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        parse_roles_file(text)


def test_a_file_that_is_not_there_is_none_and_one_that_is_no_text_names_itself(tmp_path: Path) -> None:
    assert read_roles_file(tmp_path / "roles.toml") is None
    (tmp_path / "roles.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"roles\.toml cannot be read"):
        read_roles_file(tmp_path / "roles.toml")


def test_a_header_that_the_proxy_does_not_send_can_be_left_out() -> None:
    rules = parse_roles_file('[proxy]\naddresses = ["10.0.0.1"]\nemail = ""\ngroups = ""\n')
    assert rules.proxy is not None
    assert (rules.proxy.user, rules.proxy.email, rules.proxy.groups) == ("X-Forwarded-User", None, None)
