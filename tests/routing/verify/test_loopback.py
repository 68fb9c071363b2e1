"""A gateway that can be reached from elsewhere is found out; a bound port that does not listen refuses."""

from __future__ import annotations

import socket

import pytest

from compare.errors import CompareError
from compare.routing.verify.loopback import bind, free_port, must_be_alone


def test_a_server_on_loopback_alone_is_fine() -> None:
    with bind(0) as server:
        server.listen()
        must_be_alone("Portkey", server.getsockname()[1])


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_a_server_on_every_address_is_refused(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.bind((address, 0))
        server.listen()
        port = server.getsockname()[1]
        with pytest.raises(CompareError, match=rf"^Portkey listens on every address .*127\.0\.0\.1:{port} alone"):
            must_be_alone("Portkey", port)


def test_a_bound_port_that_does_not_listen_refuses_connections() -> None:
    with bind(0) as bound, socket.socket() as client:
        assert client.connect_ex(bound.getsockname()) != 0


def test_a_free_port_can_be_taken() -> None:
    with bind(free_port()) as taken:
        assert taken.getsockname()[0] == "127.0.0.1"
