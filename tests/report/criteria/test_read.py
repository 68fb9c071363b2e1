"""criteria.toml: what is read, and how every problem is told."""

from __future__ import annotations

import pytest

from compare.errors import ConfigError
from compare.report.criteria.example import EXAMPLE
from compare.report.criteria.read import load, read
from compare.report.criteria.values import Criterion

WHOLE = """
title = "Gate"

[[criterion]]
name = "In time"
metric = "p95"
time = "total"
bucket = "9-20 messages"
workload = ["interactive", "batch"]
candidate = "sim-lite"
history = "own"
limit = "<= 3.0 s"
min_n = 50
sure = true

[[criterion]]
name = "Remembers"
metric = "recall"
at_messages = 30
limit = ">= 90 %"
"""


def criterion(lines: str) -> Criterion:
    (found,) = load(f'[[criterion]]\nname = "a"\n{lines}').criteria
    return found


def problems(text: str) -> list[str]:
    found, told = read(text)
    assert found is None
    return [str(problem) for problem in told]


def test_every_field_is_read() -> None:
    criteria = load(WHOLE)
    assert criteria.title == "Gate"
    first, second = criteria.criteria
    assert (first.name, first.metric, first.time, first.limit.value) == ("In time", "p95", "total", 3000.0)
    assert (first.workloads, first.candidates, first.history) == (("interactive", "batch"), ("sim-lite",), "own")
    assert (first.min_n, first.sure, first.line) == (50, True, 4)
    assert first.figure_name + first.place == (
        "p95 of the complete answer on threads with 9-20 messages of workload interactive or batch under own history"
    )
    assert (second.at_messages, second.figure_name, second.place) == (30, "recall at 30 messages", "")


def test_the_example_can_be_read() -> None:
    assert len(load(EXAMPLE).criteria) == 4


@pytest.mark.parametrize(
    ("bucket", "inside", "outside", "words"),
    [
        ("8+ messages", (8, 9, 500), (1, 7), "8+ messages"),
        ("9-20 messages", (9, 20), (8, 21), "9-20 messages"),
        ("9-20", (9, 20), (8, 21), "9-20 messages"),
        ("1 message", (1,), (2,), "1 message"),
        ("30", (30,), (29, 31), "30 messages"),
        ("thread_length > 8", (9,), (8,), "thread_length > 8"),
        ("4 <= thread_length < 9", (4, 8), (3, 9), "4 <= thread_length < 9"),
        ("long", (9,), (8,), "9+ messages"),
    ],
)
def test_buckets_are_ranges_rules_or_names(
    bucket: str, inside: tuple[int, ...], outside: tuple[int, ...], words: str
) -> None:
    found = criterion(f'metric = "error_rate"\nlimit = "<= 1 %"\nbucket = "{bucket}"')
    assert all(found.takes_length(n) for n in inside)
    assert not any(found.takes_length(n) for n in outside)
    assert found.bucket == words


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            'metric = "p95"\nlimit = "<= 3 s"',
            (
                "line 1, criterion[0].time: p95 needs time, which says which time is "
                "meant: ttft, first_text, total, wall"
            ),
        ),
        (
            'metric = "p95"\ntime = "first"\nlimit = "<= 3 s"',
            ("line 4, criterion[0].time: 'first' is not known; did you mean 'first_text'?"),
        ),
        (
            'metric = "errors"\nlimit = "<= 3 %"',
            ("line 3, criterion[0].metric: 'errors' is not known; did you mean 'error_rate'?"),
        ),
        (
            'metric = "zzz"\nlimit = "<= 3 %"',
            (
                "line 3, criterion[0].metric: 'zzz' is not known; known are p50, p95, p99, "
                "error_rate, cut_rate, cost_per_query, cost_per_resolved_session, win_share, good_enough_rate, recall"
            ),
        ),
        ('metric = "error_rate"', "line 1, criterion[0].limit: limit is missing"),
        (
            'metric = "error_rate"\nlimt = "<= 3 %"\nlimit = "<= 3 %"',
            ("line 4, criterion[0].limt: 'limt' is not known; did you mean 'limit'?"),
        ),
        (
            'metric = "error_rate"\nlimit = 3',
            ('line 4, criterion[0].limit: must say a direction and a unit, in quotes, such as "<= 3 s"'),
        ),
        (
            'metric = "error_rate"\nlimit = "<= 3 s"',
            (
                "line 4, criterion[0].limit: '<= 3 s' has the unit 's'; this metric "
                "is measured in '%' or no unit (0 to 1), such as \"<= 2 %\""
            ),
        ),
        (
            'metric = "error_rate"\ntime = "total"\nlimit = "<= 3 %"',
            ("line 4, criterion[0].time: error_rate takes no time; it belongs to p50, p95, p99"),
        ),
        (
            'metric = "win_share"\nlimit = ">= 3 %"',
            ("line 1, criterion[0].against: win_share needs against, which says which candidate it is compared with"),
        ),
        (
            'metric = "recall"\nat_messages = 0\nlimit = ">= 3 %"',
            ("line 4, criterion[0].at_messages: must be a whole number from 1 upwards, not 0"),
        ),
        (
            'metric = "error_rate"\nlimit = "<= 3 %"\nmin_n = true',
            ("line 5, criterion[0].min_n: must be a whole number from 1 upwards, not True"),
        ),
        (
            'metric = "error_rate"\nlimit = "<= 3 %"\nsure = "yes"',
            ("line 5, criterion[0].sure: must be true or false, without quotes"),
        ),
        (
            'metric = "error_rate"\nlimit = "<= 3 %"\ncandidate = []',
            ("line 5, criterion[0].candidate: is an empty list; name at least one, or leave the field out"),
        ),
        (
            'metric = "error_rate"\nlimit = "<= 3 %"\nbucket = "many"',
            (
                "line 5, criterion[0].bucket: 'many' is no range of thread lengths; write one such as '9+ messages', "
                "'9-20 messages' or 'thread_length > 8', or a bucket's name (short, long)"
            ),
        ),
        (
            'metric = "error_rate"\nlimit = "<= 3 %"\nbucket = "20-9"',
            ("line 5, criterion[0].bucket: '20-9' ends before it begins"),
        ),
        (
            'metric = "error_rate"\nlimit = "<= 3 %"\nbucket = "thread_length > 8 and has_tools"',
            (
                "line 5, criterion[0].bucket: 'thread_length > 8 and has_tools' asks for has_tools; "
                "here only thread_length is known"
            ),
        ),
    ],
)
def test_a_problem_is_told_with_line_field_and_what_would_be_right(lines: str, told: str) -> None:
    assert problems(f'[[criterion]]\nname = "a"\n{lines}') == [told]


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    text = 'titel = "x"\n[[criterion]]\nname = ""\nmetric = "p95"\n\n[[criterion]]\nmetric = "recall"\nlimit = "3"\n'
    assert [told.partition(":")[0] for told in problems(text)] == [
        "line 1, titel",
        "line 2, criterion[0].limit",
        "line 2, criterion[0].time",
        "line 3, criterion[0].name",
        "line 6, criterion[1].name",
        "line 6, criterion[1].at_messages",
        "line 8, criterion[1].limit",
    ]


