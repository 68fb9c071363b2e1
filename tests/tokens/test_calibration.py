"""Calibration: what each model makes of our count, learned from its answers; odd counts are findings, never errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.cli.tokens import tokens as command
from compare.errors import CompareError
from compare.records import Answer, Candidate, Message, Thread
from compare.store import Store, open_store
from compare.tokens.calibration import (
    FLOOR_SHARE,
    FLOOR_TOKENS,
    SETTLED_AT,
    Calibration,
    Finding,
    Observation,
    calibrate,
    findings,
    fit,
)

COUNTED, REPORTED = 1024, 1302
"""The article's token_count_mismatch: expected 1024 got 1302."""


def answers(
    a: float, b: float = 4, c: float = 3, *, n: int = 20, noise: float = 0.0, model_id: str = "m", seed: int = 1
) -> list[Observation]:
    """Answers of one model on threads of 1 to 40 messages; `noise` is the relative deviation of its tokenizer."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        n_messages = int(rng.integers(1, 41))
        counted = int(n_messages * rng.integers(10, 120))
        reported = round(a * counted * (1 + noise * rng.standard_normal()) + b * n_messages + c)
        made.append(Observation(model_id, counted, n_messages, reported, answer_id=f"{model_id}-{i}"))
    return made


# --- the article's case -------------------------------------------------------------------------------------------


def test_1302_for_1024_is_expected_of_a_model_whose_answers_show_that_ratio() -> None:
    seen = [*answers(1.27, noise=0.02), Observation("m", COUNTED, 30, REPORTED)]
    model = fit(seen)
    band = model.expected(COUNTED, 1)
    assert band.low <= REPORTED <= band.high
    assert model.judge(seen[-1]) == "expected"
    assert findings({"m": model}, seen) == []


def test_1302_for_1024_is_a_finding_for_a_model_that_counts_as_we_do() -> None:
    seen = [*answers(1.0, noise=0.02), Observation("m", COUNTED, 30, REPORTED, answer_id="odd")]
    (found,) = findings(calibrate(seen), seen)
    assert found.observation.answer_id == "odd"
    assert found.band.high < REPORTED
    assert found.gap_percent == pytest.approx(27.15, abs=0.01)
    assert found.off_percent == pytest.approx((REPORTED / found.band.expected - 1) * 100)
    assert found.text == (
        f"m reported 1302 input tokens where 1024 were counted (+27.1 %); its other answers lead to expect "
        f"{found.band.low} to {found.band.high}."
    )


def test_the_finding_does_not_hide_itself_among_few_answers() -> None:
    """Least squares would be drawn towards it, and its own residual would widen the band."""
    seen = [*answers(1.0, n=SETTLED_AT - 1), Observation("m", COUNTED, 10, REPORTED, answer_id="odd")]
    assert [f.observation.answer_id for f in findings(calibrate(seen), seen)] == ["odd"]


def test_models_are_calibrated_apart() -> None:
    seen = [*answers(1.0, model_id="b"), *answers(1.3, model_id="a")]
    lines = calibrate(seen)
    assert list(lines) == ["a", "b"]
    assert lines["a"].a == pytest.approx(1.3, abs=0.01)
    assert lines["b"].a == pytest.approx(1.0, abs=0.01)


# --- the line -----------------------------------------------------------------------------------------------------


@given(st.floats(0.8, 1.8), st.floats(0, 10), st.floats(0, 120), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_exact_answers_give_their_line_back(a: float, b: float, c: float, seed: int) -> None:
    model = fit(answers(a, b, c, n=400, seed=seed))
    assert model.a == pytest.approx(a, abs=0.01)
    assert model.b == pytest.approx(b, abs=0.5)
    assert model.c == pytest.approx(c, abs=3)
    assert model.n == 400


def test_without_odd_answers_it_is_weighted_least_squares() -> None:
    seen = answers(1.2, 5, 8, n=5000, noise=0.001)
    x = np.array([(o.counted, o.n_messages, 1.0) for o in seen])
    unit = np.maximum(x[:, 0], 100)
    plain, *_ = np.linalg.lstsq(x / unit[:, None], np.array([o.reported for o in seen]) / unit)
    model = fit(seen)
    assert np.array([model.a, model.b, model.c]) == pytest.approx(plain, abs=0.2)


def test_a_hidden_prompt_is_learned_as_c() -> None:
    assert fit(answers(1.0, 3, 71, n=60, noise=0.01)).c == pytest.approx(71, abs=3)


def test_a_third_of_odd_answers_does_not_move_the_line() -> None:
    odd = [o._replace(reported=round(o.reported * 1.4)) for o in answers(1.0, n=30, seed=2)]
    model = fit([*answers(1.0, n=70, noise=0.01), *odd])
    assert model.a == pytest.approx(1.0, abs=0.04)
    assert len(findings({"m": model}, odd)) == 30


def test_residuals_are_told_as_a_share() -> None:
    assert fit(answers(1.2, n=2000, noise=0.03)).residual_sd == pytest.approx(1.2 * 0.03, abs=0.004)


def test_the_order_of_answers_does_not_matter() -> None:
    seen = answers(1.2, noise=0.05)
    one, other = fit(seen), fit(seen[::-1])
    assert (one.a, one.b, one.c) == pytest.approx((other.a, other.b, other.c))


# --- little or awkward data ---------------------------------------------------------------------------------------


def test_no_answer_gives_no_line() -> None:
    assert calibrate([]) == {}
    with pytest.raises(CompareError, match="at least one answer"):
        fit([])


def test_one_answer_gives_a_wide_band_around_it() -> None:
    model = fit([Observation("m", COUNTED, 10, REPORTED)])
    band = model.expected(COUNTED, 10)
    assert band.expected == pytest.approx(REPORTED, rel=0.03)
    assert band.low < 0.9 * REPORTED
    assert band.high > 1.1 * REPORTED
    assert not model.settled


def test_one_tiny_prompt_says_little_about_long_ones() -> None:
    """1 counted and 9 reported is framing, not a ratio of 9."""
    band = fit([Observation("m", 1, 1, 9)]).expected(10_000, 1)
    assert band.low < 10_000 < band.high < 25_000


def test_two_answers_that_disagree_widen_the_band() -> None:
    agree = fit([Observation("m", 1000, 10, 1040), Observation("m", 1000, 10, 1042)])
    differ = fit([Observation("m", 1000, 10, 1040), Observation("m", 1000, 10, 1500)])
    width = [b.high - b.low for b in (agree.expected(1000, 10), differ.expected(1000, 10))]
    assert width[1] > 1.5 * width[0]


def test_few_answers_are_never_findings() -> None:
    seen = [*answers(1.0, n=SETTLED_AT - 2), Observation("m", COUNTED, 30, 9000)]
    model = fit(seen)
    assert model.judge(seen[-1]) == "too few answers"
    assert findings({"m": model}, seen) == []


def test_equal_message_counts_still_predict_equal_message_counts() -> None:
    seen = [Observation("m", counted, 12, round(1.27 * counted + 5 * 12 + 3)) for counted in range(200, 2000, 100)]
    model = fit(seen)
    assert model.a == pytest.approx(1.27, abs=0.02)
    assert model.expected(COUNTED, 12).expected == pytest.approx(1.27 * COUNTED + 63, rel=0.005)


def test_counts_that_rise_together_still_predict_and_split_as_usual() -> None:
    seen = [Observation("m", 50 * n, n, round(1.2 * 50 * n + 4 * n + 3)) for n in range(1, 40)]
    model = fit(seen)
    assert model.expected(1000, 20).expected == pytest.approx(1.2 * 1000 + 83, rel=0.005)
    assert 0.9 < model.a < 1.4
    assert -4 < model.b < 12


def test_answers_that_are_all_the_same_predict_themselves() -> None:
    model = fit([Observation("m", 500, 7, 640)] * 50)
    assert model.expected(500, 7).expected == pytest.approx(640, abs=2)


_any = st.builds(Observation, st.just("m"), st.integers(0, 10**6), st.integers(0, 500), st.integers(0, 10**6))


@given(st.lists(_any, min_size=1, max_size=30), _any)
@settings(max_examples=200, deadline=None)
def test_whatever_was_stored_there_is_a_line_and_a_band(seen: list[Observation], asked: Observation) -> None:
    model = fit(seen)
    band = model.expected(asked.counted, asked.n_messages)
    assert np.isfinite([model.a, model.b, model.c, model.residual_sd]).all()
    assert 0 <= band.low <= band.expected <= band.high
    assert band.high - band.low >= FLOOR_TOKENS
    for found in findings({"m": model}, [*seen, asked]):
        json.dumps(found.to_json())
    json.dumps(model.to_json())


# --- the band -----------------------------------------------------------------------------------------------------


def test_the_band_is_never_narrower_than_its_floor() -> None:
    model = fit(answers(1.0, n=3000))
    band = model.expected(10_000, 20)
    assert band.high - band.expected == pytest.approx(FLOOR_SHARE * band.expected, abs=1)
    short = model.expected(5, 1)
    assert short.high - short.expected == FLOOR_TOKENS


def test_a_noisy_tokenizer_has_a_wide_band_that_holds_its_own_answers() -> None:
    seen = answers(1.3, n=400, noise=0.08)
    model = fit(seen)
    new = answers(1.3, n=1000, noise=0.08, seed=9)
    band = model.expected(5000, 20)
    assert (band.high - band.low) / band.expected > 0.4
    assert len(findings({"m": model}, new)) <= 10  # three standard deviations: about 3 in 1000


def test_the_furthest_off_comes_first_and_unknown_models_have_no_findings() -> None:
    seen = answers(1.0)
    odd = [Observation("m", 1000, 10, reported) for reported in (1300, 2000, 500)]
    found = findings(calibrate(seen), [*odd, Observation("other", 1000, 10, 9000)])
    assert [f.observation.reported for f in found] == [2000, 500, 1300]


def test_a_prompt_of_which_nothing_was_counted_has_no_percentage() -> None:
    (found,) = findings(calibrate(answers(1.0)), [Observation("m", 0, 1, 500)])
    assert isinstance(found, Finding)
    assert found.gap_percent is None
    assert "where 0 were counted; its" in found.text


# --- the command line ---------------------------------------------------------------------------------------------


def stored(store: Store, seen: list[Observation], *, in_reported: bool = True) -> None:
    """The observations as answers in the database."""
    leaf = store.thread(store.save_thread(Thread((Message("user", "Fare?"),))).id).messages[-1].id
    for i, o in enumerate(seen):
        candidate_id = store.save_candidate(Candidate(o.model_id, simulated=o.model_id == "longer"))
        store.save_answer(
            Answer(
                id=f"{o.model_id}-{in_reported}-{i}",
                candidate_id=candidate_id,
                prompt_leaf_id=leaf,
                turn=1,
                n_messages=o.n_messages,
                history="fixed",
                origin="live",
                status="done",
                finish="stop",
                text="417 dollars",
                in_reported=o.reported if in_reported else None,
                in_counted=o.counted,
            )
        )


@pytest.fixture
def database(tmp_path: Path) -> Store:
    """Two models' answers: one counts as we do and has the article's odd one, one is a third longer."""
    store = open_store(tmp_path / "weighbridge.db")
    stored(store, [*answers(1.0, model_id="alike"), Observation("alike", COUNTED, 30, REPORTED)])
    stored(store, [*answers(1.27, model_id="longer"), Observation("longer", COUNTED, 1, REPORTED)])
    stored(store, answers(1.0, model_id="silent", n=2), in_reported=False)
    store.close()
    return store


@pytest.mark.usefixtures("database")
def test_the_command_prints_every_model_with_its_findings() -> None:
    result = CliRunner().invoke(command, ["calibration", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    alike, longer = document["models"]
    assert set(alike) == {"model_id", "a", "b", "c", "n", "settled", "residual_sd", "band", "simulated", "findings"}
    assert (alike["model_id"], alike["n"], longer["model_id"], longer["n"]) == ("alike", 21, "longer", 21)
    assert alike["a"] == pytest.approx(1.0, abs=0.02)
    assert longer["a"] == pytest.approx(1.27, abs=0.02)
    assert alike["band"]["low"] < alike["band"]["expected"] < alike["band"]["high"]
    (finding,) = alike["findings"]
    assert (finding["counted"], finding["reported"]) == (COUNTED, REPORTED)
    assert finding["gap_percent"] == pytest.approx(27.15, abs=0.01)
    assert finding["candidate_id"] == Candidate("alike").id
    assert longer["findings"] == []
    assert (alike["simulated"], longer["simulated"]) == (False, True)
    assert (document["answers"], document["answers_without_both_numbers"]) == (42, 2)


@pytest.mark.usefixtures("database")
def test_the_command_says_it_in_words_too() -> None:
    result = CliRunner().invoke(command, ["calibration"])
    assert result.exit_code == 0, result.output
    assert "alike reported 1302 input tokens where 1024 were counted (+27.1 %)" in result.stdout
    assert "longer (simulated)  21" in result.stdout
    assert "longer reported" not in result.stdout
    assert "2 answers are left out" in result.stderr


def test_the_command_without_answers_says_what_to_do() -> None:
    result = CliRunner().invoke(command, ["calibration"])
    assert result.exit_code == 0
    assert "Run some: weighbridge run" in result.stderr
    empty = CliRunner().invoke(command, ["calibration", "--json"])
    assert json.loads(empty.stdout)["models"] == []


def test_the_values_are_plain() -> None:
    model = fit(answers(1.0))
    assert isinstance(model, Calibration)
    assert all(type(value) is float for value in (model.a, model.b, model.c, model.residual_sd))
