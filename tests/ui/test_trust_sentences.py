"""What the Results page says about controls: whether allowing for something changes what the votes tell."""

from __future__ import annotations

from compare.ratings.controls import Change, ControlReport
from compare.ui.results.trust_view import control_sentence


def said(*changes: Change) -> str:
    report = ControlReport((), {}, {}, changes)
    return control_sentence(report, "Allowing for the side", {"p": "Pine", "q": "Quince", "r": "Rye"}.__getitem__)


def test_a_lead_that_is_lost_is_a_change() -> None:
    lost = said(Change("p", "q", 40.0, 12.0, True, False))
    assert lost == "Allowing for the side changes something: Pine over Quince is +40 points without and tied with it."


def test_two_that_are_tied_either_way_are_no_change_that_the_votes_can_tell() -> None:
    turned = Change("q", "r", 3.0, -5.0, False, False)
    assert said(turned) == (
        "Allowing for the side changes nothing that the votes can tell: Quince and Rye change places, but are tied "
        "with it and without."
    )
    both = said(Change("p", "q", 40.0, 12.0, True, False), turned)
    assert both.startswith("Allowing for the side changes something: Pine over Quince is")
    assert both.endswith("; Quince and Rye change places, but are tied with it and without.")


def test_no_change_is_said_as_that() -> None:
    assert said() == "Allowing for the side changes neither the order nor who is separated from whom."