def test_two_criteria_of_one_name_are_told_apart_by_nobody() -> None:
    one = '[[criterion]]\nname = "a"\nmetric = "error_rate"\nlimit = "<= 1 %"\n'
    assert problems(one + one) == ["line 6, criterion[1].name: 'a' comes twice; give each criterion a name of its own"]


def test_what_is_no_toml_is_told_with_its_line() -> None:
    (told,) = problems('[[criterion]]\nname = "a"\nmetric = p95\n')
    assert told.startswith("line 3: this is not TOML: ")


@pytest.mark.parametrize("text", ["", "title = 'x'", "criterion = 3", "criterion = []", "criterion = ['a']"])
def test_a_file_without_criteria_passes_nothing(text: str) -> None:
    assert any("at least one [[criterion]] is needed" in told for told in problems(text))


def test_lines_are_right_below_a_text_of_several_lines_and_unknown_for_inline_tables() -> None:
    text = 'title = """\n[[criterion]]\nname = 1\n"""\n[[criterion]]\nname = "a"\nmetric = "zzz"\nlimit = "<= 1 %"\n'
    assert problems(text)[0].startswith("line 1, title") is False
    assert [told.partition(":")[0] for told in problems(text)] == ["line 7, criterion[0].metric"]
    inline = 'criterion = [{ name = "a", metric = "zzz", limit = "<= 1 %" }]'
    assert problems(inline)[0].startswith("line 1, criterion[0].metric")


def test_files_of_other_systems_are_read_and_their_lines_are_right() -> None:
    text = '\ufeff[[criterion]]\r\nname = "a"\r\nmetric = "zzz"\r\nlimit = "<= 1 %"\r\n'
    assert [told.partition(":")[0] for told in problems(text)] == ["line 3, criterion[0].metric"]


def test_load_lists_the_problems_under_the_files_name() -> None:
    with pytest.raises(ConfigError) as caught:
        load("titel = 1", "gate.toml")
    assert str(caught.value).startswith("gate.toml has 2 problems:\n- ")
