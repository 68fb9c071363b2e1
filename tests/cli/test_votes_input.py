"""Where votes come from: a file, whose bad rows are told, or the database, one kind at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.cli.votes_input import BRING_THEM_IN
from compare.review.votes import Choice, cast
from compare.store import Store
from tests.cli.command import weighbridge
from tests.review.conftest import Table


def vote(store: Store, *, blind: bool) -> None:
    thread = store.threads()[0]
    table = Table(store, store.thread(thread.id), n=1000)
    comparison = table.compare("sim-lite", "sim-large", blind=blind)
    cast(store, comparison, store.rater("Ann"), Choice("best", 1), key="one more")


# --- from a file -----------------------------------------------------------------------------------------------------


@pytest.fixture
def votes_file(tmp_path: Path) -> Path:
    path = tmp_path / "votes.csv"
    path.write_text("left,right,verdict\np,q,l\np,q,r\nq,p,l\np,p,l\np,q,maybe\np,,l\n")
    return path


NAMES = ("--columns", "model_a=left,model_b=right,winner=verdict", "--winners", "model_a=l,model_b=r")


def test_other_names_are_mapped_and_rows_that_are_no_votes_are_told_by_line(votes_file: Path) -> None:
    done = weighbridge("rate", "--votes", votes_file, *NAMES, "--json")
    assert {model["model"]: model["n_votes"] for model in done.document["models"]} == {"p": 3, "q": 3}
    told = done.err.splitlines()
    assert told[0] == "votes.csv, line 5: both candidates are 'p'"
    assert told[1].startswith("votes.csv, line 6: winner is 'maybe'; known are ")
    assert told[2] == "votes.csv, line 7: model_b is empty"
    assert told[3] == "6 rows read = 3 votes kept + 3 refused."


def test_after_ten_refused_rows_the_rest_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("model_a,model_b,winner\n" + "p,p,tie\n" * 14 + "p,q,tie\nq,p,model_a\np,q,model_a\n")
    done = weighbridge("rate", "--votes", path)
    assert done.status == 0
    assert sum(line.startswith("votes.csv, line ") for line in done.err.splitlines()) == 10
    assert "... and 4 more." in done.err
    assert "17 rows read = 3 votes kept + 14 refused." in done.err


@pytest.mark.parametrize("command", ["rate", "agreement"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file or directory. Check the path."),
        (b"", "The votes file is empty; it needs a header line"),
        (b"\xff\xfe\x00\x01", "is not UTF-8 (byte 0). Save it as UTF-8 and try again."),
        (b"left,right,winner\np,q,tie\n", "The votes file has no column 'model_a'; it has left, right, winner."),
        (b"model_a,model_b,winner\n", "holds no vote that can be used."),
    ],
    ids=["missing", "empty", "binary", "other columns", "no rows"],
)
def test_a_file_without_votes_is_one_sentence(command: str, content: bytes | None, told: str, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    if content is not None:
        path.write_bytes(content)
    assert told in weighbridge(command, "--votes", path).complaint


def test_a_mapping_that_maps_nothing_is_one_sentence(votes_file: Path) -> None:
    told = weighbridge("rate", "--votes", votes_file, "--columns", "model_a").complaint
    assert told == "--columns has 'model_a'; write it as name=columns-in-the-file."


# --- from the database -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "without"),
    [
        ("rate", "or name a file of votes with --votes FILE"),
        ("agreement", "or name a file of votes with --votes FILE"),
        (
            "route recommend",
            f"{BRING_THEM_IN}, or weigh an evidence file: weighbridge route recommend --evidence FILE",
        ),
        (
            "route export --out routing",
            f"{BRING_THEM_IN}, or name a routing.yaml with --in FILE",
        ),
        (
            "route drain sim-lite --out routing",
            f"{BRING_THEM_IN}, or name a routing.yaml with --in FILE",
        ),
        ("report --out page.html", BRING_THEM_IN),
    ],
)
def test_a_database_without_votes_says_what_helps_this_command(command: str, without: str) -> None:
    assert BRING_THEM_IN == "or bring votes in: weighbridge votes import FILE"
    assert weighbridge(*command.split()).complaint == (
        f"There are no votes of this kind in the database. Vote in the app first (weighbridge serve), {without}"
    )


@pytest.mark.parametrize("command", ["rate", "agreement", "route recommend", "route export --out routing"])
def test_votes_under_different_conditions_are_not_mixed_unasked(command: str, voted: Store) -> None:
    vote(voted, blind=True)
    assert weighbridge(*command.split()).complaint == (
        "The database holds votes given under different conditions. "
        "Choose one of: --open --history fixed, --blind --history fixed."
    )


def test_one_kind_is_chosen_by_its_options(voted: Store) -> None:
    vote(voted, blind=True)
    chosen = weighbridge("rate", "--blind", "--json").document
    assert [model["n_votes"] for model in chosen["models"]] == [1, 1]
    assert weighbridge("rate", "--open", "--history", "own").complaint.startswith("There are no votes of this kind")


MIXED = """model_a,model_b,winner,blind,history
x,y,model_a,1,fixed
x,y,model_b,0,fixed
x,y,tie,0,own
"""


@pytest.mark.parametrize("command", ["rate", "agreement"])
def test_a_file_is_not_mixed_unasked_either(command: str, tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text(MIXED)
    told = weighbridge(command, "--votes", file).complaint
    assert "holds votes given under different conditions. Choose one of: " in told
    assert "--blind --history fixed" in told
    assert "--open --history own" in told


def test_one_kind_of_a_file_is_chosen_by_the_same_options(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text(MIXED)
    rated = weighbridge("rate", "--votes", file, "--open", "--history", "own", "--json").document
    assert [(model["model"], model["n_votes"], model["ties"]) for model in rated["models"]] == [
        ("x", 1, 1),
        ("y", 1, 1),
    ]
    assert "none of this kind" in weighbridge("rate", "--votes", file, "--history", "winner").complaint


def test_a_file_without_these_columns_is_of_one_kind(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("model_a,model_b,winner\nx,y,model_a\ny,x,tie\n")
    assert weighbridge("rate", "--votes", file).status == 0
