"""Solving runs of a study one after the other in one process: in place where a run allows it, else built."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...case import Case
from ...changes import Change
from ...problem import Impossible, Problem
from ...problems import CaseError
from ...session import Options, Outcome, Session
from ...solving import check_case, plan_of
from .. import decisions
from .models import Models
from .programme import Programme, decided_by_name
from .sessions import Sessions
from .study import RELAXED, Result, Run, Study

# Every run whose number this divides has its model built and its plan audited, also where it was solved in place. With
# decisions held a run takes a hundredth of the time that takes, so fewer are.
AUDIT_EVERY = 25
AUDIT_EVERY_HELD = 100


@dataclass(frozen=True)
class _Posed:
    """What a world's runs solve. why: no model in place was enough; problem: what was built, None if nothing was."""

    changes: Sequence[Change]
    sessions: Sessions
    programme: Programme
    why: str
    problem: Problem | None


class Bench:
    """Holds what runs of one study share."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._models: Models | None = None
        self._last: _Posed | None = None

    def result(self, run: Run) -> Result:
        """The run's ending; never raises for what the run itself does wrong."""
        begun = time.perf_counter()
        try:
            found = self._solved(run)
        except CaseError as reason:
            found = Result(run.number, "invalid", detail=str(reason.problems[0]))
        except Impossible as reason:
            found = Result(run.number, "infeasible", detail=str(reason))
        except Exception as reason:  # a run that fails is a row that says so
            found = Result(run.number, "failed", detail=f"{type(reason).__name__}: {reason}")
        return replace(found, seconds=time.perf_counter() - begun)

    def _solved(self, run: Run) -> Result:
        if self._models is None:
            self._models = Models(self._study)
        posed = self._posed(run, self._models)
        programme, why = posed.programme, posed.why
        relaxed = run.plan == RELAXED
        outcome = None
        try:
            outcome = posed.sessions.solve(programme, run.plan)
            found = (_relaxed if relaxed else _result)(run.number, programme, outcome, self._study)
        except Impossible as reason:  # the plan held does not fit the programme
            found = Result(run.number, "infeasible", detail=str(reason))
        found = replace(found, way="built" if why else "in place", why=why)
        if run.number % (AUDIT_EVERY_HELD if run.plan else AUDIT_EVERY):
            return found
        problem = posed.problem or self._built(run)
        if apart := programme.difference(Programme.of(problem, self._study.measures)):
            return _failed(found, f"internal error, please report it: in place differs from a build in {apart}")
        if relaxed or outcome is None or outcome.values is None:
            return found
        return _audited(found, problem, outcome, self._study.options)

    def _posed(self, run: Run, models: Models) -> _Posed:
        """What the run solves: that of the run before, if it makes the same of the case and only holds another plan."""
        if self._last is not None and self._last.changes is run.changes:
            return self._last
        self._last = None  # two built models at once would take twice the memory
        rows = models.changing.rows(run.changes, f"run {run.number}")
        sessions, programme, why = models.for_run(run, rows)
        problem = None
        if sessions is None or programme is None:
            problem = self._built(run)
            programme = Programme.of(problem, self._study.measures)
            sessions = Sessions(programme, self._study, models.bases)
        self._last = _Posed(run.changes, sessions, programme, why, problem)
        return self._last

    def _built(self, run: Run) -> Problem:
        return Problem(self._case(run), self._study.wish, measures=self._study.measures)

    def _case(self, run: Run) -> Case:
        case = self._study.case
        if run.changes:
            assert self._models is not None
            case = self._models.changing.case(run.changes, f"run {run.number}")
            check_case(case)
        return case


def _result(number: int, programme: Programme, outcome: Outcome, study: Study) -> Result:
    if outcome.values is None:
        return Result(number, str(outcome.status), detail=outcome.detail)
    values = outcome.values
    return Result(
        number,
        str(outcome.status),
        programme.value("cost", values),
        outcome.bound,
        outcome.gap,
        {m: programme.value(m, values) for m in study.measures},
        {(d.kind, d.name, d.year): x for d, x in decisions.amounts(programme.decisions, programme.matrix, values).items()},
    )


def _relaxed(number: int, programme: Programme, outcome: Outcome, study: Study) -> Result:
    """No decisions and no other measures are told: they are not those of a plan. Infeasible means that none exists."""
    if outcome.values is None:
        return Result(number, str(outcome.status), detail=outcome.detail)
    return Result(number, str(outcome.status), programme.value("cost", outcome.values), outcome.bound, outcome.gap)


def _audited(found: Result, problem: Problem, outcome: Outcome, options: Options) -> Result:
    """The result, audited; failed, in the audit's words, if the plan does not pass."""
    audit = plan_of(problem, outcome, options, time.perf_counter()).audit
    if audit is None or not audit.passed:
        words = "; ".join(str(f) for f in audit.failures[:3]) if audit is not None else "no audit was made"
        return _failed(found, f"the plan does not pass its audit: {words}")
    return replace(found, audited=True)


def _failed(found: Result, why: str) -> Result:
    return Result(found.number, "failed", way=found.way, why=found.why, detail=why)


def with_start(study: Study) -> tuple[Study, Result]:
    """The study with the plan of the case as it stands: its values as a start, its decisions as a plan to hold."""
    begun = time.process_time()  # what other programs take meanwhile says nothing of how long the runs will take
    problem = Problem(study.case, study.wish, measures=study.measures)
    outcome = Session(problem.matrix, study.options).solve()
    result = _result(-1, Programme.of(problem, study.measures), outcome, study)
    if outcome.values is not None:
        study = replace(
            study,
            start=decisions.by_name(problem, outcome.values),
            plans={**study.plans, AS_IT_STANDS: decided_by_name(problem, outcome.values)},
        )
        result = _audited(result, problem, outcome, study.options)
    return study, replace(result, seconds=time.process_time() - begun)


AS_IT_STANDS = "as it stands"


def study_options(gap: float, time_limit: float | None, seed: int) -> Options:
    """One HiGHS thread for each run, no tie-breaking."""
    return Options(gap, time_limit, 1, seed, False)
