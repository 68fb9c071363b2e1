"""The table of who is preferred to whom: shared ranks, and figures that can be read on their cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from compare.report.results.figures import Matrix
from compare.ui.results.charts import win_matrix


def drawn() -> dict[str, Any]:
    counts = np.array([[0.0, 10.0], [10.0, 0.0]])
    matrix = Matrix(("large", "lite"), counts, counts * [[0.0, 0.6], [0.4, 0.0]], np.zeros((2, 2)))
    figure: dict[str, Any] = win_matrix(
        matrix, {"large": "Sim Large", "lite": "Sim Lite"}, {"large": 1, "lite": 1}
    ).to_dict()
    return figure


def test_candidates_that_share_a_rank_stand_with_the_same_one() -> None:
    layout = drawn()["layout"]
    assert list(layout["yaxis"]["ticktext"]) == ["1  Sim Large", "1  Sim Lite"]
    assert list(layout["xaxis"]["ticktext"]) == ["Sim Large", "Sim Lite"]


def test_figures_keep_their_contrast_on_every_cell() -> None:
    heatmap, figures = drawn()["data"]
    (low, even, high), text = (channels(each) for _, each in heatmap["colorscale"]), figures["textfont"]["color"]
    for cell in (low, between(low, even), even, between(even, high), high):
        assert contrast(channels(text), cell) >= 4.5


def test_a_pair_that_was_only_found_bad_has_a_cell_to_stand_on() -> None:
    none, bad = np.zeros((2, 2)), np.array([[0.0, 3.0], [3.0, 0.0]])
    figure = win_matrix(Matrix(("large", "lite"), none, none, bad), {}, {})
    assert [list(row) for row in figure.data[0].z] == [[None, 0.5], [0.5, None]]
    assert list(figure.data[1].text) == ["bad<br>3", "bad<br>3"]


def channels(colour: str) -> tuple[float, ...]:
    return tuple(float(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


def between(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    return tuple((a + b) / 2 for a, b in zip(one, other, strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """As WCAG 2 defines it, of two colours with channels from 0 to 255."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: tuple[float, ...]) -> float:
    linear = [c / 12.92 if (c := each / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for each in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
