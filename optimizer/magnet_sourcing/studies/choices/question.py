"""A case posed for a study whose objective is cost: which futures, which limits, and plans made from outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...case import Case
from ...plan import Plan
from ...problem import Problem, Wish
from ...scenario_plan import ScenarioPlan
from ...session import Options, Outcome
from ...solving import asked_futures, cap_by_period, plan_of, scenario_plan_of


@dataclass(frozen=True)
class Question:
    """A checked case with what is asked of every plan of the study.

    futures: scenario -> its case when one plan serves several; None for a case with one future.
    """

    case: Case
    wish: Wish
    futures: Mapping[str, Case] | None = None
    probability: Mapping[str, float] | None = None

    @classmethod
    def about(
        cls,
        case: Case,
        scenario: str | Sequence[str] | None = None,
        scenarios: str | Sequence[str] | None = None,
        at_most: Mapping[str, float] | None = None,
        china_cap: float | Mapping[int, float] | None = None,
    ) -> Question:
        """Options as in `solve`. Raises CaseError with every error of the case, ValueError for wrong options."""
        case, probability, futures = asked_futures(case, scenario, scenarios)
        case.resolved()  # settles the settings
        if china_cap is not None and not case.settings["exposed_country"]:
            raise ValueError("a China cap needs settings: exposed_country, and stage weights")
        wish = Wish(at_most=dict(at_most or {}), china_cap=cap_by_period(case, china_cap))
        return cls(case, wish, futures, probability or None)

    def posed(self, measures: Iterable[str] = ("cost",)) -> Problem:
        """The problem, built. Raises Impossible if no plan can exist."""
        return Problem(self.case, self.wish, self.probability, self.futures, measures)

    @property
    def measures(self) -> list[str]:
        """Cost, and the dependence index if the case has an exposed country."""
        return ["cost", "index"] if self.case.settings["exposed_country"] else ["cost"]

    def plan(
        self, problem: Problem | None, outcome: Outcome, options: Options, begun: float, *, priced: bool = False
    ) -> Plan | ScenarioPlan:
        """The audited plan of an outcome; without a problem, or without a plan in the outcome, the ending alone.

        priced: a plan for one future with the tables `prices` and `entry_prices`.
        """
        if self.futures is not None and self.probability is not None:
            return scenario_plan_of(
                self.case, self.futures, self.probability, problem, outcome, self.wish, options, begun
            )
        if problem is None:
            from ...solving import unplanned

            return unplanned(self.case, outcome.detail, self.wish, options, begun)
        return plan_of(problem, outcome, options, begun, priced=priced)
