"""The whole model: what is decided first, then one block per scenario, then the objective.

Read `docs/formulation.md` beside it; every file here states its equations.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from pyomo.environ import Block, ConcreteModel

from .alike import add_alike
from .arithmetic import matters
from .balances import Balances
from .bounds import Useful
from .components import Aim
from .costs import Costs
from .custody import Custody, needs_custody
from .demands import Demands, Returns
from .expansions import Expansions
from .exposure import Exposure, cap_index
from .facilities import Facilities
from .incentives import Incentives
from .inputs import Inputs, Tables
from .lanes import Lanes, Openings
from .limits import Limits
from .measures import Measure, Sum, measured
from .partners import Partners
from .programme import Linear, Programme
from .relief import MORE, Relief, middle
from .risk import Goal, aimed, expected
from .routes import Quantities, Signings, add_groups
from .rows import Row, Term, constrain, scaled
from .stocks import Stocks
from .strengthening import add_built_first, add_together
from .timing import Timing
from .tolls import Tolls
from .trade import Purchases, Sales


class Scenario:
    """One possible future: its data, its pieces and their sums. First-stage pieces are shared by all scenarios."""

    def __init__(self, name: str, block: Block, data: Inputs, first: First, custody: bool = False) -> None:
        self.name, self.block, self.data = name, block, data
        self.largest: dict[int, Any] | None = None
        self.signings: Signings = first.signings.seen_by(data)
        self.expansions: Expansions = first.expansions.seen_by(data, self.signings)
        self.openings: Openings = first.openings
        self.useful = Useful(data)
        self.facilities: Facilities = Facilities(block, data, self.useful, self.signings, self.expansions)
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
        followed = data.settings["exposed_country"] and data.content
        self.custody = Custody(self, block) if needs_custody(data) or (custody and followed) else None
        self.limits = Limits(self)
        self.limits.add_rows()
        self.partners = Partners(self)
        add_built_first(self)

    @cached_property
    def costs(self) -> Costs:
        """All cost entries; read once every variable exists."""
        return Costs(self)

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
        facilities = [f for f, row in self.data.facility.items() if row.route == route]
        return self.facilities.consumed(facilities, material, t)


class First:
    """What is decided before the future is known: signings, expansions, lane openings.

    With `known`, a later stage of it: the decisions that wait for the future, beside those taken over.
    """

    def __init__(self, block: Block, data: Inputs, timing: Timing, known: First | None = None) -> None:
        self.block, self.data = block, data
        self.signings: Signings = Signings(block, data, timing, known.signings if known else None)
        self.expansions: Expansions = Expansions(block, data, self.signings, timing, known.expansions if known else None)
        self.openings: Openings = Openings(block, data, timing, known.openings if known else None)
        if timing.whole:
            add_groups(block, data, self.signings, self.expansions)
        if known is None:  # a later stage decides on the numbers of its future, the stage before on those of the tables
            add_together(self)

    def variables(self) -> Iterator[int]:
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
    """A Pyomo model of a case (`.pyomo`), the programme it shows (`.programme`), and the pieces by which results and
    limits are read. A variable is the number of its column in the programme.

    `planned` are the tables before any scenario changes them: what is decided beforehand is decided on these.
    `timing`: the decision years, where they are those of more futures than the model holds.
    `relief`: families of numbers that may give way, of a case with one future; `.relief` then holds their columns.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        scenarios: Mapping[str, Tables],
        probability: Mapping[str, float],
        *,
        planned: Tables | None = None,
        goal: Goal | None = None,
        at_most: Mapping[str, float] | None = None,
        china_price: float = 0.0,
        china_cap: Mapping[int, float] | None = None,
        adapt_from: int | None = None,
        shows: Mapping[str, int] | None = None,
        custody: bool = False,
        measures: Iterable[str] = (),
        timing: Timing | None = None,
        relief: Iterable[str] = (),
    ) -> None:
        self.pyomo = ConcreteModel("magnet-sourcing")
        self.programme = self.pyomo.programme = Programme()
        self.pyomo.first = Block()
        self.pyomo.scenario = Block(list(scenarios))
        self.probability, self.goal = dict(probability), goal or Goal()
        named = {self.goal.measure, *(at_most or {}), *measures}
        custody = custody or any(Measure.parse(m).kind == "not free" for m in named)
        self.relief = Relief(self.pyomo, relief)
        if self.relief.families and len(scenarios) > 1:
            raise ValueError("relief is about one future: what gives way in one of several is no number of the case")
        inputs = {name: Inputs(settings, tables, self.relief) for name, tables in scenarios.items()}
        base = Inputs(settings, planned, self.relief) if planned is not None else next(iter(inputs.values()))
        timing = timing or Timing.of([base, *inputs.values()])
        self.first = First(self.pyomo.first, base, timing if adapt_from is None else timing.until(adapt_from))
        self.scenarios = {
            name: Scenario(
                name, self.pyomo.scenario[name], data, self._decided(name, data, timing, adapt_from), custody
            )
            for name, data in inputs.items()
        }
        if shows:
            add_alike(self.scenarios, shows)
        if china_cap:
            for s in self.scenarios.values():
                cap_index(s, dict(china_cap))
        self._exposed = bool(settings["exposed_country"])
        self.cost = self.sums("cost")
        self._hold(at_most or {})
        constant, terms = aimed(self.pyomo, self.goal, self.sums(self.goal.measure), self.probability)
        self.constant = constant
        exposed = self.exposure.times(china_price) if matters(china_price) else []
        self.programme.cost = Linear.joined(terms, exposed)
        self.programme.constant = constant
        self.pyomo.objective_value = Aim(self.programme)

    def _decided(self, name: str, data: Inputs, timing: Timing, adapt_from: int | None) -> First:
        """What a scenario sees decided: the common decisions, and its own from `adapt_from` on."""
        if adapt_from is None:
            return self.first
        block = self.pyomo.scenario[name]
        block.later = Block()
        return First(block.later, data, timing.since(adapt_from), self.first)

    def sums(self, measure: str) -> dict[str, Sum]:
        """Constant and terms of a measure by scenario. May add variables: call before the model is handed over."""
        parsed = Measure.parse(measure)
        return {name: measured(s, parsed) for name, s in self.scenarios.items()}

    def expected(self, measure: str) -> Sum:
        """Its expected value over the scenarios."""
        return expected(self.sums(measure), self.probability)

    def _hold(self, at_most: Mapping[str, float]) -> None:
        """measure_most[m]: expected value of measure m <= value"""
        rows = []
        for name, value in at_most.items():
            constant, terms = self.expected(name)
            more = self.relief.terms(MORE, "options", name, "at_most", unit=middle(terms))
            rows.append((name, Row(None, [*terms, *scaled(-1.0, more)], value - constant)))
        constrain(self.pyomo, "measure_most", rows)

    @cached_property
    def exposure(self) -> Linear:
        """Expected discounted exposure, weighted by stage and element; nothing without an exposed country."""
        futures = self.scenarios.items() if self._exposed else ()
        return Linear.joined(*(_discounted_exposure(s).times(self.probability[n]) for n, s in futures))

    def decisions(self) -> list[Term]:
        """Number of builds, signings and lane openings, for breaking ties."""
        first = self.first
        decided = (*first.expansions.build.values(), *first.signings.sign.values(), *first.openings.open.values())
        return [(1.0, v) for v in decided]


