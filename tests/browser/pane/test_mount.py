"""What the page sends to mount the pane, and how its events come back: without a browser."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def mounted() -> None:
    """A page with one pane; runs inside AppTest, so it imports for itself."""
    import streamlit as st

    from compare.ui.pane import reading_pane

    st.session_state.setdefault("seen", [])
    reading_pane(
        key="pane",
        url="/rp/token",
        run_id="run-1",
        n=3,
        revision=st.session_state.get("revision", 0),
        actions=True,
        on_event=st.session_state["seen"].append,
    )


def plain() -> None:
    """The plain variant of a blind run with one answer that came early."""
    from compare.ui.pane import plain_pane

    pane: Any = {
        "name": "A", "label": "sim-large", "badge": "simulated", "state": "done", "note": "", "numbers": "12 tokens",
        "earlier": "", "blocks": [(0, "<p>Costs <strong>$5</strong></p>")], "tail": "<tail>", "thinking": False,
        "version": 0, "timeline": None, "silent_ms": 0,
    }  # fmt: skip
    hidden: Any = {
        **pane,
        "name": "B",
        "label": "",
        "badge": "",
        "state": "hidden",
        "numbers": "",
        "blocks": [],
        "tail": "",
    }
    message: Any = {"n": 1, "role": "user", "html": "<p>Hello</p>", "note": "from a file"}
    plain_pane(
        {"v": 0, "running": False, "hidden": False, "progress": "All done", "title": "", "thread": [message],
         "panes": [pane, hidden]}
    )  # fmt: skip


def test_the_mount_carries_addresses_and_switches_but_no_candidate() -> None:
    at = AppTest.from_function(mounted).run()
    assert not at.exception
    (element,) = at.get("bidi_component")
    assert json.loads(element.proto.json) == {
        "url": "/rp/token", "run": "run-1", "n": 3, "rev": 0, "actions": True, "running": False, "thread": True,
        "reserve": 300, "kept": [],
    }  # fmt: skip


def test_the_script_and_style_travel_inline_and_reach_nothing_outside() -> None:
    proto = AppTest.from_function(mounted).run().get("bidi_component")[0].proto
    assert "export default function" in proto.js_content
    assert proto.isolate_styles is False
    for text in (proto.js_content, proto.css_content, proto.html_content):
        assert "\n" in text
        assert "http://" not in text
        assert "https://" not in text.replace("/^https?:", "")
        assert "@import" not in text
    assert "eval(" not in proto.js_content


def test_a_rerun_mounts_the_same_element_again() -> None:
    at = AppTest.from_function(mounted).run()
    first = at.get("bidi_component")[0].proto
    at.session_state["revision"] = 1
    second = at.run().get("bidi_component")[0].proto
    assert second.id == first.id
    assert json.loads(second.json)["rev"] == 1


def test_the_plain_view_is_visible_to_page_tests() -> None:
    at = AppTest.from_function(plain).run()
    assert not at.exception
    shown = "".join(element.proto.body for element in at.get("html"))
    for text in ("<strong>$5</strong>", "sim-large", "12 tokens", "&lt;tail&gt;", "from a file", "<p>Hello</p>"):
        assert text in shown
    assert "This answer is shown when all are complete." in shown
    assert at.caption[0].value == "All done"
