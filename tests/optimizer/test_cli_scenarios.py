"""`solve` for one and for several futures, as a planner types it."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from magnet_sourcing import Case, solve
from magnet_sourcing.cli import main


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("new", "case.xlsx", "--small")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_one_plan_for_all_futures() -> None:
    result = run("solve", "case.xlsx", "--scenarios", "all", "--value", "-o", "plan.xlsx")
    assert result.exit_code == 0, result.output
    assert "The decision, the same whatever happens" in result.stdout
    assert "Japan late" in result.stdout and "EVPI" in result.stdout and "Audit passed" in result.stdout
    book = openpyxl.load_workbook("plan.xlsx")
    assert book.sheetnames[:2] == ["Answer", "scenarios"]
    listed = pd.read_excel("plan.xlsx", sheet_name="scenarios", header=3)
    assert set(listed["scenario"].dropna()) == {"calm", "embargo", "Japan late"}
    assert {"scenario", "demand", "short"} <= {c.value for c in book["demand"][4]}


def test_the_same_as_json() -> None:
    result = run("solve", "case.xlsx", "--scenarios", "all", "--cvar", "0.5", "--gap", "0", "--json", "-o", "plan")
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    table = {r["scenario"]: r for r in answer["scenarios"]}
    assert answer["cost"] == pytest.approx(sum(r["probability"] * r["cost"] for r in table.values()))
    worst = max(r["cost"] for r in table.values())
    assert answer["objective"] == pytest.approx(0.5 * answer["cost"] + 0.5 * worst)  # the worst has the last tenth
    assert answer["audit"]["passed"] and answer["options"]["cvar weight"] == 0.5
    assert (Path("plan") / "scenarios.csv").exists()


def test_a_plan_for_several_futures_never_replaces_its_case() -> None:
    plan = solve(Case.read("case.xlsx"), scenarios="all")
    before = Path("case.xlsx").read_bytes()
    with pytest.raises(ValueError, match="would replace the case"):
        plan.write("case.xlsx")
    assert Path("case.xlsx").read_bytes() == before


def test_a_folder_of_a_plan_for_several_futures_can_be_stressed() -> None:
    solve(Case.read("case.xlsx"), scenarios="all").write("plan")
    result = run("stress", "plan", "--cutoffs", "0", "-o", "stress.xlsx")
    assert result.exit_code == 0, result.output


def test_some_futures_by_name() -> None:
    result = run("solve", "case.xlsx", "--scenarios", "calm, embargo", "--json", "-o", "plan.xlsx")
    assert [r["probability"] for r in json.loads(result.stdout)["scenarios"]] == pytest.approx([0.75 / 0.9, 0.15 / 0.9])


def test_one_future_as_if_it_were_certain() -> None:
    result = run("solve", "case.xlsx", "--scenario", "embargo", "--scenario", "Japan late", "-o", "plan.xlsx", "--quiet")
    assert result.exit_code == 0, result.output
    book = openpyxl.load_workbook("plan.xlsx")
    assert "embargo and Japan late" in str(book["Answer"]["A1"].value)


def test_another_measure_is_not_shown_as_money() -> None:
    result = run("solve", "case.xlsx", "--objective", "index 2028-2030", "--quiet", "-o", "plan.xlsx")
    assert result.exit_code == 0 and "(index 2028-2030)" in result.stdout.splitlines()[0]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--scenarios", "embrago"], "did you mean 'embargo'"),
        (["--scenario", "embargo", "--scenarios", "all"], "not both"),
        (["--cvar", "0.3"], "give scenarios"),
        (["--value"], "give --scenarios"),
        (["--objective", "dependence"], "is no measure"),
        (["--at-most", "index"], "MEASURE=VALUE"),
        (["--scenarios", "all", "--adapt-from", "2040"], "is not a period"),
    ],
)
def test_wrong_use_is_said_in_a_line_and_writes_nothing(arguments: list[str], words: str) -> None:
    result = run("solve", "case.xlsx", *arguments, "-o", "plan.xlsx")
    assert result.exit_code == 2, result.output
    assert words in result.stderr and "Traceback" not in result.stderr
    assert not Path("plan.xlsx").exists()


def test_futures_that_no_plan_serves_are_infeasible() -> None:
    result = run("solve", "case.xlsx", "--scenarios", "all", "--at-most", "not free=0.01", "-o", "plan.xlsx")
    assert result.exit_code == 4 and result.stdout.startswith("INFEASIBLE")
    assert not Path("plan.xlsx").exists()


def test_one_model_and_decomposition_agree_within_their_gaps() -> None:
    pytest.importorskip("mpisppy")
    answers = {}
    for method in ("extensive", "decomposition"):
        arguments = ["--scenarios", "all", "--foresight", "--method", method, "--gap", "0.005", "--json", "-o", "plan.xlsx"]
        result = run("solve", "case.xlsx", *arguments)
        assert result.exit_code == 0, result.output
        answers[method] = json.loads(result.stdout)
        assert answers[method]["audit"]["passed"]
    one, apart = answers["extensive"], answers["decomposition"]
    assert one["bound"] <= apart["objective"] * (1 + 1e-9) and apart["bound"] <= one["objective"] * (1 + 1e-9)
    assert apart["options"]["method"] == "progressive hedging"


def test_ranks_without_decomposition_are_refused() -> None:
    result = run("solve", "case.xlsx", "--scenarios", "all", "--ranks", "2")
    assert result.exit_code == 2 and "method decomposition" in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scenarios", ""), "no scenario is named"),
        (("--scenarios", "all", "--cvar", "0.3", "--value"), "--value is about plans of least expected cost"),
        (("--china-cap", "40"), "a share from 0 to 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_solving(options: tuple[str, ...], said: str) -> None:
    result = run("solve", "case.xlsx", *options, "-o", "plan.xlsx")
    assert result.exit_code == 2 and said in result.stderr
    assert not Path("plan.xlsx").exists()


def test_shares_may_be_percentages() -> None:
    caps = [
        json.loads(run("solve", "case.xlsx", "--china-cap", c, "--json", "-o", "p.xlsx").stdout) for c in ("0.9", "90%")
    ]
    assert caps[0]["options"]["china cap"] == caps[1]["options"]["china cap"]
    held = json.loads(run("solve", "case.xlsx", "--at-most", "index=35%", "--json", "-o", "p.xlsx").stdout)
    assert sum(held["index"].values()) / len(held["index"]) <= 0.35 + 1e-6


def test_the_first_line_says_what_other_than_the_mean_was_made_least() -> None:
    regret = run("solve", "case.xlsx", "--scenarios", "all", "--aim", "regret", "--quiet", "-o", "p.xlsx")
    assert "(greatest regret)" in regret.stdout.splitlines()[0]
    tail = run("solve", "case.xlsx", "--scenarios", "all", "--cvar", "0.3", "--quiet", "-o", "p.xlsx")
    assert "(0.7 mean + 0.3 worst futures)" in tail.stdout.splitlines()[0]


def test_ctrl_c_while_the_value_is_worked_out_keeps_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("magnet_sourcing.studies.information.value_of_scenarios", stopped)
    result = run("solve", "case.xlsx", "--scenarios", "all", "--value", "-o", "plan.xlsx")
    assert result.exit_code == 5 and "the plan is kept" in result.stderr
    assert Path("plan.xlsx").exists() and "Audit passed" in result.stdout


@pytest.mark.parametrize("verb", ["solve", "check", "frontier", "stress"])
def test_a_study_given_as_a_case_is_named_as_one_in_one_line(verb: str) -> None:
    assert run("options", "case.xlsx", "--only", "Toll Japan", "-o", "study.xlsx").exit_code == 0
    result = run(verb, "study.xlsx")
    lines = [line for line in result.output.splitlines() if "error" in line and "warning" not in line]
    assert result.exit_code == 3 and len(lines) == 1, result.output
    assert "not a case" in lines[0] or "no plan" in lines[0]


def test_a_plan_edited_by_hand_is_not_stressed() -> None:
    several = ("--scenarios", "all")
    for options, sheet, column in (
        ((), "builds", "size"),
        (several, "in supplies", "price"),
        (several, "builds", "size"),
    ):
        assert run("solve", "case.xlsx", *options, "-o", "plan.xlsx").exit_code == 0
        book = openpyxl.load_workbook("plan.xlsx")
        heads = [c.value for c in book[sheet][4]]
        for row in range(6, book[sheet].max_row + 1):  # the same in every future
            book[sheet].cell(row, heads.index(column) + 1).value = 650
        book.save("plan.xlsx")
        result = run("stress", "plan.xlsx", "--cutoffs", "0", "-o", "stress.xlsx")
        assert result.exit_code == 3 and "was the file edited?" in result.stderr, result.output
        assert not Path("stress.xlsx").exists()


def test_ctrl_c_keeps_the_disruptions_that_were_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("magnet_sourcing.studies.stress.testing._Test.cut_offs", stopped)
    result = run("stress", "case.xlsx", "-o", "stress.xlsx")
    assert result.exit_code == 5 and result.stdout.startswith("INTERRUPTED")
    listed = pd.read_excel("stress.xlsx", sheet_name="results", header=3)
    assert set(listed["disruption"].dropna()) == {"embargo", "Japan late"}


def test_ctrl_c_between_two_solves_keeps_the_alternatives_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("magnet_sourcing.studies.choices.alternatives._Search.following", stopped)
    result = run("alternatives", "case.xlsx", "-o", "study.xlsx")
    assert result.exit_code == 5, result.output
    assert Path("study-plans/cheapest.xlsx").exists()


def test_on_the_first_page_a_head_stands_over_its_numbers() -> None:
    assert run("solve", "case.xlsx", "--scenarios", "all", "-o", "plan.xlsx").exit_code == 0
    sheet = openpyxl.load_workbook("plan.xlsx")["Answer"]
    heads = next(row for row in sheet.iter_rows() if row[0].value == "scenario")
    assert heads[0].alignment.horizontal is None
    assert [c.alignment.horizontal for c in heads[1:4]] == ["right"] * 3
