"""Using the pages without a browser: opening them, running, and reading what they show."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from compare.ui import resources

ROOT = Path(__file__).resolve().parents[2]


def opened(page: str = "pages/run/playground.py") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run()
    if page != "pages/run/playground.py":
        app.switch_page(page).run()
    return app


def healthy(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def finished(app: AppTest) -> None:
    """Wait until every answer of the run on screen has ended."""
    run = resources.runs().open(str(app.session_state["run_id"]))
    deadline = time.monotonic() + 15
    while run.running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not run.running


def after_a_run(app: AppTest) -> AppTest:
    """Press Run and wait until every answer is complete."""
    app.button(key="run").click().run()
    finished(app)
    return app.run()


def all_text(app: AppTest) -> str:
    """What a reader sees: Markdown's escapes are not there for them."""
    shown = [*app.markdown, *app.caption, *app.subheader, *app.header, *app.info, *app.warning]
    words = [re.sub(r"\\(\W)", r"\1", str(element.value)) for element in shown]
    return "\n".join(words + [str(element.proto.body) for element in app.get("html")])


def until(condition: Callable[[], bool], patience_s: float = 30.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def titles() -> dict[str, str]:
    return {thread.id: thread.title for thread in resources.store().threads()}


def go_on(app: AppTest, text: str = "Which discount was it again?") -> AppTest:
    """Send a next message and wait until it is answered."""
    app.chat_input(key="next_message").set_value(text).run()
    finished(app)
    return healthy(app.run())


def badges(app: AppTest) -> str:
    """What stands in badges on the page."""
    return "\n".join(str(each.value) for each in app.markdown if "badge" in str(each.value))
