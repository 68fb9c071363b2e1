"""Frames are server-sent events that survive any text."""

from __future__ import annotations

import json

from compare.render.frames import sse_frame


def test_a_frame_is_one_event_whose_lines_no_text_can_break() -> None:
    ops = [[0, "a", "line\r\n\nline\u2028 data: x\n\nid: 9\n\n"], [-1, "z"]]
    frame = sse_frame(7, ops).decode()
    assert frame.startswith("id: 7\ndata: ")
    assert frame.endswith("\n\n")
    assert frame.count("\n") == 3
    assert json.loads(frame.split("data: ", 1)[1]) == ops
