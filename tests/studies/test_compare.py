"""Comparisons against arithmetic by hand: what differs, what the gap hides, which inputs explain it, what is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from magnet_sourcing import Case, CaseError, Comparison, Plan, compare, solve
from magnet_sourcing.changes import Change, changed
from magnet_sourcing.cli import main
from magnet_sourcing.studies.compare.inputs import differences_of
from magnet_sourcing.studies.compare.sides import read_given
from magnet_sourcing.studies.compare.words import findings, sentences

from ..miniatures.cases import case, need, offer, plant, route


def buying(price: float = 30.0, quantity: float = 10.0, settings: dict[str, Any] | None = None, **supply: Any) -> Case:
    """So much for three years at a price, or made for nothing in a plant of 1,200 for 10 t/y."""
    line = {"expansion": "line", "facility": "works", "sizing": "all-or-nothing", "max_size": 10.0,
            "fixed_cost": 1200.0, "life": 3.0}  # fmt: skip
    return case(
        plant("works", {"magnet": 1.0}), years=3, settings=settings, expansions=[line],
        supplies=[offer("market", price, **supply)], demands=[need(quantity)],
    )  # fmt: skip


def text(found: Comparison) -> str:
    return "\n".join(sentences(found))


@pytest.fixture(scope="module")
def plans() -> tuple[Plan, Plan]:
    """900 for what is bought at 30; 1,200 for the plant where the market asks 50."""
    return solve(buying(30.0), gap=0), solve(buying(50.0), gap=0)


# ---------------------------------------------------------------- what differs


def test_a_plan_against_itself(plans: tuple[Plan, Plan]) -> None:
    found = compare(plans[0], plans[0])
    assert found.inputs == [] and found.difference("B") == pytest.approx((0, 0), abs=1e-6)
    assert "No difference: same decisions, costs, dependence, supply and delivery, from the same inputs." in text(found)
    assert "0 decisions differ, 0 inputs differ" in text(found).splitlines()[0]
    assert (found.table("costs")["difference"] == 0).all()


def test_one_number_is_found_with_its_values_and_what_it_does(plans: tuple[Plan, Plan]) -> None:
    found = compare({"cheap": plans[0], "dear": plans[1]})
    (d,) = found.inputs
    assert (d.place, d.values) == ("supplies.price[market]", (30.0, 50.0))
    assert found.difference("dear") == pytest.approx((300, 300), rel=1e-6)
    assert found.table("decisions").to_dict("records") == [
        {"kind": "build", "decision": "line", "cheap": "-", "dear": "2030: 10 t/y", "same": False}
    ]
    assert "dear costs US$ 300 more than cheap (+33.33%)" in text(found)
    assert "dear: build line 10 t/y in 2030." in text(found)
    items = found.table("costs").set_index("name")["difference"]
    assert items["purchase"] == pytest.approx(-900) and items["capital"] == pytest.approx(1200)


def test_parts_add_up_to_the_total(plans: tuple[Plan, Plan]) -> None:
    """Each way of splitting cost gives the whole cost, side by side."""
    table = compare(*plans).table("costs")
    for name, plan in zip("AB", plans, strict=True):
        sums = table.groupby("by")[name].sum()
        assert sums.tolist() == pytest.approx([plan.cost] * len(sums)) and len(sums) == 5


def test_cases_are_solved_and_three_are_told_by_their_spread() -> None:
    found = compare({"a": buying(10.0), "b": buying(20.0), "c": buying(60.0)}, gap=0)
    assert [side.solved_now for side in found.sides] == [True] * 3
    total = found.table("costs").iloc[0]
    assert (total["a"], total["b"], total["c"], total["spread"]) == pytest.approx((300, 600, 1200, 900))
    assert "b decides the same as a." in text(found)


def test_what_lies_within_the_gaps_is_said_so(plans: tuple[Plan, Plan]) -> None:
    """900, proved to 860, against 890, proved to 880: which is cheaper is not known."""
    a, b = replace(plans[0], bound=860.0), replace(plans[0], objective=890.0, cost=890.0, bound=880.0)
    found = compare(a, b)
    assert found.difference("B") == pytest.approx((880 - 900, 890 - 860))
    assert "lies within the gaps of the two solves: the least costs may differ by US$ 30 either way" in text(found)


def test_plans_of_another_aim_prove_nothing_of_cost() -> None:
    small = Case.small()
    found = compare(solve(small, gap=1e-3), solve(small, objective="index", gap=1e-3))
    assert found.difference("B") is None and "nothing is proved of the difference" in text(found)
    assert [d.place for d in found.inputs] == ["asked.objective measure"]
    assert "asked the same" in text(found)


def test_a_side_without_a_plan_is_blank_not_zero() -> None:
    found = compare({"plenty": buying(), "nothing": case(years=3, supplies=[offer("market", 30.0, limit=4.0)],
                                                        demands=[need(10)])}, gap=0)  # fmt: skip
    assert found.sides[1].plan.status == "infeasible"
    total = found.table("costs").iloc[0]
    assert total["plenty"] == pytest.approx(900) and math.isnan(total["nothing"]) and math.isnan(total["difference"])
    assert "nothing: No plan can satisfy the case: this is proved" in text(found)


def test_scenarios_side_by_side() -> None:
    """What is not named is not there; a single one stands beside the case as it is."""
    both = compare(Case.small(), scenarios=["calm", "Japan late"], gap=1e-3)
    assert both.names == ["calm", "Japan late"]
    assert [d.place for d in both.inputs] == ["routes.lead_time[Toll Japan]"]
    one = compare(Case.small(), scenarios="Japan late", gap=1e-3)
    assert one.names == ["as the case stands", "Japan late"] and len(one.inputs) == 1
    with pytest.raises(ValueError, match="did you mean 'Japan late'"):
        compare(Case.small(), scenarios=["Japan lake"])


def test_dependence_and_mix_are_those_of_the_plans() -> None:
    small = Case.small()
    a, b = solve(small, gap=1e-3), solve(small, china_cap=0.3, gap=1e-3)
    found = compare({"free": a, "capped": b})
    table = found.table("dependence").set_index(["stage", "period"])
    for t in a.index:
        assert table.loc[("index", str(t)), "free"] == pytest.approx(a.index[t])
        assert table.loc[("index", str(t)), "capped"] == pytest.approx(b.index[t])
    mix = found.table("mix")
    magnets = b.tables["exposure"][b.tables["exposure"]["stage"] == "magnet"]
    assert mix[mix["stage"] == "magnet"]["capped"].sum() == pytest.approx(magnets["exposure"].sum())
    assert found.inputs[0].place == "asked.china cap"


# ---------------------------------------------------------------- inputs


def test_years_and_rows_that_differ() -> None:
    a = buying(30.0)
    b = case(
        plant("works", {"magnet": 1.0}), years=3,
        supplies=[offer("market", {2030: 30.0, 2031: 35.0, 2032: 30.0}), offer("other", 90.0)], demands=[need(10)],
    )  # fmt: skip
    found = {d.place: d.values for d in differences_of([a, b], [{}, {}])}
    assert found == {
        "supplies.price[market] 2031": (30.0, 35.0),
        "supplies[other]": ("not there", "there"),
        "expansions[line]": ("there", "not there"),
    }


@settings(max_examples=5, deadline=None, derandomize=True)
@given(st.sampled_from(["supplies", "operations", "demands", "tolls"]), st.floats(1.5, 3.0))
def test_a_known_change_is_found_and_nothing_else(table: str, factor: float) -> None:
    column = {"supplies": "price", "operations": "cost", "demands": "quantity", "tolls": "fee"}[table]
    small = Case.small()
    row = small.rows(table)[0]
    where = "; ".join(f"{k} = {row[k]}" for k in {"operations": ("facility", "process"), "tolls": ("toll",)}.get(
        table, (table[:-1].replace("supplie", "supply"),)))  # fmt: skip
    made = changed(small, [Change(table, where, column, "multiply", factor)], "changed")
    found = differences_of([small, made], [{}, {}])
    assert {(d.table, d.row, d.column) for d in found} == {(table, row.key, column)}
    assert all(b == pytest.approx(a * factor) for a, b in (d.values for d in found))


# ---------------------------------------------------------------- which inputs explain it


def test_one_number_explains_the_whole_difference(plans: tuple[Plan, Plan]) -> None:
    found = compare(*plans, explain="in-order", gap=0)
    (step,) = found.steps
    assert step.change == pytest.approx(300) and step.inputs == 1 and step.what == "supplies: market"
    assert step.decisions == ["build line 10 t/y in 2030"]


def test_steps_in_order_add_up() -> None:
    """30 x 30 t = 900; at 40 a tonne, the sheet supplies first, 1,200; with 12 t/y the plant makes 10 and 2 t/y are
    bought: 1,200 + 240."""
    a, b = buying(30.0), buying(40.0, 12.0)
    found = compare(a, b, explain="in-order", gap=0)
    assert [s.what for s in found.steps] == ["supplies", "demands"]
    assert [s.change for s in found.steps] == pytest.approx([300, 240])
    assert sum(s.change or 0 for s in found.steps) == pytest.approx(1440 - 900)
    assert "The steps add up to the whole difference." in text(found)


def test_steps_alone_and_what_they_do_together() -> None:
    """Alone: +300 for the price, +180 for 6 t more at 30; the other 60 of 540 are both at once."""
    found = compare(buying(30.0), buying(40.0, 12.0), explain="alone", gap=0)
    assert [s.change for s in found.steps] == pytest.approx([300, 180, 60])


def test_tables_that_only_hold_together_are_changed_together() -> None:
    """The offer under a contract cannot stand before the contract does."""
    more = case(
        plant("works", {"magnet": 1.0}), years=3, demands=[need(10)],
        expansions=[{"expansion": "line", "facility": "works", "sizing": "all-or-nothing", "max_size": 10.0,
                     "fixed_cost": 1200.0, "life": 3.0}],
        supplies=[offer("market", 30.0), offer("theirs", 10.0, route="deal")], routes=[route("deal", signing_cost=60.0)],
    )  # fmt: skip
    found = compare(buying(30.0), more, explain="in-order", gap=0)
    assert [(s.what, s.change) for s in found.steps] == [("supplies and routes", pytest.approx(360 - 900))]
    alone = compare(buying(30.0), more, explain="alone", gap=0)
    assert [s.status for s in alone.steps] == ["invalid", "optimal", "not known"]


def test_a_step_without_a_plan_passes_its_change_on() -> None:
    """A market of 4 t/y alone leaves no plan; with a need of 3 there is one again."""
    none = {"expansions": [], "facilities": [], "operations": [], "processes": [], "recipes": []}
    a = case(years=1, supplies=[offer("market", 30.0, limit=10)], demands=[need(10)], **none)
    b = case(years=1, supplies=[offer("market", 30.0, limit=4)], demands=[need(3)], **none)
    found = compare(a, b, explain="in-order", gap=0)
    assert [(s.what, s.status) for s in found.steps] == [
        ("supplies", "infeasible"),
        ("supplies and demands", "optimal"),
    ]
    assert [s.change for s in found.steps] == [None, pytest.approx(90 - 300)]


def test_what_was_asked_is_a_step_too() -> None:
    small = Case.small()
    found = compare(solve(small), solve(small, china_cap=0.3), explain="in-order")
    (step,) = found.steps
    assert step.what == "what was asked of the plan" and step.change is not None and step.change > 0


def test_many_small_differences_add_up_whatever_the_case() -> None:
    """The embargo and dearer tolls of the small case: three tables, steps between two plans."""
    a = Case.small()
    b = changed(
        a.future("embargo"),
        [Change("tolls", "", "fee", "multiply", 1.2), Change("demands", "", "quantity", "multiply", 1.1),
         Change("operations", "", "cost", "add", 100.0)],
        "harder",
    )  # fmt: skip
    found = compare(a, b, explain="in-order")
    first, last = (side.cost for side in found.sides)
    assert first is not None and last is not None and len(found.steps) == 4
    assert sum(s.change for s in found.steps if s.change is not None) == pytest.approx(last - first)


# ---------------------------------------------------------------- what is refused


def test_amounts_that_mean_different_things_are_refused() -> None:
    other = buying(settings={"currency": "INR", "base_year": 2029})
    with pytest.raises(
        ValueError, match=r"currency differs \(A: US\$, B: INR\); base_year differs \(A: 2030, B: 2029\)"
    ):
        compare(buying(), other)
    short = case(years=2, supplies=[offer("market", 30.0)], demands=[need(10)])
    with pytest.raises(ValueError, match="periods differ .A: 2030 to 2032 in 3, B: 2030 to 2031 in 2"):
        compare(buying(), short)


def test_other_discounting_is_a_caution() -> None:
    found = compare(buying(), buying(settings={"discount_rate": 0.1}))
    assert "Costs are not counted alike: discount_rate differs" in text(found)
    assert findings(found)["Take care"]


def test_wrong_use_is_refused(plans: tuple[Plan, Plan]) -> None:
    with pytest.raises(ValueError, match="at least two"):
        compare(plans[0])
    with pytest.raises(ValueError, match="explain leads from one to the other"):
        compare(*plans, plans[0], explain="in-order")
    with pytest.raises(ValueError, match="'sideways' is not one of"):
        compare(*plans, explain="sideways")
    with pytest.raises(ValueError, match="'name' is a column of the results"):
        compare({"name": plans[0], "other": plans[1]})
    with pytest.raises(ValueError, match="A is str: compare takes plans and cases"):
        compare("a.xlsx", plans[0])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="those of one case"):
        compare(*plans, scenarios="all")
    with pytest.raises(ValueError, match="did you mean 'costs'"):
        compare(*plans).table("cost")
    with pytest.raises(CaseError):
        compare(Case.blank(), buying())
    with pytest.raises(ValueError, match="there is no plan"):
        compare(buying(), case(years=3, supplies=[offer("market", 30.0, limit=4.0)], demands=[need(10)]),
                explain="alone", gap=0)  # fmt: skip


def test_a_plan_that_fails_its_audit_is_told_first(plans: tuple[Plan, Plan]) -> None:
    wrong = solve(buying(50.0), gap=0)
    assert wrong.audit is not None
    wrong.audit.true("money", "what was paid is not what was said", False)
    found = compare(plans[0], wrong)
    assert "AUDIT FAILED, do not use this plan" in findings(found)["Take care"][0]


def test_an_edited_plan_is_refused(plans: tuple[Plan, Plan], tmp_path: Path) -> None:
    folder = plans[1].write(tmp_path / "plan")
    builds = pd.read_csv(folder / "builds.csv")
    builds["size"] = 8.0
    builds.to_csv(folder / "builds.csv", index=False)
    with pytest.raises(CaseError, match="was the file edited"):
        read_given(folder)


@pytest.mark.parametrize("name", ["plan.xlsx", "plan"])
def test_a_plan_for_several_futures_is_refused(name: str, tmp_path: Path) -> None:
    plan = solve(Case.small(), scenarios="all", gap=1e-2)
    with pytest.raises(ValueError, match="a plan for several futures"):
        read_given(plan.write(tmp_path / name))
    with pytest.raises(ValueError, match="a plan for several futures"):
        compare(plan, plan)  # type: ignore[arg-type]


# ---------------------------------------------------------------- what people see


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["compare", *arguments])


def test_plans_on_the_command_line(plans: tuple[Plan, Plan], tmp_path: Path) -> None:
    """A workbook and a folder, of the same name in two places, and the first against itself."""
    (tmp_path / "one").mkdir()
    a = plans[0].write(tmp_path / "one" / "plan.xlsx")
    b = plans[1].write(tmp_path / "plan")
    target = tmp_path / "found.xlsx"
    shown = run(str(a), str(b), "-o", str(target), "--explain", "in-order", "--gap", "0")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.startswith("FINISHED, 2 plans, cost US$ 900") and "supplies.price[market]" in shown.stdout
    book = openpyxl.load_workbook(target)
    assert {"Answer", "status", "steps", "inputs", "decisions", "costs", "provenance"} <= set(book.sheetnames)
    assert len(book["Answer"]._charts) == 1
    same = run(str(a), str(a), "-o", str(target))
    assert same.exit_code == 0 and "plan (2)" in same.stdout and "No difference" in same.stdout


def test_scenarios_on_the_command_line(tmp_path: Path) -> None:
    small = Case.small().write(tmp_path / "small")
    shown = run(str(small), "--scenarios", "all", "--json", "--gap", "1e-3", "-o", str(tmp_path / "found"))
    assert shown.exit_code == 0, shown.output
    answer = json.loads(shown.stdout)
    assert [p["side"] for p in answer["plans"]] == ["calm", "embargo", "Japan late"]
    assert {"costs.csv", "inputs.csv", "dependence.csv", "answer.txt"} <= {
        f.name for f in (tmp_path / "found").iterdir()
    }


def test_bad_use_is_told_without_a_traceback(tmp_path: Path) -> None:
    small = str(Case.small().write(tmp_path / "small"))
    assert run().exit_code == 2
    one = run(small)
    assert one.exit_code == 2 and "at least two" in one.stderr
    assert run(small, "--scenario", "calm", "--scenarios", "all").exit_code == 2
    assert run(small, str(tmp_path / "none.xlsx")).exit_code == 3
    assert run(small, small, "-o", small).exit_code == 2
