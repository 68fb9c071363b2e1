"""How a selection of threads is written, in addresses and on the command line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import CompareError
from compare.threads.selection import Selection

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=12)
names = st.lists(words, max_size=3, unique=True).map(tuple)
lengths = st.one_of(
    st.just((None, None)),
    st.integers(1, 500).map(lambda low: (low, None)),
    st.integers(1, 500).map(lambda low: (low, low + 20)),
)


@given(words, names, names, names, lengths, st.sampled_from([None, True, False]), st.booleans())
def test_what_is_written_is_read_back(search, tags, workloads, sources, length, recorded, archived) -> None:
    selection = Selection(search, tags, workloads, sources, *length, recorded, archived)
    assert Selection.read(selection.written) == selection


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Selection()),
        ("tag:refund|tag:late", Selection(tags=("refund", "late"))),
        ("search: 50 %25 off %7C now ", Selection(search="50 % off | now")),
        ("messages:30", Selection(low=30, high=30)),
        ("messages:9-20", Selection(low=9, high=20)),
        ("messages:21+|recorded:no", Selection(low=21, recorded=False)),
        ("ids:a,b,,a", Selection(ids=("a", "b"))),
        (" | source:log.jsonl | ", Selection(sources=("log.jsonl",))),
    ],
)
def test_the_grammar(text: str, meant: Selection) -> None:
    assert Selection.read(text) == meant


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour:red", "holds 'colour:red'; a term is one of search, tag,"),
        ("refund", "holds 'refund'"),
        ("messages:many", 'written as "30", "9-20" or "21\\+", not \'many\''),
        ("recorded:perhaps", '"recorded" of a selection of threads is "yes" or "no", not \'perhaps\''),
    ],
)
def test_what_cannot_be_read_is_one_sentence(text: str, told: str) -> None:
    with pytest.raises(CompareError, match=told):
        Selection.read(text)
