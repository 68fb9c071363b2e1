"""Findings over the numbers of recorded answers: what was not sent, tokens out of band, slow tails. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from compare.ratings.percentiles import Percentile, percentile
from compare.records import Candidate
from compare.render.numbers import seconds
from compare.report.findings.found import Finding
from compare.store.findings import RecordedNumbers
from compare.store.recorded import STEPS
from compare.tokens.calibration import FLOOR_SHARE, FLOOR_TOKENS, Calibration, Observation, fit
from compare.tokens.calibration import findings as out_of_band

SURELY_CUT_BELOW = 0.75
"""Share of the conversation's own tokens below which a call cannot have been sent all of it: every tokenizer that is
known counts at least as many tokens as ours, give or take a tenth, and framing and tools only add."""
MIN_TOKENS = 200
"""Shorter conversations are not judged by their tokens."""
MIN_TIMES = 20
"""Answers with a time from which on a candidate has a p95 worth naming."""
_MAX_LEARNED = 2_000
"""Answers that a model's line of tokens is learned from, evenly spread over all."""

Time = Literal["total_ms", "ttft_ms"]


def findings_of_numbers(rows: Sequence[RecordedNumbers], candidates: Mapping[str, Candidate]) -> Iterator[Finding]:
    """All of this file's findings; the answers of one candidate that different models served are judged apart.

    Args:
        rows: recorded answers with numbers.
        candidates: by id.
    """
    by_name: dict[str, list[RecordedNumbers]] = defaultdict(list)
    for row in rows:
        candidate = candidates[row.candidate_id]
        on_the_way = candidate.id == STEPS.id
        name = candidate.name
        if row.model_served and row.model_served != candidate.model_id:
            name = f"{name} ({row.model_served})"
        by_name[name].append(row._replace(goes_on=True) if on_the_way else row)
    for name, theirs in by_name.items():
        yield from _tokens(name, theirs)
        yield from _slow(name, theirs)


# --- tokens ----------------------------------------------------------------------------------------------------------


def _tokens(name: str, rows: Sequence[RecordedNumbers]) -> Iterator[Finding]:
    whole: dict[str, tuple[RecordedNumbers, Observation]] = {}
    for row in rows:
        reported = _reported(row)
        if reported is None or not row.in_thread:
            continue
        if row.in_thread >= MIN_TOKENS and reported < SURELY_CUT_BELOW * row.in_thread:
            yield _cut(name, row, reported, row.in_thread)
        elif not row.goes_on:
            seen = Observation(name, row.in_thread, row.n_messages, reported, row.candidate_id, row.answer_id)
            whole[row.answer_id] = (row, seen)
    observations = [seen for _, seen in whole.values()]
    if not observations:
        return
    line = fit(observations[:: len(observations) // _MAX_LEARNED + 1])
    # Most lie inside the narrowest band that there is, and need no closer look.
    doubtful = [seen for seen in observations if not _within_floor(line, seen)]
    for found in out_of_band({name: line}, doubtful):
        row = whole[found.observation.answer_id][0]
        off = abs(found.observation.reported - found.band.expected) / (found.band.expected + 1)
        yield Finding("token gap", row.thread_id, row.title, row.n_messages, found.text, off, subject=name)


def _within_floor(line: Calibration, seen: Observation) -> bool:
    middle = max(0.0, line.a * seen.counted + line.b * seen.n_messages + line.c)
    return abs(seen.reported - middle) < max(FLOOR_SHARE * middle, FLOOR_TOKENS) - 1


def _reported(row: RecordedNumbers) -> int | None:
    """Input tokens with those from a cache; some logs leave these out of the sum, which shows where they are more."""
    if row.in_reported is None:
        return None
    cached = row.cached or 0
    return row.in_reported + (cached if cached > row.in_reported else 0)


def _cut(name: str, row: RecordedNumbers, reported: int, in_thread: int) -> Finding:
    told = (
        f"{name} reported {reported:,} input tokens at message {row.n_messages}, where the conversation up to there "
        f"has {in_thread:,}: at least {1 - reported / in_thread:.0%} of it was not sent."
    )
    return Finding("context cut", row.thread_id, row.title, row.n_messages, told, 1 - reported / in_thread, name)


# --- times -----------------------------------------------------------------------------------------------------------


def _slow(name: str, rows: Sequence[RecordedNumbers]) -> Iterator[Finding]:
    """Answers above their candidate's p95; by the whole time where it is known often enough, else to first token."""
    total = [(row.total_ms, row) for row in rows if row.total_ms is not None]
    first = [(row.ttft_ms, row) for row in rows if row.ttft_ms is not None]
    timed, what = (total, "in all") if len(total) >= MIN_TIMES else (first, "to its first token")
    if len(timed) < MIN_TIMES:
        return
    times = [ms for ms, _ in timed]
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    assert p50.value is not None
    assert p95.value is not None
    for ms, row in timed:
        if ms > p95.value:
            told = (
                f"{name} took {seconds(ms)} {what} at message {row.n_messages}; its p95 is {in_words(p95)}, "
                f"its median {seconds(p50.value)}."
            )
            yield Finding("slow", row.thread_id, row.title, row.n_messages, told, ms / max(p50.value, 1.0), name)


def in_words(found: Percentile) -> str:
    """A percentile with its n, and its interval where there are answers enough for one."""
    if found.ci_low is None or found.ci_high is None:
        return f"{seconds(found.value)} (n = {found.n:,}; an interval needs {found.n_needed})"
    return f"{seconds(found.value)} ({seconds(found.ci_low)} to {seconds(found.ci_high)}, n = {found.n:,})"
