"""Reading an address: whatever somebody typed there, it is understood as far as it can be."""

from __future__ import annotations

import pytest
import streamlit as st

from compare.ui import address as addresses
from compare.ui.address import Address


@pytest.mark.parametrize(
    ("params", "address"),
    [
        ({}, Address()),
        ({"run": ["x"], "thread": ["t"], "models": ["a"]}, Address(run="x")),
        ({"run": [""], "thread": ["t"]}, Address(thread="t")),
        # A thread alone leaves the other choices as they are; models make the choice whole.
        ({"thread": ["t"]}, Address(thread="t")),
        ({"thread": ["t"], "blind": ["1"]}, Address(thread="t", blind=True)),
        ({"models": ["a,b"]}, Address(models=("a", "b"), blind=False, repeat=1)),
        ({"models": ["a", " b , a,,"], "blind": ["true"]}, Address(models=("a", "b"), blind=True, repeat=1)),
        ({"models": [""]}, Address(models=(), blind=False, repeat=1)),
        ({"repeat": ["3"]}, Address(repeat=3)),
        ({"repeat": ["-3"]}, Address()),
        ({"repeat": ["9" * 5000], "models": ["a"]}, Address(models=("a",), blind=False, repeat=1)),
        ({"repeat": ["\u0663"]}, Address()),
    ],
)
def test_what_an_address_asks_for(params: dict[str, list[str]], address: Address) -> None:
    assert Address.read(params) == address


@pytest.mark.parametrize(
    "address",
    [Address(), Address(run="x"), Address(thread="t", models=("a", "b"), blind=True, repeat=2),
     Address(models=("a",), blind=False, repeat=1)],
)  # fmt: skip
def test_what_is_written_is_read_again(address: Address) -> None:
    assert Address.read({key: [value] for key, value in address.params.items()}) == address


def test_two_ways_of_writing_the_same_are_the_same() -> None:
    one, other = {"models": ["a,b"], "repeat": ["1"]}, {"blind": ["0"], "models": ["a", "b"]}
    assert Address.read(one).canonical == Address.read(other).canonical


class _InterruptedError(Exception):
    """What Streamlit raises inside a drawing of the page when a click asks for the next."""


class _Bar(dict[str, list[str]]):
    """An address bar: the browser has the new address when the drawing that sent it ends."""

    def get_all(self, key: str) -> list[str]:
        return self.get(key, [])

    def from_dict(self, params: dict[str, str]) -> None:
        self.clear()
        self.update({key: [value] for key, value in params.items()})
        raise _InterruptedError


def test_an_address_is_no_news_where_a_click_came_while_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "query_params", _Bar())
    monkeypatch.setattr(st, "session_state", {})
    with pytest.raises(_InterruptedError):
        addresses.write(Address(run="x"))
    assert addresses.current() == Address(run="x")
    assert addresses.news() is None
