"""Decomposition finds published optima of problems with scenarios, and its bound is never above them.

Farmer (Birge and Louveaux) and LandS are linear, netdes (Pyomo, mpi-sppy's examples) is mixed-integer. README.md of
tests/published says where they are from.
"""

from __future__ import annotations

import os
import sys
import time
from functools import cache
from pathlib import Path

import pytest
from magnet_models import Goal
from magnet_sourcing import Case
from magnet_sourcing.decomposition import (
    Decomposed,
    Hedging,
    MissingExtra,
    RanksFailed,
    decompose,
    planned_by_decomposition,
    sppy,
)
from magnet_sourcing.decomposition import ranks as over_ranks
from magnet_sourcing.decomposition.subproblem import Subproblem
from magnet_sourcing.problem import Wish
from magnet_sourcing.scenarios import checked_futures, chosen

pytest.importorskip("mpisppy", reason="the extra 'decomposition' is not installed")

PUBLISHED = Path(__file__).parent.parent / "published"


@cache
def futures(name: str) -> tuple[Case, dict[str, float], dict[str, Case]]:
    case = Case.read(PUBLISHED / name)
    probability = chosen(case, "all")
    return case, probability, checked_futures(case, list(probability))


def hedged(name: str, goal: Goal | None = None, **options: object) -> Decomposed:
    case, probability, known = futures(name)
    return decompose(
        case.settings,
        {n: c.resolved() for n, c in known.items()},
        probability,
        planned=case.resolved(),
        goal=goal,
        hedging=Hedging(**options),  # type: ignore[arg-type]
    )


def holds(found: Decomposed, optimum: float) -> None:
    """The optimum lies between bound and plan, but for what a solver cannot tell apart."""
    slack = 1e-6 * abs(optimum)
    assert found.bound is not None and found.objective is not None
    assert found.bound - slack <= optimum <= found.objective + slack


@pytest.mark.parametrize("name, optimum", [("farmer", -108390), ("lands", 381.8533)])
def test_linear_problems_close_the_gap(name: str, optimum: float) -> None:
    found = hedged(name, gap=1e-4, iterations=200)
    assert found.status == "optimal" and found.gap is not None and found.gap <= 1e-4
    holds(found, optimum)
    assert found.objective == pytest.approx(optimum, rel=2e-4)
    assert [s.iteration for s in found.log] == list(range(found.iterations + 1))


def test_farmer_plants_as_published() -> None:
    acres = hedged("farmer", gap=1e-5, iterations=200).first_stage
    published = {"wheat": 170, "corn": 80, "sugar_beets": 250}
    assert {k: acres[f"first.size[plant {k},2000]"] for k in published} == pytest.approx(published, abs=1)


def test_farmer_who_fears_the_worst() -> None:
    """Published: cost + 2 * CVaR_0.8(cost) = -220700, with 100, 100 and 300 acres; a third of it is weighed 2/3."""
    found = hedged("farmer", Goal("cost", "expected", beta=2 / 3, alpha=0.8), gap=2e-3, iterations=200)
    assert found.status == "optimal"
    holds(found, -220700 / 3)
    assert 3 * found.objective == pytest.approx(-220700, rel=1e-3)


def test_worst_case_of_the_farmer() -> None:
    """In the worst year nothing is better than the plan for it: 59950 (Birge and Louveaux, table 3)."""
    holds(hedged("farmer", Goal("cost", "worst"), gap=1e-4, iterations=100), -59950)


def test_whole_numbers() -> None:
    found = hedged("netdes", gap=0.12, iterations=60)
    assert found.status == "optimal"
    holds(found, 88557.3)
    assert found.objective == pytest.approx(88557.3, rel=0.12)


def test_bound_holds_however_early_it_stops() -> None:
    for iterations in (1, 3):
        found = hedged("netdes", gap=1e-6, iterations=iterations)
        assert found.status == "time limit" and found.iterations == iterations
        assert found.bound is not None and found.bound <= 88557.3
        assert found.objective is None or found.objective >= 88557.3 - 0.1


def test_a_whole_plan_passes_its_audit() -> None:
    case, probability, known = futures("farmer")
    plan = planned_by_decomposition(case, probability, Wish(), Hedging(gap=1e-3), futures=known)
    assert plan.status == "optimal" and plan.audit is not None and plan.audit.passed, plan.audit
    assert plan.objective == pytest.approx(-108390, rel=1e-3)
    assert plan.bound is not None and plan.bound <= -108390 + 0.2


