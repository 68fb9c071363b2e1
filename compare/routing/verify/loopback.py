"""Ports of this machine alone."""

from __future__ import annotations

import errno
import socket

from compare.errors import CompareError


def bind(port: int) -> socket.socket:
    """A socket on a loopback port, not yet listening: connections to it are refused. 0 takes a free port."""
    # The protocol is named because asyncio switches Nagle's delay off only for sockets that name it.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def free_port() -> int:
    """A port that nobody listens on now, for a gateway that must be told one."""
    with bind(0) as bound:
        return int(bound.getsockname()[1])


def must_be_alone(name: str, port: int) -> None:
    """Make sure that a server listens on 127.0.0.1 and on no other address of this machine.

    Raises:
        CompareError: it can be reached from elsewhere.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        try:
            # Taken only by a server that listens on every address, since nobody else was told the port.
            other.bind(("127.0.0.2", port))
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                raise CompareError(
                    f"{name} listens on every address of this machine, not on 127.0.0.1:{port} alone; it was ended."
                ) from exc


__all__ = ["bind", "free_port", "must_be_alone"]
