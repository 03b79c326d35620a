"""`why`: sentences whose numbers are worked out by hand, the brief, the workbook, the command line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from magnet_sourcing import Case, Why, why
from magnet_sourcing.cli import main
from magnet_sourcing.studies.choices import pool
from magnet_sourcing.studies.why.words import spans_of

from ..miniatures.cases import case, need, offer, plant, route

HEADINGS = [
    "How sure", "The decision", "The cost", "The dependence", "What it rests on", "What would change it", "What to watch",
]  # fmt: skip


def two_offers(**more: Any) -> Case:
    """Ten magnets; cheap ones at 8, a hundred of them, dear ones at 10, ten of them. The plan costs 80."""
    return case(
        demands=[need(10, penalty=20)], supplies=[offer("cheap", 8, limit=100), offer("dear", 10, limit=10, **more)]
    )


def a_line(**more: Any) -> Case:
    """Ten magnets a year for two years: bought at 9, or made at 2 by a line of 10 t/y that costs 40 in cash.

    The plan builds and costs 40 + 2*20 = 80; buying costs 180. Of that difference 180 is purchase, -40 operation and
    -40 capital.
    """
    return case(
        plant("press", {"magnet": 1}, cost=2),
        years=2,
        demands=[need(10)],
        supplies=[offer("market", 9)],
        expansions=[
            {"expansion": "line", "facility": "press", "sizing": "all-or-nothing", "max_size": 10, "fixed_cost": 40}
        ],
        **more,
    )


@pytest.fixture(scope="module")
def teaching() -> Why:
    """The teaching case, asked once."""
    return why(Case.small())


def ask(made: Case, **asked: Any) -> Why:
    return why(made, gap=0, **asked)


# ---------------------------------------------------------------- the two sentences


def test_an_offer_that_is_not_bought() -> None:
    """Half of the dear offer, 5 t, instead of cheap ones: 5 * (10 - 8) = 10 more, an eighth of 80; of the account +50 is
    for the dear ones, -40 for the cheap ones, both of one item."""
    said = ask(two_offers())["dear"]
    assert said.startswith("Not bought, because buying half of what it offers costs US$ 10.0 more (12.5%).")
    assert "10.0 more purchase cost" in said
    assert "with the decisions held it would enter in 2030 below US$ 8 a t (asked 10)" in said


def test_an_offer_that_nearly_enters_is_what_would_change_the_plan() -> None:
    """8 instead of 9.5 is 16 % off what is asked, 8 instead of 11 is 27 %."""
    made = case(
        demands=[need(10)],
        supplies=[offer("cheap", 8, limit=100), offer("near", 9.5, limit=10), offer("far", 11, limit=10)],
    )
    (text,) = [t for t in ask(made).brief["What would change it"] if t.startswith("Offers within 20%")]
    assert "near would enter in 2030 below US$ 8 a t (asked 9.5)" in text and "far" not in text


def test_a_full_plant_says_what_more_of_it_is_worth() -> None:
    """A press of 4 t/y at 1 and a market at 3: each tonne more of the press saves 2, and without it 4 * 2 more is paid. A
    tonne more of demand costs 3."""
    made = case(plant("press", {"magnet": 1}, capacity=4, cost=1), demands=[need(10)], supplies=[offer("market", 3)])
    found = ask(made, only=["press"])
    assert "costs US$ 8.00 more" in found["press"]
    assert (
        "100% of the plant's capacity is used; 1 t/y more of its capacity in 2030 saves up to US$ 2 a year"
        in found["press"]
    )
    rests = found.brief["What it rests on"]
    assert (
        "Limits worth most, the decisions of this plan held: "
        "press, 1 t/y more of its capacity in 2030 saves up to US$ 2 a year." in rests
    )
    assert any("1 t/y more of its quantity in 2030 costs at least US$ 3 a year" in text for text in rests)


def test_an_offer_that_is_bought() -> None:
    """Without the cheap ones ten dear ones: 10 * 2 = 20 more, a quarter. Ten of the hundred on offer are a tenth."""
    found = ask(two_offers())
    said = found["cheap"]
    assert said.startswith("Bought, 10 t in 2030, because not buying it costs US$ 20.0 more (25.0%).")
    assert "10% of the offer's limit is used" in said
    assert found.table().set_index("option").loc["cheap", ["low", "high"]].tolist() == pytest.approx([20, 20])


def test_a_build_is_told_with_the_account_of_the_plan_without_it() -> None:
    said = ask(a_line())["line"]
    assert said.startswith("Built, decided 2030 (10 t/y), because doing without it costs US$ 100.0 more (125.0%).")
    assert "180.0 more purchase cost (market) but" in said
    for part in (
        "40.0 less capital cost (its own)",
        "40.0 less operation cost (press, press)",
        "US$ 100.0 more in all",
    ):
        assert part in said
    assert "100% of the plant's capacity is used" in said


def test_the_account_adds_up_to_the_difference_of_the_plans() -> None:
    found = ask(a_line())
    (line,) = [e for e in found.evidence if e.name == "line"]
    assert line.differences is not None and line.net == pytest.approx(100)
    assert {d.item: d.change for d in line.differences} == pytest.approx(
        {"purchase": 180, "operation": -40, "capital": -40}
    )
    for d in line.differences:
        assert sum(x for _, _, x in d.causes) == pytest.approx(d.change)


def test_every_account_lies_within_its_price(teaching: Why) -> None:
    """The teaching case: the forced plan found costs, by its account, between the least and the most it can."""
    compared = [e for e in teaching.evidence if e.net is not None]
    assert len(compared) >= 5
    for e in compared:
        assert e.entry.low is not None and e.entry.high is not None
        assert e.entry.low - 1 <= e.net <= e.entry.high + 1, e.name


def test_income_is_told_as_income() -> None:
    """Selling two of twelve at 3 needs the press (1 each) instead of the offer (2 each, ten at most): without the press
    nothing is sold. 12 - 6 = 6 with it, 20 without: 14 more, of which 6 is income less."""
    made = case(
        plant("press", {"magnet": 1}, capacity=12, cost=1),
        demands=[need(10)],
        supplies=[offer("market", 2, limit=10)],
        sales=[{"sale": "outlet", "material": "magnet", "price": 3, "limit": 2}],
    )
    said = ask(made)["press"]
    assert "costs US$ 14.0 more" in said and "6.00 less sale income (outlet)" in said
    assert "20.0 more purchase cost (market)" in said and "12.0 less operation cost (its own" not in said


def test_a_route_says_what_it_carries_and_when_it_was_signed() -> None:
    """Through East, 2 each and 5 to sign, 25; without it 40 from home: 15 more."""
    made = case(
        plant("press", {"magnet": 1}, capacity=10, cost=4),
        demands=[need(10)],
        routes=[route("East", signing_cost=5)],
        supplies=[offer("eastern", 2, route="East")],
    )
    found = ask(made)
    assert found["East"].startswith("Signed 2030, because doing without it costs US$ 15.0 more (60.0%).")
    assert "it carries up to 10 t/y (2030)" in found["East"]
    assert "40.0 more operation cost (press, press)" in found["East"]
    assert found["Away"].startswith("Part of the plan (East), because doing without all of it costs US$ 15.0 more")


def test_what_is_free_is_not_given_a_cause() -> None:
    """Two offers at one price: doing without the one that is bought costs nothing."""
    found = ask(case(demands=[need(10)], supplies=[offer("one", 2, limit=10), offer("other", 2, limit=10)]))
    for name in ("one", "other"):
        assert "the choice is free" in found[name] and "because" not in found[name]


def test_what_is_proved_says_so_and_blames_nothing_else() -> None:
    found = ask(case(plant("press", {"magnet": 1}, capacity=10, cost=4), demands=[need(10)]))
    assert found["press"].startswith("Used: no plan can do without it, which is proved.")
    assert "more" not in found["press"].split("proved.")[1]
    assert "press, which is there, cannot be done without" in found["Home"]
    row = found.table().set_index("option").loc["press"]
    assert row[["low", "high"]].isna().all() and row["verdict"] == "must-do"


def test_a_contract_that_must_be_signed_is_due_to_its_row() -> None:
    made = case(demands=[need(10)], supplies=[offer("market", 2)], routes=[route("Old", must_sign="yes")])
    assert "The case itself says that it must be signed." in ask(made)["Old"]


def test_a_loose_gap_leaves_a_price_unsettled_without_a_cause() -> None:
    """At a gap of 20 % of 80 a price of 0.5 (a cheap offer at 8, the other at 8.1) is not told from nothing."""
    made = case(
        demands=[need(10)],
        routes=[route("A", signing_cost=1), route("B", signing_cost=1.4)],
        supplies=[offer("a", 8, route="A"), offer("b", 8.01, route="B"), offer("any", 30)],
    )
    found = why(made, ["A", "B"], gap=0.2)
    for row in found.table().itertuples():
        if row.verdict in ("free", "not settled"):
            assert "because" not in row.why


# ---------------------------------------------------------------- the brief


def test_the_brief_of_the_teaching_case_has_its_headings_in_order(teaching: Why) -> None:
    found = teaching
    assert [h for h in HEADINGS if h in found.brief] == list(found.brief)
    assert set(HEADINGS) - set(found.brief) <= {"What would change it"}
    assert found.headline.startswith("OPTIMAL: the plan costs US$ 180.36 million, none costs less than US$ 180.3")


def test_the_numbers_of_the_brief_are_those_of_the_plan(teaching: Why) -> None:
    found = teaching
    plan, text = found.plan, "\n".join(line for lines in found.brief.values() for line in lines)
    money = plan.tables["costs"]
    for item in ("operation", "purchase", "toll", "capital"):
        assert f"{item} {money.loc[money['item'] == item, 'discounted'].sum() / 1e6:,.1f}" in text
    index = plan.index
    assert f"index {index[2027]:.0%} in 2027, {index[2030]:.0%} in 2030" in text
    free = plan.tables["free_delivery"].query("segment == 'all' and period == 2030").iloc[0]
    assert f"{free['free']:,.0f} t in 2030 ({free['share']:.0%} of delivery)" in text
    built = plan.tables["builds"].iloc[0]
    assert f"{built['expansion']} at {built['location']}: {built['size']:,.0f} t/y" in text
    bought = plan.tables["purchases"]["bought"].sum()
    assert f"Chinese magnets ({bought:,.0f} t in" in text
    weak = [r for r in found.case.rows("evidence") if r.confidence in ("low", "estimate")]
    assert f"{len(weak)} of the {len(found.case.rows('evidence'))} numbers" in text


def test_unmet_demand_comes_first() -> None:
    """Six of ten magnets can be had."""
    found = ask(case(demands=[need(10, penalty=100)], supplies=[offer("market", 2, limit=6)]))
    first = next(iter(found.brief.values()))[0]
    assert first == "DEMAND IS NOT MET in 2030: magnet 4 t over the horizon."


def test_a_choice_that_costs_little_is_what_would_change_the_plan() -> None:
    """Two presses: A costs 400 in all, B 402. Without A 0.5 % more, which is above the threshold."""
    made = case(
        plant("A", {"magnet": 1}, capacity=10, cost=40),
        plant("B", {"magnet": 1}, capacity=10, cost=40.2),
        demands=[need(10)],
    )
    assert any("without A (US$ 2.00)" in text for text in ask(made).brief["What would change it"])


def test_decide_by_names_year_and_lead_time() -> None:
    made = a_line()
    made.tables["expansions"]["lead_time"] = 1
    watch = ask(made, only=["line"]).brief["What to watch"]
    assert "Decide in 2030: line (works from 2031)." in watch


def test_switching_gives_signposts() -> None:
    found = why(Case.small(), ["Toll Japan"], switching=True)
    posts = found.turns.signposts()
    assert len(posts)
    assert any(posts["if"].iloc[0] in text for text in found.brief["What to watch"])
    with pytest.raises(ValueError, match="switching"):
        why(Case.small(), switching=True, scenarios="all")


def test_several_futures() -> None:
    """Cheap magnets at 8, in one of two futures at 12, when the dear ones at 10 are better; ten of each are on offer.
    Expected 90. Without the cheap ones 100: 10 more. Without the dear ones 100: 10 more."""
    made = case(
        demands=[need(10)],
        supplies=[offer("cheap", 8, limit=10), offer("dear", 10, limit=10)],
        scenarios=[{"scenario": "calm", "probability": 0.5}, {"scenario": "storm", "probability": 0.5}],
        disruptions=[
            {"scenario": "storm", "table": "supplies", "where": "supply=cheap", "column": "price", "operation": "set",
             "value": 12}
        ],
    )  # fmt: skip
    found = why(made, gap=0, scenarios="all")
    assert found["cheap"].startswith("Bought, 5 t in 2030, because not buying it costs US$ 10.0 more (11.1%).")
    assert "50% of the offer's limit is used" in found["cheap"]
    assert found["dear"].startswith("Bought, 5 t in 2030, because not buying it costs US$ 10.0 more (11.1%).")
    (cheap,) = [e for e in found.evidence if e.name == "cheap"]
    assert cheap.net == pytest.approx(10)
    assert any("expected over 2 futures" in text for text in found.brief["How sure"])


# ---------------------------------------------------------------- endings


def test_an_impossible_case_points_to_explain() -> None:
    found = ask(case(demands=[need(10)], supplies=[offer("market", 2, limit=6)]))
    assert found.headline.startswith("INFEASIBLE") and not len(found.table())
    assert any("explain" in text for text in found.brief["How it ended"])


def test_an_unknown_name_is_refused_with_the_nearest(teaching: Why) -> None:
    with pytest.raises(ValueError, match="did you mean 'Toll Japan'"):
        why(Case.small(), ["Tol Japan"])
    with pytest.raises(KeyError, match="did you mean 'Toll Japan'"):
        teaching["Tol Japan"]


def test_interrupted_the_rest_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C after the first forced solve: its option is told, the others are marked and give no cause."""
    solve, calls = pool.solved, []

    def second_is_stopped(task: Any) -> Any:
        calls.append(task)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return solve(task)

    monkeypatch.setattr("magnet_sourcing.studies.choices.options.solved", second_is_stopped)
    found = why(Case.small())
    assert not found.finished
    verdicts = found.table()["verdict"].value_counts()
    assert verdicts["not finished"] == len(found.table()) - 1
    for row in found.table().query("verdict == 'not finished'").itertuples():
        assert "is not known, since the study was stopped" in row.why


