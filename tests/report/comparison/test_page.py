"""The page: complete, inert, and able to stand alone."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

from compare.records import Candidate
from compare.report.comparison.gathered import Gathered
from compare.report.comparison.page import to_page
from tests.report.comparison.conftest import Shelf
from tests.report.comparison.test_gathered import follow_up

ALLOWED = {"html", "head", "meta", "link", "title", "style", "body", "header", "main", "h1", "h2", "h3", "h4", "h5",
           "h6", "dl", "dt", "dd", "p", "ul", "ol", "li", "div", "span", "article", "details", "summary", "table",
           "thead", "tbody", "tr", "th", "td", "pre", "code", "blockquote", "a", "strong", "em", "s", "br",
           "hr"}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "rel", "href", "class", "scope", "start", "value"}


class Seen(HTMLParser):
    """Tags, attributes and text of a page, and whether every tag that was opened is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_only_known_tags_and_attributes_reach_the_page_and_all_are_closed(full: Callable[[], Gathered]) -> None:
    seen = Seen(to_page(full()))
    assert seen.open == []
    assert {tag for tag, _ in seen.tags} <= ALLOWED
    assert {name for _, attributes in seen.tags for name in attributes} <= ATTRIBUTES
    # The one address is the empty icon, which keeps a browser from asking for one.
    assert [a["href"] for _, a in seen.tags if "href" in a] == ["data:,"]


def test_scripts_and_requests_are_forbidden_a_second_time(full: Callable[[], Gathered]) -> None:
    policy = next(a["content"] for tag, a in Seen(to_page(full())).tags if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_the_style_asks_for_nothing(full: Callable[[], Gathered]) -> None:
    style = to_page(full()).partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style


def test_all_that_is_known_stands_there(full: Callable[[], Gathered]) -> None:
    shown = " ".join(Seen(to_page(full())).words)
    for told in ("Order <b>4417</b> # | *x*", "First <i>", "Not a heading of ours", "a longer one, never closed",
                 "image not loaded: picture", "https://evil.example/b", "Second, asked again.", "Half of",
                 "failed (rate_limit)", "429 <b>slow down</b>", "not stored", "On its way.", "Odd | *warning*",
                 "1,302 reported (1,024 counted)", "$0.00210 (reported tokens times the price then)",
                 "2026-11-01 (the vendor's page)",
                 "Thinking ``` and <script>x</script>", "Be `kind`.", "Best: A First <i>. By =Ann|", "U+202E",
                 "complete, and empty", "Weighbridge 0"):  # fmt: skip
        assert told in shown, told


def test_the_title_of_the_window_is_the_threads_without_hidden_characters(shelf: Shelf) -> None:
    shelf.compare(shelf.thread(title="</title><script>\u202e"), Candidate("a"), Candidate("b"))
    assert "<title>&lt;/title&gt;&lt;script&gt; </title>" in to_page(shelf.gathered())


def test_a_follow_up_shows_each_branch_and_the_run_before(shelf: Shelf) -> None:
    follow_up(shelf)
    shown = " ".join(Seen(to_page(shelf.gathered("run-2"))).words)
    assert "2 messages that only this candidate was shown" in shown
    assert "2 assistant, its own answer" in shown
    assert "Runs before this one" in shown
    assert shown.count("In Rome.") == 1
