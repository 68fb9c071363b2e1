"""Tricky and hostile texts through the whole product: typed by models, by users and in titles, live and stored.

The models are real servers that type the texts in pieces of a few characters and hold their last words until the test
has looked at the growing answer. The strings and what a reader must see of them stand in tests/render/strings.py.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from compare.records import Message, Thread
from compare.render.characters import encodable, visible
from compare.store.store import open_store
from tests.app_server import AppServer, start_app
from tests.browser import steps
from tests.browser.reading import ONE_LINE, SEEN, WRITTEN, assert_reads, words
from tests.engine.servers import Act, Exchange, ModelServer, model_server
from tests.render.strings import AS_WRITTEN, PAYLOADS, REMADE

pytestmark = pytest.mark.browser

PIECE = 7
LABELS = ("Model $5 -> $10 :rocket: **b**", "<b>Mo</b> :red[x] -- a_b_c", "![x](u) `c` >= 2")
TRICKY_TITLE = (
    "$5 -> $10, a <-> b -- c >= 1 :rocket: :material/home: :material_home: :streamlit: :red[x] **b** `c` <b>d</b> "
    "[a](b) ![i](u) &lt; __init__ 2*3*4 \u05e9\u05dc\u05d5\u05dd \u200b https://x.example me@x.example"
)


# --- the stage -------------------------------------------------------------------------------------------------------


@dataclass
class Stage:
    """An app whose three default models are servers of this test."""

    app: AppServer
    models: list[ModelServer]
    release: threading.Event

    def answers(self, *texts: str) -> None:
        """What the models say next, each all but its last words until `release` is set."""
        self.release.clear()
        for model, text in zip(self.models, texts, strict=True):
            model.acts = [self._typing(text)]

    def _typing(self, text: str) -> Act:
        async def act(exchange: Exchange) -> None:
            await exchange.head()
            for k in range(0, len(text), PIECE):
                await exchange.delta(content=text[k : k + PIECE])
            await asyncio.to_thread(self.release.wait, 60)
            await exchange.end("stop", {"prompt_tokens": 9, "completion_tokens": 9})

        return act

    def thread(self, title: str, *texts: str) -> str:
        roles = ("user", "assistant", "user")
        messages = tuple(Message(role, text) for role, text in zip(roles, texts, strict=False))
        store = open_store(self.app.data_dir / "weighbridge.db")
        try:
            return store.save_thread(Thread(messages, title, source="paste")).id
        finally:
            store.close()

    def texts(self, run_id: str) -> list[str]:
        store = open_store(self.app.data_dir / "weighbridge.db")
        try:
            comparison = store.comparison(run_id)
            assert comparison is not None
            found = store.answers([slot.answer_id for slot in comparison.current])
            return [found[slot.answer_id].text for slot in comparison.current]
        finally:
            store.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("as-written")
    with ExitStack() as stack:
        models = [stack.enter_context(model_server()) for _ in LABELS]
        blocks = [
            f"[[model]]\nid = '{name}'\nlabel = '{label}'\nprovider = 'openai-chat'\nmodel = 'm'\n"
            f"base_url = '{model.base_url}'\ncontext_window_tokens = 200000\nmax_output_tokens = 4096\n"
            for name, label, model in zip(("sim-lite", "sim-flash", "sim-large"), LABELS, models, strict=True)
        ]
        (folder / "models.toml").write_text("\n".join(blocks), encoding="utf-8")
        app = start_app(folder / "data", env={"WEIGHBRIDGE_MODELS": str(folder / "models.toml")})
        stack.callback(app.stop)
        yield Stage(app, models, threading.Event())


def pane_text(page: Page, letter: str) -> Locator:
    return steps.answer(page, letter).locator(".rp-text")


# --- read as written -------------------------------------------------------------------------------------------------


def test_tricky_texts_are_read_as_written_everywhere(stage: Stage, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lines = "\n".join(encodable(text) for text in ONE_LINE)
    listed = "\n".join(f"- {text}" for text in ONE_LINE) + "\n\n```\n" + lines
    thread = stage.thread(TRICKY_TITLE, WRITTEN, lines, lines)
    stage.answers(WRITTEN, lines, listed)

    # The chooser, and the thread before the run.
    page.goto(f"{stage.app.url}/?thread={thread}")
    assert_reads(page.locator(".st-key-thread_preview"), SEEN)
    expect(page.get_by_test_id("stSelectbox").locator("input").first).to_have_value(
        re.compile(r"^\$5 -> \$10, a <-> b")
    )
    expect(steps.run_button(page)).to_be_enabled()
    steps.press_run(page)

    # Live: finished blocks, one growing paragraph, and a growing fence.
    expect(pane_text(page, "A")).to_contain_text(REMADE[-3][1].split()[0])
    expect(pane_text(page, "B")).to_contain_text(ONE_LINE[-1])
    expect(pane_text(page, "C")).to_contain_text(ONE_LINE[-1])
    assert_reads(pane_text(page, "A"), AS_WRITTEN)
    assert_reads(pane_text(page, "B"), ONE_LINE)
    assert_reads(pane_text(page, "C").locator("pre"), ONE_LINE)
    stage.release.set()

    # Complete: panes, thread, header, stored text, raw text, clipboard.
    steps.wait_until_votable(page)
    assert_reads(pane_text(page, "A"), SEEN)
    assert_reads(pane_text(page, "B"), ONE_LINE)
    assert_reads(pane_text(page, "C"), ONE_LINE)
    assert_reads(page.locator(".rp-list"), SEEN)
    assert visible(TRICKY_TITLE) in page.locator(".st-key-runhead h3").inner_text()
    assert [page.locator(".rp-label").nth(k).inner_text() for k in range(3)] == list(LABELS)
    assert stage.texts(steps.run_id(page)) == [WRITTEN, lines, listed]
    page.keyboard.press("r")
    for letter, text in zip("ABC", (WRITTEN, lines, listed), strict=True):
        stored = steps.answer(page, letter).locator(".rp-stored")
        expect(stored).to_be_visible()
        assert stored.evaluate("node => node.textContent") == text
    page.keyboard.press("r")
    steps.answer(page, "A").get_by_role("button", name="Copy").click()
    expect(steps.answer(page, "A").get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == WRITTEN

    # The vote's words, then the earlier turns of a follow-up.
    page.keyboard.press("1")
    expect(page.locator(".st-key-votebar")).to_contain_text(f"You voted with names shown: A, {LABELS[0]}.")
    first = steps.run_id(page)
    stage.answers("ok", "ok", "ok")
    stage.release.set()
    page.get_by_test_id("stChatInput").locator("textarea").fill(lines)
    page.get_by_test_id("stChatInput").locator("textarea").press("Enter")
    page.wait_for_url(lambda url: "run=" in url and first not in url)
    steps.wait_until_votable(page)
    assert_reads(steps.answer(page, "A").locator(".rp-earlier"), SEEN)

    # Dialogs and the library.
    page.get_by_role("button", name="New comparison").click()
    page.get_by_role("button", name="Earlier runs").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(visible(TRICKY_TITLE)).first).to_be_visible()
    assert_reads(dialog, [", ".join(LABELS)])
    page.goto(f"{stage.app.url}/threads?thread={thread}")
    expect(page.get_by_role("heading", name=visible(TRICKY_TITLE))).to_be_visible()
    expect(page.get_by_test_id("stRadio")).to_contain_text(visible(TRICKY_TITLE))
    assert_reads(page.locator(".st-key-thread_preview"), SEEN)


# --- nothing runs, nothing is fetched --------------------------------------------------------------------------------


CANARY = "window.ran = 0; window.canary = () => { window.ran += 1; };"
INTRUDERS = """(own) => {
  const all = [...document.querySelectorAll('*')], found = [];
  for (const node of all) {
    for (const { name, value } of node.attributes) {
      if (name.startsWith('on')) found.push(node.tagName + ' ' + name);
      if (/^(href|src|srcset|action|formaction|data|poster|background|ping|xlink:href)$/.test(name)
          && /^\\s*[a-z]+:/i.test(value) && !value.startsWith(own) && !/^(blob:|data:image)/.test(value)
          && !(node.tagName === 'svg')) found.push(node.tagName + ' ' + name + '=' + value.slice(0, 40));
    }
  }
  const texts = '.rp, .st-key-thread_preview, [class*=st-key-message_], [data-testid=stMarkdownContainer]';
  const forbidden = 'script, iframe, frame, object, embed, applet, link, meta, base, form, input:not(.rp-query), '
    + 'button:not(.rp button), video, audio, style, details, math, template, slot, noscript, portal, picture, source, '
    + 'isindex, xmp, plaintext, img, svg';
  for (const root of document.querySelectorAll(texts)) {
    const ours = node => node.tagName === 'STYLE' && node.textContent.startsWith('\\n.wb-msg');
    found.push(...[...root.querySelectorAll(forbidden)].filter(node => !ours(node))
      .map(n => 'inside: ' + n.outerHTML.slice(0, 80)));
  }
  for (const root of document.querySelectorAll('.rp-text, .rp-list, .rp-earlier, .st-key-thread_preview')) {
    found.push(...[...root.querySelectorAll('[id], [name], [style]:not(.rp-l), button:not(.rp-fold, .rp-edit)')]
      .map(n => 'inside: ' + n.outerHTML.slice(0, 80)));
  }
  for (const name of ['getElementById', 'querySelector', 'createElement']) {
    if (typeof document[name] !== 'function') found.push('clobbered ' + name);
  }
  if (typeof document.cookie !== 'string' || !(document.forms instanceof HTMLCollection)) found.push('clobbered');
  if ({}.ran !== undefined || [].ran !== undefined) found.push('prototype');
  return [...new Set(found)];
}"""
TOUCH = """() => document.querySelectorAll('.rp-text *, .rp-list *').forEach(node => {
  for (const type of ['mouseover', 'mouseenter', 'focus', 'pointerdown', 'auxclick', 'load', 'error', 'toggle']) {
    node.dispatchEvent(new MouseEvent(type, { bubbles: true }));
  }
})"""


def test_hostile_texts_neither_run_nor_load_anything_anywhere(
    stage: Stage, page: Page, listener: tuple[str, list[str]]
) -> None:
    host, asked = listener
    payloads = [encodable(p).replace("HOST", host).replace("alert(1)", "canary()") for p in PAYLOADS]
    blocks = "\n\n".join(payloads)
    line = " ".join(re.sub(r"[\r\n]+", " ", payload) for payload in payloads)
    title = re.sub(r"\s+", " ", line)[:4000].replace("\x00", "")
    dialogs: list[str] = []
    elsewhere: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda request: request.url.startswith((stage.app.url, "blob:", "data:")) or elsewhere.append(request.url),
    )
    page.add_init_script(CANARY)
    thread = stage.thread(title, blocks, line, blocks)
    stage.answers(blocks, line, "- " + line)

    def assert_harmless(where: str) -> None:
        assert page.evaluate(INTRUDERS, stage.app.url) == [], where
        assert page.evaluate("[window.ran, document.title, location.origin]") == [0, "Weighbridge", stage.app.url], (
            where
        )
        assert (asked, elsewhere, dialogs, len(page.context.pages)) == ([], [], [], 1), where

    page.goto(f"{stage.app.url}/?thread={thread}")
    expect(steps.run_button(page)).to_be_enabled()
    assert_harmless("set-up")
    steps.press_run(page)
    expect(pane_text(page, "B").locator(".rp-tail")).to_contain_text(words(payloads[-1])[-20:])
    page.evaluate(TOUCH)
    assert_harmless("live")
    stage.release.set()
    steps.wait_until_votable(page)
    page.evaluate(TOUCH)
    assert_harmless("complete")
    page.keyboard.press("r")
    expect(steps.answer(page, "C").locator(".rp-stored")).to_be_visible()
    assert_harmless("raw")
    assert stage.texts(steps.run_id(page)) == [blocks, line, "- " + line]

    first = steps.run_id(page)
    stage.answers(line, blocks, line)
    stage.release.set()
    page.get_by_test_id("stChatInput").locator("textarea").fill(blocks)
    page.get_by_test_id("stChatInput").locator("textarea").press("Enter")
    page.wait_for_url(lambda url: "run=" in url and first not in url)
    steps.wait_until_votable(page)
    assert_harmless("follow-up")
    page.get_by_role("button", name="New comparison").click()
    page.get_by_role("button", name="Earlier runs").click()
    expect(page.get_by_role("dialog").get_by_role("button").nth(1)).to_be_visible()
    assert_harmless("earlier runs")
    page.goto(f"{stage.app.url}/threads?thread={thread}")
    expect(page.locator(".st-key-thread_preview")).to_contain_text("canary")
    assert_harmless("threads")
