"""The charts, as plotly figures. Two colours that the colour-blind tell apart, no lines that say nothing.

Every point carries in `customdata` whose votes are behind it: (candidate, the other one, range of lengths). Heights
are fixed before anything is drawn, so that nothing moves while a chart loads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from compare.ratings.crossover import Crossover
from compare.ratings.leaderboard import Leaderboard
from compare.report.results.figures import Matrix, is_production

BLUE, ORANGE, GREY = "#3d7ccb", "#c96f1d", "#7d8794"
"""On white and on the dark background 3:1 and more; blue and orange stay apart for every kind of colour blindness."""
_WIN, _EVEN, _LOSS, _ON_CELL = "#2f66b3", "#66707d", "#a3560f", "#ffffff"
"""Opaque, with figures of one colour: those of the light theme would be too pale on any cell."""
_ROW_PX, _FRAME_PX = 34, 76
LONGEST_NAME = 24
UNRANKED = "\u2013"
"""What stands in place of a rank where there is none."""

Names = Mapping[str, str]


def ratings(board: Leaderboard, names: Names) -> Any:
    """A dot and its interval for each candidate, the best on top."""
    rows = [row for row in board.models if row.rating is not None][::-1]
    figure = _figure(_FRAME_PX + _ROW_PX * len(rows))
    for row in rows:
        _dot(figure, row.model, short(names.get(row.model, row.model)), (row.rating, row.ci_low, row.ci_high),
             _of_rating(row.rating, row.ci_low, row.ci_high, row.n_votes))  # fmt: skip
    figure.update_xaxes(title_text="Rating, with 95 % interval")
    return figure


def win_matrix(matrix: Matrix, names: Names, ranks: Mapping[str, int | None]) -> Any:
    """How often the row's candidate is preferred to the column's, with the number of votes.

    Args:
        matrix: the votes.
        names: what pages call candidates.
        ranks: of the board; several candidates may share one.
    """
    m = len(matrix.names)
    figure = _figure(_FRAME_PX + 46 * m)
    cells = [(i, j) for i in range(m) for j in range(m) if i != j and matrix.n[i, j] + matrix.both_bad[i, j]]
    # Where all found both bad, neither is ahead: a cell all the same, for the figure to stand on.
    share: list[list[float | None]] = [[None] * m for _ in range(m)]
    for i, j in cells:
        share[i][j] = matrix.score[i, j] / matrix.n[i, j] if matrix.n[i, j] else 0.5
    figure.add_heatmap(
        z=share, x=list(range(m)), y=list(range(m)), zmin=0.15, zmax=0.85, showscale=False, hoverinfo="skip",
        xgap=2, ygap=2, colorscale=[[0, _LOSS], [0.5, _EVEN], [1, _WIN]],
    )  # fmt: skip
    figure.add_scatter(
        x=[j for _, j in cells],
        y=[i for i, _ in cells],
        mode="markers+text",
        # Nobody sees them: a heatmap's cells cannot be clicked, points can.
        marker={"size": 34, "opacity": 0, "symbol": "square"},
        text=[_cell(matrix, i, j) for i, j in cells],
        textfont={"size": 13, "color": _ON_CELL},
        customdata=[[matrix.names[i], matrix.names[j], ""] for i, j in cells],
        hovertext=[
            f"{inert(names.get(matrix.names[i], matrix.names[i]))} over "
            f"{inert(names.get(matrix.names[j], matrix.names[j]))}: "
            f"{matrix.n[i, j]:,.0f} votes, {matrix.both_bad[i, j]:,.0f} more found both bad"
            for i, j in cells
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    called = [names.get(name, name) for name in matrix.names]
    ranked = [ranks.get(name) for name in matrix.names]
    figure.update_yaxes(
        tickvals=list(range(m)), showgrid=False,
        ticktext=[f"{rank or UNRANKED}  {short(name)}" for rank, name in zip(ranked, called, strict=True)],
        range=[m - 0.5, -0.5], zeroline=False,
    )  # fmt: skip
    figure.update_xaxes(
        tickvals=list(range(m)), ticktext=[short(name, 10) for name in called], side="top", showgrid=False,
        range=[-0.5, m - 0.5], zeroline=False,
    )  # fmt: skip
    figure.update_layout(margin_t=34, margin_b=8)
    return figure


def over_length(found: Crossover, cheap: str, reference: str, names: Names) -> Any:
    """The share of votes for the cheap one over thread length, its band, the plain shares, and where it crosses."""
    line = found.line
    figure = _figure(340)
    x = line.messages.tolist()
    figure.add_scatter(
        x=[*x, *x[::-1]], y=[*line.ci_high.tolist(), *line.ci_low.tolist()[::-1]], fill="toself", mode="none",
        fillcolor="rgba(61,124,203,0.18)", hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=x, y=line.value.tolist(), mode="lines", line={"color": BLUE, "width": 2},
        hovertemplate="%{x} messages: %{y:.0%}<extra></extra>",
    )  # fmt: skip
    shares = [(label, each) for label, each in found.shares.items() if each.value is not None]
    figure.add_scatter(
        x=[_middle(label, found.shortest, found.longest) for label, _ in shares],
        y=[each.value for _, each in shares],
        error_y={
            "array": [_gap(each.ci_high, each.value) for _, each in shares],
            "arrayminus": [_gap(each.value, each.ci_low) for _, each in shares],
            "thickness": 1.5,
            "width": 0,
            "color": ORANGE,
        },
        mode="markers",
        marker={"size": 10, "color": ORANGE},
        customdata=[[cheap, reference, label] for label, _ in shares],
        hovertext=[f"{label} messages: {each.value:.0%} of {each.n:,} votes" for label, each in shares],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    figure.add_hline(y=found.floor, line={"color": GREY, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=1, xref="paper", y=found.floor, text=f"good enough: {found.floor:.0%}", showarrow=False, xanchor="right",
        yanchor="bottom", font_size=12,
    )  # fmt: skip
    if found.verdict == "crosses" and found.at is not None:
        figure.add_vline(x=found.at, line={"color": GREY, "width": 1})
    figure.update_yaxes(
        tickformat=".0%", range=[-0.02, 1.02],
        title_text=f"Preferred to {short(names.get(reference, reference))}",
    )  # fmt: skip
    figure.update_xaxes(title_text="Messages in the thread")
    return figure


def against_figure(
    board: Leaderboard, values: Mapping[str, tuple[float, str]], names: Names, title: str, *, prefix: str = "",
    suffix: str = "",
) -> Any:  # fmt: skip
    """Ratings against something that a candidate takes: cost or time.

    Args:
        board: the ratings.
        values: by candidate, the figure and what is said of it.
        names: what pages call candidates.
        title: of the axis.
        prefix: of its numbers.
        suffix: of its numbers.
    """
    rows = [row for row in board.models if row.rating is not None and row.model in values]
    figure = _figure(330)
    most = max((values[row.model][0] for row in rows), default=0.0)
    for place, row in enumerate(rows):
        colour = _colour(row.model)
        # Names of dots at nearly the same spot stand one below the other.
        height = ("top", "middle", "bottom")[place % 3]
        figure.add_scatter(
            x=[values[row.model][0]],
            y=[row.rating],
            error_y=_error(row.rating, row.ci_low, row.ci_high, colour),
            mode="markers+text",
            marker={"size": 10, "color": colour},
            text=[f"  {short(names.get(row.model, row.model), 16)}  "],
            textposition=f"{height} {'right' if values[row.model][0] <= most / 2 else 'left'}",
            cliponaxis=False,
            customdata=[[row.model, "", ""]],
            hovertext=[f"{inert(names.get(row.model, row.model))}: {values[row.model][1]}"],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    figure.update_xaxes(title_text=title, tickprefix=prefix, ticksuffix=suffix, rangemode="tozero", nticks=6)
    figure.update_yaxes(title_text="Rating")
    figure.update_layout(margin_r=40)
    return figure


def good_enough(board: Leaderboard, names: Names) -> Any:
    """How often an answer was not among those that were all found bad."""
    rows = [row for row in board.models if row.good_enough is not None][::-1]
    figure = _figure(_FRAME_PX + _ROW_PX * len(rows))
    for row in rows:
        _dot(figure, row.model, short(names.get(row.model, row.model)),
             (row.good_enough, row.good_enough_low, row.good_enough_high),
             f"{row.good_enough:.0%}; both bad in {row.both_bad:,} pairs")  # fmt: skip
    figure.update_xaxes(title_text="Pairs in which not both answers were bad", tickformat=".0%", nticks=6)
    return figure


def short(name: str, most: int = LONGEST_NAME) -> str:
    """A name that leaves room for the chart; inert, for plotly reads some tags in texts."""
    return inert(name if len(name) <= most else f"{name[: most - 1]}\u2026")


def inert(text: str) -> str:
    """A text that plotly shows as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _figure(height_px: int) -> Any:
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.update_layout(
        height=height_px, showlegend=False, dragmode=False, hovermode="closest", clickmode="event+select",
        margin={"l": 8, "r": 16, "t": 10, "b": 8},
    )  # fmt: skip
    figure.update_xaxes(automargin=True, fixedrange=True, zeroline=False)
    figure.update_yaxes(automargin=True, fixedrange=True, zeroline=False)
    return figure


