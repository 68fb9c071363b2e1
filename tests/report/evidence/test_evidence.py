"""The evidence pack: one document, one page that shows it, no rater's name, nothing that acts or loads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest

from compare.catalog import load_catalog
from compare.records import Message, Thread
from compare.report.criteria import load as load_criteria
from compare.report.evidence import gathered, to_page
from compare.report.evidence.plots import bars, dots
from compare.report.targets import target_name, targets
from compare.report.votes import VoteKind
from compare.review.rating import Opinion, submit
from compare.review.votes import Choice, cast
from compare.routing.config import load
from compare.store import Store
from compare.store.study_values import Mark
from tests.cli.command import weighbridge
from tests.cli.conftest import voted, voted_file
from tests.report.test_weights import OPEN, vote
from tests.review.conftest import Table, table
from tests.review.study_scene import StudyScene

__all__ = ["table", "voted", "voted_file"]

HOSTILE = '<img src="https://evil.example/x.png" onerror=alert(1)><script>alert(2)</script>[a](javascript:alert(3))'
CRITERIA = '[[criterion]]\nname = "Errors <b>"\nmetric = "error_rate"\nlimit = "<= 1 %"\n'


class Tags(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def document(table: Table) -> dict[str, Any]:
    vote(table, 60)
    slot = table.compare("sim-large").slots[0]
    table.answer(replace(slot, answer_id="timed"), cost_usd=Decimal("0.004"), wall_ms=900.0)
    table.store.keep_export("routes: 1", made_by="Olga", n_votes=60, summary="Change it.")
    return gathered(table.store, load_catalog(), OPEN, criteria=load_criteria(CRITERIA))


def test_the_document_holds_what_a_decision_rests_on(document: dict[str, Any]) -> None:
    json.loads(orjson.dumps(document))
    assert document["votes"]["n_votes"] == 60
    assert document["votes"]["n_raters"] == 10
    assert document["decision"]["headline"].startswith("Change the weights for threads of 1-8 messages")
    short = document["buckets"][0]
    assert short["weights"] == {"Sim Large": 0.7, "Sim Lite": 0.3}
    assert short["win_shares"][0]["ci_low"] < short["win_shares"][0]["mean"] < short["win_shares"][0]["ci_high"]
    assert load(document["routing_yaml"]).provenance["votes_sha256"] == document["votes"]["sha256"]
    assert {row["candidate"] for row in document["ratings"]} == {"Sim Large", "Sim Lite"}
    assert document["scorecard"]["results"]
    large = next(each for each in document["candidates"] if each["name"] == "sim-large")
    assert large["price"]["input_usd_per_mtok"]
    assert large["simulated"]
    assert document["measured"][0]["cost_usd"] == pytest.approx(0.004)
    assert len(document["pairs"]) == 60
    assert len(document["threads"]) == 10
    assert document["threads"][0]["messages"][0]["text"] == "Where is it?"
    assert sum(len(each["votes"]) for thread in document["threads"] for each in thread["comparisons"]) == 60
    assert document["exports"][0]["made_by"] == "Olga"
    assert set(document["losses"]) == {target_name(target) for target in targets()}
    assert all({"field", "reason"} == set(loss) for lost in document["losses"].values() for loss in lost)


def test_raters_are_numbers_everywhere(table: Table) -> None:
    for i in range(12):
        comparison = table.compare("sim-lite", "sim-large")
        cast(table.store, comparison, table.store.rater(f"Secret Person {i}"), Choice("best", 1), key=f"key-{i}")
    found = gathered(table.store, load_catalog(), OPEN)
    whole = orjson.dumps(found).decode() + to_page(found)
    assert "Secret Person" not in whole
    assert not any(rater_id in whole for rater_id in table.store.rater_names())
    assert "Rater 12" in whole


def test_the_page_asks_for_nothing_and_no_word_of_others_acts(store: Store) -> None:
    saved = store.save_thread(Thread((Message("user", HOSTILE),), title=HOSTILE))
    table = Table(store, store.thread(saved.id))
    comparison = table.compare("sim-lite", "sim-large")
    table.store.keep_export("routes: 1", made_by=HOSTILE, summary=HOSTILE)
    ballot = cast(store, comparison, store.rater("Ann"), Choice("best", 1), key="key")
    store.cast(replace(ballot, id="said", idempotency_key="said", comment=HOSTILE, created_at=""))
    table.regenerate(comparison, 0, "again")
    page = to_page(gathered(store, load_catalog(), OPEN))
    tags = Tags(page).found
    assert not {tag for tag, _ in tags} & {"script", "img", "iframe", "object", "a", "form", "base", "video"}
    for _, attributes in tags:
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "data:,") == "data:,"
        assert "src" not in attributes
    assert "default-src 'none'" in page
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_has_plots_that_are_described(document: dict[str, Any]) -> None:
    page = to_page(document)
    plots = re.findall(r'<svg class="plot"[^>]*aria-label="([^"]+)"', page)
    assert plots[:2] == ["Win shares on Threads of 1-8 messages", "Weights for Threads of 1-8 messages"]
    assert "Sim Large" in page
    assert "Errors &lt;b&gt;" in page


def test_words_can_be_left_out(table: Table) -> None:
    vote(table, 12)
    found = gathered(table.store, load_catalog(), OPEN, texts=False)
    assert found["threads"][0]["messages"] == [{"role": "user", "text": None}]
    assert "Where is it?" not in to_page(found)
    assert "(left out)" in to_page(found)


def test_votes_of_another_kind_are_not_in_it(table: Table) -> None:
    vote(table, 12)
    found = gathered(table.store, load_catalog(), VoteKind(True, "fixed"))
    assert found["threads"] == []
    assert found["routing_yaml"] is None
    assert "There is no file" in to_page(found)


def test_names_in_plots_are_escaped_and_cut() -> None:
    drawn = dots([("<b>" * 20, 0.5, 0.4, 0.6)], 'a "quoted" thing') + bars([("x", 0.2, 2.0)], "y")
    assert "<b>" not in drawn
    assert 'aria-label="a &quot;quoted&quot; thing"' in drawn
    assert "\u2026" in drawn


@pytest.mark.usefixtures("voted")
def test_the_command_writes_the_page_and_prints_the_same_as_json(tmp_path: Path) -> None:
    (tmp_path / "criteria.toml").write_text(CRITERIA)
    out = tmp_path / "evidence.html"
    done = weighbridge("report", "--out", out, "--json")
    assert done.document["decision"]["headline"] in out.read_text()
    assert done.document["scorecard"]["title"] is not None
    assert done.err.startswith(f"Written to {out}: Change the weights")
    nowhere = weighbridge("report")
    assert nowhere.status == 2
    assert "Name a page to write with --out" in nowhere.err


BLIND = VoteKind(True, "fixed")


@pytest.fixture
def marked(store: Store) -> StudyScene:
    """Two raters of two items; the first says that answer 0 forgot message 2, the second marks words of answer 1."""
    scene = StudyScene(store, "sim-lite", "sim-large")
    study = scene.study(2, scene.check("gold"), overlap=2)
    for rater, place, kind in (("Secret Ann", 0, "forgot"), ("Secret Ben", 1, "invented")):
        while (item := scene.take(study, rater)) is not None:
            side, other = sorted(item.sides, key=lambda each: not each.answer.id.endswith(f"-{place}"))
            if kind == "forgot":
                mark = Mark(side.answer.id, "forgot", "breaks", side.path[1].id, note=HOSTILE)
            else:
                mark = Mark(side.answer.id, "invented", "breaks", span=(0, 5), note=HOSTILE)
            best = item.sides.index(other)
            submit(store, item, Opinion("best", (best,), reasons=("memory",), marks=(mark,)), key="press")
    return scene


def test_marks_of_raters_are_counted_and_stand_with_their_votes(marked: StudyScene) -> None:
    found = gathered(marked.store, load_catalog(), BLIND)
    counted = {(row["candidate"], row["kind"]): row for row in found["marks"]}
    assert counted.keys() == {("Sim Lite", "forgot"), ("Sim Large", "invented")}
    lite = counted["Sim Lite", "forgot"]
    # Two items; the gold item checks raters and says nothing of candidates.
    assert (lite["n"], lite["n_breaks"], lite["n_raters"], lite["n_rated"]) == (2, 2, 1, 4)
    votes = [vote for thread in found["threads"] for each in thread["comparisons"] for vote in each["votes"]]
    assert len(votes) == 4
    (mark,) = votes[0]["marks"]
    assert (mark["words"], mark["message"], mark["distance_messages"]) == ("forgot", 2, 5)
    assert {mark["quote"] for vote in votes for mark in vote["marks"]} == {None, "Order"}
    page = to_page(found)
    assert "A forgot message 2, 5 messages back, breaks the task (&lt;img" in page
    assert "B invented, breaks the task: &quot;Order&quot;" in page
    assert "<td>forgot</td><td>2</td><td>2</td><td>1</td><td>4</td>" in page
    whole = orjson.dumps(found).decode() + page
    assert "Secret" not in whole
    assert not any(rater_id in whole for rater_id in marked.store.rater_names())
    without = gathered(marked.store, load_catalog(), BLIND, texts=False)
    assert "onerror" not in orjson.dumps(without).decode()


def test_what_raters_saw_forgotten_is_told_by_distance(marked: StudyScene) -> None:
    found = gathered(marked.store, load_catalog(), BLIND)["recall"]
    assert found["probes"] == []
    kept = {row["candidate"]: {each["name"]: each["kept"] for each in row["bins"]} for row in found["raters"]}
    assert kept["Sim Lite"] == {"1-4": 1.0, "5-8": 0.5}
    assert kept["Sim Large"] == {"1-4": 1.0, "5-8": 1.0}


def test_recall_of_probes_is_in_the_document_and_on_the_page(table: Table) -> None:
    weighbridge("probe", "--models", "sim-lite,sim-large", "--types", "recall", "--lengths", "8,30", "--no-controls")
    found = gathered(table.store, load_catalog(), OPEN)
    large, lite = found["recall"]["probes"]
    assert (large["candidate"], lite["candidate"]) == ("Sim Large", "Sim Lite")
    assert large["sentence"] == "knew every fact, up to 28 messages back."
    assert {each["name"]: each["recall"] for each in lite["bins"]}["25-32"] == 0.0
    page = to_page(found)
    assert "<li>Sim Large knew every fact, up to 28 messages back.</li>" in page
    assert '<th scope="col">25-32 back</th>' in page


def test_without_marks_and_probes_that_is_said(document: dict[str, Any]) -> None:
    page = to_page(document)
    assert "No rater marked anything on an answer." in page
    assert "No probes were run, and no answers rated in a study." in page
