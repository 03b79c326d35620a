"""A plan that was written is read back whole, and one that was changed since says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from magnet_sourcing import Case, CaseError, Plan, solve
from pandas.testing import assert_frame_equal


@pytest.fixture(scope="module")
def small() -> Plan:
    return solve(Case.small(), china_price=50.0, china_cap={2029: 1 / 3 + 0.5}, gap=0)


@pytest.fixture(scope="module")
def reference() -> Plan:
    return solve(Case.reference(), gap=0.01)


def near(value: object) -> object:
    """Workbooks keep 16 digits of a number."""
    return pytest.approx(value, rel=1e-14, abs=1e-14) if isinstance(value, float) else value


def assert_same(again: Plan, plan: Plan) -> None:
    assert again.case.hash == plan.case.hash
    assert again.options == {field: near(value) for field, value in plan.options.items()}
    for field in ("status", "objective", "bound", "gap", "detail"):
        assert getattr(again, field) == near(getattr(plan, field)), field
    assert again.cost == pytest.approx(plan.cost, rel=1e-12)
    assert list(again.tables) == list(plan.tables)
    for name, frame in plan.tables.items():
        if name != "solver":
            assert_frame_equal(again.tables[name], frame, obj=name, rtol=1e-14)
    assert again.audit is not None and again.audit.passed, again.audit.failures[:3]


@pytest.mark.parametrize("name", ["plan.xlsx", "plan"])
@pytest.mark.parametrize("which", ["small", "reference"])
def test_round_trip(which: str, name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    plan: Plan = request.getfixturevalue(which)
    assert_same(Plan.read(plan.write(tmp_path / name)), plan)


def test_what_is_read_back_is_written_the_same(small: Plan, tmp_path: Path) -> None:
    first = Plan.read(small.write(tmp_path / "plan.xlsx"))
    assert_same(Plan.read(first.write(tmp_path / "again")), small)


def test_booleans_of_a_case_made_in_python_keep_their_hash(small: Plan, tmp_path: Path) -> None:
    case = small.case.copy()
    case.tables["demands"]["reserved"] = pd.Series([True] + [None] * (len(case.tables["demands"]) - 1), dtype=object)
    case.tables["demands"]["min_service"] = None
    plan = solve(case, gap=0)
    assert Plan.read(plan.write(tmp_path / "plan.xlsx")).case.hash == case.hash


def test_a_case_without_a_plan(small: Plan, tmp_path: Path) -> None:
    plan = solve(small.case, china_cap=0.0)
    assert plan.status == "infeasible"
    again = Plan.read(plan.write(tmp_path / "plan.xlsx"))
    assert again.status == "infeasible" and not again.has_plan and again.audit is None


def edited(plan: Plan, path: Path, sheet: str, cell: str, value: object) -> Path:
    plan.write(path)
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)
    return path


@pytest.mark.parametrize(
    "sheet, cell, value, words",
    [
        ("builds", "H6", 12345.0, "size"),
        ("provenance", "B7", 1.0, "objective"),
        ("in settings", "B9", 0.0, "not those that were solved"),
    ],
)
def test_what_was_changed_fails_the_audit(
    small: Plan, tmp_path: Path, sheet: str, cell: str, value: object, words: str
) -> None:
    again = Plan.read(edited(small, tmp_path / "plan.xlsx", sheet, cell, value))
    assert again.audit is not None and not again.audit.passed
    assert any(words in failure for failure in again.audit.failures), again.audit.failures[:5]


def refused(path: Path) -> str:
    with pytest.raises(CaseError) as error:
        Plan.read(path)
    return str(error.value)


@pytest.mark.parametrize(
    "sheet, cell, value",
    [("builds", "H6", "many"), ("builds", "H6", None), ("provenance", "B22", "much"), ("provenance", "B23", "half")],
)
def test_what_is_no_plan_value_is_refused_at_its_cell(
    small: Plan, tmp_path: Path, sheet: str, cell: str, value: object
) -> None:
    path = edited(small, tmp_path / "plan.xlsx", sheet, cell, value)
    assert f"plan.xlsx, sheet {sheet}, cell {cell}" in refused(path)


def test_a_case_is_no_plan(tmp_path: Path) -> None:
    book = Case.small().write(tmp_path / "case.xlsx")
    assert "sheet provenance" in refused(book) and "no such sheet" in refused(book)
    folder = Case.small().write(tmp_path / "case")
    assert "solver" in refused(folder)


def test_a_lost_sheet_is_named(small: Plan, tmp_path: Path) -> None:
    path = small.write(tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(path)
    del book["in settings"]
    book.save(path)
    assert "plan.xlsx, sheet in settings: the sheet is missing" in refused(path)
    folder = small.write(tmp_path / "plan")
    (folder / "solver.csv").unlink()
    assert "solver" in refused(folder)


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_text("not a workbook")
    assert "not a workbook" in refused(tmp_path / "plan.xlsx")
    assert "a plan is an .xlsx workbook" in refused(Path(shutil.copy(tmp_path / "plan.xlsx", tmp_path / "plan.pdf")))
    assert "no such file" in refused(tmp_path / "nowhere.xlsx")
