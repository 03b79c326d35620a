"""The verb `report`: what it takes, what it refuses, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from magnet_sourcing import Case, Stress, solve
from magnet_sourcing.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", *arguments])


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Case.small().write("small.xlsx")
    return Path("small.xlsx")


def test_a_case_is_solved_with_the_options_of_solve(small: Path) -> None:
    result = run("small.xlsx", "--china-cap", "2030:0.3", "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == 0 and said["files"] == ["small-report.html"]
    assert said["objective"] == pytest.approx(solve(Case.small(), china_cap={2030: 0.3}).objective, rel=1e-6)
    assert Path("small-report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_plan_is_read_and_audited_again_not_solved(small: Path) -> None:
    solve(Case.small()).write("plan")
    assert run("plan", "-o", "sound.html").exit_code == 0
    result = run("plan", "--china-cap", "0.3")
    assert result.exit_code == 2 and "plan is a plan, solved already: --china-cap is for a case" in result.stderr
    result = run("plan", "-o", "plan")
    assert result.exit_code == 2 and "would replace the plan" in result.stderr
    builds = Path("plan/builds.csv")
    builds.write_text(builds.read_text(encoding="utf-8").replace("600", "500"), encoding="utf-8")
    result = run("plan", "-o", "edited.html")
    assert result.exit_code == 7 and "edited-FAILED-AUDIT.html" in result.stdout
    assert not Path("edited.html").exists()


def test_studies_are_run_and_handed_over(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed = {}

    def taken(path: Path, plan: object, **studies: object) -> Path:
        handed.update(studies)
        return path

    monkeypatch.setattr("magnet_sourcing.report.writing.write_report", taken)
    result = run("small.xlsx", "--with", "stress")
    assert result.exit_code == 0 and isinstance(handed["stress"], Stress) and list(handed) == ["stress"]
    assert "stress:" in result.stderr


def test_endings_and_refusals(small: Path) -> None:
    result = run("small.xlsx", "--china-cap", "0", "-o", "none.html")
    assert result.exit_code == 4 and "proved" in result.stdout and not Path("none.html").exists()
    assert run("small.xlsx", "-o", "small.pdf").exit_code == 2
    assert run("missing.xlsx").exit_code == 3
    assert run("small.xlsx", "--with", "weather").exit_code == 2
    assert run("small.xlsx", "--with", "stress", "--scenarios", "all").exit_code == 2
    solve(Case.small(), scenarios="all").write("futures.xlsx")
    result = run("futures.xlsx")
    assert result.exit_code == 2 and "Give its case with --scenarios" in result.stderr
