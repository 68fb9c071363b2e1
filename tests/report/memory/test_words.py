"""What a curve says in a sentence, and the results as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
import pytest

from compare.errors import ConfigError
from compare.probes.curves import curve_of, curves_of
from compare.probes.plant import PlantPlan, plant
from compare.probes.probe import Probe
from compare.ratings.crossover import find_crossover
from compare.records import Message
from compare.report.memory.crossing import in_words, votes_say
from compare.report.memory.export import as_csv, document
from compare.report.memory.words import finding, said_again
from compare.review.votes import Choice, cast
from compare.store import Store
from tests.probes.memories import ask, everything, last, logistic
from tests.review.conftest import Table, table

__all__ = ["table"]

PLANTING = plant(PlantPlan(lengths=(8, 16, 30, 50), types=("recall",)))


def test_a_whole_memory_and_a_step_are_told_in_a_sentence() -> None:
    assert finding(curve_of(ask(PLANTING, everything))) == "knew every fact, up to 48 messages back."
    assert (
        finding(curve_of(ask(PLANTING, last(7))))
        == "knew every fact up to 6 messages back, and none from 8 messages back on."
    )
    assert finding(curve_of(ask(PLANTING, last(1)))).startswith("knew none of the facts.")


def test_a_memory_that_fails_its_controls_says_so() -> None:
    assert "said again just before, it still passed only 0 %" in finding(curve_of(ask(PLANTING, last(1))))


def test_how_far_back_controls_say_the_fact_again_is_as_it_was_asked() -> None:
    assert said_again(ask(PLANTING, everything)) == "1 message back"
    assert said_again(ask(plant(PlantPlan(lengths=(16,))), everything)) == "1 or 2 messages back"
    own = plant(PlantPlan(lengths=(16,), types=("recall",), history="own"))
    assert said_again(ask(own, everything)) == "2 messages back"
    assert said_again(ask(plant(PlantPlan(lengths=(16,), controls=False)), everything)) == ""


def test_a_fading_memory_is_told_by_its_ends() -> None:
    planting = plant(PlantPlan(lengths=(8, 16, 30, 50), types=("recall",), sets=6, controls=False))
    told = finding(curve_of(ask(planting, logistic(4.0, 1.2, seed=1))))
    assert told.startswith("knew ")
    # Of facts 33 and more back it knew 20 %, of those 25-32 back 10 %: that is chance, and no dip.
    assert "20 % of those 33+ back; half is lost from " in told
    assert told.endswith(" messages back on.")


def test_what_is_kept_far_back_and_lost_between_is_told_as_a_dip() -> None:
    def ends(probe: Probe, messages: Sequence[Message]) -> list[Message]:
        return list(messages) if (probe.distance_messages or 0) not in range(9, 25) else []

    told = finding(curve_of(ask(PLANTING, ends)))
    assert told == ("knew 100 % of facts 1-4 messages back, 0 % of those 9-16 back, and again 100 % of those 33+ back.")


def test_the_table_has_a_row_for_every_probe_and_runs_nothing_in_a_spreadsheet() -> None:
    found = ask(PLANTING, everything)
    rows = list(csv.DictReader(io.StringIO(as_csv(found).decode("utf-8-sig"))))
    assert len(rows) == len(found)
    assert [row["passed"] for row in rows] == ["True"] * len(found)
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())
    assert as_csv([]) == b"\xef\xbb\xbf"


def test_the_document_holds_probes_curves_and_crossovers() -> None:
    found = [*ask(PLANTING, last(7), name="short"), *ask(PLANTING, everything, name="whole")]
    told = document("job", found, curves_of(found), "whole")
    assert list(told) == ["job_id", "probes", "curves", "crossovers", "handovers"]
    assert told["handovers"] == []
    assert len(told["probes"]) == len(found)
    assert list(told["curves"]) == ["short", "whole"]
    assert told["crossovers"]["short"]["rule"].startswith("thread_length > ")
    with pytest.raises(ConfigError, match="asked no probes"):
        document("job", found, curves_of(found), "nobody")


def test_votes_are_told_with_the_share_that_is_good_enough() -> None:
    lengths = np.repeat([4, 8, 16, 32, 64], 40)
    rng = np.random.default_rng(1)
    falling = (rng.random(200) < 1.1 - 0.17 * np.log2(lengths)).astype(np.float64)
    told = in_words(find_crossover(lengths, falling))
    assert told.startswith("good enough (45 % of votes or more, a tie counting half) in threads of up to ")
    assert "by 200 votes: thread_length > " in told
    always = in_words(find_crossover(lengths, (rng.random(200) < 0.7).astype(np.float64)))
    assert always.startswith(
        "good enough (45 % of votes or more, a tie counting half) in threads of every length voted on"
    )


def test_without_blind_votes_between_two_nothing_is_said_of_votes(store: Store) -> None:
    assert votes_say(store, "sim-lite", "sim-large") == ""


def test_votes_on_one_thread_length_say_that_they_cannot_tell(table: Table) -> None:
    for n in range(4):
        comparison = table.compare("sim-lite", "sim-large", blind=True)
        cast(table.store, comparison, table.store.rater("Ann"), Choice("best", n % 2), key=str(n))
    told = votes_say(table.store, "sim-lite", "sim-large")
    assert told.startswith("Blind votes: Not enough votes")
