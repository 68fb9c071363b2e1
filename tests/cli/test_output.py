"""How commands speak: plain JSON, aligned tables, and a clear word where there is nobody to speak to."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pytest

from compare.cli.output import drop_unwritten, emit_json, json_line, standard_output, table
from compare.errors import CompareError


def test_money_and_figures_become_numbers_and_what_is_not_known_null(capsys: pytest.CaptureFixture[str]) -> None:
    emit_json({"cost": Decimal("0.25"), "mean": np.float64(1.5), "row": np.array([1, 2]), "unknown": float("nan")})
    assert json.loads(capsys.readouterr().out) == {"cost": 0.25, "mean": 1.5, "row": [1, 2], "unknown": None}


def test_a_line_is_one_line_whatever_it_holds() -> None:
    line = json_line({"text": "two\nlines\u2028 and \N{PARTY POPPER}"})
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


def test_a_value_that_has_no_json_is_a_defect() -> None:
    with pytest.raises(TypeError):
        json_line({"what": object()})


def test_columns_are_as_wide_as_they_need_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    table(["id", "title"], [["1", "short"], ["1000", "longer than the others"]])
    assert capsys.readouterr().out == "id    title\n1     short\n1000  longer than the others\n"


def test_a_closed_standard_output_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    drop_unwritten()
    with pytest.raises(CompareError, match=r"no standard output to write to\. Name a file with --out"):
        standard_output()
