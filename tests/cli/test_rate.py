"""`rate`: the leaderboard of the Results page, for scripts and terminals."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.ratings.votes_file import read_votes
from compare.report.votes import VoteKind, leaderboard, votes_of
from compare.store import Store
from tests.cli.command import weighbridge
from tests.cli.conftest import N_VOTES


def test_stored_votes_give_the_ratings_of_the_results_page(voted: Store) -> None:
    found = weighbridge("rate", "--json").document
    page = leaderboard(votes_of(voted, VoteKind(False, "fixed")))
    assert found["models"] == [model.to_json() for model in page.models]
    assert found["method"]["cluster"] == ["ballot_id"]
    best, other = found["models"]
    assert (best["model"], best["rank"], best["n_votes"]) == ("sim-large", 1, N_VOTES)
    assert best["ci_low"] < best["rating"] < best["ci_high"]
    assert best["rating"] + other["rating"] == pytest.approx(2000)


@pytest.mark.usefixtures("voted")
def test_a_terminal_gets_a_table() -> None:
    header, best, other = weighbridge("rate").out.splitlines()
    assert header.split() == ["rank", "candidate", "rating", "95", "%", "interval", "votes", "both", "bad", "note"]
    assert best.startswith("1     sim-large")
    assert other.startswith("2     sim-lite")


@pytest.mark.usefixtures("voted")
def test_every_value_of_a_column_gets_a_leaderboard() -> None:
    groups = weighbridge("rate", "--by", "rater", "--json").document["groups"]
    assert set(groups) == {f"Rater {n}" for n in range(10)}
    assert all(group["models"][0]["n_votes"] == N_VOTES / 10 for group in groups.values())
    assert "\nrater = Rater 3\n" in weighbridge("rate", "--by", "rater").out


def test_clusters_are_columns_and_rater_stands_for_the_column_that_names_raters(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    rows = [f"p,q,model_{'b' if n % 3 else 'a'},judge {n % 7}" for n in range(70)]
    path.write_text("model_a,model_b,winner,judge\n" + "\n".join(rows) + "\n")
    given = ("rate", "--votes", path, "--json")
    by_judge = weighbridge(*given, "--rater", "judge", "--cluster", "rater").document
    assert by_judge["method"]["cluster"] == ["judge"]
    assert by_judge["method"]["n_clusters"] == [7]
    independent = weighbridge(*given, "--cluster", "none").document
    assert independent == weighbridge(*given).document
    assert independent["method"]["cluster"] == []
    assert independent["models"][0]["se"] != by_judge["models"][0]["se"]
    with path.open(newline="") as lines:
        assert len(read_votes(lines).votes) == independent["models"][0]["n_votes"]


@pytest.mark.usefixtures("voted")
def test_a_prior_draws_ratings_together() -> None:
    plain, drawn = (weighbridge("rate", "--prior", prior, "--json").document["models"] for prior in (0, 50))
    assert 1000 < drawn[0]["rating"] < plain[0]["rating"]


@pytest.mark.usefixtures("voted")
def test_a_column_that_is_not_there_is_one_sentence_with_those_that_are() -> None:
    told = weighbridge("rate", "--by", "judge").complaint
    assert "'judge'" in told
    assert "rater" in told
