"""The table `studies`: checked at its cells, run by kind, and no part of what is solved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from magnet_sourcing import Case, CaseError, run_studies, solve
from magnet_sourcing.cli import main
from magnet_sourcing.studies.runs.executing import Where
from magnet_sourcing.studies.sheet.asking import asked, pieces, study_problems

from ..miniatures.cases import case, need, offer, route

HERE = Where("here")
SWEEP = {"study": "prices", "kind": "sweep", "vary": "supplies.price[market] = 5, 10"}
WORLDS = {"study": "worlds", "kind": "montecarlo", "samples": 4}
TORNADO = {"study": "tornado", "kind": "sensitivity", "vary": "price of market"}


def asking(*studies: dict[str, Any], **more: Any) -> Case:
    """Ten magnets, from the market at 10 (5 to 15) or through East at 2 and 50 to sign, with studies."""
    return case(
        demands=[need(10)],
        routes=[route("East", signing_cost=50)],
        supplies=[offer("market", 10), offer("eastern", 2, route="East")],
        evidence=[
            {"table": "supplies", "row": "market", "column": "price", "low": 5, "high": 15, "confidence": "estimate"}
        ],
        studies=studies,
        years=3,
        **more,
    )


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def in_file(made: Case, path: Path) -> tuple[Case, dict[str, str], int]:
    """The case read back from a workbook; column letters of the sheet studies by header, and its first row."""
    made.write(path)
    sheet = openpyxl.load_workbook(path)["studies"]
    rows = list(sheet.iter_rows())
    head = next(row for row in rows if row[0].value == "study")
    first = next(row[0].row for row in rows if row[0].value == "study 0")
    return Case.read(path), {str(c.value): c.column_letter for c in head}, first


# ---------------------------------------------------------------- checking

# What any check finds: study, column at fault, words of the message.
CONTENT = (
    ({"kind": "montecalro"}, "kind", "did you mean 'montecarlo'"),
    ({"kind": "sweep"}, "vary", "a sweep needs what to vary"),
    ({**SWEEP, "samples": 10}, "samples", "samples is not read by a study of kind sweep; it reads vary, measure"),
    ({"kind": "stress", "vary": "x"}, "vary", "vary is not read by a study of kind stress"),
    ({**WORLDS, "samples": 1}, "samples", "must be 2 or more"),
    ({**WORLDS, "design": "lsh"}, "design", "did you mean 'lhs'"),
    ({**WORLDS, "scenario": "embargo"}, "scenario", "'embargo' is not in scenarios"),
)
# What is found when the studies are asked for; the case itself is fine.
ASKED = (
    ({**SWEEP, "vary": "supplies.price[markt] = 1, 2"}, "vary", "did you mean 'market'"),
    ({**SWEEP, "vary": "supplies.price[market] = 2:1:3"}, "vary", "low 2 is not below high 1"),
    ({**WORLDS, "vary": "price of markt"}, "vary", "did you mean 'price of market'"),
    ({**TORNADO, "vary": "price of markt"}, "vary", "did you mean 'price of market'"),
    ({"kind": "switching", "vary": "x"}, "vary", "lists no assumptions"),
    ({"kind": "frontier", "measure": "indx"}, "measure", "did you mean 'index'"),
    ({"kind": "frontier", "measure": "index; unmet"}, "measure", "against one measure"),
    ({**WORLDS, "design": "sobol", "samples": 5}, "samples", "a power of two"),
)


def numbered(rows: Any) -> list[dict[str, Any]]:
    return [{**study, "study": f"study {i}"} for i, (study, _, _) in enumerate(rows)]


def test_what_any_check_finds(tmp_path: Path) -> None:
    made, heads, first = in_file(asking(*numbered(CONTENT)), tmp_path / "case.xlsx")
    problems = {p.cell: p.message for p in made.check() if p.sheet == "studies"}
    assert len(problems) == len(CONTENT), problems
    for i, (_, column, words) in enumerate(CONTENT):
        assert words in problems[f"{heads[column]}{first + i}"]


def test_what_is_found_when_studies_are_asked_for(tmp_path: Path) -> None:
    made, heads, first = in_file(asking(*numbered(ASKED)), tmp_path / "case.xlsx")
    assert made.check() == []
    problems = {p.cell: p.message for p in study_problems(made) if p.sheet == "studies"}
    assert len(problems) == len(ASKED), problems
    for i, (_, column, words) in enumerate(ASKED):
        assert words in problems[f"{heads[column]}{first + i}"]
    with pytest.raises(CaseError, match="sheet studies"):
        run_studies(made)
    result = run("check", str(tmp_path / "case.xlsx"))
    assert result.exit_code == 3 and "against one measure" in result.output


def test_all_problems_are_told_at_once() -> None:
    made = asking({**SWEEP, "vary": "supplies.price[markt] = 1; x = 2"}, {**WORLDS, "vary": "nothing"})
    assert len(study_problems(made)) == 3


def test_two_studies_need_two_files() -> None:
    (problem,) = study_problems(asking({**WORLDS, "study": "a/b"}, {**WORLDS, "study": "a:b"}))
    assert "would be written to the same file" in problem.message


def test_names_that_are_not_there() -> None:
    with pytest.raises(ValueError, match="'world' is no active study of the case; did you mean 'worlds'"):
        asked(asking(WORLDS), ["world"])
    with pytest.raises(ValueError, match="asks for no studies"):
        asked(asking())
    with pytest.raises(ValueError, match="no active study"):
        asked(asking(SWEEP, {**WORLDS, "active": "no"}), ["worlds"])


def test_pieces_are_joined_by_semicolons_or_lines() -> None:
    assert pieces('a; b\nc "x; y"') == ["a", "b", 'c "x; y"']
    assert pieces(None) == [] and pieces(" ; ") == []


# ---------------------------------------------------------------- no part of the case


def test_studies_change_nothing_in_a_plan(tmp_path: Path) -> None:
    """The hash, and so a plan read back, is that of the case without them, even when what they ask makes no sense."""
    plain, odd = asking(), asking({**SWEEP, "vary": "nonsense"})
    assert plain.hash == odd.hash
    assert solve(odd).cost == solve(plain).cost
    assert asking(WORLDS, scenarios=[{"scenario": "s", "probability": 1}]).future("s").rows("studies") == []


@pytest.mark.parametrize("name", ["case.xlsx", "case"])
def test_studies_are_read_as_they_were_written(tmp_path: Path, name: str) -> None:
    made = asking(SWEEP, WORLDS, TORNADO)
    made.write(tmp_path / name)
    assert asked(Case.read(tmp_path / name)) == asked(made)


# ---------------------------------------------------------------- running


def test_each_study_is_run_and_written(tmp_path: Path) -> None:
    made = asking(WORLDS, SWEEP, TORNADO)
    found = run_studies(made, folder=tmp_path / "out", where=HERE)
    assert [(r.name, r.kind, r.status) for r in found.ran] == [
        ("worlds", "montecarlo", "done"), ("prices", "sweep", "done"), ("tornado", "sensitivity", "done"),
    ]  # fmt: skip
    assert all(r.file is not None and r.file.exists() and r.headline and r.findings for r in found.ran)
    assert found.ran[0].result.samples == 4 and len(found.ran[1].result.runs()) == 2
    book = openpyxl.load_workbook(found.write(tmp_path / "out" / "overview.xlsx"))
    assert [c.value for c in book["studies"]["A"][5:]] == ["worlds", "prices", "tornado"]
    assert book["studies"]["E6"].hyperlink.target == "worlds.xlsx"


@pytest.mark.parametrize("kind", ["frontier", "stress", "switching", "alternatives", "options"])
def test_the_other_kinds_run_too(kind: str, tmp_path: Path) -> None:
    assumed = {"assumption": "price", "table": "supplies", "where": "supply = market", "column": "price",
               "operation": "multiply", "low": 0.5, "high": 2}  # fmt: skip
    measure = {"measure": "unmet"} if kind == "frontier" else {}
    made = asking({"study": kind, "kind": kind, **measure}, assumptions=[assumed])
    (ran,) = run_studies(made, folder=tmp_path, where=HERE).ran
    assert ran.status == "done" and ran.headline and ran.findings
    assert ran.file is not None and ran.file.exists()


def test_a_study_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    """A thousand values are more runs than a sweep makes unasked."""
    many = {"study": "many", "kind": "sweep", "vary": "supplies.price[market] = 1:1000:1000"}
    found = run_studies(asking(many, WORLDS), folder=tmp_path, where=HERE)
    assert [r.status for r in found.ran] == ["failed", "done"]
    assert "1,000 runs" in found.ran[0].headline
    assert found.headline.startswith("FINISHED, 1 study done, 1 failed")
    assert not (tmp_path / "many.xlsx").exists()


def test_ctrl_c_keeps_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    from magnet_sourcing.studies.sheet import kinds

    def stopped(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(kinds, "_KINDS", {**kinds._KINDS, "sweep": stopped})
    found = run_studies(asking(WORLDS, SWEEP, TORNADO), where=HERE)
    assert [r.name for r in found.ran] == ["worlds"] and not found.finished
    assert found.headline.startswith("INTERRUPTED")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asking(WORLDS, SWEEP).write("case.xlsx")
    result = run("study", "case.xlsx", "worlds", "--engine", "here")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("FINISHED, 1 study done")
    assert (tmp_path / "case-studies" / "worlds.xlsx").exists()
    assert (tmp_path / "case-studies" / "overview.xlsx").exists()
    told = json.loads(run("study", "case.xlsx", "prices", "--engine", "here", "--json", "-o", "out").stdout)
    assert [s["study"] for s in told["studies"]] == ["prices"]
    assert run("study", "case.xlsx", "price").exit_code == 2
    assert "written to a folder" in run("study", "case.xlsx", "-o", "x.xlsx").output
