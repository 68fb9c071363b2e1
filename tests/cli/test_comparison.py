"""`comparison`: the list, and one comparison as a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compare.records import Candidate, Comparison, Slot
from compare.store import Store
from tests.cli.command import process, weighbridge


@pytest.fixture
def run_id(voted: Store) -> str:
    """The newest of the stored comparisons."""
    return voted.recent_comparisons(1)[0].id


def test_the_list_has_the_newest_first_with_its_votes(voted: Store, run_id: str) -> None:
    listed = weighbridge("comparison", "list", "--limit", 2)
    header, first, _ = listed.out.splitlines()
    assert header.split() == ["id", "asked", "(UTC)", "answers", "names", "votes", "thread"]
    assert first.split()[0] == run_id
    assert first.split()[-5:] == ["2", "open", "1", "Order", "54"]
    (only,) = weighbridge("comparison", "list", "--limit", 1, "--json").document["comparisons"]
    assert (only["id"], only["n_slots"], only["blind"], only["n_ballots"]) == (run_id, 2, False, 1)


def test_an_empty_database_says_where_to_make_one() -> None:
    listed = weighbridge("comparison", "list")
    assert (listed.status, listed.out) == (0, "")
    assert listed.err == "No comparisons yet. Make one in the app: weighbridge serve\n"


@pytest.mark.parametrize(("form", "begins"), [("markdown", "# Order"), ("json", "{"), ("html", "<!doctype html>")])
def test_a_comparison_is_written_to_a_file_and_to_standard_output(
    run_id: str, tmp_path: Path, form: str, begins: str
) -> None:
    out = tmp_path / "found"
    ended = weighbridge("comparison", "export", run_id, "--to", form, "--out", out)
    assert (ended.status, ended.out) == (0, "")
    written = out.read_bytes()
    assert ended.err == f"Written to {out}: {len(written):,} bytes.\n"
    assert written.decode().startswith(begins)
    assert run_id in written.decode()
    # The same but for the time, which each export names.
    printed = weighbridge("comparison", "export", run_id, "--to", form).out
    assert (printed[:100], printed[-200:]) == (written.decode()[:100], written.decode()[-200:])


def test_json_on_standard_output_is_one_document(run_id: str) -> None:
    found = process("comparison", "export", run_id, "--to", "json")
    assert json.loads(found.out)["comparison"]["id"] == run_id
    assert found.err == ""


def test_an_unknown_id_and_a_place_that_cannot_be_written_get_a_sentence(run_id: str, tmp_path: Path) -> None:
    assert weighbridge("comparison", "export", "nowhere", "--to", "json").complaint == (
        "No comparison has the id 'nowhere'; it may be in another data folder. `weighbridge comparison list` shows the "
        "newest."
    )
    told = weighbridge("comparison", "export", run_id, "--to", "json", "--out", tmp_path / "no" / "folder").complaint
    assert "cannot be written: No such file or directory. Name another file with --out." in told


def test_a_blind_comparison_without_a_vote_is_exported_with_a_warning(voted: Store) -> None:
    thread = voted.thread(voted.threads()[0].id)
    leaf = thread.messages[-1].id
    slots = tuple(Slot(n, Candidate(name), f"blind-{n}", leaf, label=name) for n, name in enumerate(("x", "y")))
    voted.save_comparison(Comparison("blind-run", thread.id, leaf, slots, blind=True))
    ended = weighbridge("comparison", "export", "blind-run", "--to", "markdown")
    assert ended.status == 0
    assert "not stored" in ended.out
    assert "whoever reads the file cannot vote blind any more" in ended.err
