"""`alternatives`: near-optimal plans worked out by hand, properties on random cases, the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from magnet_sourcing import Case, alternatives
from magnet_sourcing.cli import main
from magnet_sourcing.studies.choices.alternatives import Alternatives

from ..miniatures.cases import case, need, offer, plant, route
from ..properties.random_cases import Tables, cases
from .test_options import three_ways

few = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def chosen(study: Alternatives, kind: str = "route") -> list[set[str]]:
    return [{o for o, yes in a.chosen.items() if yes and study.kinds[o] == kind} for a in study.plans]


def test_all_plans_within_a_third() -> None:
    """East, 25, is the cheapest of `three_ways`. Within 30 % (32.5): West alone, 31, and both signed with one tonne from
    West, 5 + 1 + 9*2 + 3 = 27; neither, 40, is too dear. West alone differs in two choices, so it is found first."""
    study = alternatives(three_ways(), within=0.3, gap=0)
    assert chosen(study) == [{"East"}, {"West"}, {"East", "West"}]
    assert [a.plan.cost for a in study.plans] == pytest.approx([25, 31, 27])
    assert [a.distance for a in study.plans] == [None, 2, 1]
    assert study.complete and study.budget == pytest.approx(32.5)
    assert study.differing() == ["East", "West"] and study.shared() == ["Away"] and study.shared(False) == []


def test_a_wider_tolerance_finds_the_plan_without_a_partner() -> None:
    """Within 60 % (40) the press alone is a plan: no route, and the country of both is not used."""
    study = alternatives(three_ways(), within=0.6, gap=0)
    assert set() in chosen(study) and study.shared() == []


def test_no_tolerance_no_other_plan() -> None:
    study = alternatives(three_ways(), within=0, gap=0)
    assert chosen(study) == [{"East"}] and study.complete


def test_a_contract_signed_to_lie_idle_is_no_alternative() -> None:
    """Signing Idle costs 0.1, within the tolerance of 10 % (2.5); using a quarter of its 4 t at 100 each does not."""
    made = case(
        demands=[need(10)],
        routes=[route("East", signing_cost=5, must_sign=True), route("Idle", signing_cost=0.1)],
        supplies=[offer("eastern", 2, route="East"), offer("idle", 100, route="Idle", limit=4)],
    )
    assert chosen(alternatives(made, within=0.1, gap=0)) == [{"East"}]
    assert chosen(alternatives(made, within=0.1, gap=0, use=0)) == [{"East"}, {"East", "Idle"}]


def test_a_plant_built_to_stand_still_is_no_alternative() -> None:
    """The line costs 1 and what it makes 9 each instead of 2; a quarter of its 8 t is 2 t: 1 + 2*9 + 8*2 - 20 = 15."""
    made = case(
        plant("press", {"magnet": 1}, cost=9),
        demands=[need(10)],
        supplies=[offer("market", 2)],
        expansions=[
            {"expansion": "line", "facility": "press", "sizing": "all-or-nothing", "max_size": 8, "fixed_cost": 1}
        ],
    )
    assert chosen(alternatives(made, within=0.7, gap=0), "expansion") == [set()]
    study = alternatives(made, within=0.75, gap=0)
    assert chosen(study, "expansion") == [set(), {"line"}]
    assert study.plans[1].plan.cost == pytest.approx(35)


def test_a_continuous_expansion_is_had_in_earnest_or_not_at_all() -> None:
    """All ten from the line at 1 each are cheapest, 10; the market alone costs 20, and no plan builds a little."""
    made = case(
        plant("press", {"magnet": 1}),
        demands=[need(10)],
        supplies=[offer("market", 2)],
        expansions=[{"expansion": "line", "facility": "press", "sizing": "continuous", "max_size": 20, "unit_cost": 1}],
    )
    study = alternatives(made, within=1.0, gap=0)
    assert chosen(study, "expansion") == [{"line"}, set()] and study.complete
    assert study.plans[1].plan.cost == pytest.approx(20)


def test_weights_choose_what_a_difference_is() -> None:
    """Countries alone: both routes are in one country, so only the plan without either differs."""
    study = alternatives(three_ways(), within=0.6, gap=0, weights={"route": 0, "expansion": 0})
    assert chosen(study)[1] == set() and study.complete and len(study.plans) == 2


def test_the_table_says_what_each_plan_does() -> None:
    study = alternatives(three_ways(), within=0.3, gap=0)
    table = study.table.set_index("choice")
    assert list(table.loc["West"]) == ["route", "2 of 3", "", "2030", "2030"]
    assert list(study.summary["distance"])[1:] == [2, 1]
    assert study.summary["more_most"].tolist() == pytest.approx([0, 6, 2], abs=1e-6)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"within": -0.1}, "within"),
        ({"count": 0}, "count"),
        ({"use": 2}, "use"),
        ({"weights": {"mine": 1}}, "no kind of choice"),
        ({"weights": {"route": -1}}, "0 or more"),
        ({"weights": {"route": 0, "expansion": 0, "country": 0}}, "at least one"),
        ({"gap": -1}, "gap"),
    ],
)
def test_wrong_options_are_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        alternatives(three_ways(), **asked)


def test_a_case_without_choices_has_one_plan() -> None:
    study = alternatives(case(demands=[need(10)], supplies=[offer("market", 2)]))
    assert len(study.plans) == 1 and study.complete


def test_a_case_without_a_plan_says_so() -> None:
    study = alternatives(case(demands=[need(10)]))
    assert not study.plans and study.status == "infeasible"


def test_plans_for_several_futures() -> None:
    """East brings nothing in one of two futures; there the press works: 5 + 0.5*20 + 0.5*40 = 35. West: 31, cheapest."""
    made = three_ways(
        scenarios=[{"scenario": "calm", "probability": 0.5}, {"scenario": "no East", "probability": 0.5}],
        disruptions=[
            {"scenario": "no East", "table": "supplies", "where": "supply = eastern", "column": "limit",
             "operation": "set", "value": 0},
        ],
    )  # fmt: skip
    study = alternatives(made, within=0.2, gap=0, scenarios="all")
    assert chosen(study)[0] == {"West"} and {"East"} in chosen(study)
    east = study.plans[chosen(study).index({"East"})]
    assert east.plan.cost == pytest.approx(35) and east.plan.audit.passed


@few
@given(cases())
def test_alternatives_are_affordable_distinct_and_audited(made: tuple[dict[str, Any], Tables]) -> None:
    study = alternatives(Case.from_rows(*made), within=0.1, count=3, gap=1e-6)
    least = study.optimum.bound
    for a in study.plans:
        assert a.plan.audit.passed, a.plan.audit.failures[:5]
        assert a.plan.cost <= least + 0.1 * abs(least) + 1e-5 * max(1.0, abs(least))
    made_in = [tuple(a.chosen.values()) for a in study.plans]
    assert len(set(made_in)) == len(made_in)


# ---------------------------------------------------------------- the command line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Case.small().write("case.xlsx")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.parametrize("within", ["5%", "0.05"])
def test_the_command_writes_the_study_and_every_plan(folder: Path, within: str) -> None:
    result = run("alternatives", "case.xlsx", "--within", within, "-o", "near.xlsx")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("OPTIMAL, objective US$") and "without Toll Japan" in result.stdout
    assert openpyxl.load_workbook("near.xlsx").sheetnames[0] == "Answer"
    assert sorted(p.name for p in Path("near-plans").iterdir()) == ["alternative-1.xlsx", "cheapest.xlsx"]


def test_json_is_json_and_nothing_else(folder: Path) -> None:
    answer = json.loads(run("alternatives", "case.xlsx", "--within", "5%", "--json").stdout)
    assert answer["complete"] and answer["differing"] == ["Toll Japan"] and len(answer["plans"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--within", "little"), "give a share"),
        (("--within", "-1"), "within"),
        (("--count", "0"), "count"),
        (("-o", "case.xlsx"), "would replace the case"),
    ],
)
def test_wrong_use_is_2(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run("alternatives", "case.xlsx", *arguments)
    assert result.exit_code == 2 and said in result.stderr


def test_an_infeasible_case_is_4(folder: Path) -> None:
    made = Case.small()
    made.tables["demands"]["penalty"] = None
    made.tables["supplies"]["limit"] = 1
    made.write("bad")
    assert run("alternatives", "bad").exit_code == 4 and not Path("bad-plans").exists()
