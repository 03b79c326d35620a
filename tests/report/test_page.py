"""The page of a plan, opened in a browser: what it shows is what the plan's tables say."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from magnet_sourcing import Case, Plan, ScenarioPlan, solve
from magnet_sourcing.audit.facts import Facts
from magnet_sourcing.report.page import ASSETS, as_json
from magnet_sourcing.report.writing import notes, report_text, write_report

from .conftest import Opened

Open = Callable[[Path], Opened]
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>{{KIT}} =cmd|x'


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(Case.small())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def shown(plan: Plan, opened: Open, folder: Path) -> Opened:
    return opened(write_report(folder / "small.html", plan))


def figure(shown: Opened, name: str) -> float:
    return float(shown.page.locator(f'[data-figure="{name}"]').get_attribute("data-value"))


def values(shown: Opened, section: str, chart: str) -> list[list[str]]:
    """The table that stands for a chart, cells as numbers are held."""
    shown.table_of(section, chart)
    return shown.cells(shown.page.locator(f'#section-{section} figure[data-chart="{chart}"] table'), raw=True)


def move_to(shown: Opened, section: str, periods: list[int], period: int) -> None:
    """By keyboard: Home, then right as often as it takes."""
    slider = shown.page.locator(f"#section-{section} input[type=range]")
    slider.press("Home")
    for _ in range(periods.index(period)):
        slider.press("ArrowRight")
    assert shown.page.locator(f"#section-{section} output").text_content() == str(period)


# ---------------------------------------------------------------- numbers


def test_headline_figures_are_those_of_the_plan(plan: Plan, shown: Opened) -> None:
    demand, dependence = plan.tables["demand"], plan.tables["dependence"]
    index = dependence[dependence["stage"] == "index"].sort_values("period")["share"]
    assert figure(shown, "cost") == pytest.approx(plan.tables["costs"]["discounted"].sum(), rel=1e-9)
    assert figure(shown, "index first") == pytest.approx(index.iloc[0], rel=1e-9)
    assert figure(shown, "index last") == pytest.approx(index.iloc[-1], rel=1e-9)
    assert figure(shown, "unmet") == pytest.approx(float(demand["short"].sum()), abs=1e-9)
    assert shown.page.locator("p.status").text_content().startswith("OPTIMAL, objective US$ 180.36 million")


def test_costs_by_item_and_year(plan: Plan, shown: Opened) -> None:
    costs = plan.tables["costs"]
    rows = {r[0]: [float(x) for x in r[1:]] for r in values(shown, "costs", "yearly")}
    assert set(rows) == {*costs["item"], "total"}
    for item, row in rows.items():
        of_item = costs if item == "total" else costs[costs["item"] == item]
        expected = [of_item.loc[of_item["period"] == t, "amount"].sum() / 1e6 for t in plan.case.periods]
        assert row == pytest.approx(expected, rel=1e-8, abs=1e-8)
    for item, total in values(shown, "costs", "totals"):
        of_item = costs if item == "total" else costs[costs["item"] == item]
        assert float(total) == pytest.approx(of_item["discounted"].sum() / 1e6, rel=1e-8)


def test_dependence_by_stage(plan: Plan, shown: Opened) -> None:
    table, free = plan.tables["dependence"], plan.tables["free_delivery"]
    rows = {r[0]: [float(x) for x in r[1:]] for r in values(shown, "dependence", "dependence")}
    assert set(rows) == {*table["stage"], "free of China"}
    for stage in set(table["stage"]):
        of_stage = table[table["stage"] == stage].sort_values("period")
        assert rows[stage] == pytest.approx(of_stage["share"].tolist(), rel=1e-9)
    whole = free[free["segment"] == "all"].sort_values("period")
    assert rows["free of China"] == pytest.approx((whole["free"] / whole["delivered"]).tolist(), abs=1e-9)


def test_demand_by_segment(plan: Plan, shown: Opened) -> None:
    table = plan.tables["demand"]
    rows = values(shown, "demand", "demand")
    assert len(rows) == table["segment"].nunique() * len(plan.case.periods)
    for segment, period, *amounts in rows:
        found = table[(table["segment"] == segment) & (table["period"] == int(period))]
        expected = [found[c].sum() for c in ("required", "delivered", "short")]
        assert [float(x) for x in amounts] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_bars_of_contracts_and_builds(plan: Plan, shown: Opened) -> None:
    """Begin = decision + lead time; full size after the ramp; end after duration or life."""
    case = plan.case.resolved()
    routes, expansions = {r.route: r for r in case["routes"]}, {r.expansion: r for r in case["expansions"]}
    expected = []
    for r in plan.tables["signings"].itertuples():
        begins = r.period + routes[r.route].lead_time
        duration = routes[r.route].duration
        expected.append([r.route, "contract", r.period, begins, begins, None if duration is None else begins + duration])
    for r in plan.tables["builds"].itertuples():
        row = expansions[r.expansion]
        begins = r.period + row.lead_time
        grown = max((p.age for p in case["ramps"] if p.ramp == row.ramp), default=0)
        ends = None if row.life is None else begins + row.life
        expected.append([r.expansion, "build", r.period, begins, begins + grown, ends])
    found = [
        [name, kind, *(float(x) if x else None for x in years)]
        for name, kind, *years, _, _ in values(shown, "timeline", "timeline")
    ]
    assert sorted(found) == sorted(expected)


def test_chain_balances_and_delivers_what_the_plan_delivers(plan: Plan, shown: Opened) -> None:
    """In every year what goes into a box in the middle comes out of it; ends are what the tables say."""
    facts = Facts(plan.case, plan.tables, 1e-6)
    for period in plan.case.periods:
        move_to(shown, "material", list(plan.case.periods), period)
        into: dict[str, float] = defaultdict(float)
        out: dict[str, float] = defaultdict(float)
        free = 0.0
        segments = {r["segment"] for r in facts.plan["demand"]}
        for source, target, custody, amount in values(shown, "material", "material"):
            out[source] += float(amount)
            into[target] += float(amount)
            free += float(amount) if target in segments and custody == "free of China" else 0.0
            assert not (source.startswith("bought") and source.endswith("China") and custody == "free of China")
        for box in set(into) & set(out):
            assert into[box] == pytest.approx(out[box], abs=1e-5)
        rows = [r for r in facts.plan["demand"] if r["period"] == period]
        for segment in segments:
            expected = sum(
                r["delivered"] * facts.content[r["material"]]["NdPr"] for r in rows if r["segment"] == segment
            )
            assert into[segment] == pytest.approx(expected, abs=1e-5)
        assert free == pytest.approx(sum(r["free"] * facts.content[r["material"]]["NdPr"] for r in rows), abs=1e-5)


def test_map_shows_what_is_done_in_each_year(plan: Plan, shown: Opened) -> None:
    for period in plan.case.periods:
        move_to(shown, "map", list(plan.case.periods), period)
        rows = values(shown, "map", "map")
        work = {(r[0], r[1]): float(r[5]) for r in rows if r[0] not in ("lane", "bought", "tolling", "market")}
        activity = plan.tables["activity"]
        stages = {r.process: r.stage for r in plan.case.rows("processes")}
        expected: dict[Any, float] = defaultdict(float)
        for r in activity[activity["period"] == period].itertuples():
            expected[stages[r.process], r.facility] += r.activity
        assert work == pytest.approx({k: x for k, x in expected.items() if x > 1e-6}, rel=1e-9)
        for kind, table, name, amount in (
            ("lane", "flows", "lane", "loaded"),
            ("bought", "purchases", "supply", "bought"),
            ("tolling", "tolling", "toll", "sent"),
            ("market", "demand", "demand", "delivered"),
        ):
            frame = plan.tables[table]
            sums = frame[frame["period"] == period].groupby(name)[amount].sum()
            assert {r[1]: float(r[5]) for r in rows if r[0] == kind} == pytest.approx(
                sums[sums > 1e-6].to_dict(), rel=1e-9
            )


def test_what_is_offered_and_not_used_can_be_seen(plan: Plan, shown: Opened) -> None:
    shown.page.get_by_role("button", name="also what is offered and not used").click()
    names = {r[1] for r in values(shown, "map", "map")}
    assert {r.supply for r in plan.case.rows("supplies")} | {r.lane for r in plan.case.rows("lanes")} <= names
    shown.page.get_by_role("button", name="what the plan uses").click()


# ---------------------------------------------------------------- tables


def opened_table(shown: Opened, name: str) -> Any:
    details = shown.page.locator(f'#section-tables details[data-table="{name}"]')
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    details.locator("table").wait_for()
    return details


def test_every_table_with_rows_is_there_cell_by_cell(plan: Plan, shown: Opened) -> None:
    names = shown.page.locator("#section-tables details").evaluate_all("d => d.map(x => x.dataset.table)")
    assert names == [n for n, t in plan.tables.items() if len(t)]
    for name in names:
        frame: pd.DataFrame = plan.tables[name]
        cells = shown.cells(opened_table(shown, name).locator("table"), raw=True)
        assert len(cells) == len(frame)
        for row, expected in zip(cells, frame.itertuples(index=False, name=None), strict=True):
            for cell, value in zip(row, expected, strict=True):
                if value is None or value != value:
                    assert cell == ""
                elif isinstance(value, str) or name == "solver":
                    assert cell == str(value)
                else:
                    assert float(cell) == pytest.approx(float(value), rel=1e-9, abs=1e-12)


def test_tables_sort_by_mouse_and_keyboard_and_filter(plan: Plan, shown: Opened) -> None:
    costs = opened_table(shown, "costs")
    heading = costs.get_by_role("button", name="discounted")
    column = [c for c in plan.tables["costs"].columns].index("discounted")
    heading.click()
    up = [float(r[column]) for r in shown.cells(costs.locator("table"), raw=True)]
    assert up == sorted(up)
    heading.press("Enter")
    down = [float(r[column]) for r in shown.cells(costs.locator("table"), raw=True)]
    assert down == sorted(down, reverse=True)
    assert costs.locator('th[aria-sort="descending"]').text_content().startswith("discounted")
    costs.get_by_role("searchbox").fill("PURCHASE")
    rows = shown.cells(costs.locator("table"))
    frame = plan.tables["costs"]
    matching = frame.apply(lambda r: any("purchase" in str(x).lower() for x in r), axis=1).sum()
    assert len(rows) == matching > 0
    costs.get_by_role("searchbox").fill("")


def test_long_tables_are_shown_in_part_until_asked_for_or_printed(opened: Open, folder: Path, plan: Plan) -> None:
    """300 rows, of which 200 are drawn at first."""
    many = pd.concat([plan.tables["costs"]] * 7, ignore_index=True).iloc[:300]
    shown = opened(write_report(folder / "long.html", replace(plan, tables=plan.tables | {"costs": many})))
    costs = opened_table(shown, "costs")
    assert len(shown.cells(costs.locator("table"))) == 200
    assert costs.get_by_role("status").text_content() == "300 rows"
    shown.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len(shown.cells(costs.locator("table"))) == 300
    assert shown.trouble == []


# ---------------------------------------------------------------- reading it


def test_skip_link_headings_and_landmarks(shown: Opened) -> None:
    levels = shown.page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    in_main = shown.page.evaluate("[...document.querySelectorAll('main h2, main h3')].map(h => +h.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(in_main, in_main[1:], strict=False)) and in_main[0] == 2
    assert shown.page.locator("main").count() == shown.page.locator("nav").count() == 1
    for chart in shown.page.locator(".chart").all():
        assert chart.get_attribute("aria-label")
    shown.page.evaluate("window.getSelection().removeAllRanges(); document.activeElement.blur()")
    shown.page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    shown.page.keyboard.press("Tab")
    assert shown.page.evaluate("document.activeElement.className") == "skip"


def test_it_prints_with_its_charts(shown: Opened) -> None:
    rightmost = """[...document.querySelectorAll('.chart svg')].map(s => Math.max(
        ...[...s.querySelectorAll('path, text')].map(x => x.getBoundingClientRect().right)
    ) - s.getBoundingClientRect().left)"""
    widths = "[...document.querySelectorAll('.chart svg')].map(s => s.getBoundingClientRect().width)"
    shown.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert set(shown.page.evaluate(widths)) == {980}
    assert max(shown.page.evaluate(rightmost)[1:]) <= 981  # the first is the map: land goes on beyond its edge
    shown.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert 980 not in shown.page.evaluate(widths)
    printed = shown.page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF") and printed.count(b"/Type /Page\n") >= 8


def test_nothing_went_wrong(shown: Opened) -> None:
    assert shown.trouble == []


def test_the_same_plan_gives_the_same_page(plan: Plan) -> None:
    assert report_text(plan) == report_text(plan)


# ---------------------------------------------------------------- outside text, alarms, several plans


def test_names_from_outside_stay_text(opened: Open, folder: Path) -> None:
    """A place, a country and a segment with hostile names: shown as written, and nothing runs."""
    case = Case.small()
    names = {"Visakhapatnam": HOSTILE, "EV": HOSTILE, "Japan": HOSTILE}
    for table in case.tables.values():
        for column in table.columns:
            table[column] = [names.get(x, x) if isinstance(x, str) else x for x in table[column]]
    case.settings["name"] = HOSTILE
    shown = opened(write_report(folder / "hostile.html", solve(case)))
    assert shown.page.locator("h1").text_content() == HOSTILE
    assert shown.page.title() == HOSTILE
    assert HOSTILE in {r[2] for r in shown.table_of("map", "map")}
    assert HOSTILE in {r[1] for r in shown.table_of("material", "material")}
    assert shown.page.locator("img").count() == 0
    assert shown.page.locator("script").count() == report_text(solve(Case.small())).count("<script")
    shown.page.locator("#section-map .chart").hover()
    assert shown.trouble == []


def test_json_cannot_leave_its_script() -> None:
    value = {"a": "</script><!-- \u2028 \ud800", "b": float("nan")}
    text = as_json(value)
    assert "<" not in text and text.isascii()
    assert json.loads(text) == {"a": value["a"], "b": None}


def test_a_failed_audit_and_a_time_limit_are_shown_loudly(plan: Plan, opened: Open, folder: Path) -> None:
    plan.write(folder / "edited")
    builds = folder / "edited" / "builds.csv"
    builds.write_text(builds.read_text(encoding="utf-8").replace("600", "500"), encoding="utf-8")
    edited = replace(Plan.read(folder / "edited"), status="time limit")
    shown = opened(write_report(folder / "edited.html", edited))
    said = shown.page.locator("header .alarm").all_text_contents()
    assert said[0].startswith("AUDIT FAILED, do not use this plan") and said[1].startswith("The time limit came")
    assert figure(shown, "audit") == len(edited.audit.failures) > 0
    assert shown.trouble == []


def test_places_without_coordinates_are_listed(plan: Plan, opened: Open, folder: Path) -> None:
    case = Case.small()
    at = case.tables["locations"]["location"] == "Baotou"
    case.tables["locations"].loc[at, "latitude"] = None
    shown = opened(write_report(folder / "unplaced.html", replace(plan, case=case)))
    assert "Baotou (China)" in shown.page.locator(".not-on-map").text_content()
    case.tables["locations"]["latitude"] = None
    shown = opened(write_report(folder / "unplaced.html", replace(plan, case=case)))
    assert shown.page.locator("#section-map .chart").count() == 0
    assert shown.page.locator("#section-map table").count() == 1
    assert shown.trouble == []


def test_a_plan_for_several_futures_shows_each(opened: Open, folder: Path) -> None:
    several = solve(Case.small(), scenarios="all")
    assert isinstance(several, ScenarioPlan)
    shown = opened(write_report(folder / "futures.html", several))
    assert "The decision, the same whatever happens" in shown.page.locator("header h2").all_text_contents()
    for name, plan in several.plans.items():
        shown.page.evaluate("key => MS.choose(key)", name)
        assert figure(shown, "cost") == pytest.approx(plan.cost, rel=1e-9)
    first, last = list(several.plans)[0], list(several.plans)[-1]
    shown.page.locator("#plan-chooser").select_option(first)
    assert figure(shown, "cost") == pytest.approx(several.plans[first].cost, rel=1e-9)
    shown.page.goto(shown.page.url.split("#")[0] + f"#plan={last}")
    shown.page.reload()
    assert figure(shown, "cost") == pytest.approx(several.plans[last].cost, rel=1e-9)
    assert [x for x in shown.trouble if not x.startswith("request: file:")] == []


def test_charts_are_drawn_with_the_library_named() -> None:
    library = (ASSETS / "echarts" / "echarts.min.js").read_bytes()
    assert hashlib.sha256(library).hexdigest() in (ASSETS / "echarts" / "README.md").read_text(encoding="utf-8")


def test_what_was_asked_of_a_plan_is_said() -> None:
    asked = notes(solve(Case.small(), china_cap={2030: 0.4}, at_most={"index": 0.9}, china_price=100))
    assert asked[1] == (
        "Asked: index at most 90.0%; dependence index at most 40.0% in 2030; US$ 100 a tonne of exposure added to what is "
        "made least."
    )
    assert not any(line.startswith("Asked") for line in notes(solve(Case.small())))


def test_without_a_plan_there_is_no_page(folder: Path) -> None:
    with pytest.raises(ValueError, match="there is no plan to report: it ended infeasible"):
        write_report(folder / "none.html", solve(Case.small(), china_cap=0.0))
    with pytest.raises(ValueError, match="a report is written as .html"):
        write_report(folder / "none.pdf", solve(Case.small()))
    assert not (folder / "none.html").exists()