# ---------------------------------------------------------------- files and command line


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["why", *arguments])


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Case.small().write(tmp_path / "small.xlsx")


def test_cells_are_those_of_the_users_file(small: Path) -> None:
    table = why(Case.read(small)).table().dropna(subset=["cell"])
    assert len(table) >= 5
    book = openpyxl.load_workbook(small)
    for row in table.itertuples():
        assert book[row.table][row.cell].value == row.name
        assert row.place == f"small.xlsx, sheet {row.table}, cell {row.cell}"


def test_the_workbook_links_each_option_to_its_row_in_it(small: Path) -> None:
    assert run("small.xlsx", "-o", "why.xlsx", "--quiet").exit_code == 0
    book = openpyxl.load_workbook("why.xlsx")
    sheet = book["why"]
    heads = [c.value for c in sheet[4]]
    linked = 0
    for row in sheet.iter_rows(min_row=6):
        values = dict(zip(heads, row, strict=False))
        if values["table"].value:
            assert values["option"].hyperlink is not None
            link = values["option"].hyperlink
            name, cell = re.fullmatch(r"#?'(.+)'!([A-Z]+\d+)", link.location or link.target).groups()
            assert book[name][cell].value == values["name"].value
            linked += 1
    assert linked >= 5
    first = book.worksheets[0]
    assert first.title == "Answer" and first.page_setup.fitToHeight == 1 and first.print_area


