"""A limit with its direction and unit, as a criteria file writes it: "<= 3.0 s", "at least 95 %", "< 0.01 USD"."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from compare.errors import ConfigError

Quantity = Literal["time", "money", "share"]
BASE_UNITS: Mapping[Quantity, str] = {"time": "ms", "money": "USD", "share": "share"}
"""In which every value is kept."""

_UNITS: Mapping[Quantity, Mapping[str, float]] = {
    "time": {"ms": 1.0, "s": 1000.0},
    "money": {"USD": 1.0},
    "share": {"%": 0.01, "": 1.0},
}
_EXAMPLES: Mapping[Quantity, str] = {"time": '"<= 3.0 s"', "money": '"<= 0.01 USD"', "share": '"<= 2 %"'}
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}
_WORDS = {"\u2264": "<=", "\u2265": ">=", "at most": "<=", "below": "<", "at least": ">=", "above": ">"}
_LIMIT = re.compile(
    r"\s*(<=|<|>=|>|\u2264|\u2265|at most|below|at least|above)\s*(\$?)\s*(\d+(?:\.\d+)?|\.\d+)\s*([A-Za-z%]*)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure must not pass."""

    operator: str
    """One of <=, <, >=, >: how the figure must stand to `value`."""
    value: float
    """In the quantity's base unit."""
    quantity: Quantity
    unit: str
    """As written: "s", "ms", "USD", "%", or empty for a share between 0 and 1."""
    number: str
    """As written."""

    @property
    def is_upper(self) -> bool:
        """True where less is better."""
        return self.operator in ("<=", "<")

    def holds(self, value: float) -> bool:
        """True where a figure is on the right side."""
        return _OPERATORS[self.operator](value, self.value)

    @property
    def shown(self) -> str:
        """The number with its unit: "3.0 s"."""
        return f"${self.number}" if self.quantity == "money" else f"{self.number} {self.unit}".rstrip()

    @property
    def sentence(self) -> str:
        """As the end of a sentence: "the limit is 3.0 s"."""
        before = {"<=": "", "<": "below ", ">=": "at least ", ">": "above "}[self.operator]
        return f"the limit is {before}{self.shown}"

    def figure(self, value: float) -> str:
        """A figure in the limit's unit, with so many digits that it stands on its side of the limit when read."""
        digits = self._least_digits(value)
        while digits < 12 and self.holds(float(self._digits(value, digits)) * self._factor) != self.holds(value):
            digits += 1
        return self.in_unit(self._digits(value, digits))

    def in_unit(self, number: str) -> str:
        """A number with the limit's unit."""
        return f"${number}" if self.quantity == "money" else f"{number} {self.unit}".rstrip()

    def interval(self, low: float, high: float, value: float) -> str:
        """An interval in the limit's unit without the unit, with the digits that its figure deserves."""
        digits = self._least_digits(value or high)
        return f"{self._digits(low, digits)} to {self._digits(high, digits)}"

    @property
    def _factor(self) -> float:
        return _UNITS[self.quantity][self.unit]

    def _digits(self, value: float, digits: int) -> str:
        return f"{value / self._factor:.{digits}f}"

    def _least_digits(self, value: float) -> int:
        shown = abs(value / self._factor)
        if self.quantity == "money":
            return 2 if shown >= 1 else 4 if shown >= 0.01 else 6
        if self.unit == "":
            return 3
        return {"ms": 0, "s": 2 if shown < 10 else 1, "%": 1}[self.unit]


def parse_limit(text: str, quantity: Quantity) -> Limit:
    """A limit for a figure of this quantity.

    Raises:
        ConfigError: it is none; the message says what would be.
    """
    example = _EXAMPLES[quantity]
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise ConfigError(f"{text!r} is no limit: write a direction, a number and a unit, such as {example}")
    direction, dollar, number, unit = found.groups()
    unit = _unit(unit, dollar)
    if unit not in _UNITS[quantity]:
        known = " or ".join(repr(each) if each else "no unit (0 to 1)" for each in _UNITS[quantity])
        given = f"the unit {unit!r}" if unit else "no unit"
        raise ConfigError(f"{text!r} has {given}; this metric is measured in {known}, such as {example}")
    value = float(number) * _UNITS[quantity][unit]
    if quantity == "share" and not 0 <= value <= 1:
        raise ConfigError(f"{text!r} is a share of {value:g}; it must lie between 0 and 1, or between 0 % and 100 %")
    if not math.isfinite(value):
        raise ConfigError(f"{text!r} is too large")
    return Limit(_WORDS.get(direction.lower(), direction), value, quantity, unit, number)


def _unit(unit: str, dollar: str) -> str:
    if dollar and unit.upper() in ("", "USD"):
        return "USD"
    return "USD" if unit.upper() == "USD" else unit.lower()