def _dot(
    figure: Any, model: str, called: str, found: tuple[float | None, float | None, float | None], hover: str
) -> None:
    value, low, high = found
    colour = _colour(model)
    figure.add_scatter(
        x=[value],
        y=[called],
        error_x=_error(value, low, high, colour),
        mode="markers",
        marker={"size": 11, "color": colour},
        customdata=[[model, "", ""]],
        hovertext=[hover],
        hovertemplate="%{y}: %{hovertext}<extra></extra>",
    )


def _error(value: float | None, low: float | None, high: float | None, colour: str) -> dict[str, Any]:
    return {
        "array": [_gap(high, value)], "arrayminus": [_gap(value, low)], "thickness": 2, "width": 0, "color": colour,
    }  # fmt: skip


def _colour(model: str) -> str:
    return ORANGE if is_production(model) else BLUE


def _of_rating(rating: float | None, low: float | None, high: float | None, n: int) -> str:
    interval = "" if low is None or high is None else f" ({low:.0f} to {high:.0f})"
    return f"{rating:.0f}{interval}, {n:,} pairs"


def _cell(matrix: Matrix, i: int, j: int) -> str:
    n = matrix.n[i, j]
    return f"{matrix.score[i, j] / n:.0%}<br>{n:,.0f}" if n else f"bad<br>{matrix.both_bad[i, j]:,.0f}"


