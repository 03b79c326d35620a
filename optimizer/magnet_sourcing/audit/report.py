"""What the audit found: named checks with how much was compared, and sentences for what does not agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass
class Check:
    """One kind of comparison. `worst` is the largest difference relative to the size of what was compared."""

    name: str
    compared: int = 0
    worst: float = 0.0
    failures: list[str] = field(default_factory=list)


class AuditReport:
    """The verdict on a plan. `passed` only if every check is without failure."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def _check(self, name: str) -> Check:
        if name not in self._checks:
            self._checks[name] = Check(name)
        return self._checks[name]

    def begin(self, *names: str) -> None:
        """Lists checks even if nothing turns out to be compared under them."""
        for name in names:
            self._check(name)

    def same(self, name: str, what: str, found: float, expected: float, tolerance: float, scale: float = 0.0) -> None:
        """found = expected, within tolerance times the size of either, of `scale`, or of 1."""
        check = self._check(name)
        check.compared += 1
        size = max(1.0, abs(found), abs(expected), abs(scale))
        off = abs(found - expected) / size
        if not off <= tolerance:  # also catches not-a-number
            check.failures.append(f"{what}: the plan says {found:.10g}, recomputed {expected:.10g}")
        check.worst = max(check.worst, off)

    def at_most(self, name: str, what: str, amount: float, bound: float, tolerance: float, scale: float = 0.0) -> None:
        """amount <= bound."""
        check = self._check(name)
        check.compared += 1
        size = max(1.0, abs(amount), abs(bound), abs(scale))
        over = (amount - bound) / size
        if not over <= tolerance:
            check.failures.append(f"{what}: {amount:.10g} is more than {bound:.10g}")
        check.worst = max(check.worst, over)

    def true(self, name: str, what: str, holds: bool) -> None:
        check = self._check(name)
        check.compared += 1
        if not holds:
            check.failures.append(what)

    # Many comparisons at once: what each of them is about is put into words only where it fails. `said` is a text with
    # places, {0} and on, for what a line holds after its two amounts.

    def same_all(
        self, name: str, said: str, lines: Sequence[tuple[Any, ...]], tolerance: float, scale: Any = 0.0
    ) -> None:
        """`same` for lines of (found, expected, what ...); scale: one, or one for each line."""
        found, expected, size = _columns(lines, scale)
        with np.errstate(invalid="ignore"):  # infinity less infinity is no number, which fails
            off = abs(found - expected) / size
        for i in self._compared(name, off, tolerance):
            what = said.format(*lines[i][2:])
            self._check(name).failures.append(f"{what}: the plan says {found[i]:.10g}, recomputed {expected[i]:.10g}")

    def at_most_all(
        self, name: str, said: str, lines: Sequence[tuple[Any, ...]], tolerance: float, scale: Any = 0.0
    ) -> None:
        """`at_most` for lines of (amount, bound, what ...)."""
        amount, bound, size = _columns(lines, scale)
        with np.errstate(invalid="ignore"):
            over = (amount - bound) / size
        for i in self._compared(name, over, tolerance):
            what = said.format(*lines[i][2:])
            self._check(name).failures.append(f"{what}: {amount[i]:.10g} is more than {bound[i]:.10g}")

    def _compared(self, name: str, off: np.ndarray, tolerance: float) -> list[int]:
        """Counts comparisons by how far off they are; returns which of them fail, not-a-number among them."""
        check = self._check(name)
        check.compared += len(off)
        check.worst = max(check.worst, float(np.fmax.reduce(off, initial=check.worst)))
        return np.flatnonzero(~(off <= tolerance)).tolist()  # type: ignore[no-any-return]

    def true_all(self, name: str, compared: int, failures: Iterable[str]) -> None:
        """`true` for so many lines, of which those in `failures` do not hold."""
        check = self._check(name)
        check.compared += compared
        check.failures += failures

    def join(self, name: str, other: AuditReport) -> None:
        """Takes over the checks of another report, its failures marked with a name."""
        for check in other.checks:
            own = self._check(check.name)
            own.compared += check.compared
            own.worst = max(own.worst, check.worst)
            own.failures += [f"{name}: {text}" for text in check.failures]

    @property
    def checks(self) -> list[Check]:
        return list(self._checks.values())

    @property
    def failures(self) -> list[str]:
        return [f"{check.name}: {text}" for check in self.checks for text in check.failures]

    @property
    def passed(self) -> bool:
        return not self.failures

    def table(self) -> pd.DataFrame:
        """One row a check."""
        return pd.DataFrame(
            [
                (
                    c.name,
                    c.compared,
                    c.worst,
                    "passed" if not c.failures else f"FAILED ({len(c.failures)})",
                    "; ".join(c.failures[:3]),
                )
                for c in self.checks
            ],
            columns=["check", "compared", "worst relative difference", "result", "first failures"],
        )


def _columns(lines: Sequence[tuple[Any, ...]], scale: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The two amounts of each line, and their size: that of either, of `scale`, or 1."""
    first = np.array([line[0] for line in lines], dtype=float)
    second = np.array([line[1] for line in lines], dtype=float)
    return first, second, np.maximum(1.0, np.maximum(np.maximum(abs(first), abs(second)), np.abs(scale)))
