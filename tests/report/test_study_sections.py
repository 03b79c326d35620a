"""What the sections of studies hand to the page: the studies' own numbers, and plain words where there is nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd
import pytest
from magnet_sourcing import Case, Plan, compare, frontier, sensitivity, solve, stress
from magnet_sourcing.report.section import Section
from magnet_sourcing.report.study_sections import (
    brief_section,
    compare_section,
    frontier_section,
    plans_of,
    sources_section,
    stress_section,
    title_of,
    tornado_section,
    why_section,
)
from magnet_sourcing.studies.frontier.tracing import Frontier
from magnet_sourcing.studies.sensitivity.studying import Sensitivity
from magnet_sourcing.studies.stress.testing import Stress


@dataclass
class Reasons:
    """The shape of what `why` returns, with one option taken and one not."""

    headline: str = "Two options were weighed."
    brief: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {
            "The decision": ["Toll in Japan.", "=1+1 <b>is text</b>"],
            "What to watch": ["The fee."],
        }
    )
    plan: Plan = field(default_factory=lambda: solve(Case.small()))

    def table(self) -> pd.DataFrame:
        columns = ["option", "kind", "taken", "verdict", "low", "high", "why", "table", "name", "cell"]
        said = "It is cheaper. <i>Text</i>."
        rows = [
            ("Toll Japan", "route", True, "in", 2e6, 3e6, said, "routes", "Toll Japan", "routes!A2"),
            (
                "first magnet line",
                "expansion",
                False,
                "out",
                None,
                None,
                "Too dear.",
                "expansions",
                "first magnet line",
                None,
            ),
        ]
        return pd.DataFrame(rows, columns=columns)


def as_json(section: Section) -> Any:
    """As it reaches the page; raises for what is no JSON, such as NaN."""
    return json.loads(json.dumps(asdict(section), allow_nan=False))


# ---------------------------------------------------------------- frontier


def test_points_are_the_plans_and_their_proofs(traced: Frontier) -> None:
    section, plans = as_json(frontier_section(traced)), plans_of(traced)
    points = section["data"]["points"]
    assert [p["key"] for p in points] == list(plans) == list(title_of(traced))
    for p in points:
        tables = plans[p["key"]].tables
        assert p["objective"] == pytest.approx(float(tables["costs"]["discounted"].sum()), rel=1e-6)
        assert p["value"] == pytest.approx(_index(plans[p["key"]]), rel=1e-6)
        assert p["bound"] <= p["objective"] * (1 + 1e-9)
        assert p["unmet"] == pytest.approx(_unmet(plans[p["key"]]), abs=1e-6)
        assert p["passed"]
    assert points[0]["price"] == "" and all("per percentage point" in p["price"] for p in points[1:])
    region = section["data"]["region"]
    assert [r[:2] for r in region] == traced.region_table()[["from", "to"]].to_numpy().tolist()
    assert title_of(traced)["frontier 1"].startswith("Frontier 1: index ")


def _index(plan: Plan) -> float:
    """Mean of the index, periods weighing as many years as they last."""
    years = {r.period: r.years for r in plan.case.rows("periods")}
    index = plan.tables["dependence"].query("stage == 'index'").set_index("period")["share"]
    return float(sum(index[t] * n for t, n in years.items()) / sum(years.values()))


def _unmet(plan: Plan) -> float:
    years = {r.period: r.years for r in plan.case.rows("periods")}
    demand = plan.tables["demand"]
    return float((demand["short"] * demand["period"].map(years)).sum())


def impossible() -> Case:
    """The small case, all demand to be served, and nothing to serve it from."""
    case = Case.small()
    case.tables["demands"]["min_service"] = 1.0
    for name in ("supplies", "routes", "expansions"):
        case.tables[name]["active"] = "no"
    return case


def test_a_case_without_a_plan_has_no_points_and_says_why() -> None:
    traced = frontier(impossible(), points=3)
    section = frontier_section(traced)
    assert traced.status == "infeasible"
    assert section.data["points"] == [] and plans_of(traced) == {}
    assert section.lead[0].startswith("INFEASIBLE, no plan found") and len(section.lead) > 1


def test_a_point_of_several_futures_says_which_one_is_shown() -> None:
    traced = frontier(Case.small(), points=2, scenarios="all")
    likeliest = max(traced.case.rows("scenarios"), key=lambda r: r.probability).scenario
    assert all(f"expected; shown as it unfolds in {likeliest}" in title for title in title_of(traced).values())
    assert all(isinstance(plan, Plan) and plan.audit is not None for plan in plans_of(traced).values())


# ---------------------------------------------------------------- tornado


def test_bars_are_those_of_the_study(moved: Sensitivity) -> None:
    section = as_json(tornado_section(moved))
    for measure in section["data"]["measures"]:
        frame = moved.tornado(measure["axis"]["measure"])
        assert [b["range"] for b in measure["bars"]] == frame["range"].tolist()
        assert [b["change_low"] for b in measure["bars"]] == frame["change_low"].tolist()
        assert [b["change_high"] for b in measure["bars"]] == frame["change_high"].tolist()
    bars = section["data"]["measures"][0]["bars"]
    grades = moved.case.tables["evidence"].set_index("row")["confidence"]
    assert next(b for b in bars if b["range"] == "fee of oxide to magnet")["weak"] is (
        grades["oxide to magnet"].iloc[0] == "low"
    )
    changes = moved.table("decision changes")
    for b in bars:
        for end in ("low", "high"):
            rows = changes[(changes["range"] == b["range"]) & (changes["end"] == end)]
            told = b[f"decisions_{end}"]
            assert (told is None) == rows.empty
            assert rows.empty or (
                told["verdict"] == rows["verdict"].iloc[0] and told["told"] == rows["decision"].dropna().tolist()
            )


def test_the_price_of_chinese_magnets_moves_cost_as_single_solves_say(moved: Sensitivity) -> None:
    """Half and twice the price, each solved alone."""
    bar = next(b for b in tornado_section(moved).data["measures"][0]["bars"] if b["range"] == "Chinese magnet price")
    stands = solve(Case.small(), gap=1e-9).cost or math.nan
    for end, times in (("low", 0.5), ("high", 2.0)):
        case = Case.small()
        case.tables["supplies"]["price"] = 54_000 * times
        assert bar[f"change_{end}"] == pytest.approx(
            (solve(case, gap=1e-9).cost or math.nan) - stands, abs=2e-3 * stands
        )


def test_a_sensitivity_without_bars_says_why() -> None:
    section = tornado_section(sensitivity(impossible(), spider=0, switch_over=0, ranging=0))
    assert section.data["measures"][0]["bars"] == []
    assert section.lead[0].startswith("INFEASIBLE") and "No plan" in " ".join(section.lead[1:])


# ---------------------------------------------------------------- stress


def test_cells_are_the_table(shocked: Stress) -> None:
    data = as_json(stress_section(shocked))["data"]
    table = shocked.table().set_index(["disruption", "plan"])
    assert data["plans"] == list(shocked.plans)
    assert sorted(data["disruptions"]) == sorted(shocked.disruptions)
    for disruption in data["disruptions"]:
        for plan in data["plans"]:
            cell, row = data["cells"][disruption][plan], table.loc[(disruption, plan)]
            for column in ("further_unmet", "extra_cost", "months_of_stock", "status", "worst_year"):
                assert cell[column] == row[column] or (cell[column] is None and pd.isna(row[column])), column
            assert sum(x for _, x, _ in cell["segments"]) == pytest.approx(row["further_unmet"], abs=1e-6)
    worst = [max(shocked.matrix().loc[d]) for d in data["disruptions"]]
    assert worst == sorted(worst, reverse=True) and worst[0] > 1


def test_stress_without_a_shock_is_said_not_drawn_empty() -> None:
    found = stress(solve(Case.small()), scenarios=[], cutoffs=0)
    data = stress_section(found).data
    assert data["disruptions"] == [] and data["cells"] == {}


# ---------------------------------------------------------------- why, comparison


def test_why_keeps_its_rows_in_millions() -> None:
    section = as_json(why_section(reasons := Reasons(), reasons.plan))
    (taken, not_taken) = section["data"]["rows"]
    assert taken == [
        "Toll Japan",
        "route",
        "yes",
        "in",
        2.0,
        3.0,
        "It is cheaper. <i>Text</i>.",
        "routes: Toll Japan (routes!A2)",
    ]
    assert not_taken[2:6] == ["no", "out", None, None] and not_taken[-1] == "expansions: first magnet line"
    assert section["data"]["columns"][4]["unit"] == "million US$"
    parts = brief_section(reasons, reasons.plan).data["parts"]
    assert [heading for heading, _ in parts] == ["The decision", "What to watch"]


def test_the_brief_and_the_rows_of_a_real_why() -> None:
    """With the study itself: its own rows, its own brief."""
    pytest.importorskip("magnet_sourcing.studies.why.asking")
    import magnet_sourcing

    found = magnet_sourcing.why(Case.small())
    section, table = as_json(why_section(found, found.plan)), found.table()
    assert [r[0] for r in section["data"]["rows"]] == table["option"].tolist()
    lows = [None if pd.isna(x) else float(x) / 1e6 for x in table["low"]]
    assert [r[4] for r in section["data"]["rows"]] == pytest.approx(lows)
    parts = brief_section(found, found.plan).data["parts"]
    assert parts == [[heading, list(lines)] for heading, lines in found.brief.items()]


def test_a_brief_of_another_plan_than_the_page_shows_says_so() -> None:
    """`why` solves anew: beside a plan that signs nothing, a brief that says "sign" would contradict the page."""
    reasons = Reasons()
    unsigned = replace(
        reasons.plan, tables={**reasons.plan.tables, "signings": reasons.plan.tables["signings"].iloc[:0]}
    )
    for section in (brief_section, why_section):
        assert not any("CAUTION" in line for line in section(reasons, reasons.plan).lead)
        assert any("decides otherwise" in line for line in section(reasons, unsigned).lead)


def test_a_brief_beside_other_plans_says_which_it_is_about() -> None:
    """The points of a frontier can be chosen on the page; the brief stays."""
    reasons = Reasons()
    assert any("about that plan" in line for line in brief_section(reasons, reasons.plan, others=True).lead)
    assert brief_section(reasons, reasons.plan).lead == [reasons.headline]


def test_a_comparison_keeps_its_tables() -> None:
    found = compare(Case.small(), scenarios=["calm", "embargo"])
    section = as_json(compare_section(found))
    tables = {t["name"]: t for t in section["data"]["tables"]}
    costs = found.table("costs")
    assert [r[2:] for r in tables["costs"]["rows"]] == (costs[[*found.names, "difference"]] / 1e6).to_numpy().tolist()
    assert len(tables["inputs"]["rows"]) == len(found.inputs)
    assert {r[-1] for r in tables["decisions"]["rows"]} <= {"yes", "no"}
    assert "steps" not in tables  # none were asked for


# ---------------------------------------------------------------- sources


def test_numbers_and_grades_are_those_of_the_evidence() -> None:
    """Counted from the table itself."""
    case = Case.reference()
    data = as_json(sources_section(case))["data"]
    evidence, titles = case.tables["evidence"], case.tables["sources"]
    assert len(data["numbers"]) == len(evidence)
    counted = evidence["source"].value_counts()
    assert {s["source"]: s["numbers"] for s in data["sources"] if s["numbers"]} == counted.to_dict()
    assert {s["source"] for s in data["sources"]} >= set(titles["source"])
    addresses = dict(zip(titles["source"], titles["url"], strict=True))
    assert all(s["url"] == addresses.get(s["source"], "") for s in data["sources"])
    grades = evidence.groupby("source")["confidence"].value_counts()
    first = data["sources"][0]
    assert first["source"] == "estimate" and f"{grades['estimate', 'low']} low" in first["grades"]
    fees = case.tables["tolls"].set_index("toll")["fee"]
    stated = {r[1]: r[3] for r in data["numbers"] if r[0] == "tolls" and r[2] == "fee"}
    assert stated and all(value == float(fees[name]) for name, value in stated.items())
    assert [data["reasons"][r[-1]] for r in data["numbers"]] == evidence["note"].fillna("").tolist()


def test_weak_numbers_are_ranked_by_what_they_move(moved: Sensitivity) -> None:
    section = sources_section(moved.case, moved)
    rows = section.data["weak"]["rows"]
    ranked = moved.table("weak numbers").query("measure == 'cost'")
    assert [r["name"] for r in rows][: len(ranked)] == ranked["name"].tolist()
    assert [r["moves"][0] for r in rows][: len(ranked)] == pytest.approx(ranked["span"].tolist())
    assert any("rests on weak numbers" in line for line in section.lead)


def test_without_a_sensitivity_what_weak_numbers_move_is_not_known() -> None:
    section = sources_section(Case.small())
    widths = [math.inf if r["width"] is None else r["width"] for r in section.data["weak"]["rows"]]
    assert widths == sorted(widths, reverse=True) and len(widths) == 7
    assert all(r["moves"] == [] for r in section.data["weak"]["rows"])
    assert any("not known without a sensitivity" in line for line in section.lead)


def test_a_case_without_evidence_says_so() -> None:
    case = Case.small()
    case.tables["evidence"] = case.tables["evidence"].iloc[:0]
    case.tables["assumptions"] = case.tables["assumptions"].iloc[:0]
    section = sources_section(case)
    assert section.data["numbers"] == [] and section.data["weak"]["rows"] == []
    assert "The case has no evidence: nothing says how sure its numbers are." in section.lead
    assert "The case names no sources: its table sources is empty." in section.lead


def test_a_sensitivity_of_another_case_is_not_taken(moved: Sensitivity) -> None:
    case = Case.small()
    case.tables["supplies"]["price"] = 60_000
    section = sources_section(case, moved)
    assert "The sensitivity is of another case" in section.lead[0]
    assert section.data["weak"]["measures"] == []
