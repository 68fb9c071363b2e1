"""The evidence pack as one HTML page that needs nothing but itself: no script, no request, light and dark, for print.

It shows the document of gathered.py and nothing else. Words of others are rendered as everywhere and lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from compare.render.characters import escape
from compare.report.comparison.page import shell, text_html
from compare.report.evidence import memory, plots
from compare.report.evidence.table import UNKNOWN, table
from compare.report.words import counted

Row = Mapping[str, Any]


def to_page(document: Mapping[str, Any]) -> str:
    """The whole page, from the document of `gathered`."""
    style = files("compare.report.evidence").joinpath("page.css").read_text(encoding="utf-8")
    return shell("Evidence for routing weights", _body(document), style)


def _body(found: Mapping[str, Any]) -> Iterator[str]:
    votes, decision = found["votes"], found["decision"]
    yield "<header><h1>Evidence for routing weights</h1>\n"
    yield f'<p class="quiet">{escape(found["made_at"])}, {escape(found["product"]["name"])} '
    yield f"{escape(found['product']['version'])}. {escape(votes['sentence'])} by "
    yield f"{counted(votes['n_raters'], 'rater')}; {escape(votes['kind'])}. Hash of the votes: "
    yield f"{escape(votes['sha256'][:16])}.</p></header>\n<main>\n"
    yield f'<h2>Decision</h2>\n<p class="decision">{escape(decision["headline"])}</p>\n'
    yield f'<p>{escape(decision["rule"])}</p><p class="quiet">{escape(decision["limits"])}</p>\n'
    for bucket, said in zip(found["buckets"], decision["sentences"], strict=True):
        yield from _bucket(bucket, said)
    yield from _scorecard(found["scorecard"])
    yield from _ratings(found["ratings"])
    yield from memory.marked(found["marks"])
    yield from memory.recalled(found["recall"])
    yield from _measured(found["measured"])
    yield from _candidates(found["candidates"])
    yield from _file(found["routing_yaml"], found["losses"])
    yield from _exports(found["exports"])
    yield f'<h2>Threads and votes</h2>\n<p class="quiet">{counted(len(found["threads"]), "thread")}. Raters go by '
    yield "numbers.</p>\n"
    for thread in found["threads"]:
        yield from _thread(thread)
    yield "</main>\n"


# --- pieces ----------------------------------------------------------------------------------------------------------


def _bucket(bucket: Row, said: str) -> Iterator[str]:
    name = f"{bucket['threads'][:1].upper()}{bucket['threads'][1:]}"
    rule = f" ({bucket['match']})" if bucket["match"] else ""
    yield f"<h2>{escape(name + rule)}</h2>\n<p>{escape(said)}</p>\n"
    if not bucket["win_shares"]:
        return
    yield '<p class="quiet">Win share with its 95 % interval: how often the answer would be preferred to one of a '
    yield "candidate drawn at random.</p>\n"
    shares = [(each["candidate"], each["mean"], each["ci_low"], each["ci_high"]) for each in bucket["win_shares"]]
    yield plots.dots(shares, f"Win shares on {name}")
    place = {model: i for i, model in enumerate(bucket["models"])}
    order = [each["candidate"] for each in bucket["win_shares"]]
    yield '<p class="quiet">Weights proposed; the line across shows what runs now.</p>\n'
    weights = [(each, bucket["current"][place[each]], bucket["proposed"][place[each]]) for each in order]
    yield plots.bars(weights, f"Weights for {name}")
    head = ("Candidate", "Now", "Proposed", "Best within the limits", "How sure", "Votes")
    rows = []
    for each in bucket["win_shares"]:
        i = place[each["candidate"]]
        columns = (bucket["current"], bucket["proposed"], bucket["optimal"], bucket["posterior_averaged"])
        cells = [UNKNOWN if column is None else f"{column[i]:.2f}" for column in columns]
        rows.append([each["candidate"], *cells, f"{each['n_votes']:,}"])
    yield table(head, rows)
    sure = UNKNOWN if bucket["p_gain"] is None else f"{bucket['p_gain']:.3f}"
    by = ", ".join(bucket["clusters"]) or "none: votes taken as independent"
    yield f'<p class="quiet">P(gain) {sure}. Clusters: {escape(by)}. {counted(bucket["n_votes"], "vote")} by '
    yield f"{counted(bucket['n_raters'], 'rater')} on {counted(bucket['n_threads'], 'thread')}, and "
    yield f"{bucket['n_both_bad']:,} that found all bad.</p>\n"


def _scorecard(card: Row | None) -> Iterator[str]:
    yield "<h2>Scorecard</h2>\n"
    if card is None:
        yield '<p class="quiet">There is no criteria file.</p>\n'
        return
    yield f"<p>{escape(card['sentence'])}</p>\n"
    yield table(
        ("Criterion", "Verdict", ""),
        [(each["criterion"], each["verdict"], each["sentence"]) for each in card["results"]],
    )


def _ratings(rows: Sequence[Row]) -> Iterator[str]:
    yield "<h2>Ratings, all lengths</h2>\n"
    cells = []
    for row in rows:
        known = row["ci_low"] is not None and row["ci_high"] is not None
        interval = f"{row['ci_low']:.0f} to {row['ci_high']:.0f}" if known else UNKNOWN
        rating = UNKNOWN if row["rating"] is None else f"{row['rating']:.0f}"
        cells.append([row["candidate"], rating, interval, f"{row['n_votes']:,}", f"{row['both_bad']:,}"])
    yield table(("Candidate", "Rating", "95 % interval", "Pairs", "All bad"), cells)


def _measured(rows: Sequence[Row]) -> Iterator[str]:
    yield "<h2>Time and cost</h2>\n"
    if not rows:
        yield '<p class="quiet">Nothing was measured here.</p>\n'
        return
    cells = [
        [
            row["candidate"],
            row["bucket"],
            f"{row['n_done']:,}",
            f"{row['n_failed']:,}",
            f"{row['n_cut']:,}",
            UNKNOWN if row["cost_usd"] is None else f"${row['cost_usd']:.5f}",
            _seconds(row["p50_ms"]),
            _seconds(row["p95_ms"]),
        ]
        for row in rows
    ]
    yield table(("Candidate", "Messages", "Answers", "Failed", "Cut", "Cost of one", "p50", "p95"), cells)


def _seconds(ms: float | None) -> str:
    return UNKNOWN if ms is None else f"{ms / 1000:.2f} s"


def _candidates(rows: Sequence[Row]) -> Iterator[str]:
    yield "<h2>Candidates, settings and prices</h2>\n"
    cells = []
    for row in rows:
        given = [f"{name} {value}" for name, value in row["settings"].items() if value not in (None, "", (), [])]
        price = row["price"]
        told = UNKNOWN
        if price is not None:
            told = (
                f"${price['input_usd_per_mtok']} in, ${price['output_usd_per_mtok']} out, {price['as_of'] or 'no date'}"
            )
        kind = "simulated" if row["simulated"] else ""
        cells.append([
            row["label"], row["model_id"], "; ".join(given) or "as the server has them", row["context_policy"],
            row["preparation"], told, "" if price is None else price["source"], kind,
        ])  # fmt: skip
    head = ("Candidate", "Model", "Settings", "Context", "Preparation", "Price of a million tokens", "Source", "")
    yield table(head, cells)


def _file(text: str | None, losses: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    yield "<h2>routing.yaml</h2>\n"
    if text is None:
        yield '<p class="quiet">There is no file: no range of lengths has weights yet.</p>\n'
        return
    yield f'<details><summary>The file</summary><div class="file">{escape(text)}</div></details>\n'
    for target, lost in losses.items():
        told = f"{target}: {counted(len(lost), 'loss') if len(lost) < 2 else f'{len(lost)} losses'}"
        yield f"<details><summary>{escape(told)}</summary>"
        yield table(("Field", "What the gateway does instead"), [(each["field"], each["reason"]) for each in lost])
        yield "</details>\n"


def _exports(rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield "<h2>Exports so far</h2>\n"
    cells = [
        [
            row["made_at"],
            row["made_by"] or "not named",
            row["target"],
            f"{row['n_votes']:,}",
            row["summary"],
            row["approved_by"] or "not approved",
        ]
        for row in rows
    ]
    yield table(("Made", "By", "For", "Votes", "What it says", "Approved by"), cells)


# --- threads ---------------------------------------------------------------------------------------------------------


def _thread(thread: Row) -> Iterator[str]:
    n_votes = sum(len(each["votes"]) for each in thread["comparisons"])
    title = thread["title"] or thread["id"]
    told = f"{title}: {counted(thread['n_messages'], 'message')}, {counted(n_votes, 'vote')}"
    yield f'<details class="thread"><summary>{escape(told)}</summary>\n'
    for number, message in enumerate(thread["messages"], 1):
        role = escape(message["role"])
        yield f'<div class="message {role}"><div class="who">{number} {role}</div>'
        yield f"{_words(message['text'])}</div>\n"
    for comparison in thread["comparisons"]:
        yield from _comparison(comparison)
    yield "</details>\n"


def _comparison(comparison: Row) -> Iterator[str]:
    yield f'<h3>Compared {escape(comparison["created_at"][:16].replace("T", " "))}</h3>\n<div class="answers">\n'
    for answer in comparison["answers"]:
        yield f'<article><header><span class="letter">{answer["letter"]}</span><h3>{escape(answer["candidate"])}</h3>'
        yield f"</header>{_words(answer['text'])}"
        cost = "cost unknown" if answer["cost_usd"] is None else f"${answer['cost_usd']}"
        told = f"{answer['status']}, {_seconds(answer['total_ms'])}, {cost}"
        yield f'<p class="quiet">{escape(told)}</p></article>\n'
    yield '</div>\n<ul class="votes">\n'
    for vote in comparison["votes"]:
        chosen = " > ".join(vote["ranking"])
        said = f"{vote['rater']}: {vote['verdict'].replace('_', ' ')} {chosen}".strip()
        marks = "".join(memory.mark_line(mark) for mark in vote["marks"])
        comment = f'<blockquote class="written">{escape(vote["comment"])}</blockquote>' if vote["comment"] else ""
        because = f" ({', '.join(vote['reasons'])})" if vote["reasons"] else ""
        yield f"<li>{escape(said + because)}{comment}{marks}</li>\n"
    yield "</ul>\n"


def _words(text: str | None) -> str:
    return '<p class="quiet">(left out)</p>' if text is None else text_html(text)
