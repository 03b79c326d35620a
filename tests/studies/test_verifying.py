"""A plan in a file: sound, edited, unsound, stale or not reproduced."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from magnet_sourcing import Case, Plan, solve, verify
from magnet_sourcing.cli import main
from magnet_sourcing.seal import seal_of, tables_mark
from magnet_sourcing.studies import verifying

SMALL = Case.small()


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(SMALL, china_cap=0.3)


@pytest.fixture(params=["plan.xlsx", "plan"])
def written(request: pytest.FixtureRequest, plan: Plan, tmp_path: Path) -> Path:
    return plan.write(tmp_path / request.param)


@pytest.fixture
def book(plan: Plan, tmp_path: Path) -> Path:
    return plan.write(tmp_path / "plan.xlsx")


def edit(path: Path, sheet: str, find: str, column: str, value: Any) -> None:
    """Sets a cell of the first row that holds a text."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    headers = next(row for row in page.iter_rows() if column in [c.value for c in row])
    at = next(c.column for c in headers if c.value == column)
    row = next(r for r in page.iter_rows(min_row=headers[0].row + 1) if find in [str(c.value) for c in r])
    page.cell(row[0].row, at).value = value
    book.save(path)


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["verify", *map(str, arguments)])
    return result.exit_code, result.output


def test_a_plan_as_it_was_written_is_sound(written: Path) -> None:
    found = verify(written, SMALL, resolve=True)
    assert found.state == "sound"
    assert found.sealed
    assert found.differing == []
    assert found.again is not None and found.again.same_tables and not found.again.moved


def test_the_command_says_so(book: Path, tmp_path: Path) -> None:
    code, said = run(book, "--resolve", "--case", SMALL.write(tmp_path / "small.xlsx"))
    assert code == 0
    assert said.startswith("SOUND")
    assert "The same plan, to the last digit." in said
    assert "none: nothing the plan depends on has changed" in said
    code, said = run(book, "--json")
    assert (code, json.loads(said)["state"]) == (0, "sound")


def test_rows_may_be_sorted(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    page = opened["costs"]
    start = next(r[0].row for r in page.iter_rows() if r[0].value == "item") + 1
    rows = [[c.value for c in r] for r in page.iter_rows(min_row=start, max_row=page.max_row) if r[0].value]
    assert len(rows) > 2
    for i, values in enumerate(reversed(rows)):
        for j, value in enumerate(values):
            page.cell(start + i, j + 1).value = value
    opened.save(book)
    assert verify(book).state == "sound"


def test_a_better_bound_is_an_edit_though_the_audit_passes(book: Path) -> None:
    """The audit cannot know the bound; the seal does."""
    edit(book, "provenance", "bound", "value", 1.0)
    found = verify(book)
    assert found.plan.audit is not None and found.plan.audit.passed
    assert found.state == "edited"
    assert run(book)[0] == 7


def test_an_input_that_was_changed_is_told_from_a_changed_plan(book: Path) -> None:
    edit(book, "in materials", "magnet", "note", "corrected")
    found = verify(book)
    assert found.edited == ["the inputs in the file are not those that were solved"]


def test_a_changed_flow_is_an_edit_and_what_does_not_agree_is_named(book: Path, plan: Plan) -> None:
    first = plan.tables["purchases"].iloc[0]
    edit(book, "purchases", str(first["supply"]), "bought", float(first["bought"]) + 5)
    code, said = run(book)
    assert code == 7
    assert said.startswith("EDITED")
    assert "What does not agree" in said


def test_a_plan_the_audit_refuses_without_an_edit_is_unsound(plan: Plan, tmp_path: Path) -> None:
    """As if the solver had been wrong: the seal is of what it said."""
    tables = {name: frame.copy() for name, frame in plan.tables.items()}
    tables["demand"]["delivered"] += 1.0
    record = dict(plan.options)
    record["seal"] = seal_of(tables, record)
    tables["solver"] = pd.DataFrame({"field": list(record), "value": pd.Series(list(record.values()), dtype=object)})
    wrong = replace(plan, options=record, tables=tables)
    assert verify(wrong.write(tmp_path / "wrong.xlsx")).state == "unsound"


def test_a_case_that_has_moved_on_makes_the_plan_stale(book: Path, tmp_path: Path) -> None:
    later = Case.small()
    later.tables["supplies"].loc[0, "price"] = 123.0
    code, said = run(book, "--case", later.write(tmp_path / "later.xlsx"))
    assert code == 7
    assert said.startswith("STALE")
    assert "123 in the case" in said


def test_another_least_objective_is_not_reproduced(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the solver now proved that nothing as cheap exists."""
    whole = verifying.solve_one

    def dearer(*arguments: Any, **options: Any) -> Plan:
        found = whole(*arguments, **options)
        assert found.objective is not None
        found.objective, found.bound = found.objective * 1.01, found.objective * 1.005
        return found

    monkeypatch.setattr(verifying, "solve_one", dearer)
    assert verify(book, resolve=True).state == "not reproduced"
    assert run(book, "--resolve")[0] == 7


def test_plans_of_older_versions_bear_no_seal(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    page = opened["provenance"]
    row = next(r[0].row for r in page.iter_rows() if r[0].value == "seal")
    page.delete_rows(row)
    opened.save(book)
    found = verify(book)
    assert (found.state, found.sealed) == ("sound", False)
    assert "bears no seal" in run(book)[1]


def test_what_is_no_plan_for_one_future_is_refused(tmp_path: Path) -> None:
    assert run(SMALL.write(tmp_path / "small.xlsx"))[0] == 3
    several = solve(SMALL, scenarios="all").write(tmp_path / "several.xlsx")
    code, said = run(several)
    assert code == 2
    assert "several futures" in said
    assert run(tmp_path / "nothing.xlsx")[0] == 3
    assert run(several, "--time-limit", "5")[0] == 2


def test_no_plan_is_verified_too(tmp_path: Path) -> None:
    none = solve(SMALL, china_cap=0.0, at_most={"unmet": 0.0})
    assert none.status == "infeasible"
    found = verify(none.write(tmp_path / "none.xlsx"), resolve=True)
    assert found.state == "sound"


def test_the_mark_is_of_values_not_of_how_they_are_kept() -> None:
    a = {"t": pd.DataFrame({"name": ["x", "y"], "amount": [1.0, 0.1 + 0.2], "year": [2030, 2031]})}
    turned = {"t": a["t"].iloc[::-1].reset_index(drop=True)}
    assert tables_mark(a) == tables_mark(turned)
    assert seal_of(a, {"gap": 1}) == seal_of(a, {"gap": 1.0, "seal": "whatever"})
    other = {"t": a["t"].assign(amount=[1.0, 0.3000000000000005])}
    assert tables_mark(a) != tables_mark(other)
    crossed = {"t": a["t"].assign(name=["y", "x"])}
    assert tables_mark(a) != tables_mark(crossed)
