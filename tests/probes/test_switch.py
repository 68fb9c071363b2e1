"""What a handover loses, in words: gains are called so, and few probes give no interval."""

from __future__ import annotations

import numpy as np
import pytest

from compare.probes.switch import FEWEST, SwitchLoss
from compare.ratings.paired import paired_difference


def loss(without: list[bool], handed: list[bool]) -> SwitchLoss:
    thread = np.arange(len(without), dtype=np.int64)
    recall = paired_difference(np.array(without, dtype=np.bool_), np.array(handed, dtype=np.bool_), [thread])
    return SwitchLoss("a then b", "a", "b", 3, "before", "b", recall, len(without))


def test_more_recall_with_the_handover_is_a_gain_with_an_interval_of_its_own_sign() -> None:
    lost, gained = (
        loss([True] * 8 + [False] * 2, [True] * 4 + [False] * 6),
        loss([True] * 4 + [False] * 6, [True] * 8 + [False] * 2),
    )
    assert (lost.word, gained.word) == ("loss", "gain")
    assert lost.interval is not None
    assert lost.interval == pytest.approx(gained.interval)
    assert lost.interval[0] <= 0.4 <= lost.interval[1]
    assert "a loss of 40 points (95 % from " in lost.sentence()
    assert "a gain of 40 points (95 % from " in gained.sentence()


def test_too_few_probes_give_no_interval_in_words_but_keep_it_in_files() -> None:
    one = loss([True] * (FEWEST - 1), [True] * (FEWEST - 1))
    assert one.interval is None
    assert one.sentence().endswith("a loss of 0 points (too few for an interval; 4 probes).")
    assert one.to_json()["ci_low"] is not None
    assert loss([True] * FEWEST, [True] * FEWEST).interval is not None
