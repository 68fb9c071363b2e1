"""What a first version of such a page looks like: each twentieth of a second every pane's whole text is written again.

    streamlit run benchmarks/screen/naive.py

The address says what it does: ?models=a,b,c,d&url=... asks four models when Run is pressed; ?thread=FILE&texts=a,b,c,d
shows a thread of 200 messages and four finished answers.
"""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import httpx
import streamlit as st

TICK_S = 0.05


class Answer:
    """One answer as it comes in, read by a thread of its own."""

    def __init__(self, url: str, model: str) -> None:
        self.text = ""
        self.done = False
        threading.Thread(target=self._read, args=(url, model), daemon=True).start()

    def _read(self, url: str, model: str) -> None:
        asked = {"model": model, "messages": [{"role": "user", "content": "?"}], "stream": True}
        with httpx.stream("POST", f"{url}/chat/completions", json=asked, timeout=60, trust_env=False) as response:
            for line in response.iter_lines():
                if line.startswith("data: {"):
                    for choice in json.loads(line[6:])["choices"]:
                        self.text += choice["delta"]["content"]
        self.done = True


def stream() -> None:
    models = st.query_params["models"].split(",")
    name = st.text_input("Name of who votes", value="local", key="name")
    st.caption(f"Voting as {name}")
    if st.button("Run", key="run"):
        st.session_state["answers"] = [Answer(st.query_params["url"], model) for model in models]
    places = [column.container(key=f"pane{i}", height=520).empty() for i, column in enumerate(st.columns(len(models)))]
    answers: list[Answer] = st.session_state.get("answers", [])
    while answers:
        ended = all(answer.done for answer in answers)
        for place, answer in zip(places, answers, strict=True):
            place.markdown(answer.text)
        if ended:
            st.text("All answers are complete.")
            return
        time.sleep(TICK_S)


def finished() -> None:
    from benchmarks.screen.texts import text

    messages = json.loads(Path(st.query_params["thread"]).read_text())["messages"]
    left, *columns = st.columns([1, 1, 1, 1, 1])
    with left.container(key="thread", height=700):
        for message in messages:
            st.chat_message(message["role"]).markdown(message["content"])
    for i, (column, model) in enumerate(zip(columns, st.query_params["texts"].split(","), strict=True)):
        kind, n_tokens = model.split("-")[:2]
        column.container(key=f"pane{i}", height=700).markdown(text(kind, int(n_tokens)))


st.set_page_config(layout="wide")
if "models" in st.query_params:
    stream()
elif "thread" in st.query_params:
    finished()
