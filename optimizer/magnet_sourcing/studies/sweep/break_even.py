"""Break-even: the value at which a decision enters or leaves the best plan, with proof.

At a value the case is solved twice, with the decision insisted on and with it banned. Either cost is known between a
bound and a plan, so their difference is known as an interval, and only a difference that is less, or more, than
nothing throughout puts the decision in the best plan, or out of it. The break-even lies between the last value proved
on one side and the first proved on the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ...case import Case
from ...matrix import Matrix
from ...problem import Impossible, Problem
from ...problems import CaseError, did_you_mean
from ...session import Outcome, Session, Status
from ..choices.choices import Option, first_stage, options_of
from ..choices.yes_no import Choices
from ..decisions import Decisions, differences, module_sizes, read
from ..switching.bisection import between
from ..switching.probing import Interrupted
from .grid import Varied
from .regions import Posed

# Where the gap asked does not tell which is cheaper, both are solved this much closer.
_FINER = 0.1
Interval = tuple[float, float]


@dataclass(frozen=True)
class Probe:
    """A value, and the least cost with and without the decision there, each at least and at most; infinite if proved
    impossible, None if not asked. Discounted money.

    answer: 'in', 'out' (both proved), 'not told apart' (at the gap asked), 'no plan' (either way, proved) or 'not
    valid' (the changed case fails its checks).
    """

    value: float
    answer: str
    with_it: Interval | None = None
    without: Interval | None = None
    instead: Sequence[str] = ()
    detail: str = ""

    @property
    def advantage(self) -> Interval | None:
        """What the decision saves, at least and at most; less than nothing if it costs."""
        if self.with_it is None or self.without is None:
            return None
        return _less(self.without[0], self.with_it[1]), _less(self.without[1], self.with_it[0])

    @property
    def found(self) -> float | None:
        """The advantage of the plans found; None unless both are."""
        if self.with_it is None or self.without is None or not math.isfinite(self.with_it[1] + self.without[1]):
            return None
        return self.without[1] - self.with_it[1]


@dataclass(frozen=True)
class BreakEven:
    """The decision is `below` ('in' or 'out') up to `low` and `above` from `high` on, both proved. estimate: where the
    costs of the plans found at both ends meet on a straight line; None where one of them cannot be. settled: the ends
    are no further apart than the tolerance; otherwise the gap does not tell between them. instead: what is decided
    otherwise without the decision, at the end where it is in."""

    low: float
    high: float
    below: str
    above: str
    estimate: float | None
    settled: bool
    instead: Sequence[str] = ()


@dataclass(frozen=True)
class Traced:
    """A decision along one value: every probe, by value, and the break-evens, lowest first."""

    decision: str
    kind: str
    probes: Sequence[Probe]
    break_evens: Sequence[BreakEven] = field(default_factory=tuple)

    @property
    def always(self) -> str:
        """'in' or 'out' where every probe that is proved says the same, else ''."""
        answers = {p.answer for p in self.probes} & {"in", "out"}
        return answers.pop() if len(answers) == 1 else ""


class Prober:
    """Probes one decision along one value. earnest: as in `options`; None: signed or built is enough."""

    def __init__(self, posed: Posed, vary: Varied, kind: str, name: str, use: float, earnest: float | None) -> None:
        self._posed, self.vary, self.kind, self.name = posed, vary, kind, name
        self._use, self._earnest = use, earnest
        self.probes: dict[float, Probe] = {}

    def answer(self, value: float) -> str:
        return self.at(value).answer

    def at(self, value: float) -> Probe:
        if value not in self.probes:
            self.probes[value] = self._probe(value)
        return self.probes[value]

    def _probe(self, value: float) -> Probe:
        try:
            problem = self._posed.problem(self.vary.changes(value), f"{self.vary.name} {self.vary.shown(value)}")
        except CaseError as reason:
            return Probe(value, "not valid", detail=str(reason.problems[0]))
        except Impossible as reason:
            return Probe(value, "no plan", detail=str(reason))
        offered = first_stage(problem) if self.kind in ("route", "expansion") else options_of(problem, self._use)
        option = next((o for o in offered if (o.kind, o.name) == (self.kind, self.name)), None)
        if option is None:
            return Probe(value, "out", detail=f"{self.name} is not on offer")
        forced = (self._insisted_on(problem, option), option.banned(problem.matrix))
        probe, outcomes = self._compared(value, problem, forced, self._posed.options.gap, (None, None))
        if probe.answer == "not told apart" and all(o.status is Status.OPTIMAL for o in outcomes):
            probe, _ = self._compared(value, problem, forced, self._posed.options.gap * _FINER, outcomes)
        return probe

    def _insisted_on(self, problem: Problem, option: Option) -> Matrix:
        if self._earnest is not None:
            return Choices.of(problem, self._earnest).insisted_on(problem.matrix, option)
        return option.insisted_on(problem.matrix)

    def _compared(
        self,
        value: float,
        problem: Problem,
        forced: tuple[Matrix, Matrix],
        gap: float,
        earlier: tuple[Outcome | None, Outcome | None],
    ) -> tuple[Probe, tuple[Outcome, Outcome]]:
        with_it, without = (self._solved(problem, m, gap, e) for m, e in zip(forced, earlier, strict=True))
        costs = _interval(with_it), _interval(without)
        instead: list[str] = []
        if with_it.values is not None and without.values is not None:
            periods, sizes = problem.case.periods, module_sizes(problem)
            others = differences(_decided(problem, with_it), _decided(problem, without), periods, sizes)
            instead = [d.text.replace("as things stand)", "with it)") for d in others if d.name != self.name]
        return Probe(value, _answer(*costs), *costs, instead), (with_it, without)

    def _solved(self, problem: Problem, matrix: Matrix, gap: float, earlier: Outcome | None) -> Outcome:
        start = self._posed.start(problem, len(matrix.cost)) if earlier is None else earlier.values
        outcome = Session(matrix, replace(self._posed.options, gap=gap), None, start).solve()
        if outcome.status is Status.INTERRUPTED:
            raise Interrupted
        return outcome


def _decided(problem: Problem, outcome: Outcome) -> Decisions:
    assert outcome.values is not None
    return read(problem, outcome.values[: len(problem.matrix.cost)])


def _interval(outcome: Outcome) -> Interval:
    """Least cost, at least and at most."""
    if outcome.status is Status.INFEASIBLE:
        return math.inf, math.inf
    low = -math.inf if outcome.bound is None else outcome.bound
    return low, math.inf if outcome.objective is None else outcome.objective


def _answer(with_it: Interval, without: Interval) -> str:
    if with_it[0] == without[0] == math.inf:
        return "no plan"
    noise = 1e-9 * max(1.0, *(abs(x) for x in (*with_it, *without) if math.isfinite(x)))
    if _less(without[0], with_it[1]) > noise:
        return "in"
    return "out" if _less(without[1], with_it[0]) < -noise else "not told apart"


def _less(a: float, b: float) -> float:
    """a - b, where two that are proved impossible differ by nothing."""
    return 0.0 if a == b else a - b


# ---------------------------------------------------------------- along the values


def traced(prober: Prober, values: Sequence[float], width: float, whole: bool, report: Callable[[str], None]) -> Traced:
    """Probes the values, and narrows every pair of neighbours between which the proved answer turns to `width`."""

    def answer(value: float) -> str:
        found = prober.answer(value)
        report(f"{prober.name} at {prober.vary.shown(value)}: {found}")
        return found

    proved = [(v, a) for v in sorted(values) if (a := answer(v)) in ("in", "out")]
    found = []
    for (left, below), (right, above) in pairwise(proved):
        if below != above:
            low, high = narrowed(answer, left, right, width, whole)
            found.append(_break_even(prober, low, high, width, whole))
    return Traced(prober.name, prober.kind, sorted(prober.probes.values(), key=lambda p: p.value), found)


def narrowed(
    answer: Callable[[float], str], left: float, right: float, width: float, whole: bool
) -> tuple[float, float]:
    """The last value with the answer of `left` and the first with that of `right`, no further apart than `width`
    unless a value between them gives neither: then each side is narrowed up to it."""
    below, above = answer(left), answer(right)
    while right - left > (1 if whole else width):
        middle = (left + right) / 2
        middle = float(math.floor(middle)) if whole else middle
        found = answer(middle)
        if found == below:
            left = middle
        elif found == above:
            right = middle
        else:
            left = between(lambda v: answer(v) == below, left, middle, width, whole)[0]
            return left, between(lambda v: answer(v) == above, right, middle, width, whole)[0]
    return left, right


def _break_even(prober: Prober, low: float, high: float, width: float, whole: bool) -> BreakEven:
    at_low, at_high = prober.at(low), prober.at(high)
    a, b = at_low.found, at_high.found
    estimate = None
    if a is not None and b is not None and a * b < 0 and not whole:
        estimate = low + (high - low) * a / (a - b)
    inside = at_low if at_low.answer == "in" else at_high
    settled = high - low <= (1 if whole else width) * (1 + 1e-9)
    return BreakEven(low, high, at_low.answer, at_high.answer, estimate, settled, inside.instead)


def known_names(case: Case) -> dict[str, str]:
    """Name -> kind of everything that can be insisted on or banned; of two with one name the first kind counts."""
    rows = case.rows
    country = {r.location: r.country for r in rows("locations")}
    named = [("route", r.route) for r in rows("routes")]
    named += [("expansion", r.expansion) for r in rows("expansions")]
    standing = [r for r in rows("facilities") if not r.route and any((r.capacity or {}).values())]
    named += [("facility", r.facility) for r in standing]  # others are had by building them
    named += [("supply", r.supply) for r in rows("supplies") if not r.route]
    named += [("country", r.country) for r in rows("routes")] + [("country", c) for c in country.values()]
    known: dict[str, str] = {}
    for kind, name in named:
        if name is not None:
            known.setdefault(name, kind)
    return known


def checked_names(case: Case, names: Sequence[str]) -> list[tuple[str, str]]:
    """(kind, name) of each. Raises ValueError, naming every name that is no decision of the case."""
    known = known_names(case)
    unknown = [
        f"decision '{name}' is not in the case{did_you_mean(name, known)}" for name in names if name not in known
    ]
    if unknown:
        raise ValueError("; ".join(unknown))
    return [(known[name], name) for name in dict.fromkeys(names)]
