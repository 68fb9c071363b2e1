from __future__ import annotations

import ipaddress

import pytest

from compare.errors import SignInError
from compare.people.proxy import Proxy

PROXY = Proxy((ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("::1")))


@pytest.mark.parametrize("address", ["10.0.0.1", "10.0.0.255", "::1", "::ffff:10.0.0.7"])
def test_the_proxys_own_addresses_are_trusted(address: str) -> None:
    assert PROXY.trusts(address)


@pytest.mark.parametrize("address", ["10.0.1.1", "127.0.0.1", "::2", "::ffff:10.0.1.7", "", None, "testclient"])
def test_no_other_address_is(address: str | None) -> None:
    assert not PROXY.trusts(address)


def test_headers_say_who_asks() -> None:
    found = PROXY.identity(
        [("x-forwarded-user", " u-7 "), ("X-Forwarded-Email", "Ann@Example.com"), ("x-forwarded-groups", "a, b ,,c d")]
    )
    assert (found.issuer, found.subject, found.name, found.email) == ("proxy", "u-7", *2 * ("ann@example.com",))
    assert found.groups == {"a", "b", "c d"}
    assert PROXY.identity([("x-forwarded-user", "u-7")]).name == "u-7"


def test_a_name_in_utf_8_is_read_as_such() -> None:
    assert PROXY.identity([("x-forwarded-user", "Ren\u00e9".encode().decode("latin-1"))]).name == "Ren\u00e9"
    assert PROXY.identity([("x-forwarded-user", "Ren\u00e9")]).name == "Ren\u00e9"


@pytest.mark.parametrize("header", ["x-forwarded-user", "x-forwarded-email", "x-forwarded-groups"])
def test_a_header_that_came_twice_was_not_written_by_the_proxy_alone(header: str) -> None:
    twice = [(header, "a"), (header.upper(), "b")]
    others = [] if header == "x-forwarded-user" else [("x-forwarded-user", "u-7")]
    with pytest.raises(SignInError, match="came 2 times"):
        PROXY.identity(others + twice)


def test_nobody_is_named_by_an_empty_header() -> None:
    with pytest.raises(SignInError, match="X-Forwarded-User is missing"):
        PROXY.identity([("x-forwarded-user", "  "), ("x-forwarded-email", "ann@example.com")])
