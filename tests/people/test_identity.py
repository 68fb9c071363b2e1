from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from compare.errors import SignInError
from compare.people.identity import Identity, check_signed, identity_of_claims

NOW = 1_800_000_000.0
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example.com", "sub": "u-1", "aud": "weighbridge", "iat": NOW - 60, "name": "Ann Lee",
    "email": "Ann@Example.com", "email_verified": True, "groups": ["evaluation"],
}  # fmt: skip


def who(*, groups_claim: str = "groups", emails_are_verified: bool = False, **claims: Any) -> Identity:
    return identity_of_claims(
        {**CLAIMS, **claims}, client_ids={"weighbridge"}, groups_claim=groups_claim,
        emails_are_verified=emails_are_verified, max_age_s=3600.0, now_s=NOW,
    )  # fmt: skip


def test_issuer_and_subject_are_the_identity_and_the_verified_address_is_the_name() -> None:
    assert who() == Identity(
        "https://id.example.com", "u-1", "ann@example.com", "ann@example.com", frozenset({"evaluation"})
    )
    assert who(name="Anna", email="anna@example.com").key == who().key
    assert who(iss="https://other.example.com").key != who().key


@pytest.mark.parametrize("verified", [False, None, "false", 0, "yes"])
def test_an_address_that_nobody_verified_is_nobodys(verified: object) -> None:
    found = who(email_verified=verified)
    assert (found.name, found.email) == ("Ann Lee", None)


def test_a_provider_that_never_says_verified_can_be_believed_all_the_same() -> None:
    unsaid = {name: value for name, value in CLAIMS.items() if name != "email_verified"}
    read = {"client_ids": {"weighbridge"}, "groups_claim": "groups", "max_age_s": 3600.0, "now_s": NOW}
    assert identity_of_claims(unsaid, emails_are_verified=True, **read).email == "ann@example.com"
    assert identity_of_claims(unsaid, emails_are_verified=False, **read).email is None
    assert who(email_verified=False, emails_are_verified=True).email is None


def test_a_name_of_ones_own_choosing_cannot_pass_for_an_address() -> None:
    assert who(email=None, name="boss@example.com").name == "boss at example.com"
    assert who(email=None, name=None, preferred_username="  ann \n lee ").name == "ann lee"
    assert who(email=None, name=None).name == "u-1"


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"sub": ""}, "no iss or no sub"),
        ({"iss": None}, "no iss or no sub"),
        ({"sub": 7}, "no iss or no sub"),
        ({"aud": "another"}, r"made out for another, not for this app \(weighbridge\)"),
        ({"aud": ["a", "b"]}, "made out for a, b, not for this app"),
        ({"aud": [{"weighbridge": 1}]}, "made out for nobody"),
        ({"aud": None}, "made out for nobody"),
        ({"iat": NOW - 3601}, "it lasts 1 hours"),
        ({"iat": NOW + 301}, "lies in the future"),
        ({"iat": "now"}, "does not say when it was made"),
        ({"iat": True}, "does not say when it was made"),
    ],
)
def test_claims_that_do_not_hold_here_are_refused(claims: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SignInError, match=sentence):
        who(**claims)


def test_one_of_several_audiences_may_be_this_app() -> None:
    assert who(aud=["another", "weighbridge"]).subject == "u-1"


@pytest.mark.parametrize(
    ("claims", "name", "groups"),
    [
        ({"groups": "one"}, "groups", {"one"}),
        ({"groups": ["one", 2, "two"]}, "groups", {"one", "two"}),
        ({"groups": {"one": 1}}, "groups", set()),
        ({"realm_access": {"roles": ["one"]}}, "realm_access.roles", {"one"}),
        ({"https://example.com/roles": ["one"]}, "https://example.com/roles", {"one"}),
        ({}, "roles", set()),
    ],
)
def test_groups_are_read_from_the_claim_that_is_named(claims: dict[str, Any], name: str, groups: set[str]) -> None:
    assert who(groups_claim=name, **claims).groups == groups


def token(algorithm: str = "RS256", seal: str = "sealed", **claims: Any) -> str:
    parts = (json.dumps({"alg": algorithm}), json.dumps({**CLAIMS, **claims}), seal)
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("algorithm", ["RS256", "PS512", "ES256", "EdDSA", "Ed25519"])
def test_a_signed_token_stands_for_its_own_claims(algorithm: str) -> None:
    check_signed(token(algorithm), CLAIMS)


@pytest.mark.parametrize(
    ("id_token", "sentence"),
    [
        (token("none", ""), r"not signed by its provider \(algorithm none\)"),
        (token("RS256", ""), "not signed by its provider"),
        (token("HS256"), r"algorithm HS256"),
        (token(sub="u-2"), "two different people's"),
        (token(iat=NOW - 61), "two different people's"),
        (None, "without a token that can be read"),
        ("a.b", "without a token that can be read"),
        ("a.b.c.d", "without a token that can be read"),
    ],
)
def test_a_token_that_proves_nothing_is_refused(id_token: str | None, sentence: str) -> None:
    with pytest.raises(SignInError, match=sentence):
        check_signed(id_token, CLAIMS)
