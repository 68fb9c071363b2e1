"""The part of the evidence pack's page that is about memory: raters' marks, and recall by distance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compare.render.characters import escape
from compare.report.evidence.table import UNKNOWN, table

Row = Mapping[str, Any]


def marked(rows: Sequence[Row]) -> Iterator[str]:
    """How often each candidate's answers were marked, and with what."""
    yield "<h2>What raters marked</h2>\n"
    if not rows:
        yield '<p class="quiet">No rater marked anything on an answer. Marks are set on the Vote page.</p>\n'
        return
    yield '<p class="quiet">Answers rated in studies; several raters may mark the same one. Each mark stands below '
    yield "with its thread.</p>\n"
    yield table(
        ("Candidate", "Mark", "Marks", "Break the task", "Raters", "Rated answers"),
        [
            [
                row["candidate"],
                row["words"],
                f"{row['n']:,}",
                f"{row['n_breaks']:,}",
                f"{row['n_raters']:,}",
                f"{row['n_rated']:,}",
            ]
            for row in rows
        ],
    )


def recalled(found: Row) -> Iterator[str]:
    """Recall by how far back the fact lay: probes, and raters beside them."""
    probes, raters = found["probes"], found["raters"]
    yield "<h2>Memory</h2>\n"
    if not probes and not raters:
        yield '<p class="quiet">No probes were run, and no answers rated in a study.</p>\n'
        return
    bins = {each["name"]: each["low"] for row in (*probes, *raters) for each in row["bins"]}
    ranges = sorted(bins, key=bins.__getitem__)
    head = ("Candidate", *(f"{name} back" for name in ranges))
    if probes:
        yield '<p class="quiet">Probes: share of planted facts still known, by how many messages back they lay, with '
        yield "its 95 % interval and the number of probes. A fact that was not sent counts as lost.</p>\n"
        yield table(head, [[row["candidate"], *_cells(row["bins"], ranges, "recall")] for row in probes])
        yield "<ul>\n"
        for row in probes:
            failed = f" {row['n_failed']:,} answers failed and are in no figure." if row["n_failed"] else ""
            yield f"<li>{escape(row['candidate'] + ' ' + row['sentence'] + failed)}</li>\n"
        yield "</ul>\n"
    if raters:
        yield '<p class="quiet">Raters: share of rated answers in which nobody marked a message that far back as '
        yield "forgotten. Weaker than a passed probe: the rater may not have looked.</p>\n"
        yield table(head, [[row["candidate"], *_cells(row["bins"], ranges, "kept")] for row in raters])


def _cells(bins: Sequence[Row], ranges: Sequence[str], share: str) -> list[str]:
    by_name = {each["name"]: each for each in bins}
    return [UNKNOWN if name not in by_name else _cell(by_name[name], share) for name in ranges]


def _cell(each: Row, share: str) -> str:
    if each[share] is None:
        return UNKNOWN
    known = each["ci_low"] is not None and each["ci_high"] is not None
    interval = f" ({each['ci_low']:.0%} to {each['ci_high']:.0%})" if known else ""
    return f"{each[share]:.0%}{interval}, n = {each['n']:,}"


def mark_line(mark: Row) -> str:
    """One mark of one vote, as a line below it."""
    about = f" message {mark['message']}" if mark["message"] else ""
    newer = f", superseded by message {mark['newer_message']}" if mark["newer_message"] else ""
    back = f", {mark['distance_messages']:,} messages back" if mark["distance_messages"] is not None else ""
    breaks = ", breaks the task" if mark["severity"] == "breaks" else ""
    quote = f': "{mark["quote"]}"' if mark["quote"] else ""
    note = f" ({mark['note']})" if mark["note"] else ""
    said = f"{mark['letter']} {mark['words']}{about}{newer}{back}{breaks}{quote}{note}"
    return f'<div class="mark">{escape(said)}</div>'
