"""Plots as inline SVG: no script, no font and no colour that is not the page's own."""

from __future__ import annotations

from collections.abc import Sequence

from compare.render.characters import escape

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 26, 190, 60, 8, 26
"""Pixels."""
_MAX_CHARS = 26


def dots(rows: Sequence[tuple[str, float, float, float]], about: str) -> str:
    """Shares with their intervals.

    Args:
        rows: name, mean, lower and upper limit; shares between 0 and 1.
        about: what is seen, for those who do not see it.
    """
    body = []
    for i, (name, mean, low, high) in enumerate(rows):
        y = _TOP + _ROW * i + _ROW / 2
        body.append(_name(name, y))
        body.append(f'<line class="bar" x1="{_x(low):.1f}" x2="{_x(high):.1f}" y1="{y}" y2="{y}"/>')
        body.append(f'<circle class="dot" cx="{_x(mean):.1f}" cy="{y}" r="4.5"/>')
        body.append(_figure(f"{mean:.0%}", y))
    return _plot(len(rows), body, about)


def bars(rows: Sequence[tuple[str, float, float]], about: str) -> str:
    """Weights: what is proposed as a bar, what runs now as a line across it.

    Args:
        rows: name, weight now, weight proposed.
        about: what is seen.
    """
    body = []
    for i, (name, now, then) in enumerate(rows):
        y = _TOP + _ROW * i + _ROW / 2
        body.append(_name(name, y))
        body.append(f'<rect class="fill" x="{_x(0)}" y="{y - 7}" width="{_x(then) - _x(0):.1f}" height="14"/>')
        body.append(f'<line class="mark" x1="{_x(now):.1f}" x2="{_x(now):.1f}" y1="{y - 10}" y2="{y + 10}"/>')
        body.append(_figure(f"{then:.2f}", y))
    return _plot(len(rows), body, about)


def _plot(n: int, body: Sequence[str], about: str) -> str:
    height = _TOP + _ROW * n + _BOTTOM
    ticks = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _x(share)
        ticks.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{height - _BOTTOM + 4}"/>')
        ticks.append(f'<text class="tick" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{share:.0%}</text>')
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(about)}">'
        f"{''.join(ticks)}{''.join(body)}</svg>\n"
    )


def _x(share: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, share))


def _name(name: str, y: float) -> str:
    short = name if len(name) <= _MAX_CHARS else f"{name[: _MAX_CHARS - 1]}\u2026"
    return f'<text class="name" x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(short)}</text>'


def _figure(text: str, y: float) -> str:
    return f'<text class="name" x="{_WIDTH - _RIGHT + 10}" y="{y + 4}">{text}</text>'
