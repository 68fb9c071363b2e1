"""The pictures: recall over distance as curves with intervals, and as a heat map of candidates by distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compare.probes.curve import Axis, Bin

MODE_BAR: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "displayModeBar": "hover",
    "toImageButtonOptions": {"format": "png", "filename": "memory", "scale": 2},
}
"""One button, which saves the picture."""
_COLOURS = ("#2f6fd0", "#d9822b", "#2d9d78", "#b5507a", "#8a63d2", "#7a7f2a", "#3f9fb5", "#a2594a")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_MARKS = ("circle", "square", "triangle-up", "x", "star", "cross", "pentagon", "hexagon")
_HEIGHT_PX = 340
_SPREAD = 1.05
"""Neighbouring candidates stand so much apart, so that no interval hides another."""
MOST_WITH_INTERVALS = 4
"""Of more candidates the intervals would cover each other; they are told where the pointer rests."""
_GREY = "rgba(128,128,128,0.25)"


def curve_figure(
    axes: Mapping[str, Axis], names: Mapping[str, str], unit: str, human: Mapping[str, Sequence[Bin]]
) -> Any:
    """Recall over distance, one line a candidate, told apart by colour, mark and dash."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for n, (name, axis) in enumerate(axes.items()):
        colour, mark = _COLOURS[n % len(_COLOURS)], _MARKS[n % len(_MARKS)]
        aside, few = _SPREAD ** (n - (len(axes) - 1) / 2), len(axes) <= MOST_WITH_INTERVALS
        figure.add_trace(_points(axis.bins, names[name], colour, mark, aside=aside, intervals=few))
        if axis.line is not None and axis.step is None and axis.bins:
            figure.add_trace(_line(axis, colour, _DASHES[n % len(_DASHES)]))
        if human.get(name):
            figure.add_trace(_points(human[name], f"{names[name]}, raters", colour, "diamond-open"))
    figure.update_xaxes(type="log", title=f"{unit} back", dtick="D2" if unit == "tokens" else None, gridcolor=_GREY)
    if unit == "messages":
        ticks = [2, 4, 8, 16, 32, 64, 128, 256]
        figure.update_xaxes(tickvals=ticks, ticktext=[str(tick) for tick in ticks])
    figure.update_yaxes(title="known", range=[-0.04, 1.06], tickformat=".0%", gridcolor=_GREY, zeroline=False)
    figure.update_layout(
        height=_HEIGHT_PX, margin={"l": 10, "r": 10, "t": 10, "b": 10},
        legend={"orientation": "h", "y": -0.28, "x": 0},
    )  # fmt: skip
    return figure


def _points(
    bins: Sequence[Bin], name: str, colour: str, mark: str, *, aside: float = 1.0, intervals: bool = True
) -> Any:
    import plotly.graph_objects as go

    y = [each.recall.value or 0.0 for each in bins]
    high = [each.recall.ci_high if each.recall.ci_high is not None else v for each, v in zip(bins, y, strict=True)]
    low = [each.recall.ci_low if each.recall.ci_low is not None else v for each, v in zip(bins, y, strict=True)]
    interval = {
        "type": "data",
        "array": [h - v for h, v in zip(high, y, strict=True)],
        "arrayminus": [v - each for each, v in zip(low, y, strict=True)],
        "color": colour,
        "thickness": 1,
        "width": 3,
    }
    return go.Scatter(
        x=[_middle(each) * aside for each in bins],
        y=y,
        name=name,
        mode="lines+markers",
        marker={"color": colour, "symbol": mark, "size": 9},
        line={"color": colour, "width": 1.5},
        error_y=interval if intervals else None,
        text=[_told(each) for each in bins],
        hovertemplate="%{text}<extra>%{fullData.name}</extra>",
    )


def _told(each: Bin) -> str:
    cut = f", {each.n_cut:,} cut by us" if each.n_cut else ""
    low, high = each.recall.ci_low, each.recall.ci_high
    interval = "" if low is None or high is None else f" ({low:.0%} to {high:.0%})"
    return f"{each.label} back: {each.recall.value or 0.0:.0%}{interval}, n = {each.recall.n:,}{cut}"


def _line(axis: Axis, colour: str, dash: str) -> Any:
    import numpy as np
    import plotly.graph_objects as go

    assert axis.line is not None
    x = np.geomspace(max(axis.bins[0].low, 1), _middle(axis.bins[-1]), 60)
    return go.Scatter(
        x=x, y=axis.line.share(x), mode="lines", line={"color": colour, "width": 1, "dash": dash}, opacity=0.6,
        showlegend=False, hoverinfo="skip",
    )  # fmt: skip


def _middle(each: Bin) -> float:
    """Where a bin stands on a logarithmic axis."""
    high = each.high if each.high is not None else each.low * 1.5
    return float((each.low * high) ** 0.5)


def heat_map(axes: Mapping[str, Axis], names: Mapping[str, str], unit: str) -> Any:
    """Candidates by distance; the figure stands in every field, so that colour is not needed to read it."""
    import plotly.graph_objects as go

    bins = sorted({(each.low, each.label) for axis in axes.values() for each in axis.bins})
    labels = [label for _, label in bins]
    values, texts = [], []
    for axis in axes.values():
        there = {each.label: each for each in axis.bins}
        values.append([there[label].recall.value if label in there else None for label in labels])
        texts.append([_field(there.get(label)) for label in labels])
    field = go.Heatmap(
        z=values,
        x=labels,
        y=[names[name] for name in axes],
        text=texts,
        texttemplate="%{text}",
        zmin=0.0,
        zmax=1.0,
        colorscale=[[0.0, "#c9623f"], [0.5, "#d8c99a"], [1.0, "#4f93a8"]],
        showscale=False,
        xgap=2,
        ygap=2,
        textfont={"color": "#10151e"},
        hoverinfo="skip",
    )
    figure = go.Figure(field)
    figure.update_xaxes(title=f"{unit} back", type="category", side="bottom", showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(height=min(_HEIGHT_PX, 110 + 44 * len(axes)), margin={"l": 10, "r": 10, "t": 10, "b": 10})
    return figure


def _field(each: Bin | None) -> str:
    if each is None or each.recall.value is None:
        return ""
    return f"{100 * each.recall.value:.0f} %" + ("<br>cut" if each.n_cut else "")
