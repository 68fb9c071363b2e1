"""One call for any form, quick also where a comparison is large."""

from __future__ import annotations

import json
import time

import pytest

from compare.errors import NotFoundError
from compare.records import Candidate
from compare.report.comparison.export import FORMS, Form, export
from tests.report.comparison.conftest import EMPTY, MEASURED, Shelf

PARAGRAPH = "The **fare** to Rome is `13.5%` higher, and the refund of order 4417 takes eleven days in all cases.\n\n"
ANSWER = PARAGRAPH * 160 + "```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
"""About 4,000 tokens."""


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_utf_8_and_names_the_run(shelf: Shelf, form: Form) -> None:
    shelf.compare(shelf.thread("Wo ist die K\u00e4sereibe?"), Candidate("a"), Candidate("b"))
    written = export(shelf.store, EMPTY, "run-1", form).decode()
    assert "K\u00e4sereibe" in written
    assert "run-1" in written
    if form == "json":
        assert json.loads(written)["comparison"]["id"] == "run-1"


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_comparison_is_told(shelf: Shelf, form: Form) -> None:
    with pytest.raises(NotFoundError, match="weighbridge comparison list"):
        export(shelf.store, EMPTY, "nowhere", form)


@pytest.mark.parametrize("form", FORMS)
def test_two_hundred_messages_and_eight_long_answers_take_under_two_seconds(shelf: Shelf, form: Form) -> None:
    thread = shelf.thread(*[f"{PARAGRAPH * 4}Message {n}." for n in range(199)])
    comparison = shelf.compare(thread, *[Candidate(f"model-{n}") for n in range(8)])
    for slot in comparison.current:
        shelf.answer(slot, f"{slot.slot}\n\n{ANSWER}", **MEASURED)
    began = time.process_time()
    written = export(shelf.store, EMPTY, "run-1", form)
    # The process's own time: other programs on the machine must not decide.
    assert time.process_time() - began < 2.0
    assert written.count(b"eleven days") == 199 * 4 + 8 * 160
