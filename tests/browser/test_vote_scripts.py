"""Parts of the vote page's scripts alone in a browser: measured time, and spans of a text that markdown has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import compare.ui.pane as pane
import compare.ui.vote as vote
from compare.render.blocks import render_all

pytestmark = pytest.mark.browser

PANE, VOTE = Path(pane.__file__).parent, Path(vote.__file__).parent
SCRIPTS = [PANE / "dom.js", PANE / "places.js", VOTE / "keeping.js", VOTE / "spans.js"]
EXPORTS = "Object.assign(window, { ActiveTime, Drafts, Words });"


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    """A page with these scripts and nothing else."""
    page = chromium.new_page()
    page.set_content("<body></body>")
    page.add_script_tag(content="\n".join(path.read_text("utf-8") for path in SCRIPTS) + EXPORTS)
    yield page
    page.close()


def test_only_time_in_which_the_rater_did_something_counts(blank: Page) -> None:
    measured = blank.evaluate(
        """() => {
          let now = 0;
          performance.now = () => now;
          let hidden = false;
          Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
          const time = new ActiveTime(), at = ms => { now = ms; };
          const seen = [time.ms];
          time.begin(5_000);
          at(20_000); time.moved(); seen.push(time.ms);           // 20 s of work on top of the 5 s from before
          at(50_000); seen.push(time.ms);                         // still reading
          at(600_000); seen.push(time.ms);                        // went for lunch: a minute counts, not nine
          time.moved(); at(610_000); seen.push(time.ms);
          hidden = true; time.away(); at(700_000); time.moved(); seen.push(time.ms);   // another tab
          hidden = false; time.moved(); at(705_000); seen.push(time.ms);
          time.stop(); at(800_000); time.moved(); seen.push(time.ms);
          return seen;
        }"""
    )
    assert measured == [0, 25_000, 55_000, 85_000, 95_000, 95_000, 100_000, 0]


TEXT = """**Order** *LD-7731* goes to [the depot](https://example.org/x) for \U0001f600 `Berlin`, Berlin.

- one lamp
- two **lamps**, one lamp

| part | state |
|---|---|
| lamp | sent |

```python
print("lamp")
```

The last lamp, na\u00efve and **Berlin** again.
"""


PIECES = [
    ("Order", 0), ("LD-7731", 0), ("Berlin", 1), ("Berlin", 2), ("one lamp", 1), ("sent", 0), ("lamp", 5),
    ("na\u00efve", 0),
]  # fmt: skip


@pytest.mark.parametrize(("words", "which"), PIECES)
def test_selected_words_are_found_in_the_text_behind_the_markdown(blank: Page, words: str, which: int) -> None:
    found = blank.evaluate(
        """([blocks, text, words, which]) => {
          const one = new Words(0, { n: 1, blocks, text });
          document.body.replaceChildren(one.el);
          const places = [];
          for (const node of textNodes(one.el)) {
            for (let k = node.data.indexOf(words); k >= 0; k = node.data.indexOf(words, k + 1)) places.push([node, k]);
          }
          const [node, at] = places[which], range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + words.length);
          const span = one.spanOf(range);
          return [span, one.rangesOf([span])[0].toString(), one.quote(span)];
        }""",
        [render_all(TEXT), TEXT, words, which],
    )
    (start, end), shown, quote = found
    assert (TEXT[start:end], shown, quote) == (words, words, words)
    assert TEXT[:start].count(words) == which


def test_a_quote_names_characters_that_nobody_sees(blank: Page) -> None:
    text = "pay\u202e 7714 \U0001f600"
    quote = "([blocks, text]) => new Words(0, { n: 1, blocks, text }).quote([0, text.length])"
    assert blank.evaluate(quote, [render_all(text), text]) == "pay[U+202E] 7714 \U0001f600"


def test_a_selection_over_several_blocks_keeps_its_ends_and_none_is_none(blank: Page) -> None:
    found = blank.evaluate(
        """([blocks, text]) => {
          const one = new Words(0, { n: 1, blocks, text });
          document.body.replaceChildren(one.el, document.createElement('p'));
          const range = document.createRange(), nodes = textNodes(one.el);
          range.setStart(nodes.find(node => node.data.includes('two')), 0);
          range.setEnd(nodes.find(node => node.data.includes('The last')), 'The last'.length);
          const outside = document.createRange();
          outside.selectNodeContents(document.body.lastChild);
          return [one.spanOf(range), one.spanOf(outside)];
        }""",
        [render_all(TEXT), TEXT],
    )
    (start, end), nothing = found
    assert TEXT[start:end].startswith("two **lamps**")
    assert TEXT[start:end].endswith("The last")
    assert nothing is None
