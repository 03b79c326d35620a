"""Solving runs in place: the same results in any order and on any model, endings by type, audits."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import pytest
from magnet_sourcing import Case
from magnet_sourcing.changes import Change
from magnet_sourcing.session import Outcome, Session
from magnet_sourcing.studies.runs import bench as benches
from magnet_sourcing.studies.runs import models
from magnet_sourcing.studies.runs.bench import AS_IT_STANDS, Bench, study_options, with_start
from magnet_sourcing.studies.runs.programme import Programme
from magnet_sourcing.studies.runs.study import RELAXED, Result, Run, Study

SMALL = Case.small()
PRICE = Change("supplies", "", "price", "multiply", 1.0)
LATER = Change("expansions", "", "lead_time", "add", 1.0)


def study(*changes: tuple[Change, ...], plan: str = "") -> Study:
    runs = tuple(Run(i, c, {}, plan) for i, c in enumerate(changes))
    started, base = with_start(Study("test", SMALL, runs, study_options(0.0, None, 0)))
    assert base.status == "optimal" and base.audited
    return started


def answers(results: list[Result]) -> list[Result]:
    """Without the seconds, by number."""
    return sorted((replace(r, seconds=0.0) for r in results), key=lambda r: r.number)


def mixed() -> list[tuple[Change, ...]]:
    """Prices, demands, a delay that needs another model (three times), and both."""
    runs = []
    for x in (0.5, 0.8, 1.0, 1.3, 2.0):
        runs += [(replace(PRICE, value=x),), (Change("demands", "", "quantity", "multiply", x),)]
        runs += [(replace(PRICE, value=x), LATER)]
    return runs


@pytest.mark.parametrize("plan", ["", AS_IT_STANDS])
def test_results_do_not_depend_on_the_order_or_on_the_model(plan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forwards, backwards, each alone on a fresh bench, and with no model kept but that of the case as it stands."""
    s = study(*mixed(), plan=plan)
    together = Bench(s)
    forwards = answers([together.result(run) for run in s.runs])
    backwards = Bench(s)
    assert answers([backwards.result(run) for run in reversed(s.runs)]) == forwards
    assert answers([Bench(s).result(run) for run in s.runs[::4]]) == forwards[::4]
    monkeypatch.setattr(models, "_OFTEN", 10**6)
    building = Bench(s)
    assert answers([building.result(run) for run in s.runs]) == forwards
    assert {r.way for r in forwards if not r.why} == {"in place"}
    assert all(r.way == "built" for r in forwards if r.why) and any(r.why.startswith("structure") for r in forwards)


