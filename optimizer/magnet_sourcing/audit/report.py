"""What the audit found: named checks with how much was compared, and sentences for what does not agree."""

from __future__ import annotations

from dataclasses import dataclass, field

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
        return self._checks.setdefault(name, Check(name))

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
