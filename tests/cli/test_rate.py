"""`rate`: the leaderboard of the Results page, for scripts and terminals."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.ratings.votes_file import read_votes
from compare.report.votes import VoteKind, leaderboard, votes_of
from compare.review.votes import Choice, cast
from compare.store import Store
from tests.cli.command import weighbridge
from tests.cli.conftest import N_VOTES
from tests.report.test_weights import on_threads
from tests.review.conftest import Table


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


def test_a_file_of_our_own_gives_the_intervals_of_the_database(table: Table, tmp_path: Path) -> None:
    three = ("sim-lite", "sim-flash", "sim-large")
    for n in on_threads(table, 60):
        choice = Choice("best", (n * n + n // 4) % 3)
        cast(table.store, table.compare(*three), table.store.rater(f"Rater {n % 10}"), choice, key=f"key-{n}")
    path = tmp_path / "v.csv"
    assert weighbridge("votes", "export", "--out", path).err == "120 pairwise rows from 60 ballots.\n"
    asked = ("rate", "--pairs", "--control", "position", "--json")
    stored, filed = weighbridge(*asked), weighbridge(*asked, "--votes", path)
    assert filed.document == stored.document
    assert (filed.document["method"]["cluster"], filed.document["method"]["n_clusters"]) == (["ballot_id"], [60])
    assert stored.err == ""
    assert filed.err == "120 rows of 60 ballots: the intervals count rows of one ballot_id as one decision.\n"
    independent = weighbridge(*asked, "--votes", path, "--cluster", "none").document
    assert independent["models"][0]["se"] != filed.document["models"][0]["se"]


def test_a_column_of_ballots_that_is_empty_clusters_nothing(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("model_a,model_b,winner,ballot_id\np,q,model_a,\np,q,model_b,\np,q,model_a,\n")
    found = weighbridge("rate", "--votes", path, "--json")
    assert (found.document["method"]["cluster"], found.err) == ([], "")


def test_the_length_from_which_one_is_too_weak_is_clustered_by_thread_also_where_ballots_are_known(
    long_votes: Path,
) -> None:
    header, *rows = long_votes.read_text().splitlines()
    long_votes.write_text("\n".join([f"{header},ballot_id", *(f"{row},b{n}" for n, row in enumerate(rows * 2))]) + "\n")
    crossing = weighbridge("rate", "--votes", long_votes, "--crossover", "lite,large", "--json").document["crossover"]
    assert crossing["n_clusters"] == [200]


@pytest.mark.usefixtures("voted")
def test_a_prior_draws_ratings_together() -> None:
    plain, drawn = (weighbridge("rate", "--prior", prior, "--json").document["models"] for prior in (0, 50))
    assert 1000 < drawn[0]["rating"] < plain[0]["rating"]


@pytest.mark.usefixtures("voted")
def test_a_column_that_is_not_there_is_one_sentence_with_those_that_are() -> None:
    told = weighbridge("rate", "--by", "judge").complaint
    assert "'judge'" in told
    assert "rater" in told


@pytest.fixture
def long_votes(tmp_path: Path) -> Path:
    """200 threads of 2 to 41 messages: lite wins most of the short ones, large of the long; left is luckier."""
    path = tmp_path / "long.csv"
    rows = ["model_a,model_b,winner,thread_id,n_messages,position_a"]
    for n in range(200):
        length, left = 2 + n % 40, n % 3 != 0
        lite_wins = (n * 7 + length) % 40 > length + (4 if left else 0)
        rows += [f"lite,large,model_{'a' if lite_wins else 'b'},t{n},{length},{'left' if left else 'right'}"]
    path.write_text("\n".join(rows) + "\n")
    return path


def test_pairs_controls_and_crossover_are_parts_of_the_document(long_votes: Path) -> None:
    asked = ("--pairs", "--control", "position", "--crossover", "lite,large", "--floor", 0.4)
    found = weighbridge("rate", "--votes", long_votes, *asked, "--json").document
    (pair,) = found["evidence"]["pairs"]
    assert (pair["first"], pair["second"], pair["direct"]["n"]) == ("large", "lite", 200)
    assert found["controls"]["effects"][0]["name"] == "position"
    crossing = found["crossover"]
    assert crossing["verdict"] == "crosses"
    assert crossing["ci_low"] <= crossing["at"] <= crossing["ci_high"]
    # Clustered by thread though nobody said so: the length belongs to the thread.
    assert crossing["n_clusters"] == [200]
    shown = weighbridge("rate", "--votes", long_votes, *asked).out
    assert f"lite is no longer good enough from {crossing['at']} messages on" in shown
    assert "large over lite" in shown
    assert "position: " in shown
    assert "evidence" not in weighbridge("rate", "--votes", long_votes, "--json").document


def test_wrong_uses_are_told_apart_from_thin_data(long_votes: Path) -> None:
    one = weighbridge("rate", "--votes", long_votes, "--crossover", "lite")
    assert (one.status, "two candidates, CHEAP,REFERENCE" in one.err) == (2, True)
    assert weighbridge("rate", "--votes", long_votes, "--shrink", 0.3).status == 2
    unknown = weighbridge("rate", "--votes", long_votes, "--crossover", "lite,huge")
    assert (unknown.status, "'huge' cannot be compared" in unknown.complaint) == (1, True)


def test_groups_are_drawn_together_and_ties_get_a_parameter_on_request(long_votes: Path) -> None:
    given = ("rate", "--votes", long_votes, "--json")
    drawn = weighbridge(*given, "--by", "bucket", "--shrink", 0.3).document["groups"]
    alone = weighbridge(*given, "--by", "bucket").document["groups"]
    assert drawn["1-8"]["models"][0]["rating"] < alone["1-8"]["models"][0]["rating"]
    assert weighbridge(*given, "--ties", "davidson").document["method"]["model"] == "bradley-terry-davidson"


def test_only_votes_that_match_are_rated(long_votes: Path) -> None:
    found = weighbridge("rate", "--votes", long_votes, "--where", "n_messages=4*", "--where", "thread_id=t*", "--json")
    assert found.document["method"]["n_votes"] == 15  # lengths 4, 40 and 41, five threads each
    nothing = weighbridge("rate", "--votes", long_votes, "--where", "n_messages=99")
    assert "None of 200 votes has n_messages=99" in nothing.complaint
    assert weighbridge("rate", "--votes", long_votes, "--where", "n_messages").status == 2