def test_a_future_without_a_plan() -> None:
    """The farmer of the worst year is asked for more wheat than all the land gives."""
    case, probability, known = futures("farmer")
    poor = known["below"].copy()
    poor.tables["limits"] = Case.from_rows(
        {}, {"limits": [{"limit": "wheat", "sense": "at least", "value": 1000}]}
    ).tables["limits"]
    poor.tables["limit_terms"] = Case.from_rows(
        {}, {"limit_terms": [{"limit": "wheat", "metric": "added capacity", "expansion": "plant wheat"}]}
    ).tables["limit_terms"]
    tables = {n: c.resolved() for n, c in (known | {"below": poor}).items()}
    found = decompose(case.settings, tables, probability, planned=case.resolved())
    assert found.status == "infeasible" and "below" in found.detail
    assert found.objective is None and found.first_stage == {}


def test_standard_output_stays_empty(capfd: pytest.CaptureFixture[str]) -> None:
    hedged("farmer", gap=0.01)
    assert capfd.readouterr().out == ""


def test_ctrl_c_before_the_first_iteration_keeps_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes between two solves of the climb with fractions, after plans of single futures were tried."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Subproblem, "priced_roughly", interrupted)
    found = hedged("lands", gap=1e-6)
    assert found.status == "interrupted" and found.objective is not None and found.first_stage
    holds(found, 381.8533)


# ---------------------------------------------------------------- several processes


def test_ranks_give_the_same_answer() -> None:
    try:
        over_ranks._mpiexec()
    except MissingExtra as reason:
        pytest.skip(str(reason))
    one, two = hedged("farmer", gap=1e-3), hedged("farmer", gap=1e-3, ranks=2, time_limit=60)
    assert two.status == "optimal"
    assert (two.objective, two.bound) == pytest.approx((one.objective, one.bound), rel=1e-6)


def test_ranks_give_the_same_answer_with_whole_numbers() -> None:
    """One process looks for plans by planes that both have made."""
    try:
        over_ranks._mpiexec()
    except MissingExtra as reason:
        pytest.skip(str(reason))
    one, two = hedged("netdes", gap=0.01, iterations=13), hedged("netdes", gap=0.01, iterations=13, ranks=2)
    assert (two.objective, two.bound, two.iterations) == pytest.approx(
        (one.objective, one.bound, one.iterations), rel=1e-6
    )
    assert one.objective is not None


def test_without_mpi_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(over_ranks, "find_spec", lambda name: None)
    monkeypatch.setattr(over_ranks.shutil, "which", lambda *_, **__: None)
    with pytest.raises(MissingExtra, match=r"needs mpi4py and mpiexec: pip install .*\[mpi\]"):
        hedged("farmer", ranks=2)


def test_without_mpi_sppy_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sppy, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"needs mpi-sppy.*pip install .*\[decomposition\]"):
        hedged("farmer")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for mpiexec is a shell script")
@pytest.mark.parametrize(
    "script, said",
    [
        ("echo 'out of luck'; exit 3", "ended with code 3 and no result.*out of luck"),
        ("sleep 600 & echo $! > {child}; sleep 600", "gave no sign of life for 1 seconds"),
    ],
    ids=["failing", "hanging"],
)
def test_ranks_that_fail_or_hang(script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child"
    stand_in = tmp_path / "mpiexec"
    stand_in.write_text("#!/bin/sh\n" + script.format(child=child) + "\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(over_ranks, "_mpiexec", lambda: stand_in)
    monkeypatch.setattr(over_ranks, "_GRACE", 0.5)
    with pytest.raises(RanksFailed, match="(?s)" + said):
        hedged("farmer", ranks=2, patience=1.0)
    if child.exists():
        assert _ended(int(child.read_text()))


def _ended(process: int, patience: float = 10.0) -> bool:
    """Gone, or only waiting to be counted, within some seconds: a killed process takes a moment."""
    end = time.monotonic() + patience
    while not _gone(process) and time.monotonic() < end:
        time.sleep(0.05)
    return _gone(process)


def _gone(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    if sys.platform.startswith("linux"):
        return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_options_that_make_no_sense_are_refused() -> None:
    for wrong in ({"gap": -1.0}, {"iterations": 0}, {"rho": 0.0}, {"time_limit": -5.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Hedging(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="only 3 scenarios"):
        hedged("farmer", ranks=4)
