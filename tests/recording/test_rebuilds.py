"""Arrays worked out on a recording are those of a build of the changed case, to the last bit, or it says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from magnet_sourcing import Case
from magnet_sourcing.changes import BadChange, Change
from magnet_sourcing.recording import Kind
from magnet_sourcing.schema import TABLES

from ..properties.random_cases import Tables, cases
from .comparing import EXACT, Compared, multiplied, numbers, where

SMALL = Case.small()
PUBLISHED = Path(__file__).parent.parent / "published"
factors = st.sampled_from([0.0, 0.5, 0.9, 1.05, 1.3, 2.0])


def changes_of(case: Case, draw: Any) -> list[list[Change]]:
    """Some changes of random numbers of a case, several at a time."""
    known = list(numbers(case))
    picked = draw(st.lists(st.sampled_from(range(len(known))), min_size=1, max_size=6, unique=True))
    runs = []
    for _ in range(3):
        run = []
        for i in picked:
            table, row, column = known[i]
            if TABLES[table].by_name[column].kind == "number":
                run.append(multiplied(table, row, column, draw(factors)))
            else:
                run.append(Change(table, where(table, row), column, "add", draw(st.sampled_from([0, 1]))))
        runs.append(run)
    return runs


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.data())
def test_random_changes_of_random_cases(given_case: tuple[dict[str, Any], Tables], data: st.DataObject) -> None:
    case = Case.from_rows(*given_case)
    runs = changes_of(case, data.draw)
    compared = Compared(case, [c for run in runs for c in run])
    for run in runs:
        compared.ending(run)


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.data())
def test_a_recording_made_at_one_change_serves_others(
    given_case: tuple[dict[str, Any], Tables], data: st.DataObject
) -> None:
    """The model of a shape that keeps coming back is recorded at the run that meets it."""
    case = Case.from_rows(*given_case)
    runs = changes_of(case, data.draw)
    touched = [c for run in runs for c in run]
    if Compared(case, touched).fails(runs[0]):
        return
    compared = Compared(case, touched, at=runs[0])
    assert compared.ending(runs[0]) == EXACT
    for run in runs[1:]:
        compared.ending(run)


def test_what_only_the_recorded_run_changes_is_taken_back_in_others() -> None:
    """Recorded at a dearer supply; a run that changes only the demand has the supply's own price."""
    dearer, more = Change("supplies", "", "price", "multiply", 3.0), Change("demands", "", "quantity", "multiply", 1.1)
    compared = Compared(SMALL, [dearer, more], at=[dearer])
    assert [compared.ending(run) for run in ([dearer], [more], [dearer, more], [])] == [EXACT] * 4


@pytest.mark.parametrize("name", ["gams_mexss", "ampl_multmip3", "ampl_steelt"])
def test_published_cases(name: str) -> None:
    """A tenth more of one number of each column: exact or refused, and mostly exact."""
    case = Case.read(PUBLISHED / name)
    first: dict[tuple[str, str], Change] = {}
    for table, row, column in numbers(case):
        if TABLES[table].by_name[column].kind == "number":
            first.setdefault((table, column), multiplied(table, row, column, 1.1))
    compared = Compared(case, list(first.values()))
    endings = [compared.ending([change]) for change in first.values()]
    assert endings.count(EXACT) >= 0.9 * len(endings)


# Columns that decide what the model holds whatever their value is: when something begins, ends or comes back.
TIMED = {
    ("expansions", "lead_time"), ("routes", "lead_time"), ("routes", "duration"), ("routes", "transfer_years"),
    ("tolls", "lag"), ("returns", "lag"), ("routes", "credit_years"),
}  # fmt: skip
# Numbers that must keep what the checks ask of them together with others: sums of 1, the balance of elements.
CHECKED = {
    ("ramps", "share"), ("spending", "share"), ("embedded", "share"), ("recipes", "quantity"), ("contents", "content"),
}  # fmt: skip


@pytest.mark.parametrize("case", [Case.small(), Case.reference()], ids=["small", "reference"])
def test_every_number_column_is_replayed_or_refused_by_type(case: Case) -> None:
    """The first number above 0 of each column a bit smaller: in place and exact, unless it is timed or checked.

    A share of 1 leaves nothing to others, so less than 1 brings terms that were not there.
    """
    first: dict[tuple[str, str], tuple[Change, float]] = {}
    for table, row, column in numbers(case):
        if (held := least_of(row[column])) > 0:
            whole = TABLES[table].by_name[column].kind != "number"
            change = Change(table, where(table, row), column, "add", 1) if whole else multiplied(table, row, column, 0.98)
            first.setdefault((table, column), (change, held))
    compared = Compared(case, [change for change, _ in first.values()])
    exact = []
    for (table, column), (change, held) in first.items():
        ending = compared.ending([change], build=case.settings["name"] == SMALL.settings["name"])
        exact += [change] if ending == EXACT and (table, column) not in CHECKED else []
        if TABLES[table].by_name[column].kind != "number":
            assert ending == Kind.WHOLE, (table, column, ending)
        elif (table, column) in TIMED | CHECKED or held == 1.0:
            assert ending in (EXACT, Kind.STRUCTURE), (table, column, ending)
        else:
            assert ending == EXACT, (table, column, ending)
    assert compared.ending(exact) == EXACT


