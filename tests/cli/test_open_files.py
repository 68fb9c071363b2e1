"""The limit of open files follows the number of connections that are wanted."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from compare.cli.open_files import allow_connections
from compare.errors import ConfigError


@pytest.fixture
def low_limit() -> Iterator[int]:
    """A soft limit of 600; gives the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (600, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_limit_that_is_too_low_is_raised_as_far_as_needed(low_limit: int) -> None:
    allow_connections(1000)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (1100, low_limit)


def test_a_limit_that_is_high_enough_is_left_alone(low_limit: int) -> None:
    allow_connections(500)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (600, low_limit)


def test_more_than_the_system_allows_is_refused_with_both_numbers(
    low_limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (600, 1024))
    with pytest.raises(ConfigError, match="hold 1,024 open files; 2,000 connections need 2,100"):
        allow_connections(2000)
