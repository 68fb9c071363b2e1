"""`agreement`: how far raters agree, from a file or from the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import weighbridge


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """Two judges on four questions; they agree on three."""
    path = tmp_path / "judged.csv"
    verdicts = [("model_a", "model_a"), ("model_b", "model_b"), ("tie", "tie"), ("model_a", "model_b")]
    rows = [f"p,q,{x},judge x,{n}\np,q,{y},judge y,{n}\n" for n, (x, y) in enumerate(verdicts)]
    path.write_text("model_a,model_b,winner,judge,question\n" + "".join(rows))
    return path


def test_agreeing_pairs_are_counted_on_the_columns_that_were_named(judged: Path) -> None:
    found = weighbridge("agreement", "--votes", judged, "--rater", "judge", "--item", "question", "--json").document
    assert (found["n_raters"], found["n_items"]) == (2, 4)
    assert (found["pairs_with_ties"]["agree"], found["pairs_with_ties"]["total"]) == (3, 4)
    assert (found["pairs_without_ties"]["agree"], found["pairs_without_ties"]["total"]) == (2, 3)
    # By hand: 8 values (3 a, 3 b, 2 ties), disagreements observed 2 / 8, expected (64 - 9 - 9 - 4) / (8 * 7).
    assert found["alpha_nominal"] == pytest.approx(1 - (2 / 8) / (42 / 56))


def test_a_terminal_gets_a_line_for_every_figure(judged: Path) -> None:
    shown = weighbridge("agreement", "--votes", judged, "--rater", "judge", "--item", "question")
    assert shown.status == 0
    assert "Krippendorff's alpha, nominal: 0.667" in shown.out
    assert "\nitems: 4\n" in shown.out


@pytest.mark.usefixtures("voted")
def test_stored_votes_name_their_raters_and_items() -> None:
    assert weighbridge("agreement", "--json").document["n_raters"] == 10


def test_a_column_that_is_not_there_is_one_sentence(judged: Path) -> None:
    told = weighbridge("agreement", "--votes", judged, "--rater", "jugde", "--item", "question").complaint
    assert "'jugde'" in told
    assert "judge, question" in told


def test_one_group_is_measured_against_another_in_a_second_file(judged: Path) -> None:
    chosen = ("--where", "judge=*x", "--against", judged, "--against-where", "judge=judge y", "--item", "question")
    found = weighbridge("agreement", "--votes", judged, *chosen, "--json").document
    assert found["pairs_with_ties"] == {"agree": 3, "total": 4, "share": 0.75}
    assert (
        "pairs of votes that agree, ties left out: 2 of 3" in weighbridge("agreement", "--votes", judged, *chosen).out
    )
    alone = weighbridge("agreement", "--votes", judged, "--against-where", "judge=x")
    assert alone.status == 2
    assert "name it with --against" in alone.err
