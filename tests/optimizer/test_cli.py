"""The command line: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from magnet_sourcing import Case
from magnet_sourcing.cli import main


@pytest.fixture(autouse=True)
def _in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def small(**changes: Any) -> None:
    """Writes the small case to the folder `case`, changed: table__column=value sets the whole column."""
    case = Case.small()
    for name, value in changes.items():
        table, column = name.split("__")
        case.tables[table][column] = value
    case.write("case")


def test_help_lists_the_exit_codes() -> None:
    assert "proved infeasible" in run("--help").output
    assert run("--version").exit_code == 0


def test_solve_says_status_first_and_writes_the_plan() -> None:
    small()
    result = run("solve", "case", "-o", "plan.xlsx")
    assert result.exit_code == 0
    first = result.stdout.splitlines()[0]
    assert first.startswith("OPTIMAL, objective US$") and "bound" in first and "gap" in first
    assert "Sign Toll Japan" in result.stdout and "Audit passed" in result.stdout
    assert Path("plan.xlsx").exists()


def test_json_is_json_and_nothing_else() -> None:
    small()
    result = run("solve", "case", "--json")
    answer = json.loads(result.stdout)
    assert answer["status"] == "optimal" and answer["audit"]["passed"] and answer["files"] == ["case-plan.xlsx"]


def test_new_refuses_to_overwrite() -> None:
    assert run("new", "a.xlsx", "--small").exit_code == 0
    before = Path("a.xlsx").read_bytes()
    assert run("new", "a.xlsx", "--small").exit_code == 2
    assert Path("a.xlsx").read_bytes() == before
    assert run("new", "a.xlsx", "--blank", "--force").exit_code == 0


def test_bad_data_ends_with_3_and_writes_nothing() -> None:
    small(facilities__capacity=-1)
    result = run("solve", "case")
    assert result.exit_code == 3 and "must be 0 or more" in result.stderr
    assert not Path("case-plan.xlsx").exists()
    assert run("check", "case").exit_code == 3
    assert json.loads(run("check", "case", "--json").stdout)[0]["severity"] == "error"


def test_infeasible_is_4_and_says_it_is_proved() -> None:
    small(demands__penalty=None, supplies__limit=1)
    result = run("solve", "case")
    assert result.exit_code == 4 and "proved" in result.stdout
    assert not Path("case-plan.xlsx").exists()


def test_stock_that_cannot_be_is_infeasible_without_a_solver() -> None:
    """A route that must be signed, but only after the horizon: nothing needs solving to see it."""
    small(routes__must_sign="yes", routes__first_year=2040)
    result = run("solve", "case")
    assert result.exit_code == 4 and "must be signed" in result.stdout


def test_unbounded_is_4() -> None:
    """Magnets are sold for more than the Chinese ones cost, both without limit."""
    small(supplies__limit=None)
    case = Case.read("case")
    case.tables["sales"].loc[0] = None
    case.tables["sales"].loc[0, ["sale", "material", "location", "price"]] = ["x", "magnet", "Visakhapatnam", 90000]
    case.write("case")
    result = run("solve", "case")
    assert result.exit_code == 4 and "without end" in result.stdout


@pytest.mark.parametrize(
    "arguments", [("--china-cap", "much"), ("--gap", "-1"), ("--time-limit", "0"), ("--china-cap", "1999:0.5")]
)
def test_wrong_options_are_2(arguments: tuple[str, str]) -> None:
    small()
    assert run("solve", "case", *arguments).exit_code == 2


def test_the_case_is_never_replaced_by_the_plan() -> None:
    Case.small().write("case.xlsx")
    before = Path("case.xlsx").read_bytes()
    assert run("solve", "case.xlsx", "-o", "case.xlsx").exit_code == 2
    assert Path("case.xlsx").read_bytes() == before


def test_a_failed_audit_is_7_and_its_file_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from magnet_sourcing import solving
    from magnet_sourcing.audit import audit

    def forged(case: Case, tables: Any, **options: Any) -> Any:
        tables["purchases"].loc[:, "bought"] *= 2
        return audit(case, tables, **options)

    monkeypatch.setattr(solving, "audit", forged)
    small()
    result = run("solve", "case", "-o", "plan.xlsx")
    assert result.exit_code == 7 and "balance" in result.stderr
    assert not Path("plan.xlsx").exists() and Path("plan-FAILED-AUDIT.xlsx").exists()


def test_a_target_that_is_open_elsewhere_is_kept_and_the_plan_written_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    small()
    Path("plan.xlsx").write_text("open in Excel")
    replace = os.replace

    def locked(source: Any, target: Any) -> None:
        if Path(target).name == "plan.xlsx":
            raise PermissionError(13, "open in another program")
        replace(source, target)

    monkeypatch.setattr(os, "replace", locked)
    result = run("solve", "case", "-o", "plan.xlsx")
    assert result.exit_code == 0 and "plan (2).xlsx" in result.stdout
    assert Path("plan.xlsx").read_text() == "open in Excel"
    assert sorted(p.name for p in Path().iterdir()) == ["case", "plan (2).xlsx", "plan.xlsx"]


def test_an_unwritable_folder_is_a_clear_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    small()
    Path("file").write_text("not a folder")
    result = run("solve", "case", "-o", "file/plan.xlsx")
    assert (
        result.exit_code == 3 and "could not be written" in result.stderr or "nothing can be written" in result.stderr
    )


def test_the_workbook_says_what_the_plan_says() -> None:
    small()
    answer = json.loads(run("solve", "case", "-o", "plan.xlsx", "--json").stdout)
    book = openpyxl.load_workbook("plan.xlsx")
    assert book.sheetnames[0] == "Answer"
    costs = book["costs"]
    heads = {c.value: c.column for c in costs[4]}
    listed = sum(costs.cell(r, heads["discounted"]).value for r in range(6, costs.max_row + 1))
    assert listed == pytest.approx(answer["cost"], rel=1e-9)
    assert str(costs.cell(3, heads["discounted"]).value).startswith("=SUBTOTAL(9,")
    assert {"provenance", "audit", "in facilities", "Charts"} <= set(book.sheetnames)
    assert len(book["Charts"]._charts) >= 4
    assert all(sheet.max_row > 1 for sheet in book)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_ctrl_c_keeps_the_best_plan() -> None:
    """The reference case to a gap of 0 takes long; an interrupt after some seconds leaves a plan, marked as such."""
    command = [sys.executable, "-m", "magnet_sourcing", "solve", "-o", "plan.xlsx", "--gap", "0", "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(9)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    if process.returncode == 5:
        assert out.startswith("INTERRUPTED") and Path("plan.xlsx").exists()
    else:  # stopped before the first plan, or proved in time on a fast machine
        assert process.returncode in (0, 6), (process.returncode, out, err)


@pytest.mark.parametrize("verb", ["sensitivity", "sweep --vary tolls.fee=1,2", "montecarlo"])
def test_an_output_that_cannot_be_is_refused_before_anything_is_solved(verb: str) -> None:
    result = CliRunner().invoke(main, [*verb.split(), "-o", "study.csv"])
    assert result.exit_code == 2
    assert result.stderr == "error: study.csv: a study is written as .xlsx or as a folder (a path without ending)\n"
