"""Numbers on the command line: what is no number, or has no end, is refused beside what lies outside a range."""

from __future__ import annotations

import math
from typing import Any

import click


class Number(click.FloatRange):
    """A finite number in a range; "nan" lies in no range, yet click lets it through every one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        found = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value!r} is no number that can be reckoned with.", param, ctx)
        return found
