"""Attribution: which tonnes of a plan that is decided can be called free, at most. A linear programme of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pyomo.environ import Block, ConcreteModel

from .components import Aim
from .custody import Custody
from .programme import Linear, Programme
from .rows import Row, Term, at_most, constrain, scaled, variables

if TYPE_CHECKING:
    from .model import Scenario

# What goes before what, per tonne: what the plan was bound to, reserved demands, other demands; and last as much of
# every flow before delivery as can be, so that a mine's free tonnes show even where they are blended later.
PROMISED, RESERVED, OTHERS, ON_THE_WAY = 1e4, 1e2, 1.0, 1e-5


class Attribution:
    """The custody equations with the flows as numbers, for most free delivery.

    `total` gives the number of a flow. `promised` are free deliveries the plan was decided with (demand, period ->
    t/y); they go first, as a preference and not as a bound, so that the programme always has an answer.
    """

    def __init__(self, s: Scenario, total: Callable[[Any], float], promised: Mapping[tuple[str, int], float]) -> None:
        self.pyomo = ConcreteModel("attribution")
        self.programme = self.pyomo.programme = Programme()
        self.pyomo.free = block = Block()
        self.custody = Custody(s, block, total)
        deliver = self.custody.deliver
        keys = [k for k, amount in promised.items() if amount > 0 and k in deliver]
        self._kept = variables(block, "promised", keys, lambda *k: promised[k])
        constrain(block, "promise", ((k, self._promise(*k)) for k in keys))
        self.programme.cost = Linear.of([*self._deliveries(s), *self._flows()]).times(-1.0)
        self.pyomo.objective_value = Aim(self.programme)

    def _promise(self, d: str, t: int) -> Row:
        """promised <= deliver_free"""
        return at_most([(1.0, self._kept[d, t]), (-1.0, self.custody.deliver[d, t])], 0.0)

    def _deliveries(self, s: Scenario) -> list[Term]:
        """sum_t L[t] sum_d (promised, reserved, others in this order)"""
        years, rows = s.data.horizon.years, s.demands.rows
        terms: list[Term] = [(PROMISED * years[t], v) for (d, t), v in self._kept.items()]
        for (d, t), v in self.custody.deliver.items():
            terms += scaled(float(years[t]), [(RESERVED if rows[d].reserved else OTHERS, v)])
        return terms

    def _flows(self) -> list[Term]:
        return [(ON_THE_WAY, part) for flow, _, _, part in self.custody.parts() if flow != "deliver"]
