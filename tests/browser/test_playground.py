"""The playground in a real browser: streaming, stopping, regenerating, reopening, voting, blindness."""

from __future__ import annotations

import json
import re
import sqlite3
import time

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from compare.store.store import open_store
from tests.app_server import UNHURRIED, AppServer, start_app
from tests.browser import steps
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

EARLY_FACT = "13.5%"


def stored_texts(app: AppServer, run_id: str) -> list[str]:
    store = open_store(app.data_dir / "weighbridge.db")
    comparison = store.comparison(run_id)
    assert comparison is not None
    answers = store.answers([slot.answer_id for slot in comparison.current])
    texts = [answers[slot.answer_id].text for slot in comparison.current]
    store.close()
    return texts


def raw_text(page: Page, place: int) -> str:
    """What the app's own route gives as the stored text, read with the page's own address."""
    page.wait_for_function("performance.getEntriesByType('resource').some(e => /\\/rp\\/[^/]+\\/snap/.test(e.name))")
    return str(
        page.evaluate(
            """async (place) => {
                const seen = performance.getEntriesByType('resource').map(e => e.name);
                const snap = seen.filter(n => /\\/rp\\/[^/]+\\/snap/.test(n)).at(-1);
                return await (await fetch(snap.replace(/snap.*$/, 'raw/' + place))).text();
            }""",
            place,
        )
    )


