"""Values get numbers in order of first appearance, whether they are looked up or added unseen."""

from __future__ import annotations

import random

from compare.report.results.coder import Coder


def test_values_are_numbered_as_they_first_appear() -> None:
    coder = Coder()
    assert coder.codes(["b", None, "b", 1]).tolist() == [0, 1, 0, 2]
    assert coder.codes([1, "a"]).tolist() == [2, 3]
    assert list(coder.values()) == ["b", None, 1, "a"]


def test_values_that_were_added_unseen_are_found_the_first_second_and_third_time() -> None:
    coder = Coder()
    coder.add(["a", "b", "c"])
    assert coder.codes(["x", "b"]).tolist() == [3, 1]
    assert coder.codes(["c", "y", "x"]).tolist() == [2, 4, 3]
    assert coder.codes(["a", "y", "z"]).tolist() == [0, 4, 5]
    assert list(coder.values()) == ["a", "b", "c", "x", "y", "z"]


def test_values_may_be_added_after_others_were_looked_up() -> None:
    coder = Coder()
    coder.codes(["a"])
    coder.add(["b"])
    coder.add(["c"])
    assert coder.codes(["d", "c", "a"]).tolist() == [3, 2, 0]
    coder.add(["e"])
    assert coder.codes(["f", "e", "b"]).tolist() == [5, 4, 1]
    assert list(coder.values()) == ["a", "b", "c", "d", "e", "f"]


def test_any_order_of_adding_and_looking_up_gives_each_value_its_own_number() -> None:
    draw = random.Random(1)
    for _ in range(50):
        coder, fresh = Coder(), iter(range(1000))
        for _ in range(20):
            if draw.random() < 0.5:
                coder.add([next(fresh) for _ in range(draw.randrange(5))])
            else:
                known = list(coder.values())
                asked = [*draw.choices(known, k=3), *(next(fresh) for _ in range(2))] if known else [next(fresh)]
                assert [coder.values()[number] for number in coder.codes(asked).tolist()] == asked
        assert len(set(coder.values())) == len(coder.values())