def test_text_of_the_case_stays_text(tmp_path: Path) -> None:
    made = case(demands=[need(10)], supplies=[offer("=1+1", 2, limit=10), offer("plain", 3)])
    book = openpyxl.load_workbook(ask(made).write(tmp_path / "why.xlsx"))
    assert [c.value for c in book["why"]["A"]].count("=1+1") == 1
    assert all(c.data_type != "f" for sheet in book for row in sheet.iter_rows() for c in row)


def test_same_input_same_words_and_tables(teaching: Why, tmp_path: Path) -> None:
    teaching.write(tmp_path / "one")
    why(Case.small()).write(tmp_path / "two")
    one, two = ({p.name: p.read_bytes() for p in sorted((tmp_path / n).iterdir())} for n in ("one", "two"))
    assert one == two and {"why.csv", "accounts.csv", "answer.txt"} <= set(one)


def test_command_line(small: Path) -> None:
    result = run("small.xlsx", "Toll Japan", "-o", "why.xlsx")
    assert result.exit_code == 0, result.output
    assert "What it rests on" in result.output and "small.xlsx, sheet routes, cell A" in result.output
    answer = json.loads(CliRunner().invoke(main, ["why", "small.xlsx", "Japan", "--json", "--quiet"]).stdout)
    assert answer["finished"] and [o["option"] for o in answer["options"]] == ["Japan"]
    assert list(answer["brief"])[:2] == ["How sure", "The decision"]
    assert Path("small-why.xlsx").exists()


