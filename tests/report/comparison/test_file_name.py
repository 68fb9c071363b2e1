"""File names that every system takes, whatever a thread is called."""

from __future__ import annotations

import pytest

from compare.report.comparison.file_name import file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Order 4417: refund?", "order-4417-refund-Xk2vQ81z.md"),
        ("../../etc/passwd", "etc-passwd-Xk2vQ81z.md"),
        ("C:\\Windows\\con", "c-windows-con-Xk2vQ81z.md"),
        ("con", "con-Xk2vQ81z.md"),
        ("...", "comparison-Xk2vQ81z.md"),
        ("", "comparison-Xk2vQ81z.md"),
        ("a\r\nb\x00c\u202egnp.exe", "a-b-c-gnp-exe-Xk2vQ81z.md"),
        ("Sommerfest f\u00fcr 120 G\u00e4ste", "sommerfest-f\u00fcr-120-g\u00e4ste-Xk2vQ81z.md"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940-Xk2vQ81z.md"),
        ("-rf *", "rf-Xk2vQ81z.md"),
    ],
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert file_name(title, "Xk2-vQ_81zzz", "md") == name


@pytest.mark.parametrize("title", ["x" * 500, "\u4e2d" * 500, "\U0001f600" * 500, "a " * 300])
def test_a_long_title_stays_short_in_characters_and_in_bytes(title: str) -> None:
    name = file_name(title, "Xk2vQ81zzzzz", "json")
    assert len(name) <= 70
    assert len(name.encode()) <= 140


def test_an_id_of_marks_alone_still_makes_a_name() -> None:
    assert file_name("Order", "----", "html") == "order-run.html"