def _gap(upper: float | None, lower: float | None) -> float:
    return 0.0 if upper is None or lower is None else upper - lower


def _middle(label: str, shortest: int, longest: int) -> float:
    low, _, high = label.removesuffix("+").partition("-")
    bottom = max(int(low), shortest)
    top = min(int(high) if high else longest, longest)
    return math.sqrt(bottom * max(bottom, top))


def points(selected: Any) -> Sequence[Any]:
    """What a click on a chart chose: the customdata of the points."""
    found = selected.get("selection", {}).get("points", []) if selected else []
    return [point["customdata"] for point in found if point.get("customdata")]


SERIES = ("#3d7ccb", "#c96f1d", "#2a9d78", "#b5579a", "#8a8f98", "#a58a12", "#5ab0d6", "#d0564c")
_BEYOND = 200
"""Rating points shown beyond the outermost dots."""
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down")


def slices(board: Leaderboard, groups: Sequence[str], names: Names, within: Mapping[str, str]) -> Any:
    """Ratings of each candidate over slices, as lines: colour and symbol both tell who is who.

    Args:
        board: with its groups.
        groups: which of them, in order.
        names: what pages call candidates.
        within: the range of thread lengths that a group is, where it is one.
    """
    figure = _figure(380)
    for k, model in enumerate(row.model for row in board.models if row.rating is not None):
        rows = [(name, row) for name in groups for row in board.groups[name].models if row.model == model]
        known = [(name, row) for name, row in rows if row.rating is not None]
        colour = SERIES[k % len(SERIES)]
        # Side by side within a slice, or intervals would lie over one another.
        aside = (k - (len(board.models) - 1) / 2) * min(0.09, 0.6 / len(board.models))
        figure.add_scatter(
            x=[groups.index(name) + aside for name, _ in known],
            y=[row.rating for _, row in known],
            error_y={
                "array": [_gap(row.ci_high, row.rating) for _, row in known],
                "arrayminus": [_gap(row.rating, row.ci_low) for _, row in known],
                "thickness": 1.2, "width": 0, "color": colour,
            },
            mode="lines+markers",
            line={"color": colour, "width": 1.5},
            marker={"size": 9, "color": colour, "symbol": _SYMBOLS[k % len(_SYMBOLS)]},
            name=short(names.get(model, model)),
            customdata=[[model, "", within.get(name, "")] for name, _ in known],
            hovertext=[
                f"{inert(names.get(model, model))}, {inert(name)}: "
                f"{_of_rating(row.rating, row.ci_low, row.ci_high, row.n_votes)}"
                for name, row in known
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(
        tickvals=list(range(len(groups))), ticktext=[short(name, 14) for name in groups], showgrid=False,
        range=[-0.5, len(groups) - 0.5],
    )  # fmt: skip
    found = [row.rating for name in groups for row in board.groups[name].models if row.rating is not None]
    # A slice with hardly any votes must not press all others flat: its interval leaves the frame.
    figure.update_yaxes(title_text="Rating", range=[min(found) - _BEYOND, max(found) + _BEYOND] if found else None)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_layout(margin_t=48)
    return figure
