"""The whole model: what is decided first, then one block per scenario, then the objective.

Read `docs/formulation.md` beside it; every file here states its equations.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.environ import Block, ConcreteModel, Objective, minimize

from .balances import Balances
from .bounds import Useful
from .costs import Entry, constant_cost, cost_entries, cost_terms
from .custody import Custody, needs_custody
from .demands import Demands, Returns
from .expansions import Expansions
from .exposure import Exposure, cap_index
from .facilities import Facilities
from .incentives import Incentives
from .inputs import Inputs, Tables
from .lanes import Lanes, Openings
from .limits import Limits
from .routes import Quantities, Signings, add_groups
from .rows import Term, merged, scaled
from .stocks import Stocks
from .strengthening import add_built_first
from .tolls import Tolls
from .trade import Purchases, Sales


class Scenario:
    """One possible future: its data, its pieces and their sums. First-stage pieces are shared by all scenarios."""

    def __init__(self, name: str, block: Block, data: Inputs, first: First, custody: bool = False) -> None:
        self.name, self.block, self.data = name, block, data
        self.signings = first.signings.seen_by(data)
        self.expansions = first.expansions.seen_by(data, self.signings)
        self.openings = first.openings
        self.useful = Useful(data)
        self.facilities = Facilities(block, data, self.useful, self.signings, self.expansions)
        self.lanes = Lanes(block, data, self.useful, self.signings, self.openings)
        self.purchases = Purchases(block, data, self.useful, self.signings)
        self.sales = Sales(block, data, self.useful)
        self.stocks = Stocks(block, data)
        self.tolls = Tolls(block, data, self.useful, self.signings)
        self.demands = Demands(block, data)
        self.returns = Returns(block, data, self.demands)
        self.balances = Balances(self)
        self.quantities = Quantities(block, data, self.useful, self.signings, self)
        self.incentives = Incentives(self)
        self.exposure = Exposure(self)
        # Several thousand columns: only where they decide something.
        self.custody = Custody(self, block) if custody or needs_custody(data) else None
        self.limits = Limits(self)
        self.limits.add_rows()
        add_built_first(self)

    @cached_property
    def costs(self) -> list[Entry]:
        """All cost entries; read once every variable exists."""
        return cost_entries(self)

    # ------------------------------------------------------------ what a route covers

    def routes_of(self, facility: str, process: str) -> set[str]:
        """The routes a run counts under: the facility's contract and the operation's licence."""
        routes = (self.data.facility[facility].route, self.facilities.operation[facility, process].route)
        return {r for r in routes if r}

    def under(self, route: str, t: int) -> list[Term]:
        """Quantity of a route: capacity used at its facilities and by licensed operations, purchases, tolled tonnes."""
        return self._under.get((route, t), [])

    @cached_property
    def _under(self) -> dict[tuple[str, int], list[Term]]:
        covered: dict[tuple[str, int], list[Term]] = {}
        for (f, p, t), run in self.facilities.run.items():
            usage = self.facilities.operation[f, p].usage
            for r in self.routes_of(f, p) if usage else ():
                covered.setdefault((r, t), []).append((usage, run))
        for (name, t), buy in self.purchases.buy.items():
            if self.data.supply[name].route:
                covered.setdefault((self.data.supply[name].route, t), []).append((1.0, buy))
        for (q, t), send in self.tolls.send.items():
            covered.setdefault((self.tolls.rows[q].route, t), []).append((1.0, send))
        return covered

    def consumed(self, route: str, material: str, t: int) -> list[Term]:
        """Consumption of a material at the facilities of a route."""
        facilities = {f for f, row in self.data.facility.items() if row.route == route}
        return self.facilities.consumed(facilities, material, t)


class First:
    """What is decided before the future is known: signings, expansions, lane openings."""

    def __init__(self, block: Block, data: Inputs) -> None:
        self.signings = Signings(block, data)
        self.expansions = Expansions(block, data, self.signings)
        self.openings = Openings(block, data)
        add_groups(block, data, self.signings, self.expansions)

    def variables(self) -> Iterator[Any]:
        """The first-stage variables, as data for decomposition."""
        for members in (
            self.signings.sign,
            self.expansions.build,
            self.expansions.continuous_sizes(),
            self.expansions.segment,
            self.expansions.full,
            self.expansions.subsidy,
            self.openings.open,
        ):
            yield from members.values()


class Model:
    """A Pyomo model of a case (`.pyomo`), and the pieces by which results and limits are read."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        scenarios: Mapping[str, Tables],
        probability: Mapping[str, float],
        china_price: float = 0.0,
        china_cap: Mapping[int, float] | None = None,
        custody: bool = False,
    ) -> None:
        self.pyomo = ConcreteModel("magnet-sourcing")
        self.pyomo.first = Block()
        self.pyomo.scenario = Block(list(scenarios))
        inputs = {name: Inputs(settings, tables) for name, tables in scenarios.items()}
        self.probability = dict(probability)
        self.first = First(self.pyomo.first, next(iter(inputs.values())))
        self.scenarios = {
            name: Scenario(name, self.pyomo.scenario[name], data, self.first, custody) for name, data in inputs.items()
        }
        if china_cap:
            for s in self.scenarios.values():
                cap_index(s, dict(china_cap))
        self.cost = self._expected(cost_terms)
        self.constant = sum(self.probability[n] * constant_cost(s) for n, s in self.scenarios.items())
        self.exposure = self._expected(_discounted_exposure) if settings["exposed_country"] else []
        coefs, members = merged([*self.cost, *scaled(china_price, self.exposure)])
        self.pyomo.objective_value = Objective(
            expr=LinearExpression(constant=self.constant, linear_coefs=coefs, linear_vars=members), sense=minimize
        )

    def _expected(self, terms: Any) -> list[Term]:
        return [x for n, s in self.scenarios.items() for x in scaled(self.probability[n], terms(s))]

    def decisions(self) -> list[Term]:
        """Number of builds, signings and lane openings, for breaking ties."""
        first = self.first
        decided = (*first.expansions.build.values(), *first.signings.sign.values(), *first.openings.open.values())
        return [(1.0, v) for v in decided]


def _discounted_exposure(s: Scenario) -> list[Term]:
    """sum_t W[t] * stage- and element-weighted exposure."""
    return [x for t in s.data.periods for x in scaled(s.data.horizon.weight[t], s.exposure.exposed(t))]


@contextmanager
def _collector_off() -> Iterator[None]:
    """Python's garbage collector walks millions of live objects during a build; it is put back as it was."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def build(
    settings: Mapping[str, Any],
    tables: Tables,
    *,
    china_price: float = 0.0,
    china_cap: Mapping[int, float] | None = None,
    custody: bool = False,
) -> Model:
    """The model of a case with one future.

    `settings` and `tables` are those of a case that passed its checks: table name -> rows with the schema's columns
    as attributes, yearly columns as dictionaries by period. `china_price` is in money per tonne of weighted exposure,
    `china_cap` the greatest index by period; `custody` follows free tonnes even if nothing asks for them. Raises
    `Refused` when the tables leave something open that is needed, `Contradiction` when a row cannot hold whatever is
    decided.
    """
    with _collector_off():
        return Model(settings, {"base": tables}, {"base": 1.0}, china_price, china_cap, custody)
