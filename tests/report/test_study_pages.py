"""The sections of studies in a browser: a click shows the plan of a point, cells are the tables, nothing goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from magnet_sourcing import Case, compare, solve, stress
from magnet_sourcing.report.study_sections import plans_of
from magnet_sourcing.report.writing import write_report
from magnet_sourcing.studies.frontier.tracing import Frontier
from magnet_sourcing.studies.sensitivity.studying import Sensitivity
from magnet_sourcing.studies.stress.testing import Stress

from .conftest import Opened
from .test_study_sections import Reasons, impossible

Open = Callable[[Path], Opened]


@pytest.fixture(scope="module")
def shown(traced: Frontier, shocked: Stress, moved: Sensitivity, opened: Open, tmp_path_factory: Any) -> Opened:
    path = tmp_path_factory.mktemp("report") / "studies.html"
    ends = {"cheapest": plans_of(traced)["frontier 1"], "embargo": solve(Case.small(), scenario="embargo")}
    found = compare(ends)
    plan = solve(Case.small())
    return opened(
        write_report(path, plan, frontier=traced, stress=shocked, sensitivity=moved, why=Reasons(), comparison=found)
    )


def cost(shown: Opened) -> float:
    return float(shown.page.locator('[data-figure="cost"]').get_attribute("data-value"))


def costs(traced: Frontier) -> list[float]:
    return [float(plan.tables["costs"]["discounted"].sum()) for plan in plans_of(traced).values()]


def test_enter_on_a_focused_point_shows_its_plan_and_keeps_the_focus(shown: Opened, traced: Frontier) -> None:
    for number, expected in enumerate(costs(traced), start=1):
        button = shown.page.locator(f'#section-frontier button[data-point="{number}"]')
        button.focus()
        shown.page.keyboard.press("Enter")
        assert cost(shown) == pytest.approx(expected, rel=1e-9)
        assert button.get_attribute("aria-pressed") == "true"
        assert button.evaluate("b => b === document.activeElement")
    assert len({round(x) for x in costs(traced)}) == len(traced.points)


def test_a_click_on_a_point_of_the_chart_shows_its_plan(shown: Opened, traced: Frontier) -> None:
    """Where a point stands is asked of the chart."""
    page = shown.page
    holder = page.locator('#section-frontier figure[data-chart="frontier"] .chart')
    holder.scroll_into_view_if_needed()
    for number in (1, len(traced.points)):
        x, y = holder.evaluate(
            """(box, n) => {
              const chart = echarts.getInstanceByDom(box);
              const dots = chart.getOption().series.findIndex(s => s.name === "plans");
              return chart.convertToPixel({seriesIndex: dots}, chart.getOption().series[dots].data[n - 1].value);
            }""",
            number,
        )
        box = holder.bounding_box()
        page.mouse.click(box["x"] + x, box["y"] + y)
        assert cost(shown) == pytest.approx(costs(traced)[number - 1], rel=1e-9)
        assert f"Frontier {number}:" in page.locator("#plan-chooser option:checked").text_content()


def test_points_of_the_table_are_those_of_the_frontier(shown: Opened, traced: Frontier) -> None:
    cells = shown.cells(shown.page.locator("#section-frontier table.points"), raw=True)
    assert [float(row[3]) for row in cells] == pytest.approx([p.objective for p in traced.points], rel=1e-9)
    assert [float(row[2]) for row in cells] == pytest.approx([p.value for p in traced.points], rel=1e-9)


def test_cells_of_the_matrix_are_the_table(shown: Opened, shocked: Stress) -> None:
    section = shown.page.locator("#section-stress")
    for figure, column in (("extra cost", "extra_cost"), ("further unmet demand", "further_unmet")):
        section.get_by_role("button", name=figure).click()
        cells = section.locator(".matrix td").evaluate_all(
            "all => all.map(c => [c.dataset.disruption, c.dataset.plan, c.dataset.value ?? null, c.textContent])"
        )
        matrix = shocked.matrix(column)
        assert len(cells) == matrix.size
        for disruption, plan, value, text in cells:
            expected = float(matrix.loc[disruption, plan])
            assert float(value) == pytest.approx(expected, rel=1e-9, abs=1e-9)
            if column == "further_unmet" and expected >= 1:
                assert text.startswith(f"{expected:,.0f}")
    worst = section.locator(".matrix td button").first
    worst.focus()
    shown.page.keyboard.press("Enter")
    rank = ("met", "short", "broken", "impossible")  # what must be met comes before what is merely short
    hit = max(shocked.hits, key=lambda h: (rank.index(h.status), h.further_total, h.extra_cost))
    assert not hit.met
    assert f"in {hit.disruption}" in section.locator(".cell-details h3").text_content()
    assert "object" not in section.locator(".cell-details").text_content()


def test_bars_as_a_table_are_the_tornado(shown: Opened, moved: Sensitivity) -> None:
    frame = moved.tornado()
    shown.table_of("tornado", "tornado")
    cells = shown.cells(shown.page.locator('#section-tornado figure[data-chart="tornado"] table'), raw=True)
    assert [row[0] for row in cells] == frame["range"].tolist()
    assert [float(row[3]) * 1e6 for row in cells] == pytest.approx(frame["change_low"].tolist(), rel=1e-6, abs=1e-3)
    assert [float(row[6]) * 1e6 for row in cells] == pytest.approx(frame["change_high"].tolist(), rel=1e-6, abs=1e-3)
    shown.page.locator("#section-tornado").get_by_role("button", name="index").click()
    cells = shown.cells(shown.page.locator('#section-tornado figure[data-chart="tornado"] table'), raw=True)
    assert [row[0] for row in cells] == moved.tornado("index")["range"].tolist()


def test_text_of_the_case_stays_text(shown: Opened) -> None:
    """What looks like markup is shown as it was written; the brief stands first."""
    assert shown.page.locator("main section").first.get_attribute("id") == "section-brief"
    assert "=1+1 <b>is text</b>" in shown.page.locator("#section-brief").text_content()
    assert "<i>Text</i>" in shown.page.locator("#section-why").text_content()
    assert shown.page.locator("#section-brief b, #section-why i").count() == 0


def test_sources_link_only_to_the_web_and_filter(opened: Open, tmp_path: Path) -> None:
    case = Case.small()
    frame = case.tables["sources"].reindex(columns=["source", "title", "url", "year"])
    frame.loc[0] = ["Survey 2024", "A survey", "https://example.org/survey", 2024]
    frame.loc[1] = ["Notes", "Notes at hand", "javascript:alert(1)", None]
    case.tables["sources"] = frame
    page = opened(write_report(tmp_path / "sources.html", solve(case)))
    links = page.page.locator("#section-sources a")
    assert links.evaluate_all("all => all.map(a => [a.href, a.rel])") == [
        ["https://example.org/survey", "noopener noreferrer"]
    ]
    assert "javascript:alert(1)" in page.page.locator("#section-sources").text_content()
    page.page.get_by_label("Filter rows of Weak numbers").fill("fee of")
    weak = page.page.locator("#section-sources table").first
    assert [row[1] for row in page.cells(weak)] == ["fee of oxide to magnet"]
    page.page.get_by_text("Number by number").click()
    numbers = page.page.locator("#section-sources details table")
    assert len(page.cells(numbers)) == len(case.tables["evidence"])
    assert page.trouble == []


def test_studies_without_results_are_said_not_drawn_empty(opened: Open, tmp_path: Path) -> None:
    from magnet_sourcing import frontier, sensitivity

    plan = solve(Case.small())
    none = impossible()
    page = opened(
        write_report(
            tmp_path / "none.html",
            plan,
            frontier=frontier(none, points=2),
            sensitivity=sensitivity(none, spider=0, switch_over=0, ranging=0),
            stress=stress(plan, scenarios=[], cutoffs=0),
        )
    )
    for name, said in (
        ("frontier", "no frontier to draw"),
        ("tornado", "no bars to draw"),
        ("stress", "no matrix to draw"),
    ):
        section = page.page.locator(f"#section-{name}")
        assert said in section.text_content()
        assert section.locator("figure, table").count() == 0
    assert page.trouble == []


def test_nothing_went_wrong(shown: Opened) -> None:
    """No message on the console, no error, no request: after all that was pressed."""
    assert shown.trouble == []