@pytest.mark.parametrize("plan", ["", AS_IT_STANDS])
def test_in_place_is_what_a_build_gives(plan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run on a model that was built for it alone, from the same start: the same digits."""
    s = study(*mixed(), plan=plan)
    in_place = Bench(s)
    found = answers([in_place.result(run) for run in s.runs])

    def none(self: models.Models, run: Run, rows: object) -> tuple[None, None, str]:
        return None, None, "asked to build"

    monkeypatch.setattr(models.Models, "for_run", none)
    building = Bench(s)
    built = answers([building.result(run) for run in s.runs])
    assert [replace(r, way="", why="") for r in built] == [replace(r, way="", why="") for r in found]


def test_a_relaxed_run_does_not_depend_on_how_the_run_before_was_scaled() -> None:
    """Capacities of 1e9 after others, and alone: HiGHS keeps the factors it scaled a linear programme with."""
    case = Case.read(Path(__file__).parent.parent / "published" / "orlib_cap41")
    huge = (
        Change("expansions", "", "max_size", "set", 1e9),
        Change("lanes", "lane = W13 - C41", "opening_cost", "set", 0.0, 2000, 2000),
    )
    runs = tuple(Run(i, changes, {}, RELAXED) for i, changes in enumerate([(), huge]))
    s, _ = with_start(Study("test", case, runs, study_options(1e-6, None, 0)))
    together = Bench(s)
    after_another = [together.result(run) for run in s.runs][1]
    assert answers([after_another]) == answers([Bench(s).result(s.runs[1])])


def test_a_shape_that_comes_back_is_recorded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep over a delay and a price: the first two runs of the delay are built, the third records their shape."""
    s = study(*[(replace(PRICE, value=x), LATER) for x in (0.9, 1.0, 1.1, 1.2, 1.3, 1.4)])
    made: list[Run] = []
    built = Bench._built
    monkeypatch.setattr(Bench, "_built", lambda self, run: made.append(run) or built(self, run))
    monkeypatch.setattr(benches, "AUDIT_EVERY", 10**6)
    bench = Bench(s)
    results = [bench.result(run) for run in s.runs]
    assert {r.status for r in results} == {"optimal"}
    # Run 0 is audited, but it was built anyway.
    assert [run.number for run in made] == [0, 1]


def test_a_plan_whose_decision_is_not_on_offer_cannot_be_held() -> None:
    """Whatever is built or signed in the plan may only be so a year later: nothing is left out in silence."""
    s = study((), plan=AS_IT_STANDS)
    kind, name, year = next(d for d in Bench(s).result(s.runs[0]).decisions if d[0] in ("sign", "build"))
    table, key = {"sign": ("routes", "route"), "build": ("expansions", "expansion")}[kind]
    later = Change(table, f"{key} = {name}", "first_year", "set", float(year + 1))
    gone = study((later,), plan=AS_IT_STANDS)
    result = Bench(gone).result(gone.runs[0])
    assert result.status == "infeasible" and f"{name},{year}" in result.detail and "not on offer" in result.detail


def test_endings_are_told_apart() -> None:
    """A capacity beyond use is solved; a demand nobody can meet is infeasible; a share above 1 is invalid."""
    impossible = Change("demands", "", "quantity", "multiply", 1e6)
    wrong = Change("facilities", "", "availability", "set", 1.5)
    nowhere = Change("supplies", "supply = nobody", "price", "set", 1.0)
    s = study((), (impossible,), (wrong,), (nowhere,))
    bench = Bench(s)
    results = [bench.result(run) for run in s.runs]
    assert [r.status for r in results] == ["optimal", "infeasible", "invalid", "invalid"]
    assert "must be from 0 to 1" in results[2].detail and "nobody" in results[3].detail
    assert results[0].audited and not results[1].audited


@pytest.mark.parametrize("plan", ["", AS_IT_STANDS])
def test_ctrl_c_that_comes_as_a_solve_ends_is_not_lost(plan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver is done when it comes: the run has no ending, so that the study stops, and does it another time."""
    s = study((), plan=plan)
    read = Session._read

    def late(self: Session) -> Outcome:
        signal.raise_signal(signal.SIGINT)
        return read(self)

    monkeypatch.setattr(Session, "_read", late)
    assert Bench(s).result(s.runs[0]).status == "interrupted"


def test_a_model_that_differs_from_a_build_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if C code had read a recorded number without saying so."""
    s = study((replace(PRICE, value=1.1),))
    monkeypatch.setattr(
        models.Model, "programme", lambda self, rows: self.base
    )
    result = Bench(s).result(s.runs[0])
    assert result.status == "failed" and "differs from a build in cost" in result.detail


def test_arrays_without_a_plan_are_compared_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model in place that is wrong could make a case infeasible that is not."""
    s = study((replace(PRICE, value=1.1),))

    def wrong(self: models.Model, rows: object) -> Programme:
        return replace(self.base, matrix=replace(self.base.matrix, row_upper=self.base.matrix.row_upper - 1e9))

    monkeypatch.setattr(models.Model, "programme", wrong)
    result = Bench(s).result(s.runs[0])
    assert result.status == "failed" and "differs from a build in" in result.detail


def test_an_audit_that_fails_is_a_run_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    s = study((replace(PRICE, value=1.1),))
    bench = Bench(s)

    class Report:
        passed, failures = False, ["balance: something is missing"]

    monkeypatch.setattr(benches, "plan_of", lambda *_: type("P", (), {"audit": Report()})())
    result = bench.result(s.runs[0])
    assert result.status == "failed" and "balance: something is missing" in result.detail
