"""Every script of examples/ runs as it stands on the small case, and says what single solves say."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from magnet_sourcing import Case, solve

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
TIMES = (0.6, 0.8, 1.0, 1.25, 1.5)
# The scripts solve to 1e-3; single solves to this.
CLOSE = 1e-9


@pytest.fixture(autouse=True)
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small case as a file of the planner's, in a folder with nothing else."""
    monkeypatch.chdir(tmp_path)
    return Case.small().write("case.xlsx")


def run(name: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", [name, "case.xlsx", *arguments])
    runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")


def changed(**columns: float) -> Case:
    """The small case with one row's numbers set, 'table__column'; its tables have one row each."""
    made = Case.small()
    for place, value in columns.items():
        table, column = place.split("__")
        made.tables[table][column] = value
    return made


def least(case: Case) -> float:
    plan = solve(case, gap=CLOSE, tie_break=False)
    assert plan.cost is not None
    return plan.cost


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.name)
def test_scripts_are_short_and_shown(script: Path) -> None:
    assert len(script.read_text(encoding="utf-8").splitlines()) < 40
    assert f"[{script.name}]({script.name})" in (ROOT / "examples" / "README.md").read_text(encoding="utf-8")


def test_every_script_is_tested() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    assert SCRIPTS and all(f'"{p.name}"' in tested for p in SCRIPTS)