def test_one_press_on_run_streams_three_answers_and_shows_who_forgot(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    expect(steps.answer(page, "C")).to_contain_text(EARLY_FACT)
    expect(steps.answer(page, "A")).not_to_contain_text(EARLY_FACT)
    expect(steps.answer(page, "A")).to_contain_text("Sim Lite")
    expect(steps.answer(page, "C")).to_contain_text("reported")


def test_all_panes_grow_while_they_are_written(tmp_path, page: Page) -> None:
    app = start_app(tmp_path, sim_speed=UNHURRIED)
    try:
        steps.open_playground(page, app.url)
        steps.press_run(page)
        for letter in "ABC":
            expect(steps.answer(page, letter)).to_contain_text(re.compile("waiting|writing|done"))
        expect(steps.answer(page, "C")).to_contain_text("writing")
        # Votes are closed, and the key does nothing, while one answer is still being written.
        expect(steps.vote_button(page, "A best")).to_be_disabled()
        page.keyboard.press("1")
        steps.wait_until_votable(page)
        expect(page.get_by_text("You voted")).to_have_count(0)
    finally:
        app.stop()


def test_a_vote_by_key_is_stored_once_and_can_be_undone(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    page.keyboard.press("1")
    expect(page.get_by_text("You voted with names shown: A, Sim Lite.")).to_be_visible()
    page.keyboard.press("3")
    expect(page.get_by_text("You voted with names shown: C, Sim Large.")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("You voted with names shown: A, Sim Lite.")).to_be_visible()
    with sqlite3.connect(app.data_dir / "weighbridge.db") as db:
        ballots = db.execute("SELECT count(*) FROM ballots WHERE comparison_id = ?", (steps.run_id(page),)).fetchone()
    assert ballots == (2,)


def test_digits_typed_into_a_field_do_not_vote(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    field = page.get_by_test_id("stChatInput").locator("textarea")
    field.press_sequentially("1 2 0 9 u")
    page.get_by_role("searchbox", name="Find in thread").press_sequentially("1 2 0 9 u")
    time.sleep(0.5)
    expect(page.get_by_text("You voted")).to_have_count(0)


def test_the_next_message_continues_every_candidates_own_branch(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    first = steps.run_id(page)
    field = page.get_by_test_id("stChatInput").locator("textarea")
    field.fill("Thank you. Which discount was it again?")
    field.press("Enter")
    page.wait_for_url(lambda url: "run=" in url and first not in url)
    expect(page.get_by_text("Votes open when all answers are complete.")).to_be_visible()
    steps.wait_until_votable(page)
    expect(page.get_by_text("Each candidate sees its own answers")).to_be_visible()
    expect(steps.answer(page, "C")).to_contain_text("Which discount was it again?")
    store = open_store(app.data_dir / "weighbridge.db")
    comparison = store.comparison(steps.run_id(page))
    assert comparison is not None
    assert comparison.continues_id == first
    for slot in comparison.current:
        answer = store.answer(slot.answer_id)
        assert answer is not None
        assert answer.history == "own"
        (own_id,) = json.loads(answer.sent_json)["own_answer_ids"]
        own = store.answer(own_id)
        assert own is not None
        assert own.candidate_id == slot.candidate.id
    store.close()


def test_a_file_goes_with_the_next_message(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    first = steps.run_id(page)
    chat = page.get_by_test_id("stChatInput")
    chat.locator("input[type=file]").set_input_files(
        {"name": "policy.txt", "mimeType": "text/plain", "buffer": b"Refunds take 11 days."}
    )
    expect(chat.get_by_text("policy.txt")).to_be_visible()
    chat.locator("textarea").fill("How long do refunds take?")
    # While the file is on its way, Enter sends nothing.
    expect(chat.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()
    chat.locator("textarea").press("Enter")
    page.wait_for_url(lambda url: "run=" in url and first not in url)
    steps.wait_until_votable(page)
    expect(steps.answer(page, "C")).to_contain_text("Refunds take 11 days.")


def test_a_run_survives_reload_and_opens_in_a_second_tab(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    texts = stored_texts(app, steps.run_id(page))
    page.reload()
    steps.wait_until_votable(page)
    second = page.context.new_page()
    second.goto(page.url)
    steps.wait_until_votable(second)
    for place in range(3):
        assert raw_text(page, place) == texts[place]
        assert raw_text(second, place) == texts[place]


def test_closing_the_browser_in_mid_run_loses_nothing(tmp_path, chromium: Browser) -> None:
    app = start_app(tmp_path, sim_speed=UNHURRIED)
    try:
        context = chromium.new_context(viewport=DESKTOP)
        page = context.new_page()
        steps.open_playground(page, app.url)
        steps.press_run(page)
        expect(steps.answer(page, "C")).to_contain_text("writing")
        address, run_id = page.url, steps.run_id(page)
        context.close()
        time.sleep(5)
        again = chromium.new_context(viewport=DESKTOP).new_page()
        again.goto(address)
        steps.wait_until_votable(again)
        texts = stored_texts(app, run_id)
        assert all(texts)
        assert [raw_text(again, place) for place in range(3)] == texts
        again.context.close()
    finally:
        app.stop()


def test_a_stored_run_opens_after_a_restart(tmp_path, page: Page) -> None:
    app = start_app(tmp_path)
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    run_id = steps.run_id(page)
    texts = stored_texts(app, run_id)
    app.stop()
    app = start_app(tmp_path)
    try:
        page.goto(f"{app.url}/?run={run_id}")
        steps.wait_until_votable(page)
        assert [raw_text(page, place) for place in range(3)] == texts
    finally:
        app.stop()


def test_one_answer_is_stopped_and_the_others_go_on(tmp_path, page: Page) -> None:
    app = start_app(tmp_path, sim_speed=UNHURRIED)
    try:
        steps.open_playground(page, app.url)
        steps.press_run(page)
        slow = steps.answer(page, "C")
        expect(slow).to_contain_text("writing")
        slow.get_by_role("button", name="Stop").click()
        expect(slow).to_contain_text("stopped")
        # What was stopped says nothing about how it would have ended: it cannot be voted for, not even by its key.
        expect(page.get_by_text("C was stopped. Regenerate, or vote on A and B alone.")).to_be_visible()
        expect(steps.vote_button(page, "C best")).to_be_disabled()
        page.keyboard.press("3")
        expect(steps.answer(page, "A")).to_contain_text("done")
        slow.get_by_role("button", name="Regenerate").click()
        expect(slow).to_contain_text("done")
        expect(slow).to_contain_text(EARLY_FACT)
        steps.wait_until_votable(page)
        with sqlite3.connect(tmp_path / "weighbridge.db") as db:
            assert db.execute("SELECT count(*) FROM ballots").fetchone() == (0,)
            kept = db.execute("SELECT status, replaces_id IS NOT NULL FROM answers ORDER BY rowid").fetchall()
        assert ("stopped", 0) in kept
        assert ("done", 1) in kept
    finally:
        app.stop()


def test_while_blind_nothing_that_reaches_the_browser_tells_which_is_which(tmp_path, chromium: Browser) -> None:
    app = start_app(tmp_path, sim_speed="0.5")
    context = chromium.new_context(viewport=DESKTOP)
    page = context.new_page()
    try:
        steps.open_playground(page, app.url)
        steps.go_blind(page)
        heard: list[str] = []

        def listen(socket: WebSocket) -> None:
            socket.on("framereceived", lambda frame: heard.append(_as_text(frame)))

        page.on("websocket", listen)
        # A response's body is gone once the page closes: read it when it ends.
        page.on("response", lambda r: heard.append(r.url) if "/rp/" in r.url else None)
        steps.press_run(page)
        blind_address = page.url
        # Open the run in a page that never chose the models, so that every byte it gets is counted.
        context.close()
        context = chromium.new_context(viewport=DESKTOP)
        page = context.new_page()
        page.on("websocket", listen)
        heard.clear()
        page.goto(blind_address)
        steps.wait_until_votable(page)
        snapshot = page.evaluate(
            """async () => {
                const seen = performance.getEntriesByType('resource').map(e => e.name);
                return await (await fetch(seen.filter(n => /\\/rp\\/[^/]+\\/snap/.test(n)).at(-1))).text();
            }"""
        )
        everything = "\n".join([*heard, snapshot, page.content(), page.url])
        for telling in ("sim-lite", "sim-flash", "sim-large", "Sim Lite", "Sim Flash", "Sim Large", "simulated"):
            assert telling not in everything
        for figure in ("tok/s", "reported", "first 0", "$0.0"):
            assert figure not in snapshot
        # The bar's question is there a moment before its keys are.
        expect(steps.vote_button(page, "B best")).to_be_enabled()
        page.keyboard.press("2")
        expect(page.get_by_text(re.compile(r"You voted blind: B, Sim"))).to_be_visible()
        expect(steps.answer(page, "A")).to_contain_text("reported")
        with sqlite3.connect(tmp_path / "weighbridge.db") as db:
            assert db.execute("SELECT blind, speed_visible FROM ballots").fetchall() == [(1, 0)]
    finally:
        context.close()
        app.stop()


def _as_text(frame: str | bytes) -> str:
    return frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame


def test_a_vote_in_another_tab_is_noticed(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    steps.go_blind(page)
    steps.press_run(page)
    steps.wait_until_votable(page)
    second = page.context.new_page()
    second.goto(page.url)
    steps.wait_until_votable(second)
    steps.vote_button(page, "A best").click()
    expect(page.get_by_text("You voted blind: A, Sim")).to_be_visible()
    # It looks every five seconds.
    expect(second.get_by_text("You voted blind: A, Sim")).to_be_visible()
    expect(steps.answer(second, "A")).to_contain_text("reported")


def test_what_is_typed_and_not_yet_sent_is_what_a_press_on_run_takes(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    page.get_by_role("radio", name="Paste one").click()
    field = page.get_by_role("textbox", name="Conversation")
    expect(field).to_be_visible()
    field.fill("User: My code is QX-77.\nAssistant: Noted.\nUser: Which code did I give?")
    button = steps.run_button(page).bounding_box()
    assert button is not None
    # A slow hand: the page takes the text in between the two halves of the press, and must not move the button away.
    page.mouse.move(button["x"] + button["width"] / 2, button["y"] + button["height"] / 2)
    page.mouse.down()
    expect(page.get_by_text("All 3 messages go to 3 candidates")).to_be_visible()
    page.mouse.up()
    page.wait_for_url(re.compile(r"[?&]run="))
    steps.wait_until_votable(page)
    expect(steps.answer(page, "C")).to_contain_text("QX-77")


def test_a_name_typed_among_the_candidates_adds_that_one(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    field = page.get_by_role("combobox", name="Candidates")
    field.click()
    field.press_sequentially("Flaky")
    field.press("Enter")
    expect(page.get_by_text("messages go to 4 candidates")).to_be_visible()
    expect(page.get_by_test_id("stMultiSelect")).to_contain_text("Sim Flaky")


def test_compare_on_this_thread_opens_that_thread_after_an_earlier_visit(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    page.get_by_test_id("stTopNavLink").filter(has_text="Threads").click()
    page.get_by_text("Team offsite on a budget").first.click()
    expect(page.get_by_role("heading", name="Team offsite on a budget")).to_be_visible()
    page.get_by_role("link", name="Compare on this thread").click()
    expect(page.get_by_role("combobox", name="Thread")).to_have_value(re.compile("Team offsite on a budget"))
    steps.press_run(page)
    expect(page.get_by_role("heading", name="Team offsite on a budget")).to_be_visible()


def test_the_first_screen_needs_no_scrolling_for_its_main_action(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    box = steps.run_button(page).bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < DESKTOP["height"]
    steps.press_run(page)
    steps.wait_until_votable(page)
    bar = steps.vote_button(page, "A best").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] < DESKTOP["height"]


def test_on_a_phone_nothing_runs_out_of_the_page(app: AppServer, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


def test_leaving_and_coming_back_keeps_the_run(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    run_id = steps.run_id(page)
    page.get_by_role("link", name="Results").click()
    expect(page.get_by_role("heading", name="Results")).to_be_visible()
    # Without a vote, Results has a link to the playground of its own.
    page.get_by_test_id("stTopNavLink").filter(has_text="Playground").click()
    steps.wait_until_votable(page)
    assert steps.run_id(page) == run_id