def test_command_line_refusals(small: Path) -> None:
    before = small.read_bytes()
    for arguments, message in (
        (("small.xlsx", "Tol Japan"), "did you mean 'Toll Japan'?"),
        (("small.xlsx", "-o", "small.xlsx"), "would replace the case"),
        (("small.xlsx", "-o", "why.docx"), "written as .xlsx or as a folder"),
        (("small.xlsx", "--use", "0"), "a share of capacity"),
        (("nowhere.xlsx",), "nowhere.xlsx"),
    ):
        result = run(*arguments)
        assert result.exit_code in (2, 3) and message in result.output, result.output
    assert small.read_bytes() == before


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_the_brief_prints_on_one_page(small: Path, tmp_path: Path) -> None:
    """The first sheet alone, as a PDF, has one page."""
    assert run("small.xlsx", "-o", "why.xlsx", "--quiet").exit_code == 0
    book = openpyxl.load_workbook("why.xlsx")
    for name in book.sheetnames[1:]:
        del book[name]
    book.save("brief.xlsx")
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(
        ["soffice", "--headless", home, "--convert-to", "pdf", "brief.xlsx"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert len(re.findall(rb"/Type\s*/Page[^s]", Path("brief.pdf").read_bytes())) == 1


def test_years_are_told_in_spans() -> None:
    assert spans_of([2030, 2026, 2027, 2028]) == "2026-2028, 2030"
    assert spans_of([2030]) == "2030"
