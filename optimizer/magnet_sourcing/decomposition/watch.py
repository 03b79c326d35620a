"""What is known of the whole while scenarios are solved apart: a bound no plan can beat, and the best plan found.

Every process holds some scenarios and runs the same steps; `gather` makes what each found known to all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..scenario_plan import tail_mean
from ..session import Status, relative_gap
from .clock import Clock
from .master import Master
from .request import Decomposed, Request, Step
from .subproblem import Held, Plane, Subproblem

if TYPE_CHECKING:
    from magnet_models import Goal

# Plans tried before the first iteration: those of the likeliest scenarios.
_FIRST_PLANS = 4
# Decisions closer than this, in units of their size, are the same.
_SAME = 1e-7
# How far the climb for a bound goes of the way that the distance to the best plan suggests, to begin with.
_PACE = 1.0
# Rough steps for the bound before the first iteration, at most; and the share of the pace at which they end sooner.
_ROUGH_STEPS = 200
_ROUGH_END = 1 / 64
# Steps in vain after which the climb for a bound is slowed.
_VAIN = 4
# Iterations between looks at the hedging's own weights once they have given no better bound.
_FRUITLESS = 5
# In how many decisions the plans looked for by planes differ from the best one, to begin with and at most; and tries in
# vain after which hedging goes on.
_NEAR, _FAR = 4, 64
_VAIN_TRIES = 6
# Least rho as a share of the mean over decisions that cost something: free decisions must be pulled together, too.
_LEAST_RHO = 0.1


class NoPlan(Exception):
    """The run is over before it began: a scenario has no plan, or none was found in time."""

    def __init__(self, status: Status, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class Watch:
    """Bound, best plan and log of a run."""

    def __init__(
        self,
        request: Request,
        local: Mapping[str, Subproblem],
        gather: Callable[[Mapping[str, Any]], dict[str, Any]],
        clock: Clock,
        report: Callable[[Step], None],
    ) -> None:
        from magnet_models import Goal

        self._request, self._local, self._gather, self._clock, self._report = request, local, gather, clock, report
        self._goal: Goal = request.goal or Goal()
        self._p = request.probability
        self._tried: set[bytes] = set()
        self._some = next(iter(local.values()))
        self._leader = next(iter(self._p))  # the process that has this scenario searches by planes
        self._master: Master | None = None
        self._pause, self._next_search = 1, 0
        self._climb: dict[str, np.ndarray] | None = None
        self._pace, self._vain, self._fruitless = _PACE, 0, 0
        self.bound: float | None = None
        self.objective: float | None = None
        self.values: np.ndarray | None = None
        self.begun_weights: dict[str, np.ndarray] | None = None
        self.costs: dict[str, float] = {}
        self.log: list[Step] = []
        self._minima: tuple[np.ndarray, dict[str, np.ndarray]] = (np.zeros(0), {})

    # ------------------------------------------------------------ every future by itself

    def begin(self) -> None:
        """Solves every scenario by itself: a first bound, first plans, and the size of the common decisions."""
        self.known = self._gather({n: s.known() for n, s in self._local.items()})
        for name, k in self.known.items():
            if k.values is None:
                how = "has no plan" if k.status is Status.INFEASIBLE else f"ended without one: {k.status}"
                raise NoPlan(k.status, f"scenario '{name}', planned for as if it were certain, {how}")
        self.bound = self._aimed_at({n: k.bound - k.rest for n, k in self.known.items()}, self._rests())
        self.size = self._sizes()
        for s in self._local.values():
            s.counted_in(self.size / s.units_of_shared())
        cost = self.mean({n: np.abs(s.cost()) for n, s in self._local.items()})
        paid = cost[cost > 0]
        least = _LEAST_RHO * float(paid.mean()) if len(paid) else 1.0
        self.rho = self._request.hedging.rho * np.maximum(cost, least)
        self.begun_with = self._gather(
            {n: self.known[n].values[s.first] / (self.size / s.units_of_shared()) for n, s in self._local.items()}
        )
        if self._leader in self._local:
            self._master = Master(self._local[self._leader], self._p)
        likely = sorted(self.begun_with, key=lambda n: -self._p[n])
        for name in likely[:_FIRST_PLANS]:
            if not self._over():
                self._try(self.begun_with[name])
        self._bound_shared()
        self._report(Step(0, self._clock.seconds, self.objective, self.bound, None))
        none = {n: np.zeros(len(self.size)) for n in self._local}
        self._climb = self._step_from(none, self.bound, self.begun_with)
        self._climb_roughly()
        self.begun_weights = self._climb
        self._search_by_planes()
        self._note(0, None)

    def _rests(self) -> dict[str, float]:
        return {n: k.rest for n, k in self.known.items()}

    def _sizes(self) -> np.ndarray:
        """Unit of each common decision: its upper bound; without one, what costs as much as the whole plan."""
        some = self._some
        _, upper = some.bounds()
        price = self.mean({n: np.abs(s.cost()) for n, s in self._local.items()})
        whole_plan = max(1.0, *(abs(k.bound) for k in self.known.values()))
        size = np.where(price > 0, whole_plan / np.where(price > 0, price, 1.0), 1.0)
        bounded = np.isfinite(upper) & (upper > 0)
        size[bounded] = upper[bounded]
        size[some.whole()] = 1.0
        if some.has_shared:
            size[-1] = whole_plan
        return size

    def mean(self, vectors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Expected value of vectors of the local scenarios, over all."""
        return sum(self._p[n] * x for n, x in self._gather(vectors).items())  # type: ignore[return-value]

    # ------------------------------------------------------------ the aim

    def _aimed_at(self, costs: Mapping[str, float], rests: Mapping[str, float]) -> float:
        """The objective, if the scenarios' measures are these and what it counts beside them is that."""
        goal, p = self._goal, self._p
        rest = sum(p[n] * x for n, x in rests.items())
        if goal.aim == "expected":
            mean = sum(p[n] * c for n, c in costs.items())
            tail = tail_mean(costs, p, goal.alpha) if goal.beta else 0.0
            return (1 - goal.beta) * mean + goal.beta * tail + rest
        return max(self._judged(costs).values()) + rest

    def _judged(self, costs: Mapping[str, float]) -> dict[str, float]:
        best = self._goal.best if self._goal.aim == "regret" else {}
        return {n: c - best.get(n, 0.0) for n, c in costs.items()}

    def _shared_at(self, costs: Mapping[str, float]) -> float:
        """What the shared variable of the aim is if the scenarios' measures are these: quantile, or greatest."""
        if self._goal.aim != "expected":
            return max(self._judged(costs).values())
        reached = 0.0
        for name in sorted(costs, key=lambda n: costs[n]):
            reached += self._p[name]
            if reached >= self._goal.alpha - 1e-12:
                return costs[name]
        return max(costs.values())

    def _bound_shared(self) -> None:
        """Values the shared variable can have in a plan better than the best one: without them prices on it give no
        bound. Its least is what it would be if each scenario had its least; its greatest follows from the objective."""
        if not self._some.has_shared:
            return
        least = {n: k.least for n, k in self.known.items()}
        lower, upper = self._shared_at(least), np.inf
        if self.objective is not None:
            goal, p = self._goal, self._p
            beta = goal.beta if goal.aim == "expected" else 1.0
            free = (1 - beta) * sum(p[n] * x for n, x in least.items()) + sum(
                p[n] * x for n, x in self._rests().items()
            )
            upper = (self.objective - free) / beta
            upper += 1e-7 * max(abs(upper), self.size[-1])
        for s in self._local.values():
            s.share_within(lower / self.size[-1], max(lower, upper) / self.size[-1])

    # ------------------------------------------------------------ after every step

    def look(
        self,
        iteration: int,
        weights: Mapping[str, np.ndarray],
        average: np.ndarray,
        decisions: Mapping[str, np.ndarray],
        disagreement: float | None,
    ) -> None:
        """Tries for a better bound with these weights and a better plan near these decisions (of local scenarios)."""
        if not self._over():
            self._look_for_bound(weights)
        self._try_some(average, self._gather(decisions))
        self._search_by_planes()
        self._note(iteration, disagreement)

    def _try_some(self, average: np.ndarray, decisions: Mapping[str, np.ndarray]) -> None:
        for plan in self._candidates(average, decisions):
            if self.over():
                break
            self._try(plan)

    def _look_for_bound(self, weights: Mapping[str, np.ndarray]) -> None:
        """Two looks: at the hedging's weights, as long as they are of use, and at those that climb by themselves."""
        if self._climb is None or self._fruitless == 0 or len(self.log) % _FRUITLESS == 0:
            before = self.bound
            step = self._bound_at(weights)
            self._fruitless = 0 if self.bound != before else self._fruitless + 1
            if step is not None and (self._climb is None or self.bound != before):
                self._climb = step
        self._climb_on()

    def climb(self, iteration: int) -> None:
        """A step for the bound when hedging has come to its end; where its minima are, plans are tried."""
        self._climb_on()
        if self._minima[1]:
            self._try_some(*self._minima)
        self._search_by_planes()
        self._note(iteration, None)

    def _climb_on(self) -> None:
        if self._climb is None or self._over():
            return
        before = self.bound
        self._climb = self._bound_at(self._climb) or self._climb
        self._vain = 0 if self.bound != before else self._vain + 1
        if self._vain >= _VAIN:
            self._pace, self._vain = self._pace / 2, 0

    def _climb_roughly(self) -> None:
        """Many steps with fractions of whole numbers allowed, each in a small part of the time: the weights they end at
        are near the best there are with whole numbers, too."""
        if self._climb is None:
            return
        weights, best, pace, vain = self._climb, -np.inf, _PACE, 0
        for _ in range(_ROUGH_STEPS):
            if self._over() or pace < _ROUGH_END:
                break
            weights = self._centred(weights)
            found = self._gather({n: s.priced_roughly(weights[n]) for n, s in self._local.items()})
            if any(x is None for x in found.values()):
                break
            bound = sum(self._p[n] * x[0] for n, x in found.items())
            vain += 1
            if bound > best:
                self._learn_priced(found, weights)
                best, self._climb, vain = bound, weights, 0
            elif vain >= _VAIN:
                pace, vain = pace / 2, 0
            step = self._away(weights, bound, {n: x[1] for n, x in found.items()}, pace)
            if step is None:
                break
            weights = step
        self.bound = best if self.bound is None else max(self.bound, best)

    # ------------------------------------------------------------ planes

    def _learn_priced(self, found: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> None:
        """A scenario whose least objective with these prices is known costs at least that, less the prices."""
        self._learn({n: Plane(found[n][0], -weights[n]) for n in self._local})

    def _learn(self, planes: Mapping[str, Plane | None]) -> None:
        known = self._gather(planes)
        if self._master is not None:
            self._master.learn(known)

    def _search_by_planes(self) -> None:
        """Tries what is best by all planes near the best plan; every try gives planes there. Where they promise nothing
        better, it is looked for further away; after a search in vain twice as many iterations pass until the next."""
        if len(self.log) < self._next_search:
            return
        radius, vain, first = _NEAR, 0, self.objective
        while self.objective is not None and radius <= _FAR and vain < _VAIN_TRIES and not self.over():
            before = self.objective
            values, promised = self._best_near(radius)
            if values is None or promised >= before or not self._is_new(values):
                radius *= 2
                continue
            self._try(values)
            vain = 0 if self.objective < before else vain + 1
            if not vain:
                self._report(Step(len(self.log), self._clock.seconds, self.objective, self.bound, None))
        self._pause = 1 if self.objective != first else 2 * self._pause
        self._next_search = len(self.log) + self._pause

    def _best_near(self, radius: int) -> tuple[np.ndarray | None, float]:
        found = {}
        if self._master is not None and self.values is not None:
            found[self._leader] = self._master.best(self.values, radius, self._clock)
        return self._gather(found)[self._leader]  # type: ignore[no-any-return]

    # ------------------------------------------------------------ prices

    def _centred(self, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Prices whose mean is zero, without which there is no bound."""
        mean = self.mean(weights)
        return {n: w - mean for n, w in weights.items()}

    def _bound_at(self, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        """sum_w p * min (objective of w + (weights[w] - mean weight) * decisions) <= the best objective

        Returns weights a step on: where the minima are tells in which direction the bound rises; the distance to the
        best plan tells how far to go (Polyak's step, shortened after steps in vain).
        """
        centred = self._centred(weights)
        found = self._gather({n: s.priced(centred[n]) for n, s in self._local.items()})
        if any(x is None for x in found.values()):
            return None
        self._learn_priced(found, centred)
        bound = sum(self._p[n] * x[0] for n, x in found.items())
        self.bound = bound if self.bound is None else max(self.bound, bound)
        return self._step_from(centred, bound, {n: x[1] for n, x in found.items()})

    def _step_from(
        self, weights: Mapping[str, np.ndarray], bound: float, decisions: dict[str, np.ndarray]
    ) -> dict[str, np.ndarray] | None:
        """Weights (of local scenarios) a step on from these, where the bound is `bound` and the minima `decisions`."""
        self._minima = self._average(decisions), decisions
        return self._away(weights, bound, decisions, self._pace)

    def _average(self, decisions: Mapping[str, np.ndarray]) -> np.ndarray:
        return sum(self._p[n] * x for n, x in decisions.items())  # type: ignore[return-value]

    def _away(
        self, weights: Mapping[str, np.ndarray], bound: float, decisions: Mapping[str, np.ndarray], pace: float
    ) -> dict[str, np.ndarray] | None:
        """As `_step_from`; None if there is no way on."""
        if self.objective is None:
            return None
        average = self._average(decisions)
        apart = {n: x - average for n, x in decisions.items()}
        steep = sum(self._p[n] * float(self.rho @ d**2) for n, d in apart.items())
        if steep <= 0:
            return None
        step = pace * (self.objective - bound) / steep
        return {n: weights[n] + step * self.rho * apart[n] for n in self._local}

    def _candidates(self, average: np.ndarray, decisions: Mapping[str, np.ndarray]) -> Any:
        """The rounded average; the same with sizes to suit; scenarios' decisions, the nearest to it first."""
        rounded = np.where(self._some.whole(), np.round(average), average)
        near = sorted(decisions, key=lambda n: (float(np.abs(decisions[n] - average).sum()), n))
        if self._is_new(rounded):
            yield rounded
        if self._some.whole().any() and not self._some.whole().all():
            name = near[0]
            suited = self._gather({n: self._local[n].completed(rounded) for n in self._local if n == name})[name]
            if suited is not None and self._is_new(suited):
                yield suited
        untried = [decisions[n] for n in near if self._is_new(decisions[n])]
        yield from untried[: self._request.hedging.candidates]

    def _key(self, values: np.ndarray) -> bytes:
        own = values[:-1] if self._some.has_shared else values
        return (np.round(own / _SAME) + 0.0).tobytes()

    def _is_new(self, values: np.ndarray) -> bool:
        return self._key(values) not in self._tried

    def _try(self, values: np.ndarray) -> None:
        """Holds the common decisions in every scenario, and keeps them if that is the best so far."""
        if not self._is_new(values):
            return
        self._tried.add(self._key(values))
        found = self._held(values, None)
        if found is None:
            return
        self._keep(values, *found)
        if self._some.has_shared and self._request.china_price:
            # The tail is dearer than the rest, so what else is counted is weighed against it once it is known.
            found = self._held(values, self._shared_at(found[0]) / self.size[-1])
            if found is not None:
                self._keep(values, *found)

    def _held(self, values: np.ndarray, shared: float | None) -> tuple[dict[str, float], dict[str, float]] | None:
        # All scenarios, even when one of them cannot: which come first differs between processes, what is learned must not.
        found: dict[str, Held | None] = self._gather({n: s.held(values, shared) for n, s in self._local.items()})
        if self._master is not None:
            self._master.learn({n: x.plane for n, x in found.items() if x is not None})
        if any(x is None for x in found.values()):
            return None
        return {n: x.cost for n, x in found.items() if x}, {n: x.rest for n, x in found.items() if x}

    def _keep(self, values: np.ndarray, costs: dict[str, float], rests: dict[str, float]) -> None:
        objective = self._aimed_at(costs, rests)
        if self.objective is None or objective < self.objective:
            self.objective, self.costs = objective, costs
            self.values = values.copy()
            if self._some.has_shared:
                self.values[-1] = self._shared_at(costs) / self.size[-1]

    # ------------------------------------------------------------ where the run stands

    @property
    def gap(self) -> float | None:
        return None if self.objective is None else relative_gap(self.objective, self.bound)

    @property
    def enough(self) -> bool:
        """The same on every process: it follows from gathered numbers."""
        return self.gap is not None and self.gap <= self._request.hedging.gap

    def over(self) -> bool:
        return self.enough or self._over()

    def _over(self) -> bool:
        """Whether time is up or an end was asked for, on any process."""
        return any(self._gather({n: self._clock.over for n in self._local}).values())

    def _note(self, iteration: int, disagreement: float | None) -> None:
        self.log.append(Step(iteration, self._clock.seconds, self.objective, self.bound, disagreement))
        self._report(self.log[-1])
        self._clock.narrow(self.gap)

    def result(self, detail: str) -> Decomposed:
        """What was found; says why the run ended."""
        if self.enough:
            status, detail = Status.OPTIMAL, ""
        elif self._clock.interrupted:
            status, detail = Status.INTERRUPTED, "interrupted"
        else:
            status = Status.TIME_LIMIT
        first: dict[str, float] = {}
        if self.values is not None:
            first = dict(zip(self._some.names, (self.values * self.size).tolist(), strict=True))
        done = self.log[-1].iteration if self.log else 0
        return Decomposed(
            status, first, self.objective, self.bound, done, self._clock.seconds, self.costs, self.log, detail
        )
