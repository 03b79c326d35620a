"""What a plan costs by item and by what causes it, and how two plans differ: the account behind a price of options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...problem import Problem


class Key(NamedTuple):
    """A cost item and the row of the case it is due to."""

    item: str
    table: str
    name: str


@dataclass(frozen=True)
class Difference:
    """A cost item in two plans, discounted money, expected over the futures. causes: what of `change` is due to which
    row (table, name, change), largest first; they add up to it."""

    item: str
    before: float
    after: float
    causes: Sequence[tuple[str, str, float]]

    @property
    def change(self) -> float:
        return self.after - self.before


class Spending:
    """The discounted costs of a problem as sums over its columns, by item and cause."""

    def __init__(self, problem: Problem) -> None:
        place: dict[Key, int] = {}
        rows, columns, money, fixed = [], [], [], []
        for future, s in problem.model.scenarios.items():
            for e in s.costs:
                at = place.setdefault(Key(e.item, e.cause.table, e.cause.name), len(place))
                amount = problem.probability[future] * e.discounted
                if e.variable is None:
                    fixed.append((at, amount))
                else:
                    rows.append(at)
                    columns.append(e.variable)
                    money.append(amount)
        self._keys = list(place)
        self._rows, self._columns = np.array(rows, dtype=int), np.array(columns, dtype=int)
        self._money = np.array(money, dtype=float)
        self._fixed = np.zeros(len(place))
        for at, amount in fixed:
            self._fixed[at] += amount

    def of(self, values: np.ndarray) -> dict[Key, float]:
        """Discounted cost by item and cause of the plan with these values."""
        amounts = self._fixed + np.bincount(self._rows, self._money * values[self._columns], len(self._keys))
        return dict(zip(self._keys, amounts.tolist(), strict=True))


def differences(before: Mapping[Key, float], after: Mapping[Key, float]) -> list[Difference]:
    """Cost items that differ, the largest change first."""
    total = sum(abs(x) for x in before.values()) or 1.0
    by_item: dict[str, list[tuple[Key, float]]] = {}
    for key in before:
        by_item.setdefault(key.item, []).append((key, after[key] - before[key]))
    found = []
    for item, parts in by_item.items():
        causes = sorted(
            ((k.table, k.name, x) for k, x in parts if abs(x) > 1e-9 * total), key=lambda c: (-abs(c[2]), c[:2])
        )
        if causes:
            old, new = (sum(plan[k] for k, _ in parts) for plan in (before, after))
            found.append(Difference(item, old, new, causes))
    return sorted(found, key=lambda d: (-abs(d.change), d.item))
