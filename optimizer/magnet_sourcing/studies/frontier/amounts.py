"""How a measure's values are written: money in millions, shares as percentages, impacts in their unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...case import Case


@dataclass(frozen=True)
class Amounts:
    """The writing of one measure.

    unit: of the values as shown. divisor: value / divisor is what is shown. step: the amount that a price is asked
    for (a percentage point, one unit). number: the spreadsheet format of the undivided value.
    """

    measure: str
    unit: str
    divisor: float
    step: float
    step_name: str
    number: str

    @property
    def share(self) -> bool:
        return self.number == "0.0%"

    def say(self, value: float) -> str:
        """A value with its unit."""
        return self._with_unit(self.bare(value))

    def span(self, low: float, high: float) -> str:
        """An interval with its unit once; one value if both are written alike."""
        a, b = self.bare(low), self.bare(high)
        return self._with_unit(b if a == b else f"{a} to {b}")

    def bare(self, value: float) -> str:
        """A value without its unit, for a column whose head names it."""
        if self.share:
            return f"{value:.1%}" if abs(value) >= 1e-3 or not value else f"{value:.3%}"
        shown = value / self.divisor
        if self.divisor == 1.0 and abs(shown) >= 1e4:
            return f"{shown:,.0f}"
        return f"{shown:,.2f}" if abs(shown) >= 1 or not shown else f"{shown:,.3g}"

    def _with_unit(self, text: str) -> str:
        if self.share:
            return text
        if self.measure != "cost":
            return f"{text} {self.unit}".strip()
        million = self.unit.startswith("million")
        return f"{self.unit.removeprefix('million').strip()} {text}{' million' if million else ''}".strip()


def amounts_of(case: Case, measure: str, size: float) -> Amounts:
    """size: the largest value to be shown; money from 100,000 on is shown in millions."""
    kind, _, subject = measure.partition(" ")
    if measure == "cost":
        currency = str(case.settings.get("currency") or "")
        large = abs(size) >= 1e5
        unit = f"million {currency}".strip() if large else currency
        return Amounts(measure, unit, 1e6 if large else 1.0, 1.0, "unit of money", "#,##0")
    if kind == "impact":
        units = {r.impact: r.unit or "" for r in case.rows("impacts")}
        name = next((n for n in units if subject == n or subject.startswith(f"{n} ")), subject)
        unit = units.get(name, "")
        return Amounts(measure, unit, 1.0, 1.0, unit or "unit", "#,##0.00" if abs(size) < 1e3 else "#,##0")
    return Amounts(measure, "%", 0.01, 0.01, "percentage point", "0.0%")
