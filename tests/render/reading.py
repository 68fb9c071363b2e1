"""What a reader (and a browser) makes of rendered HTML: its visible text, its tags, its attributes."""

from __future__ import annotations

from html.parser import HTMLParser

BREAKS = {"p", "li", "tr", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "div", "br", "hr", "blockquote"}


class Reading(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.other: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.parts.append("\n" if tag in BREAKS else " " if tag in ("td", "th") else "")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)

    @property
    def text(self) -> str:
        lines = (" ".join(line.split(" ")).strip() for line in "".join(self.parts).split("\n"))
        return "\n".join(line for line in lines if line)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def read(markup: str) -> str:
    """The visible text, a line for each block."""
    return Reading(markup).text
