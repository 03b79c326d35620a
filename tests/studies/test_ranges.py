"""Ranges: how numbers are spread, which move together, what is left out, what is refused, and what rests on weak ones."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from magnet_sourcing import Case
from magnet_sourcing.changes import changed
from magnet_sourcing.cli import main
from magnet_sourcing.studies.ranges.distributions import quantile
from magnet_sourcing.studies.ranges.ranges import Range, left_out, ranges_of, said_left_out
from magnet_sourcing.studies.ranges.weak import weak_numbers
from openpyxl import load_workbook
from scipy import stats

from ..miniatures.cases import FIRST, Row, case, need, offer, plant

UNEVEN = (2.0, 5.0, 12.0)
SHARES = [0.001, 0.05, 0.2, 0.5, 0.77, 0.95, 0.999]


def known(table: str, row: str, column: str, low: Any, high: Any, **more: Any) -> Row:
    return {"table": table, "row": row, "column": column, "low": low, "high": high, "confidence": "low", **more}


def market(*evidence: Row, years: int = 1, **more: Any) -> Case:
    """10 t/y bought at 5 or at 6."""
    return case(
        years=years, supplies=[offer("a", 5.0), offer("b", 6.0)], demands=[need(10.0)], evidence=evidence, **more
    )


def price(low: Any = 4.0, high: Any = 8.0, row: str = "a", **more: Any) -> Row:
    return known("supplies", row, more.pop("column", "price"), low, high, **more)


def values_at(made: Case, r: Range, position: float, table: str = "supplies", column: str = "price") -> dict[str, Any]:
    """The column of each row once the range is at a position."""
    rows = changed(made, r.changes(position), "test", decided=False).rows(table)
    return {row.key: row[column] for row in rows}


# ---------------------------------------------------------------- distributions


@pytest.mark.parametrize("q", SHARES)
def test_quantiles_are_those_of_scipy(q: float) -> None:
    low, base, high = UNEVEN
    triangle = stats.triang((base - low) / (high - low), low, high - low)
    assert quantile("triangular", *UNEVEN, q) == pytest.approx(triangle.ppf(q))
    assert quantile("uniform", *UNEVEN, q) == pytest.approx(stats.uniform(low, high - low).ppf(q))
    z = stats.norm.ppf(0.95)
    assert quantile("normal", 4.0, 7.0, 10.0, q) == pytest.approx(stats.norm(7, 3 / z).ppf(q))
    spread = math.log(3) / z
    assert quantile("lognormal", 2.0, 6.0, 18.0, q) == pytest.approx(stats.lognorm(spread, scale=6).ppf(q))


@pytest.mark.parametrize("name", ["normal", "lognormal"])
def test_halves_of_different_width_meet_at_the_cases_number(name: str) -> None:
    assert [quantile(name, *UNEVEN, q) for q in (0.05, 0.5, 0.95)] == pytest.approx(list(UNEVEN))


@given(
    st.sampled_from(["triangular", "uniform", "normal", "lognormal"]),
    st.tuples(*[st.floats(0.01, 1e6)] * 3).map(sorted),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_quantiles_rise(name: str, ends: list[float], p: float, q: float) -> None:
    low, base, high = ends
    first, second = (quantile(name, low, base, high, x) for x in sorted((p, q)))
    assert first <= second + 1e-9 * max(1.0, abs(second))
    if name in ("triangular", "uniform"):
        assert low - 1e-9 <= first and second <= high * (1 + 1e-12) + 1e-9


def test_a_quantile_is_a_share() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        quantile("uniform", 0, 1, 2, 1.5)


# ---------------------------------------------------------------- what moves together


def test_a_number_moves_between_its_ends() -> None:
    made = market(price(source="estimate", note="a guess"))
    (r,) = ranges_of(made)
    assert (r.name, r.unit, r.low, r.base, r.high) == ("price of a", "US$/t", 4.0, 5.0, 8.0)
    assert (r.confidence, r.source, r.note, r.numbers) == ("low", "estimate", "a guess", ["supplies: a, price"])
    assert [r.value(p) for p in (-1, -0.5, 0, 0.5, 1)] == [4.0, 4.5, 5.0, 6.5, 8.0]
    assert r.shown(1) == "8 US$/t" and r.changes(0) == []
    assert values_at(made, r, 1) == {"a": {FIRST: 8.0}, "b": {FIRST: 6.0}}


def test_years_of_one_column_move_together_and_leave_the_others() -> None:
    rows = [price(2 + i, 8 + i, column=f"price {FIRST + i}") for i in (0, 1)]
    made = case(
        years=3,
        supplies=[{"supply": "a", "material": "magnet", "price": {FIRST: 4.0, FIRST + 1: 5.0, FIRST + 2: 6.0}}],
        demands=[need(10.0)],
        evidence=rows,
    )
    (r,) = ranges_of(made)
    assert r.name == f"price of a in {FIRST}-{FIRST + 1}"
    assert values_at(made, r, -1)["a"] == {FIRST: 2.0, FIRST + 1: 3.0, FIRST + 2: 6.0}
    assert values_at(made, r, 0.5)["a"] == {FIRST: 6.0, FIRST + 1: 7.0, FIRST + 2: 6.0}
    assert r.unit == "times" and r.low == pytest.approx((2 / 4 + 3 / 5) / 2)
    assert r.shown(-1) == "x 0.5 to 0.6" and r.base == 1.0


def test_one_range_for_all_years_keeps_the_path() -> None:
    made = case(
        years=2,
        supplies=[{"supply": "a", "material": "magnet", "price": {FIRST: 4.0, FIRST + 1: 6.0}}],
        demands=[need(10.0)],
        evidence=[price(2, 8)],
    )
    (r,) = ranges_of(made)
    assert r.name == "price of a"
    assert values_at(made, r, -0.5)["a"] == {FIRST: 3.0, FIRST + 1: 4.0}


def test_a_quantity_that_grows_keeps_growing() -> None:
    """10 t/y in the base year, 10 % more each year; the range is that of the base year."""
    made = case(
        years=3,
        supplies=[offer("a", 5.0)],
        demands=[need(10.0, growth=0.1)],
        evidence=[known("demands", "magnet", "quantity", 5, 20)],
    )
    (r,) = ranges_of(made)
    found = values_at(made, r, 1, "demands", "quantity")["magnet"]
    assert list(found.values()) == pytest.approx([20, 22, 24.2])
    later = case(
        years=3,
        supplies=[offer("a", 5.0)],
        demands=[need(10.0, growth=0.1)],
        evidence=[known("demands", "magnet", f"quantity {FIRST + 2}", 12, 13)],
    )
    (r,) = ranges_of(later)
    assert r.base == pytest.approx(12.1)
    found = values_at(later, r, 1, "demands", "quantity")["magnet"]
    assert list(found.values()) == pytest.approx([10, 11, 13])


def test_a_group_moves_as_one_and_its_opposites_the_other_way() -> None:
    made = market(price(group="prices"), price(3, 7, "b", group="prices", correlation=-1, distribution="uniform"))
    (r,) = ranges_of(made)
    assert (r.name, r.confidence, r.group) == ("prices", "low", "prices")
    assert values_at(made, r, 1) == {"a": {FIRST: 8.0}, "b": {FIRST: 3.0}}
    assert r.low == pytest.approx(4 / 5) and r.high == pytest.approx(8 / 5)
    drawn = {c.where: c.value for c in r.drawn(0.9)}
    assert drawn["supply = a"] == pytest.approx(quantile("triangular", 4, 5, 8, 0.9))
    assert drawn["supply = b"] == pytest.approx(3 + 0.1 * 4)


def test_what_follows_its_group_in_part_is_a_range_of_its_own() -> None:
    made = market(price(group="prices"), price(5, 7, "b", group="prices", correlation=0.5))
    assert [(r.name, r.group, r.correlation) for r in ranges_of(made)] == [
        ("prices", "prices", 1.0), ("price of b", "prices", 0.5),
    ]  # fmt: skip


def test_a_group_is_as_sure_as_its_weakest_number() -> None:
    made = market(price(group="g", confidence="high"), price(5, 7, "b", group="g", confidence="estimate"))
    assert ranges_of(made)[0].confidence == "estimate"


def test_years_and_counts_are_whole() -> None:
    made = case(
        plant("works", {"magnet": 1.0}, capacity=10.0, first_year=FIRST + 1),
        years=4,
        supplies=[offer("a", 5.0)],
        demands=[need(10.0)],
        evidence=[known("facilities", "works", "first_year", FIRST, FIRST + 3)],
    )
    (r,) = ranges_of(made)
    assert [r.value(p) for p in (-1, -0.6, -0.4, 0.3, 1)] == [FIRST, FIRST, FIRST + 1, FIRST + 2, FIRST + 3]
    assert r.shown(1) == f"{FIRST + 3}"
    assert {c.value for q in (0.1, 0.3, 0.7) for c in r.drawn(q)} <= {FIRST + i for i in range(4)}


def test_a_normal_number_stays_within_what_its_column_allows() -> None:
    made = case(
        supplies=[offer("a", 5.0, limit=12.0)],
        demands=[need(10.0)],
        evidence=[price(2, 30, column="limit", distribution="normal")],
    )
    (r,) = ranges_of(made)
    assert r.drawn(1e-9)[0].value == 0.0
    assert r.position(0.95) == pytest.approx(1) and r.position(0.999) > 1


SPREAD = {n: ranges_of(market(price(1.0, 30, distribution=n)))[0] for n in ("triangular", "uniform", "normal", "lognormal")}


@given(st.sampled_from(list(SPREAD)), st.floats(0.001, 0.999))
def test_a_position_gives_the_value_drawn(name: str, q: float) -> None:
    """One number: the position of a quantile is where its value lies on the line between the ends."""
    r = SPREAD[name]
    assert r.value(r.position(q)) == pytest.approx(r.drawn(q)[0].value)


def test_names_are_the_planners_and_never_twice() -> None:
    made = case(
        supplies=[offer("a", 5.0)],
        sales=[{"sale": "a", "material": "magnet", "price": 1.0}],
        demands=[need(10.0)],
        evidence=[price(), known("sales", "a", "price", 0, 2)],
    )
    assert [r.name for r in ranges_of(made)] == ["price of a (supplies)", "price of a (sales)"]


def test_every_range_of_the_small_case_can_be_at_both_ends() -> None:
    made = Case.small()
    ranges = ranges_of(made)
    assert len({r.name for r in ranges}) == len(ranges) >= 9
    for r in ranges:
        for position in (-1, 1):
            found = changed(made, r.changes(position), r.name, decided=False)
            assert [str(p) for p in found.check() if p.severity == "error"] == [], r.name


# ---------------------------------------------------------------- assumptions go before


def assumed(**more: Any) -> Row:
    return {"assumption": "dearer", "table": "supplies", "where": "supply = a", "column": "price",
            "operation": "multiply", "low": 0.5, "high": 2.0, "unit": "times the price", **more}  # fmt: skip


def test_what_an_assumption_moves_is_moved_by_nothing_else() -> None:
    made = market(price(), price(5, 7, "b"), assumptions=[assumed()])
    assert [r.name for r in ranges_of(made)] == ["dearer", "price of b"]
    assert [(x.number, x.reason) for x in left_out(made)] == [("supplies: a, price", "moved by an assumption")]
    assert said_left_out(made)[0].startswith("1 number of the evidence is not varied alone: moved by an assumption")


def test_years_that_the_assumption_leaves_alone_keep_their_range() -> None:
    made = market(price(), years=3, assumptions=[assumed(first_year=FIRST + 1)])
    (_, r) = ranges_of(made)
    assert r.name == f"price of a in {FIRST}"
    assert values_at(made, r, 1)["a"] == {FIRST: 8.0, FIRST + 1: 5.0, FIRST + 2: 5.0}


def test_an_assumption_is_drawn_from_its_distribution() -> None:
    (r,) = ranges_of(market(assumptions=[assumed(distribution="lognormal")]))
    assert [r.drawn(q)[0].value for q in (0.05, 0.5, 0.95)] == pytest.approx([0.5, 1, 2])
    assert [r.position(q) for q in (0.05, 0.5, 0.95)] == pytest.approx([-1, 0, 1])
    assert (r.confidence, r.numbers) == ("estimate", ["supplies: supply = a, price"])


def test_a_sourced_assumption_is_as_sure_as_the_evidence_on_its_numbers() -> None:
    sources = [{"source": "paper", "title": "A paper"}]
    made = market(price(confidence="medium"), sources=sources, assumptions=[assumed(source="paper")])
    assert ranges_of(made)[0].confidence == "medium"


# ---------------------------------------------------------------- what is left out, and unknown names


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (price(6.0, 8.0), "does not hold the case's own number"),
        (price(distribution="fixed"), "marked as fixed"),
        (price(5.0, 5.0), "low and high are the same"),
        (price(high=None), "low or high is blank"),
        (price(1, 9, column="limit"), "the case has no such number"),
        (known("periods", str(FIRST), "years", 1, 3), "no study changes this table"),
        (known("settings", "discount_rate", "value", 0, 0.1), "no study changes this table"),
    ],
)
def test_what_cannot_be_varied_is_named_with_the_reason(evidence: Row, reason: str) -> None:
    (item,) = left_out(market(evidence))
    assert reason in item.reason and ranges_of(market(evidence)) == []


def test_a_row_that_is_switched_off_is_not_varied() -> None:
    made = case(supplies=[offer("a", 5.0), offer("b", 6.0, active="no")], demands=[need(10.0)], evidence=[price(5, 7, "b")])
    assert [x.reason for x in left_out(made)] == ["the row is switched off"]


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    made = market(price())
    assert [r.name for r in ranges_of(made, ["price of a"])] == ["price of a"]
    with pytest.raises(ValueError, match="'prise of a' is no range of the case; did you mean 'price of a'"):
        ranges_of(made, ["prise of a"])


# ---------------------------------------------------------------- bad tables


@pytest.mark.parametrize(
    ("row", "cell", "words"),
    [
        (price(column="prise"), "column column", "'prise' is no number column of supplies; did you mean 'price'?"),
        (price(row="aa"), "column row", "no row 'aa' in supplies; did you mean 'a'?"),
        (price() | {"table": "suplies"}, "column table", "no table 'suplies'; did you mean 'supplies'?"),
        (price(9, 8), "column low", "low 9 is above high 8"),
        (price(-1, 8, column="limit"), "column low", "low of the range: limit -1 t/y; must be 0 or more"),
        (price(0, 8, distribution="lognormal"), "column low", "its low end must be"),
        (price(distribution="triangel"), "column distribution", "did you mean 'triangular'?"),
        (price(correlation=0.5), "column correlation", "correlation 0.5 without a group to follow"),
        (price(group="g", correlation=1.5), "column correlation", "must be from -1 to 1"),
        (price(column=f"price {FIRST + 9}"), "column column", f"no period begins in {FIRST + 9}"),
        (known("supplies", "a", f"first_year {FIRST}", 1, 2), "column column", "has one value, not one for each year"),
        (price(group="dearer"), "column group", "has the name of an assumption"),
    ],
)
def test_a_bad_range_is_named_with_its_cell(row: Row, cell: str, words: str) -> None:
    made = market(price(row="b", low=5.0), row, assumptions=[assumed(where="supply = b", column="price", first_year=FIRST)])
    errors = [p for p in made.check() if p.severity == "error"]
    assert len(errors) == 1, errors
    assert errors[0].sheet == "evidence" and errors[0].cell == f"row 3, {cell}"
    assert words in errors[0].message


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (price(6, 8), "the range 6 to 8 does not hold the case's own price, 5"),
        (price(high=None), "high is blank while low is given"),
        (price(group="alone"), "nothing else is in group 'alone'"),
    ],
)
def test_what_is_odd_about_a_range_is_a_warning(row: Row, words: str) -> None:
    (found,) = market(row).check()
    assert found.severity == "warning" and words in found.message


def test_a_misspelt_group_is_noticed() -> None:
    made = market(price(group="prices"), price(5, 7, "b", group="price"))
    assert any("nothing else is in group 'price'; did you mean 'prices'?" in p.message for p in made.check())


def test_a_number_has_one_range() -> None:
    made = market(price(), price(column=f"price {FIRST}"))
    assert any("give one or the other" in p.message for p in made.check() if p.severity == "error")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([assumed(), assumed(where="supply = b", distribution="uniform")], "distribution 'uniform' differs"),
        ([assumed(group="g"), assumed(where="supply = b")], "group 'None' differs"),
        ([assumed(distribution="lognormal", low=0)], "its low end must be"),
        ([assumed(distribution="lognormal", operation="add", low=-1)], "so it is not lognormal"),
        ([assumed(correlation=0.3)], "without a group to follow"),
    ],
)
def test_bad_assumptions_are_named(rows: list[Row], words: str) -> None:
    errors = [p for p in market(assumptions=rows).check() if p.severity == "error"]
    assert len(errors) == 1 and words in errors[0].message and errors[0].sheet == "assumptions"


def test_a_workbook_keeps_ranges_and_names_the_cell(tmp_path: Path) -> None:
    made = market(price(group="g", correlation=0.5, distribution="normal"), price(5, 7, "b", group="g"))
    again = Case.read(made.write(tmp_path / "case.xlsx"))
    assert again.hash == made.hash and ranges_of(again) == ranges_of(made)
    made.tables["evidence"].loc[0, "correlation"] = 2
    (error,) = Case.read(made.write(tmp_path / "bad.xlsx")).check()
    assert error.cell[0].isalpha() and error.cell[1:].isdigit() and "correlation 2" in error.message


# ---------------------------------------------------------------- weak numbers


def rated() -> Case:
    """Ranges called after their confidence."""
    levels = ["high", "medium", "low", "estimate"]
    return case(
        supplies=[offer(level, 5.0) for level in levels],
        demands=[need(10.0)],
        evidence=[price(row=x, confidence=x, note=f"the note of {x}", source="estimate") for x in levels],
    )


def test_weak_numbers_are_weighed() -> None:
    """60, 20, -15 and 5: estimates and low make 20 of 100."""
    names = [f"price of {x}" for x in ("high", "medium", "low", "estimate")]
    found = weak_numbers(rated(), pd.DataFrame({"name": names, "span": [60.0, 20.0, -15.0, 5.0]}), result="cost")
    assert dict(zip(found.by_confidence["confidence"], found.by_confidence["share"], strict=True)) == pytest.approx(
        {"high": 0.6, "medium": 0.2, "low": 0.15, "estimate": 0.05}
    )
    assert found.firm_up["name"].tolist() == ["price of low", "price of estimate"]
    first = found.firm_up.iloc[0]
    assert (first["share"], first["note"], first["cells"], first["numbers"]) == (
        0.15, "the note of low", "evidence row 4", "supplies: low, price",
    )  # fmt: skip
    assert (first["low"], first["base"], first["high"]) == ("4 US$/t", "5 US$/t", "8 US$/t")
    assert found.sentences[0].startswith("20% of the movement of the cost rests on weak numbers: 2 of 4 ranges")
    assert "these 2 make 20%" in found.sentences[1]


def test_what_is_within_the_noise_counts_nothing() -> None:
    effects = pd.DataFrame({"name": ["price of low", "price of estimate"], "span": [8.0, 3.0], "noise": [1.0, 3.0]})
    found = weak_numbers(rated(), effects)
    assert found.firm_up["name"].tolist() == ["price of low"] and found.firm_up["share"].tolist() == [1.0]
    assert found.sentences[-1].startswith("1 range moves the cost by no more than what the runs are solved to")


def test_unknown_effects_are_counted_and_unknown_names_refused() -> None:
    effects = pd.DataFrame({"name": ["price of low", "price of high"], "span": [1.0, None]})
    found = weak_numbers(rated(), effects)
    assert found.sentences[0].startswith("100%") and "Of 1 range the effect is not known" in found.sentences[-1]
    still = weak_numbers(rated(), effects.assign(span=0.0))
    assert still.sentences == ["No range moves the cost."] and still.firm_up.empty
    blank = weak_numbers(rated(), effects.assign(span=None))
    assert blank.sentences[0] == "What the cost rests on is not known."
    with pytest.raises(ValueError, match="did you mean 'price of low'"):
        weak_numbers(rated(), pd.DataFrame({"name": ["price of lo"], "span": [1.0]}))
    with pytest.raises(ValueError, match="stands twice"):
        weak_numbers(rated(), pd.DataFrame({"name": ["price of low"] * 2, "span": [1.0, 2.0]}))


# ---------------------------------------------------------------- the list of ranges, and the command


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["ranges", *arguments])


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Case.small().write(tmp_path / "small.xlsx")


def test_the_list_is_printed_and_written(small: Path) -> None:
    result = command("small.xlsx", "-o", "list.csv")
    assert result.exit_code == 0 and result.stdout.startswith("11 ranges, 7 of them estimates or of low confidence")
    assert "freight rates" in result.stdout and "moved by an assumption" in result.stdout
    written = pd.read_csv(small.parent / "list.csv")
    assert written["name"].tolist() == [r.name for r in ranges_of(Case.small())]
    book = command("small.xlsx", "-o", "list.xlsx")
    assert book.exit_code == 0 and (small.parent / "list.xlsx").exists()
    assert len(json.loads(command("small.xlsx", "--json").stdout)["ranges"]) == 11


def test_an_expression_is_shown_as_it_is_read(small: Path) -> None:
    result = command("small.xlsx", "--vary", "supplies.price[China] x 0.5:1.5:3")
    assert result.exit_code == 0 and "3 values: x 0.5, x 1, x 1.5" in result.stdout
    assert "supplies where supply = Chinese magnets: price x 0.5" in result.stdout
    found = json.loads(command("small.xlsx", "--json", "--vary", "toll talks = 0,1").stdout)["vary"]
    assert found[0]["values"] == [{"value": 0.0, "shown": "0 years later"}, {"value": 1.0, "shown": "+1 years later"}]


def test_all_bad_expressions_are_named_at_once_and_the_case_is_not_replaced(small: Path) -> None:
    result = command("small.xlsx", "--vary", "zzz", "--vary", "supplies.prise = 1")
    assert result.exit_code == 2 and "'zzz'" in result.stderr and "did you mean 'price'" in result.stderr
    assert command("small.xlsx", "-o", "small.xlsx").exit_code == 2


# ---------------------------------------------------------------- ranges beside their numbers


def beside(**cells: Any) -> Case:
    """The market, with cells beside the price of a."""
    named = {k.replace("_", " "): v for k, v in cells.items()}
    return case(supplies=[offer("a", 5.0, **named), offer("b", 6.0)], demands=[need(10.0)])


def test_a_range_beside_its_number_is_the_same_as_in_the_evidence(tmp_path: Path) -> None:
    made = beside(price_low=4, price_high=8, price_distribution="uniform", price_confidence="low", note="a guess")
    (r,) = ranges_of(made)
    assert (r.name, r.low, r.base, r.high, r.distribution) == ("price of a", 4.0, 5.0, 8.0, "uniform")
    assert (r.confidence, r.note) == ("low", "a guess")
    for name in ("case.xlsx", "tables"):
        again = Case.read(made.write(tmp_path / name))
        assert again.hash == made.hash and ranges_of(again) == [r] and again.check() == []
    heads = [c.value for c in load_workbook(tmp_path / "case.xlsx")["supplies"][1]]
    assert heads[heads.index("price") :][:3] == ["price", "price low", "price high"]
    weak = weak_numbers(made, pd.DataFrame({"name": ["price of a"], "span": [1.0]}))
    assert weak.firm_up["cells"].tolist() == ["supplies row 2"]


def test_a_range_beside_a_year_is_that_year_s() -> None:
    made = case(
        years=2,
        supplies=[{"supply": "a", "material": "magnet", "price": {FIRST: 4.0, FIRST + 1: 6.0},
                   f"price {FIRST + 1} low": 5, f"price {FIRST + 1} high": 9}],
        demands=[need(10.0)],
    )  # fmt: skip
    (r,) = ranges_of(made)
    assert (r.name, r.low, r.high) == (f"price of a in {FIRST + 1}", 5.0, 9.0) and r.confidence == "estimate"


@pytest.mark.parametrize(
    ("cells", "header", "words"),
    [
        ({"price_low": "cheap", "price_high": 8}, "price low", "low 'cheap' is text"),
        ({"price_low": 9, "price_high": 8}, "price low", "low 9 is above high 8"),
        ({"price_low": 4, "price_high": 8, "price_distribution": "norml"}, "price distribution", "did you mean 'normal'"),
        ({"limit_low": -4, "limit_high": 8}, "limit low", "limit -4 t/y; must be 0 or more"),
        ({"prise_low": 4}, "prise low", "no column 'prise low' in supplies"),
        ({"material_low": 4}, "material low", "no column 'material low' in supplies"),
    ],
)
def test_a_bad_range_beside_its_number_is_named_at_its_own_cell(cells: Row, header: str, words: str) -> None:
    (error,) = [p for p in beside(**cells).check() if p.severity == "error"]
    assert error.sheet == "supplies" and error.cell.endswith(f"column {header}") and words in error.message


def test_the_evidence_itself_has_nothing_beside_it() -> None:
    made = market(price() | {"low low": 3})
    assert ["no column 'low low' in evidence" in p.message for p in made.check()] == [True]


def test_a_number_has_one_range_wherever_it_stands() -> None:
    made = beside(price_low=4, price_high=8)
    made.tables["evidence"] = pd.DataFrame([price()], dtype=object)
    (error,) = [p for p in made.check() if p.severity == "error"]
    assert error.sheet == "supplies" and "has a range in the sheet evidence already" in error.message
