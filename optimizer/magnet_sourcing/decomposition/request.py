"""What is asked of a decomposition and what comes back: plain data that can go to other processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..session import Status, relative_gap

if TYPE_CHECKING:
    from magnet_models import Goal
    from magnet_models.timing import Timing

# A future of the reference case takes 0.07 s to a gap of 0.3 %, and fifty times as long to one of 0.02 %.
_COARSE = 5e-3


class MissingExtra(ValueError):
    """A package or program that is needed is not installed; the message says how to install it."""


class RanksFailed(RuntimeError):
    """The processes of a run over several ranks ended without a result; the message holds what they last wrote."""


@dataclass(frozen=True)
class Hedging:
    """Options of a run.

    gap: relative difference between plan and bound at which to stop. iterations: at most. time_limit: seconds.
    ranks: processes that share the scenarios; more than 1 needs MPI. subproblem_gap: relative gap of one scenario's
    solve; what it leaves open is missing from the bound. If not given, it follows the gap between plan and bound, from
    half a percent down to a fifth of `gap`. rho: how hard scenarios are
    pulled together, as a multiple of what their common decisions cost. candidates: plans tried in every iteration.
    patience: seconds without a sign of life after which ranks are stopped; half of it is the time limit of one
    scenario's solve. threads, seed: of HiGHS, in every rank.
    """

    gap: float = 1e-3
    iterations: int = 100
    time_limit: float | None = None
    ranks: int = 1
    subproblem_gap: float | None = None
    rho: float = 1.0
    candidates: int = 2
    patience: float = 600.0
    threads: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("gap", "subproblem_gap"):
            if (getattr(self, name) or 0) < 0:
                raise ValueError(f"{name} {getattr(self, name)}: must be 0 or more")
        for name in ("iterations", "ranks", "candidates", "threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)}: must be 1 or more")
        for name in ("rho", "patience", "time_limit"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} {value}: must be more than 0")

    @property
    def alone(self) -> float:
        """Relative gap of one scenario's solve when the run is nearly there."""
        return self.gap / 5 if self.subproblem_gap is None else self.subproblem_gap

    @property
    def coarse(self) -> float:
        """The same when it begins."""
        return max(self.alone, _COARSE) if self.subproblem_gap is None else self.subproblem_gap


@dataclass(frozen=True)
class Request:
    """Everything one run needs. timing: decision years of use in some future, so that nobody needs the tables of all."""

    settings: Mapping[str, Any]
    scenarios: Mapping[str, Mapping[str, Sequence[Any]]]
    probability: Mapping[str, float]
    planned: Mapping[str, Sequence[Any]]
    goal: Goal | None = None
    china_price: float = 0.0
    china_cap: Mapping[int, float] = field(default_factory=dict)
    adapt_from: int | None = None
    hedging: Hedging = field(default_factory=Hedging)
    timing: Timing = field(kw_only=True)

    def __post_init__(self) -> None:
        if set(self.scenarios) != set(self.probability) or not self.scenarios:
            raise ValueError("scenarios and probabilities do not name the same futures")
        if any(p <= 0 for p in self.probability.values()) or abs(sum(self.probability.values()) - 1) > 1e-6:
            raise ValueError(f"probabilities {dict(self.probability)}: must be more than 0 and add to 1")
        if self.hedging.ranks > len(self.scenarios):
            raise ValueError(f"ranks {self.hedging.ranks}: there are only {len(self.scenarios)} scenarios to share")


@dataclass(frozen=True)
class Step:
    """A line of the log: where the run stood after looking at an iteration. Iteration 0: every future by itself."""

    iteration: int
    seconds: float
    objective: float | None
    bound: float | None
    disagreement: float | None

    @property
    def gap(self) -> float | None:
        return None if self.objective is None else relative_gap(self.objective, self.bound)


@dataclass(frozen=True)
class Decomposed:
    """What a run found.

    status: 'optimal' if the gap asked for was reached. first_stage: common decision -> value, under the names of the
    model ('first.build[...]'), in the order of `First.variables()`; empty without a plan. objective: of the best plan,
    in every scenario. bound: no plan has a smaller objective. costs: scenario -> the measure made least. log: `Step`s.
    """

    status: Status
    first_stage: dict[str, float]
    objective: float | None
    bound: float | None
    iterations: int
    seconds: float
    costs: dict[str, float] = field(default_factory=dict)
    log: list[Step] = field(default_factory=list)
    detail: str = ""

    @property
    def gap(self) -> float | None:
        return None if self.objective is None else relative_gap(self.objective, self.bound)