def test_a_script_as_it_is_typed(case: Path) -> None:
    """In a process of its own; the case is left as it is, and the answer stands beside it."""
    before = case.read_bytes()
    inherited = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(ROOT / "examples" / "tornado.py"), "case.xlsx"]
    done = subprocess.run(command, env=inherited, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.startswith("FINISHED")
    assert "Chinese magnet price" in done.stdout
    assert case.read_bytes() == before
    assert Path("case-tornado.xlsx").exists()


def test_two_way_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell is a case of its own, solved alone: the fee is 60,000 and the price 54,000 as things stand."""
    run("two_way_table.py", monkeypatch)
    runs = pd.read_excel("case-two-way-table.xlsx", sheet_name="runs", header=None)
    head = next(i for i, row in runs.iterrows() if "status" in list(row))
    runs = runs.iloc[head + 1 :].set_axis(list(runs.loc[head]), axis=1)
    runs = runs[runs["status"] == "optimal"]
    assert len(runs) == len(TIMES) ** 2
    cells = [(fee, price) for fee in TIMES for price in TIMES]
    for (fee, price), cost, bound in list(zip(cells, runs["cost"], runs["bound"], strict=True))[::6]:
        alone = least(changed(tolls__fee=60_000 * fee, supplies__price=54_000 * price))
        assert bound * (1 - 1e-9) <= alone <= cost * (1 + 1e-9), (fee, price)


def test_break_even(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the lower fee a plan that may toll is cheaper than one that may not, at the higher it is not."""
    run("break_even_tolling_fee.py", monkeypatch)
    (found,) = pd.read_csv("case-break-even.csv").to_dict("records")
    assert (found["decision"], found["up_to_low"], found["from_high"]) == ("Toll Japan", "in", "out")
    assert 0 < found["high"] - found["low"] <= 0.02 * 1.8 * 60_000 * (1 + 1e-9)  # 2 % of the fees tried
    no_toll = Case.small()
    no_toll.tables["routes"]["active"] = "no"
    without = least(no_toll)
    assert least(changed(tolls__fee=found["low"])) < without * (1 - 1e-6)
    assert least(changed(tolls__fee=found["high"])) == pytest.approx(without, rel=1e-8)


def test_domestic_or_tolling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are times the cost of the magnet line, 70,000, without the toll; columns times the fee, without the line."""
    run("domestic_or_tolling.py", monkeypatch)
    dearer = pd.read_csv("case-domestic-or-tolling.csv", index_col=0)
    assert [float(x) for x in dearer.columns] == list(dearer.index) == list(TIMES)
    for plants, fee in ((1.0, 0.6), (1.5, 0.6), (1.0, 1.5)):
        home, away = changed(expansions__unit_cost=70_000 * plants), changed(tolls__fee=60_000 * fee)
        home.tables["routes"]["active"] = "no"
        away.tables["expansions"]["active"] = "no"
        apart = least(away) - least(home)
        assert dearer.loc[plants, str(fee)] * 1e6 == pytest.approx(apart, abs=2e-3 * least(away))
        assert (dearer.loc[plants, str(fee)] < 0) == (apart < 0)


def test_cost_of_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of each delay lies in its interval, and the dearest comes first."""
    run("cost_of_delay.py", monkeypatch)
    found = pd.read_csv("case-cost-of-delay.csv")
    late = {"expansion: first magnet line": "expansions__lead_time", "route: Toll Japan": "routes__lead_time"}
    assert set(zip(found["late"], found["years"], strict=True)) == {(name, years) for name in late for years in (1, 2)}
    stands = least(Case.small())
    for row in found.to_dict("records"):
        delay = least(changed(**{late[row["late"]]: 1 + row["years"]})) - stands
        assert row["at least"] - 1 <= delay <= row["at most"] + 1, row
    assert found["at least"].is_monotonic_decreasing


def test_sobol_indices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six numbers, each with its index and interval; the shares of one result cannot add up to nothing."""
    run("sobol_indices.py", monkeypatch, "8")
    for measure in ("cost", "index"):
        found = pd.read_csv(f"case-sobol-{measure}.csv")
        assert len(found) == 6
        assert (found["total_low"] <= found["total"]).all() and (found["total"] <= found["total_high"]).all()
        assert found["total"].sum() > 0.5


def test_decision_frequencies(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Of six worlds a share is a sixth, or several."""
    run("decision_frequencies.py", monkeypatch, "6")
    assert "6 of 6 worlds solved" in capsys.readouterr().out
    found = pd.read_excel("case-decision-frequencies.xlsx", sheet_name="frequencies", header=None)
    head = next(i for i, row in found.iterrows() if "share" in list(row))
    found = found.iloc[head + 1 :].set_axis(list(found.loc[head]), axis=1)
    shares = pd.to_numeric(found["share"], errors="coerce").dropna()
    assert len(shares) >= 2 and (abs(shares * 6 - (shares * 6).round()) < 1e-9).all()


def test_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """One page with the plan, every point of its frontier, and how the ends of it stand the disruptions."""
    run("report.py", monkeypatch)
    page = Path("case-report.html").read_text(encoding="utf-8")
    data = json.loads(page.split('id="report-data">')[1].split("</script>")[0])
    made = {section["name"]: section["data"] for section in data["sections"]}
    points = made["frontier"]["points"]
    assert [plan["key"] for plan in data["plans"]] == ["plan", *(p["key"] for p in points)]
    assert points[0]["objective"] == pytest.approx(least(Case.small()), rel=1e-3)
    assert list(made["stress"]["cells"]["embargo"]) == ["cheapest", "bend", "least dependent"]
    assert "sources" in made


def test_kept_study_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Half of its results taken away, it solves these again and ends with the same table; complete, it solves none."""
    run("kept_study.py", monkeypatch, "6")
    whole = Path("case-kept-study/runs.csv").read_bytes()
    (kept,) = Path("case-kept-study/results").glob("*.jsonl")
    kept.write_text("".join(kept.read_text(encoding="utf-8").splitlines(keepends=True)[:3]), encoding="utf-8")
    for left in (3, 0):
        capsys.readouterr()
        run("kept_study.py", monkeypatch, "6")
        said = capsys.readouterr()
        assert f"{6 - left} finished runs were taken over" in said.out
        assert (f"{6} of 6 runs" in said.err) == (left > 0)
        assert Path("case-kept-study/runs.csv").read_bytes() == whole