def least_of(value: Any) -> float:
    return float(min(value.values()) if isinstance(value, dict) else value)


def test_thousands_of_numbers_of_the_reference_case_moved_together() -> None:
    """Every number above 0 that is neither timed nor checked nor a share of 1, all 3 % smaller at once."""
    case = Case.reference()
    together = [
        multiplied(table, row, column, 0.97)
        for table, row, column in numbers(case)
        if TABLES[table].by_name[column].kind == "number" and (table, column) not in TIMED | CHECKED
        if least_of(row[column]) > 0 and least_of(row[column]) != 1.0
    ]
    assert len(together) > 500
    assert Compared(case, together).ending(together) == EXACT


# ---------------------------------------------------------------- by type


def ending(change: Change, *others: Change) -> str:
    return Compared(SMALL, [change, *others]).ending([change])


def test_a_price_that_becomes_0_stays_in_place() -> None:
    """A term of 0 is left out of a build, and stated in a recording: the same to HiGHS."""
    row = SMALL.rows("supplies")[0]
    assert ending(Change("supplies", f"supply = {row.supply}", "price", "set", 0.0)) == EXACT


def test_a_capacity_that_becomes_0_is_structure() -> None:
    """A plant that can never run has no runs."""
    row = next(r for r in SMALL.rows("facilities") if min(r.capacity.values()) > 0)
    assert ending(Change("facilities", f"facility = {row.facility}", "capacity", "set", 0.0)) == Kind.STRUCTURE


def test_a_value_beyond_its_column_is_out_of_range_as_the_build_says() -> None:
    row = SMALL.rows("facilities")[0]
    change = Change("facilities", f"facility = {row.facility}", "availability", "set", 1.5)
    compared = Compared(SMALL, [change])
    assert compared.ending([change]) == Kind.RANGE
    assert compared.fails([change])


def test_a_minimum_above_its_maximum_flips_a_check_and_the_build_is_invalid() -> None:
    case = made({"supplies": {"limit": 50.0, "minimum": 20.0}})
    change = Change("supplies", "", "minimum", "set", 60.0)
    compared = Compared(case, [change])
    assert compared.ending([Change("supplies", "", "minimum", "set", 40.0)]) == EXACT
    assert compared.ending([change]) == Kind.STRUCTURE
    assert compared.fails([change])


def test_a_bound_that_ceases_to_be_the_least_is_exact() -> None:
    """The least of an offer and of what can be used is arithmetic, not a question."""
    case = made({"supplies": {"limit": 50.0}})
    change = Change("supplies", "", "limit", "multiply", 1e4)
    assert Compared(case, [change]).ending([change]) == EXACT


def test_years_blanks_and_numbers_no_run_changes_are_named() -> None:
    case = made({"facilities": {"first_year": 2026}, "supplies": {"total": None}})
    year = Change("facilities", "", "first_year", "add", 1)
    blank = Change("supplies", "", "total", "set", 123.0)
    price = Change("supplies", "", "price", "multiply", 1.1)
    compared = Compared(case, [year, blank])
    assert [compared.ending([c]) for c in (year, blank, price)] == [Kind.WHOLE, Kind.BLANK, Kind.NOT_RECORDED]


def made(changed: dict[str, dict[str, Any]]) -> Case:
    """The small case with some columns of all rows of a table set."""
    tables = {t: [dict(r) | changed.get(t, {}) for r in rows] for t, rows in SMALL.resolved().items()}
    return Case.from_rows(SMALL.settings, tables)


def test_growth_is_written_out_and_exact() -> None:
    """Growth alone, quantities alone, and both at once, of a demand that grows."""
    tables = {t: [dict(r) for r in rows] for t, rows in SMALL.resolved().items()}
    for row in tables["demands"]:
        row["quantity"], row["growth"] = next(iter(row["quantity"].values())), 0.04
    case = Case.from_rows(SMALL.settings, tables)
    growth = Change("demands", "", "growth", "set", 0.07)
    quantity = Change("demands", "", "quantity", "multiply", 1.2)
    compared = Compared(case, [growth, quantity])
    assert compared.ending([growth]) == compared.ending([quantity]) == compared.ending([growth, quantity]) == EXACT
    assert compared.ending([Change("demands", "", "growth", "set", 5.0)]) == Kind.RANGE


def test_a_change_that_cannot_be_made_is_told_as_ever() -> None:
    compared = Compared(SMALL, [])
    with pytest.raises(BadChange):
        compared.changing.cells(Change("supplies", "supply = nothing", "price", "set", 1.0))
