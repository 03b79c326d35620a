"""Progressive hedging by mpi-sppy, watched: a bound and a plan after every iteration.

mpi-sppy holds, for every scenario, a small Pyomo model of nothing but the common decisions and what they cost. It keeps
the average decision, the weights, the proximal terms (linearised: HiGHS solves no quadratic mixed-integer programmes)
and the loop, over one process or several. Whenever it solves a scenario, the objective and tangents it has made are
handed to the scenario's full model (`Subproblem`). After each step `Watch` looks for a better bound with the new
weights, and for better plans.

Import this module through `sppy.loaded`, which explains what is missing and keeps mpi-sppy quiet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from mpisppy.convergers.converger import Converger
from mpisppy.extensions.extension import Extension
from mpisppy.opt.ph import PH
from mpisppy.utils import sputils
from pyomo.environ import Binary, ConcreteModel, Integers, Objective, RangeSet, Reals, Var
from pyomo.repn import generate_standard_repn

from .clock import Clock
from .request import Decomposed, Request, Step
from .subproblem import Cut, Subproblem
from .watch import Watch

# Disagreement (mean distance of a decision from its average, in units of its size) at which scenarios agree.
_AGREED = 1e-7
# How close to the parabola a linearised proximal term is kept, in squared units of the decision.
_TANGENT = 1e-8


def hedge(request: Request, clock: Clock, report: Callable[[Step], None]) -> Decomposed:
    """Runs on every rank, and gives the same on each. Raises NoPlan, Contradiction, Refused."""
    subproblems: dict[str, Subproblem] = {}

    def creator(name: str) -> ConcreteModel:
        subproblems[name] = Subproblem(name, request, clock)
        return _decisions(subproblems[name], request.probability[name])

    h = request.hedging
    options = {
        "solver_name": "none",  # scenarios are solved by solve_one below
        "PHIterLimit": h.iterations - 1,  # each but the last ends by solving the scenarios anew
        "defaultPHrho": 1.0,  # every decision has its own, see rho_of
        "convthresh": _AGREED,
        "linearize_proximal_terms": True,
        "proximal_linearization_tolerance": _TANGENT,
        "verbose": False,
        "display_progress": False,
    }
    ph = _Watched(options, list(request.scenarios), creator, extensions=_AfterEveryStep, ph_converger=_Enough)
    ph.rho_setter = ph.rho_of
    ph.watch = Watch(request, subproblems, ph.gather, clock, report if ph.cylinder_rank == 0 else _unheard)
    try:
        ph.begin(subproblems)
        if ph.watch.over():
            return ph.watch.result("the time limit was reached before the first iteration")
        _hedged_and_climbed(ph, h.iterations)
    except KeyboardInterrupt:  # between two solves; during one the session takes it
        clock.interrupt()
    return ph.watch.result(_ending(ph, h.iterations, clock))


def _hedged_and_climbed(ph: _Watched, iterations: int) -> None:
    """Hedging until the scenarios agree, then steps for the bound alone."""
    ph.ph_main(finalize=False)
    if ph.watch.log[-1].iteration == iterations - 1 and not ph.watch.over():
        ph.Compute_Xbar()
        ph.Update_W(False)
        ph.look(iterations)
    for iteration in range(ph.watch.log[-1].iteration + 1, iterations + 1):
        if ph.watch.over():
            break
        ph.watch.climb(iteration)


def _ending(ph: _Watched, iterations: int, clock: Clock) -> str:
    if clock.timed_out:
        return "the time limit was reached"
    agreed = getattr(ph, "conv", None)  # none before the first iteration
    if agreed is not None and agreed < _AGREED:
        return "all scenarios agree; what is left of the gap is between the bound and the best plan"
    return f"{iterations} iterations were made"


def _decisions(subproblem: Subproblem, probability: float) -> ConcreteModel:
    """The common decisions of a scenario and what they cost: all that mpi-sppy needs to know."""
    m = ConcreteModel(subproblem.name)
    m.decision = Var(RangeSet(0, len(subproblem.first) - 1), domain=Reals)
    lower, upper = subproblem.bounds()
    for i, whole in enumerate(subproblem.whole()):
        if whole:
            m.decision[i].domain = Binary if (lower[i], upper[i]) == (0, 1) else Integers
    m.cost = Objective(expr=0.0)
    sputils.attach_root_node(m, 0.0, [m.decision])
    m._mpisppy_probability = probability
    return m


class _Watched(PH):
    """mpi-sppy's progressive hedging with our solver and our eyes on it."""

    watch: Watch

    def begin(self, subproblems: Mapping[str, Subproblem]) -> None:
        self.subproblems = subproblems
        self.watch.begin()
        self._cuts_seen: dict[str, set[Any]] = {n: set() for n in subproblems}
        for name, m in self.local_scenarios.items():
            s = subproblems[name]
            lower, upper = s.bounds()
            for i in range(len(lower)):
                m.decision[i].setlb(lower[i] if np.isfinite(lower[i]) else None)
                m.decision[i].setub(upper[i] if np.isfinite(upper[i]) else None)
            m.cost.set_value(sum(float(c) * m.decision[i] for i, c in enumerate(s.cost())))

    def rho_of(self, scenario: Any) -> list[tuple[int, float]]:
        return [(id(v), float(r)) for v, r in zip(scenario.decision.values(), self.watch.rho, strict=True)]

    def gather(self, local: Mapping[str, Any]) -> dict[str, Any]:
        """What every rank knows of its scenarios, on every rank, in the order of the scenarios."""
        parts = self.mpicomm.bcast(self.mpicomm.gather(dict(local), root=0), root=0)
        merged = {name: x for part in parts for name, x in part.items()}
        return {name: merged[name] for name in self.all_scenario_names if name in merged}

    def look(self, iteration: int) -> None:
        """Shows `Watch` where the iteration has come to."""
        local = self.local_scenarios
        weights = {n: _numbers(m._mpisppy_model.W) for n, m in local.items()}
        average = _numbers(next(iter(local.values()))._mpisppy_model.xbars)
        decisions = {n: np.array([v.value for v in m.decision.values()]) for n, m in local.items()}
        self.watch.look(iteration, weights, average, decisions, self.conv)

    # ------------------------------------------------------------ what mpi-sppy calls

    def _create_solvers(self, presolve: bool = True) -> None:
        for m in self.local_scenarios.values():
            m._solver_plugin = None

    def Update_W(self, verbose: bool) -> None:
        """Hedging begins with the weights of the rough climb: near them scenarios agree sooner than from none."""
        begun = self.watch.begun_weights
        if self._PHIter != 1 or begun is None:
            super().Update_W(verbose)
            return
        for name, m in self.local_scenarios.items():
            for i, w in enumerate(begun[name].tolist()):
                m._mpisppy_model.W["ROOT", i].set_value(w)

    def solve_one(self, solver_options: Any, k: str, s: Any, **_: Any) -> float:
        """Solves scenario k with the objective mpi-sppy has given its decisions."""
        known = self.watch.known[k]
        data = s._mpisppy_data
        if self._PHIter == 0:
            values = self.watch.begun_with[k]
        else:
            linear, square = _objective(s)
            values = self.subproblems[k].hedged(linear, square, self._new_cuts(k, s))
        if values is not None:
            for v, x in zip(s.decision.values(), values, strict=True):
                v.set_value(round(x) if v.is_integer() else float(x), skip_validation=True)
            for i, x in self.subproblems[k].squares(values).items():
                s._mpisppy_model.xsqvar["ROOT", i].set_value(x)
        data.solution_available = True  # without a new one the last one stands
        data.outer_bound = data.inner_bound = known.bound
        return 0.0

    def _new_cuts(self, k: str, s: Any) -> list[Cut]:
        """Tangents added since the scenario was solved last."""
        cuts = []
        for key, row in s._mpisppy_model.xsqvar_cuts.items():
            if key not in self._cuts_seen[k]:
                self._cuts_seen[k].add(key)
                body = generate_standard_repn(row.body)
                slope = -next(c for v, c in zip(body.linear_vars, body.linear_coefs, strict=True) if _is_decision(v))
                cuts.append(Cut(key[1], slope, float(row.lower) - body.constant))
        return cuts


class _AfterEveryStep(Extension):
    """mpi-sppy calls this when weights and average are new."""

    def miditer(self) -> None:
        self.opt.look(self.opt._PHIter)


class _Enough(Converger):
    """Ends the loop when the gap is small enough, time is up, or an end was asked for."""

    def __init__(self, opt: Any) -> None:
        super().__init__(opt)
        self._watch = opt.watch

    def is_converged(self) -> bool:
        return self._watch.over()


def _objective(s: Any) -> tuple[dict[int, float], dict[int, float]]:
    """Coefficients of the decisions and of their squares in a scenario's objective as it stands."""
    linear, square = {}, {}
    found = generate_standard_repn(s.cost.expr)
    for c, v in zip(found.linear_coefs, found.linear_vars, strict=True):
        if _is_decision(v):
            linear[v.index()] = float(c)
        else:
            square[v.index()[1]] = float(c)
    return {i: linear.get(i, 0.0) for i in range(len(s.decision))}, square


def _is_decision(v: Any) -> bool:
    return v.parent_component().local_name == "decision"


def _numbers(parameter: Any) -> np.ndarray:
    return np.array([parameter["ROOT", i].value for i in range(len(parameter))])


def _unheard(step: Step) -> None:
    pass
