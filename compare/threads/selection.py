"""Which threads of the library are meant: by what is said of them, or by name. One value, and one way of writing it.

    tag:refund|workload:batch|source:log.jsonl|messages:9-20|recorded:yes|archived:yes|search:late parcel
    ids:3f09...,77ab...

Terms are joined by "|", and all of them must hold. Of several tags all must be there; of several workloads or sources
one. The empty text means every thread that is not archived. A "|" or "%" inside a value is written %7C or %25. This
stands in addresses (`?threads=...`) and on the command line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from compare.errors import CompareError

_YES_NO = {"yes": True, "no": False}
_RANGE = re.compile(r"(?P<low>\d{1,9})(?:-(?P<high>\d{1,9})|(?P<up>\+))?")
_NAMES = ("search", "tag", "workload", "source", "messages", "recorded", "archived", "ids")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of threads; a field that is empty or None asks nothing."""

    search: str = ""
    """In title, source or a message; upper and lower case are the same."""
    tags: tuple[str, ...] = ()
    """All of them."""
    workloads: tuple[str, ...] = ()
    """One of them."""
    sources: tuple[str, ...] = ()
    """One of them."""
    low: int | None = None
    """Least number of messages, all roles."""
    high: int | None = None
    """Greatest number of messages."""
    recorded: bool | None = None
    """Whether what was really answered is known for at least one of its messages."""
    archived: bool = False
    """The archived threads in place of the others. Threads that are named by `ids` are meant either way."""
    ids: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """As it stands in an address; `read` understands it."""
        return "|".join(f"{name}:{_escaped(value)}" for name, value in self._terms())

    def _terms(self) -> Iterator[tuple[str, str]]:
        yield from (("tag", tag) for tag in self.tags)
        yield from (("workload", workload) for workload in self.workloads)
        yield from (("source", source) for source in self.sources)
        if self.low is not None or self.high is not None:
            yield "messages", in_messages(self.low, self.high)
        if self.recorded is not None:
            yield "recorded", "yes" if self.recorded else "no"
        if self.archived:
            yield "archived", "yes"
        if self.ids:
            yield "ids", ",".join(self.ids)
        if self.search.strip():
            yield "search", self.search.strip()

    @classmethod
    def read(cls, text: str) -> Selection:
        """The selection that a text describes.

        Raises:
            CompareError: a term is unknown or its value cannot be read.
        """
        found: dict[str, list[str]] = {}
        for term in filter(str.strip, text.split("|")):
            name, colon, value = term.partition(":")
            if not colon or name.strip() not in _NAMES:
                raise CompareError(
                    f"The selection of threads holds {term.strip()!r}; a term is one of {', '.join(_NAMES)} with a "
                    'colon and a value, such as "tag:refund".'
                )
            found.setdefault(name.strip(), []).append(_unescaped(value).strip())
        low, high = _range(found.get("messages", [""])[-1])
        ids = [each.strip() for value in found.get("ids", ()) for each in value.split(",")]
        return cls(
            search=" ".join(found.get("search", ())),
            tags=_each(found.get("tag")),
            workloads=_each(found.get("workload")),
            sources=_each(found.get("source")),
            low=low,
            high=high,
            recorded=_yes_or_no("recorded", found["recorded"][-1]) if "recorded" in found else None,
            archived=_yes_or_no("archived", found["archived"][-1]) if "archived" in found else False,
            ids=_each(ids),
        )


def in_messages(low: int | None, high: int | None) -> str:
    """A range of lengths in figures: "9-20", "21+"."""
    return f"{low or 1}+" if high is None else f"{low or 1}-{high}"


def _range(text: str) -> tuple[int | None, int | None]:
    if not text:
        return None, None
    match = _RANGE.fullmatch(text)
    if match is None:
        raise CompareError(f'A length in messages is written as "30", "9-20" or "21+", not {text!r}.')
    low = int(match["low"])
    return low, int(match["high"]) if match["high"] else None if match["up"] else low


def _yes_or_no(name: str, value: str) -> bool:
    if value.lower() not in _YES_NO:
        raise CompareError(f'The term "{name}" of a selection of threads is "yes" or "no", not {value!r}.')
    return _YES_NO[value.lower()]


def _each(values: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values or () if value))


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("|", "%7C")


def _unescaped(value: str) -> str:
    return re.sub("%7C", "|", value, flags=re.IGNORECASE).replace("%25", "%")
