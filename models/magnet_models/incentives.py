"""Production-linked incentives: tonnes rewarded, up to a yearly amount and a purse over the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .rows import Row, at_most, constrain, variables

if TYPE_CHECKING:
    from .model import Scenario

Key = tuple[str, str, str, int]


class Incentives:
    """reward[i,f,p,t]"""

    def __init__(self, s: Scenario) -> None:
        self._s = s
        self.rows = {row.incentive: row for row in s.data.tables["incentives"]}
        h = s.data.horizon
        keys = [
            (i, f, p, t)
            for i, row in self.rows.items()
            for f, p, t in s.facilities.run
            if h.in_window(row, t) and self._counts(row, f, p)
        ]
        self.reward = variables(s.block, "reward", keys)
        constrain(s.block, "rewarded", ((k, self._rewarded(*k)) for k in keys))
        yearly = [(i, t) for i, row in self.rows.items() if row.limit is not None for t in s.data.periods]
        constrain(s.block, "reward_year", ((k, self._reward_year(*k)) for k in yearly))
        purses = [row for row in self.rows.values() if row.total is not None]
        constrain(s.block, "reward_total", ((row.incentive, self._reward_total(row)) for row in purses))

    def _counts(self, row: Any, facility: str, process: str) -> bool:
        data = self._s.data
        return (
            row.facility in (None, facility)
            and row.process in (None, process)
            and row.stage in (None, data.stage_of[process])
            and row.country in (None, data.country[data.facility[facility].location])
        )

    def _rewarded(self, i: str, f: str, p: str, t: int) -> Row:
        """reward <= run"""
        return at_most([(1.0, self.reward[i, f, p, t]), (-1.0, self._s.facilities.run[f, p, t])], 0.0)

    def _reward_year(self, i: str, t: int) -> Row:
        """sum_{f,p} reward <= limit"""
        terms = [(1.0, v) for k, v in self.reward.items() if k[0] == i and k[3] == t]
        return at_most(terms, self.rows[i].limit[t])

    def _reward_total(self, row: Any) -> Row:
        """sum_t L esc rate reward <= total"""
        h = self._s.data.horizon
        terms = [
            (h.years[k[3]] * h.escalation[k[3]] * row.rate[k[3]] * self._s.data.ours(k[1]), v)
            for k, v in self.reward.items()
            if k[0] == row.incentive
        ]
        return at_most(terms, row.total)
