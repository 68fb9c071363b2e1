"""Rating a study in a real browser: by keyboard, on a phone, whole threads; and what the browser is told meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Response, WebSocket, expect

from compare.review import studies
from compare.review.study_file import read_items
from compare.store import Store, open_store
from compare.store.study_values import NewItem, Study, StudyBallot
from tests.app_server import AppServer
from tests.browser.conftest import PHONE
from tests.review.study_scene import StudyScene

pytestmark = pytest.mark.browser

LEFT = "The order is 7714 and it is **green**, as you said at last."
RIGHT = "I am GPT-4o. The order is 7714 and it is blue. What was your order number?"
SELECT = """(element, words) => {
  const text = element.firstChild, at = text.data.indexOf(words), range = document.createRange();
  range.setStart(text, at);
  range.setEnd(text, at + words.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


@pytest.fixture
def store(app: AppServer) -> Iterator[Store]:
    """The app's own database."""
    opened = open_store(app.data_dir / "weighbridge.db")
    yield opened
    opened.close()


@pytest.fixture
def scene(store: Store) -> StudyScene:
    return StudyScene(store, "zeta-secret-1", "omega-secret-2")


def item(scene: StudyScene, n: int, **changes: Any) -> NewItem:
    """An item whose answers have ids that nothing else has."""
    made = scene.item(LEFT, RIGHT, **changes)
    answers = [replace(one, id=f"answer-{n}-{one.id}-secret") for one in scene.store.answers(made.answer_ids).values()]
    for answer in answers:
        scene.store.save_answer(answer)
    return replace(made, answer_ids=tuple(answer.id for answer in answers))


def study_of(scene: StudyScene, name: str, n_items: int, **settings: Any) -> Study:
    scene.n_items = sum(len(scene.store.study_items(one.id)) for one in scene.store.studies()) * 2
    items = [item(scene, n) for n in range(n_items)]
    return studies.create(scene.store, Study(name, swap_share=0.0, **settings), items)


def begin(page: Page, app: AppServer, study: Study, rater: str) -> None:
    page.goto(f"{app.url}/vote?study={study.id}")
    page.get_by_role("textbox", name="Your name").fill(rater)
    page.get_by_role("button", name="Begin").click()
    expect(ballot(page)).to_be_visible()


def ballot(page: Page) -> Locator:
    return page.get_by_role("region", name="Your vote")


def progress(page: Page) -> Locator:
    return page.locator(".rp-progress")


def side(page: Page, words: str) -> Locator:
    return page.get_by_role("region", name=re.compile("^Answer [A-H]$")).filter(has_text=words)


def pressed(page: Page, name: str | re.Pattern[str], is_pressed: bool = True) -> None:
    button = ballot(page).get_by_role("button", name=name)
    expect(button).to_have_attribute("aria-pressed", str(is_pressed).lower())


def ballots(store: Store, study: Study) -> list[StudyBallot]:
    return store.study_ballots(study.id)


def test_a_whole_item_by_keyboard_with_a_reload_an_undo_and_a_change(
    app: AppServer, page: Page, store: Store, scene: StudyScene
) -> None:
    study = study_of(scene, "Keyboard", 3, instructions="Read everything.\nThen decide.")
    begin(page, app, study, "Ann")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Read everything.")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    pressed(page, re.compile("^A is best"), False)

    # The right answer is marked: it asked again for what message 2 says, and that breaks the task.
    letter = side(page, "What was your order number?").get_attribute("aria-label")
    if letter == "Answer B":
        page.keyboard.press("h")
    page.keyboard.press("m")
    page.keyboard.press("6")
    page.keyboard.type("3")
    expect(page.locator(".rp-thread [data-n='3']")).to_have_class(re.compile("rp-lit"))
    expect(page.get_by_role("group", name="Set a mark")).to_contain_text("4 messages before")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    marks = page.get_by_role("list", name=f"Marks on {str(letter).lower()}")
    expect(marks).to_contain_text("asked again: message 3, 4 messages before, breaks the task")

    best, other = ("1", "2") if letter == "Answer B" else ("2", "1")
    page.keyboard.press(best)
    page.keyboard.press("Shift+Digit3")
    page.keyboard.press("c")
    page.keyboard.type("1 2 0 9 u keeps 7714")
    page.keyboard.press("Escape")
    pressed(page, "certain")
    # Another mark is begun and not finished: its kind, not yet its message.
    page.keyboard.press("m")
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    begun = page.get_by_role("button", name="Not finished: forgot")
    expect(begun).to_be_visible()
    page.reload()
    expect(page.get_by_role("textbox", name="Your name").or_(ballot(page)).first).to_be_visible()
    if not ballot(page).is_visible():
        begin(page, app, study, "Ann")
    pressed(page, "certain")
    pressed(page, re.compile("^[AB] is best " + best))
    expect(ballot(page).get_by_role("textbox", name="Comment")).to_have_value("1 2 0 9 u keeps 7714")
    expect(marks).to_contain_text("breaks the task")
    assert ballots(store, study) == []

    page.keyboard.press("Enter")
    panel = page.get_by_role("group", name="Set a mark")
    expect(panel).to_contain_text("This mark is not finished.")
    expect(panel.get_by_role("button", name="forgot")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Drop the mark that is not finished").click()
    expect(begun).to_have_count(0)
    page.keyboard.press("Enter")
    expect(progress(page)).to_contain_text("1 of 3")
    pressed(page, "certain", False)
    (first,) = ballots(store, study)
    assert (first.ballot.verdict, first.ballot.confidence, first.ballot.blind) == ("best", 3, True)
    assert first.ballot.ranking[0] == first.item.answer_ids[0]
    assert first.ballot.leaked
    assert 0 < (first.ballot.active_ms or 0) < 60_000
    (mark,) = first.details.marks
    assert (mark.kind, mark.severity, mark.distance_messages) == ("asked_again", "breaks", 4)

    page.keyboard.press("u")
    expect(page.get_by_text("Your vote was taken back.")).to_be_visible()
    pressed(page, re.compile("^[AB] is best " + best))
    page.keyboard.press(other)
    page.keyboard.press("Enter")
    expect(progress(page)).to_contain_text("1 of 3")
    page.keyboard.press("b")
    expect(ballot(page)).to_contain_text("You said:")
    page.keyboard.press("0")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Stored; u takes it back")).to_be_visible()
    found = [(one.ballot.verdict, one.state) for one in ballots(store, study)]
    assert found == [("best", "undone"), ("best", "undone"), ("tie", "counted")]
    assert len(ballots(store, study)[-1].details.marks) == 1


def test_words_that_are_selected_are_what_is_marked(
    app: AppServer, page: Page, store: Store, scene: StudyScene
) -> None:
    study = study_of(scene, "Spans", 1, overlap=1)
    begin(page, app, study, "Ann")
    right = side(page, "What was your order number?")
    right.get_by_text("it is blue").evaluate(SELECT, "it is blue")
    right.get_by_role("button", name="Mark selection").click()
    panel = page.get_by_role("group", name="Set a mark")
    panel.get_by_role("button", name="used an outdated value").click()
    page.locator(".rp-thread [data-n='4']").click()
    page.locator(".rp-thread [data-n='5']").click()
    panel.get_by_role("button", name="Add mark").click()
    words = page.get_by_role("list", name=re.compile("^Marks on answer")).get_by_role("listitem")
    expect(words).to_have_text(re.compile("^used an outdated value: message 4, now 5, 3 messages before .it is blue."))
    page.keyboard.press("9")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done: the study has all of its 1 vote.")).to_be_visible()
    (one,) = ballots(store, study)
    (mark,) = one.details.marks
    assert RIGHT[slice(*mark.span or ())] == "it is blue"
    assert (one.ballot.verdict, mark.other_message_id is not None) == ("all_bad", True)


def test_on_a_phone_everything_is_in_reach(app: AppServer, chromium: Browser, store: Store, scene: StudyScene) -> None:
    study = study_of(scene, "Phone", 1, overlap=1)
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    page = context.new_page()
    begin(page, app, study, "Ann")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("region", name="Conversation thread")).to_be_visible()
    page.get_by_role("button", name="Mark", exact=True).first.tap()
    panel = page.get_by_role("group", name="Set a mark")
    expect(panel).to_be_in_viewport()
    panel.get_by_role("button", name="invented").tap()
    panel.get_by_role("button", name="Add mark").tap()
    expect(panel).to_be_hidden()
    ballot(page).get_by_role("button", name="Tie").tap()
    ballot(page).get_by_role("button", name="Submit").tap()
    expect(page.get_by_text("Done: the study has all of its 1 vote.")).to_be_visible()
    (one,) = ballots(store, study)
    assert (one.ballot.verdict, [mark.kind for mark in one.details.marks]) == ("tie", ["invented"])
    context.close()


def test_in_whole_threads_the_first_failed_turn_is_said_for_each_side(app: AppServer, page: Page, store: Store) -> None:
    def thread(colours: str) -> list[dict[str, str]]:
        turns = [
            [("user", f"Question {n}?"), ("assistant", f"It is {colour}.")] for n, colour in enumerate(colours.split())
        ]
        return [{"role": role, "content": text} for turn in turns for role, text in turn]

    threads = {"zeta-secret-1": thread("green green green green"), "omega-secret-2": thread("green green blue red")}
    lines = [json.dumps({"threads": threads}) + "\n"]
    items = read_items(store, lines, source="whole.jsonl", scope="thread").items
    criteria = ("fidelity", "tone")
    study = studies.create(store, Study("Whole", criteria=criteria, scope="thread", overlap=1, swap_share=0.0), items)
    begin(page, app, study, "Ann")
    place = 0 if page.get_by_role("group", name="Answer A").first.inner_text().find("blue") >= 0 else 1
    if place:
        page.keyboard.press("h")
    page.keyboard.press("j")
    expect(page.locator(".wb-at")).to_have_attribute("data-turn", "3")
    page.keyboard.press("f")
    page.keyboard.press("h")
    page.keyboard.press("Shift+F")
    failed = ballot(page).get_by_role("group", name="First turn that failed")
    expect(failed).to_contain_text("turn 3")
    page.get_by_role("button", name="First failure", exact=True).nth(place).click()
    expect(failed).to_contain_text("press a turn")
    page.get_by_role("button", name="First failure", exact=True).nth(place).click()
    page.keyboard.press("s")
    page.keyboard.type("1234")
    page.keyboard.press(str(2 - place))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done: the study has all of its 1 vote.")).to_be_visible()
    (one,) = ballots(store, study)
    said = [one.details.failed_turns[answer_id] for answer_id in one.ballot.shown_order]
    assert said == ([3, 0] if place == 0 else [0, 3])
    scores = [one.details.rubric[answer_id, name] for name in criteria for answer_id in one.ballot.shown_order]
    assert scores == [1, 2, 3, 4]


class Traffic:
    """All that a page is sent, sends, and shows."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.texts: list[str] = []
        self.frames: list[str] = []
        page.on("websocket", self._socket)
        page.on("request", self._request)
        page.on("response", self._response)

    def _socket(self, socket: WebSocket) -> None:
        for event in ("framereceived", "framesent"):
            socket.on(event, lambda data: self.frames.append(_as_text(data)))  # type: ignore[call-overload]

    def _request(self, request: Request) -> None:
        self.texts += [request.url, request.post_data or "", json.dumps(request.headers)]

    def _response(self, response: Response) -> None:
        self.texts.append(json.dumps(response.headers))
        if "/static/" not in response.url and response.status == 200:
            self.texts.append(_as_text(response.body()))

    def look(self) -> None:
        self.texts += [
            self.page.content(),
            self.page.url,
            self.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"),
        ]


def _as_text(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode("utf-8", errors="replace")


def test_nothing_that_reaches_the_browser_tells_who_wrote_what(
    app: AppServer, page: Page, store: Store, scene: StudyScene
) -> None:
    study = study_of(scene, "Blind", 2, overlap=1)
    traffic = Traffic(page)
    begin(page, app, study, "Ann")
    for n in (1, 2):
        traffic.look()
        page.keyboard.press("m")
        page.keyboard.press("5")
        page.keyboard.press("Enter")
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect(progress(page) if n == 1 else page.get_by_role("main")).to_contain_text("1 of 2" if n == 1 else "Done:")
    traffic.look()
    page.get_by_role("button", name="My last vote").click()
    expect(ballot(page)).to_contain_text("You said:")
    traffic.look()
    assert len(ballots(store, study)) == 2
    heard = "\n".join([*traffic.texts, *traffic.frames])
    assert sum("as you said at last" in frame for frame in traffic.frames) == 3
    assert any('"t":"submit"' in frame.replace("\\", "").replace(" ", "") for frame in traffic.frames)
    assert study.id in heard
    items = store.study_items(study.id)
    secrets = [candidate.id for candidate in scene.candidates] + [candidate.model_id for candidate in scene.candidates]
    secrets += [one.comparison_id for one in items] + [answer_id for one in items for answer_id in one.answer_ids]
    secrets += ["GPT-4o", "-secret"]
    assert [secret for secret in secrets if secret in heard] == []
