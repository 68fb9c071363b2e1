"""What candidates are called, and one choice of settings for several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compare.providers.quirks import Change, Learned
from compare.records import Candidate, ModelSpec, Settings
from compare.ui.playground.variants import is_plain, key_of, label, read, same_for_all, written

LITE = ModelSpec("lite", "gemini", "http://127.0.0.1:1", "lite-1", label="Lite", max_output_tokens=4096)
FLASH = ModelSpec("flash", "openai-responses", "http://127.0.0.1:2", "flash-1", label="Flash")
MODELS = {"lite": LITE, "flash": FLASH}
LONG = "Answer in one sentence and name the message that it rests on."


@pytest.mark.parametrize(
    ("candidate", "called"),
    [
        (Candidate("lite"), "Lite"),
        (Candidate("lite", Settings(temperature=0.2), "last:12"), "Lite (temperature 0.2, last:12)"),
        (Candidate("lite", Settings(max_output_tokens=1500, reasoning_effort="low")), "Lite (max 1,500, effort low)"),
        (Candidate("lite", Settings(stop=("\n\n",))), r'Lite (stop "\n\n")'),
        (Candidate("lite", Settings(stop=("A", "B"))), "Lite (2 stops)"),
        (Candidate("lite", Settings(system_prompt=LONG)), 'Lite (system "Answer in one sentenc...")'),
        (Candidate("lite", preparation="clean@1", fallback="flash"), "Lite (clean@1, else flash)"),
    ],
)
def test_a_label_tells_briefly_what_is_different(candidate: Candidate, called: str) -> None:
    assert label(candidate, LITE) == called


def test_a_plain_candidate_stands_in_the_choice_by_its_model() -> None:
    plain, other = Candidate("lite", label="Any"), Candidate("lite", Settings(temperature=0.0))
    assert (is_plain(plain), key_of(plain)) == (True, "lite")
    assert (is_plain(other), key_of(other)) == (False, other.id)


@pytest.mark.parametrize("stop", ["END", "\n\n", "a\tb", "\\n", "\\\n", "\\\\n\\"])
def test_a_stop_sequence_is_read_as_it_is_written(stop: str) -> None:
    assert read(written(stop)) == stop
    assert "\n" not in written(stop)


def test_all_get_the_same_and_each_keeps_its_model_and_fallback() -> None:
    chosen = [Candidate("lite", fallback="flash"), Candidate("flash", Settings("Old."), "full")]
    pattern = Candidate("lite", Settings("New.", 0.3), "last:4", "clean@1", fallback="other")
    made = same_for_all(chosen, pattern, MODELS, Learned())
    assert [(one.model_id, one.fallback) for one in made.candidates] == [("lite", "flash"), ("flash", "")]
    assert {(one.settings, one.context_policy, one.preparation) for one in made.candidates} == {
        (pattern.settings, "last:4", "clean@1")
    }
    assert (made.left_out, made.n_merged) == ((), 0)
    assert made.candidates[1].label == 'Flash (system "New.", temperature 0.3, last:4, clean@1)'


def test_what_one_does_not_take_is_left_out_for_it_alone_and_said() -> None:
    learned = Learned()
    learned.remember(FLASH.base_url, FLASH.model, Change("temperature", None))
    pattern = Candidate("lite", Settings(temperature=0.3, max_output_tokens=5000, stop=("END",)))
    made = same_for_all([Candidate("lite"), Candidate("flash")], pattern, MODELS, learned)
    assert [one.settings for one in made.candidates] == [
        replace(pattern.settings, max_output_tokens=None),
        Settings(max_output_tokens=5000),
    ]
    assert [sentence.split(". ")[0] for sentence in made.left_out] == [
        "Lite goes without the max output tokens",
        "Flash goes without the temperature",
        "Flash goes without the stop sequences",
    ]


def test_two_that_become_the_same_are_one() -> None:
    chosen = [Candidate("lite"), Candidate("flash"), Candidate("lite", Settings(temperature=0.9))]
    made = same_for_all(chosen, Candidate("lite", Settings(temperature=0.1)), MODELS, Learned())
    assert [one.model_id for one in made.candidates] == ["lite", "flash"]
    assert made.n_merged == 1
