"""JUnit files that CI systems can read, whatever names are in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from compare.records import Candidate
from compare.report.criteria import Scorecard, junit, load, scorecard
from compare.store import Store
from tests.report.measured.conftest import Bureau

AT = datetime(2026, 11, 23, 18, 0, 0, tzinfo=UTC)
TEXT = """
[[criterion]]
name = "No <errors> & \\"quotes\\""
metric = "error_rate"
limit = "<= 50 %"
[[criterion]]
name = "In time"
metric = "p50"
time = "total"
limit = "<= 1 s"
"""
# What the schemas of Jenkins and of Ant's JUnit task both allow: attributes by element, children in their order.
ATTRIBUTES = {
    "testsuites": set(),
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "system-out": set(),
    "system-err": set(),
}
CHILDREN = {
    "testsuites": r"(testsuite )*",
    "testsuite": r"properties (testcase )*system-out system-err ",
    "properties": r"(property )*",
    "testcase": r"((failure|error) )?",
}


def checked(body: bytes) -> ET.Element:
    """The document, after holding it against the rules of the common schemas."""
    assert body.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    root = ET.fromstring(body)
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag]
        assert re.fullmatch(CHILDREN.get(element.tag, ""), "".join(f"{child.tag} " for child in element))
    for suite in root:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        assert float(suite.attrib["time"]) >= 0
        cases = suite.findall("testcase")
        counts = (len(cases), len(suite.findall("testcase/failure")), len(suite.findall("testcase/error")), 0)
        assert tuple(int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")) == counts
        assert all(case.attrib["name"] and case.attrib["classname"] for case in cases)
    return root


def card(bureau: Bureau) -> Scorecard:
    bureau.answer(Candidate("p"), total_ms=100.0)
    bureau.answer(Candidate("q\x1b[31m<&>\ufffe"), status="failed")
    return scorecard(bureau.store, load(TEXT))


def test_a_suite_per_criterion_and_a_test_per_candidate(bureau: Bureau) -> None:
    root = checked(junit(card(bureau), AT))
    told = [
        (suite.attrib["name"], case.attrib["name"], [child.tag for child in case])
        for suite in root
        for case in suite.findall("testcase")
    ]
    assert told == [
        ('No <errors> & "quotes"', "p", []),
        ('No <errors> & "quotes"', "q\ufffd[31m<&>\ufffd", ["failure"]),
        ("In time", "p", []),
        ("In time", "q\ufffd[31m<&>\ufffd", ["error"]),
    ]
    assert {suite.attrib["timestamp"] for suite in root} == {"2026-11-23T18:00:00"}


def test_failures_and_errors_carry_the_sentences_of_the_scorecard(bureau: Bureau) -> None:
    made = card(bureau)
    root = checked(junit(made))
    sentences = [e.attrib["message"] for e in root.iter() if e.tag in ("failure", "error")]
    assert sentences == [
        re.sub("[\x1b\ufffe]", "\ufffd", result.sentence) for result in made.results if result.verdict != "pass"
    ]


def test_nothing_measured_is_an_error_and_no_empty_success(store: Store) -> None:
    (first, _) = checked(junit(scorecard(store, load(TEXT))))
    assert (first.attrib["tests"], first.attrib["errors"]) == ("1", "1")
    (case,) = first.findall("testcase")
    assert case.attrib["name"] == "no candidate"
