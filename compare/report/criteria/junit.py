"""A scorecard as a JUnit file, which CI systems show as tests: a suite per criterion, a test per candidate.

A failed criterion is a failure; what has not been measured is an error, so that a gate never passes on nothing. Only
elements and attributes that the common schemas agree on are written, in their order.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from compare.report.criteria.scorecard import Result, Scorecard

# All that XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(scorecard: Scorecard, at: datetime | None = None) -> bytes:
    """The file, UTF-8 with its XML declaration.

    Args:
        scorecard: what to write.
        at: when it was made; now, if not given.
    """
    made = (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    root = ET.Element("testsuites")
    for number, name in enumerate(dict.fromkeys(result.criterion.name for result in scorecard.results)):
        results = [result for result in scorecard.results if result.criterion.name == name]
        suite = ET.SubElement(
            root,
            "testsuite",
            {
                "name": _text(name),
                "tests": str(len(results)),
                "failures": str(sum(result.verdict == "fail" for result in results)),
                "errors": str(sum(_is_error(result, scorecard.unfinished) for result in results)),
                "skipped": "0",
                "time": "0",
                "timestamp": made,
                "hostname": "localhost",
                "id": str(number),
                "package": "scorecard",
            },
        )
        properties = ET.SubElement(suite, "properties")
        ET.SubElement(properties, "property", {"name": "job_id", "value": _text(scorecard.job_id or "all answers")})
        for result in results:
            _add_case(suite, result, scorecard.unfinished)
        ET.SubElement(suite, "system-out").text = _text("\n".join(result.sentence for result in results))
        ET.SubElement(suite, "system-err")
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _is_error(result: Result, unfinished: str) -> bool:
    """What passes in a job that has not ended is not measured either: the answers that are missing may differ."""
    return result.verdict == "not measured" or (result.verdict == "pass" and bool(unfinished))


def _add_case(suite: ET.Element, result: Result, unfinished: str) -> None:
    name = result.candidate or "no candidate"
    attributes = {"name": _text(name), "classname": _text(f"scorecard.{result.criterion.name}"), "time": "0"}
    case = ET.SubElement(suite, "testcase", attributes)
    told = _text(f"{result.sentence} {unfinished}".strip())
    if result.verdict == "fail":
        ET.SubElement(case, "failure", {"message": told, "type": "limit"}).text = told
    elif _is_error(result, unfinished):
        ET.SubElement(case, "error", {"message": told, "type": "not measured"}).text = told


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