def _discounted_exposure(s: Scenario) -> Linear:
    """sum_t W[t] * stage- and element-weighted exposure."""
    return Linear.joined(*(s.exposure.exposed(t).times(s.data.horizon.weight[t]) for t in s.data.periods))


@contextmanager
def _collector_off() -> Iterator[None]:
    """Python's garbage collector walks millions of live objects during a build; it is put back as it was."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # To the collector all of it is new, and it would walk through everything at once; frozen and let go again, it
        # counts as old. Nothing else may be frozen, or that would be let go too.
        if gc.get_freeze_count() == 0:
            gc.freeze()
            gc.unfreeze()
        if was_on:
            gc.enable()


def build(
    settings: Mapping[str, Any],
    tables: Tables | Mapping[str, Tables],
    probability: Mapping[str, float] | None = None,
    **options: Any,
) -> Model:
    """The model of a case with one future, or, with probabilities, of several: `tables` is then scenario -> tables.

    `settings` and tables are those of a case that passed its checks: table name -> rows with the schema's columns
    as attributes, yearly columns as dictionaries by period. Options are those of `Model`: `china_price` in money per
    tonne of weighted exposure, `china_cap` the greatest index by period, `goal`, `at_most` (measure -> value),
    `measures` (names that will be asked of the model), `relief` (families of numbers that may give way: relief.py),
    `custody` (follow free tonnes even if nothing asks for them),
    `planned`, `adapt_from` (year from which decisions wait for the future), `shows` (scenario -> first period in which
    it differs; before it, scenarios are lived alike). Raises `Refused` when the tables leave something open that is
    needed, `Contradiction` when a row cannot hold whatever is decided, `NoMeasure` for a name that is no measure.
    """
    with _collector_off():
        if probability is None:
            return Model(settings, {"base": tables}, {"base": 1.0}, **options)  # type: ignore[dict-item]
        return Model(settings, tables, probability, **options)  # type: ignore[arg-type]
