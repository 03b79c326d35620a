"""What to vary, written in a line: what each form means, and what is said of each mistake."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from magnet_sourcing import Case
from magnet_sourcing.changes import changed
from magnet_sourcing.studies.ranges.vary import Vary, parse_vary

from ..miniatures.cases import FIRST, case, need, offer

SMALL = Case.small()
MARKET = case(
    years=3,
    locations=[{"location": "here", "country": "Home"}, {"location": "port", "country": "Far"}],
    supplies=[
        offer("a", {FIRST: 4.0, FIRST + 1: 5.0, FIRST + 2: 6.0}, origin="Away", limit=20.0),
        offer("b, the other", 10.0, origin="Home", location="port"),
    ],
    demands=[need(10.0)],
    evidence=[
        {"table": "supplies", "row": "a", "column": "limit", "low": 10, "high": 40, "confidence": "low"},
        {"table": "supplies", "row": "b, the other", "column": "price", "low": 8, "high": 16, "confidence": "low"},
    ],
    assumptions=[
        {"assumption": "dearer a", "table": "supplies", "where": "supply = a", "column": "price", "operation": "add",
         "low": -2, "high": 4, "unit": "more"},
        {"assumption": "more", "table": "demands", "where": "", "column": "quantity", "operation": "multiply",
         "low": 0.5, "high": 2, "unit": "times"},
    ],
)  # fmt: skip


def prices(varied: Vary, value: float) -> dict[str, list[float]]:
    rows = changed(MARKET, varied.changes(value), "test", decided=False).rows("supplies")
    return {r.supply: list(r.price.values()) for r in rows}


@pytest.mark.parametrize(
    ("text", "values", "name", "a", "b"),
    [
        ("supplies.price[a] = 2:8:4", (2, 4, 6, 8), "price of a", [2, 2, 2], [10, 10, 10]),
        ("supplies.price[a]=3,1", (3, 1), "price of a", [3, 3, 3], [10, 10, 10]),
        ("supplies.price x 0.5:1.5:3", (0.5, 1, 1.5), "price of 2 rows of supplies (a; b, the other)",
         [2, 2.5, 3], [5, 5, 5]),
        ("supplies.price[Away] + -1:1:3", (-1, 0, 1), "price of a", [3, 4, 5], [10, 10, 10]),
        ("supplies.price[Far] + -20%:20%:3", (-20, 0, 20), "price of b, the other", [4, 5, 6], [8, 8, 8]),
        ("supplies.price[Far] -20%:20%:3", (-20, 0, 20), "price of b, the other", [4, 5, 6], [8, 8, 8]),
        ("supplies.price[Far] x 80%, 100%", (0.8, 1), "price of b, the other", [4, 5, 6], [8, 8, 8]),
        ('supplies.price["b, the other", magnet] = 7', (7,), "price of b, the other", [4, 5, 6], [7, 7, 7]),
        ("supplies.price[supply = a, origin = away] = 7", (7,), "price of a", [7, 7, 7], [10, 10, 10]),
        (f"supplies.price {FIRST + 1}[a] = 9", (9,), f"price of a in {FIRST + 1}", [4, 9, 6], [10, 10, 10]),
        (f"supplies.price {FIRST + 1}-{FIRST + 2}[a] x 2", (2,), f"price of a in {FIRST + 1}-{FIRST + 2}",
         [4, 10, 12], [10, 10, 10]),
        ("dearer a = -2:4:3", (-2, 1, 4), "dearer a", [2, 3, 4], [10, 10, 10]),
        ('"dearer a"', (-2, 0, 4), "dearer a", [2, 3, 4], [10, 10, 10]),
        ("price of b / the other", (8, 10, 16), "price of b / the other", [4, 5, 6], [8, 8, 8]),
        ("price of b / the other = 1, 2", (1, 2), "price of b / the other", [4, 5, 6], [1, 1, 1]),
        ("price of b / the other -50%, 50%", (-50, 50), "price of b / the other", [4, 5, 6], [5, 5, 5]),
    ],
)  # fmt: skip
def test_what_an_expression_means(text: str, values: Any, name: str, a: list[float], b: list[float]) -> None:
    """Name, values, and the prices of both offers at the first value."""
    varied = parse_vary(MARKET, text)
    assert (varied.name, varied.values) == (name, values)
    assert prices(varied, varied.values[0]) == {"a": pytest.approx(a), "b, the other": pytest.approx(b)}


@pytest.mark.parametrize(
    ("text", "shown", "unit", "base"),
    [
        ("supplies.price[Far] = 12", "12 US$/t", "US$/t", 10.0),
        ("supplies.price[a] = 12", "12 US$/t", "US$/t", None),
        ("supplies.price[a] x 1.5", "x 1.5", "times", 1.0),
        ("supplies.price[a] + 1.5", "+1.5 US$/t", "US$/t", 0.0),
        ("supplies.price[a] + -10%", "-10 %", "%", 0.0),
        ("more = 1.5", "1.5 times", "times", 1.0),
    ],
)
def test_how_a_value_reads(text: str, shown: str, unit: str, base: float | None) -> None:
    varied = parse_vary(MARKET, text)
    assert (varied.shown(varied.values[0]), varied.unit, varied.base) == (shown, unit, base)


def test_the_country_of_a_place_chooses_rows() -> None:
    """Lanes by the country they lead to or come from, in the small case."""
    assert parse_vary(SMALL, "lanes.capacity[Japan] = 100").changes(100)[0].table == "lanes"
    assert len(parse_vary(SMALL, "lanes.capacity[Japan] = 100").changes(100)) == 2
    assert len(parse_vary(SMALL, "lanes.capacity[Japan, origin = Tokyo] = 100").changes(100)) == 1


def test_a_series_ends_where_it_is_told_to() -> None:
    assert parse_vary(MARKET, "supplies.price[a] = 0.1:0.7:7").values == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["nothing is written"]),
        ("suplies.price = 1", ["'suplies' is no table; did you mean 'supplies'?"]),
        ("dearer = 1", ["'dearer' is neither 'table.column' nor the name of a range; did you mean 'dearer a'?"]),
        ("supplies.prise[b] = 1:2", [
            "'prise' is no number column of supplies; did you mean 'price'?",
            "'1:2': a series is low:high:count",
            "no row of supplies has 'b'; ",
        ]),
        ("supplies.price[a = 1", ["the bracket '[' is not closed", "no values"]),
        ("supplies.price[] = 1", ["an empty part stands between the brackets"]),
        ("supplies.price[orign = Away] = 1", ["rows of supplies cannot be chosen by 'orign'; did you mean 'origin'?"]),
        ("supplies.price[origin = Awy] = 1", ["no row of supplies has origin = Awy; did you mean 'Away'?"]),
        ("supplies.price[Away, Far] = 1", ["no row of supplies has all of it (Away: a; Far: b, the other)"]),
        ("supplies.price[a]", ["no values"]),
        ("supplies.price[a] 5", ["write '=' (become), 'x' (times) or '+' (plus)"]),
        ("supplies.price[a] = 20%", ["is it a share or a change of what stands?"]),
        ("supplies.price[a] + 5%, 3", ["'3' is no percent while others are"]),
        ("supplies.price[a] = 20,000", ["thousands separators are not read"]),
        ("supplies.price[a] = 5, five, 5", ["'five' is no number", "5 stands twice"]),
        ("supplies.price[a] = 8:2:4", ["low 8 is not below high 2"]),
        ("supplies.price[a] = 2:8:1", ["count '1'; must be a whole number from 2 to 1000"]),
        ("supplies.price[a] = 2:8:99999", ["count '99999'"]),
        ("supplies.limit[a] = -5", ["limit -5 t/y; must be 0 or more"]),
        ("supplies.limit[a] + -30", ["limit -10 t/y; must be 0 or more"]),
        ("supplies.limit[Far] x 2", ["limit of b, the other is blank (no bound), so it can only be set with '='"]),
        ("supplies.price 1999 = 1", ["no period begins in 1999"]),
        (f"supplies.limit {FIRST + 2}-{FIRST} = 1", [f"{FIRST + 2} is after {FIRST}"]),
        ("demands.delivered = 1", ["'delivered' is no number column of demands"]),
        ("evidence.low = 1", ["'evidence' is no table a change can touch"]),
        ("tolls.fee = 1", ["the case has no rows in tolls"]),
        ("dearer a x 2", ["is an assumption, whose values are given with '='"]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_what_is_allowed(text: str, faults: list[str]) -> None:
    with pytest.raises(ValueError) as found:
        parse_vary(MARKET, text)
    lines = str(found.value).splitlines()
    assert len(lines) == len(faults), lines
    assert all(any(fault in line for line in lines) for fault in faults), lines


def test_whole_numbers_stay_whole() -> None:
    with pytest.raises(ValueError, match="must be a whole number"):
        parse_vary(SMALL, "routes.first_year[Toll Japan] = 2027, 2028.5")
    assert parse_vary(SMALL, "toll talks = 0,1,2").values == (0, 1, 2)
    with pytest.raises(ValueError, match="toll talks moves by whole numbers"):
        parse_vary(SMALL, "toll talks = 0.5")


def test_numbers_that_differ_move_by_a_factor() -> None:
    varied = parse_vary(SMALL, "freight rates x 2")
    rows = changed(SMALL, varied.changes(2), "test", decided=False).rows("freight")
    assert [r.cost[2027] for r in rows] == [120, 160, 240, 3000, 600]
    with pytest.raises(ValueError, match="freight rates is 5 numbers that differ"):
        parse_vary(SMALL, "freight rates = 100")
    ends = parse_vary(SMALL, "freight rates")
    assert [ends.shown(v) for v in ends.values] == ["x 0.5", "x 1", "x 2"]


# ---------------------------------------------------------------- anything at all

PIECES = st.lists(
    st.sampled_from(
        ["supplies", ".", "price", "limit", "demands", "first_year", "[", "]", '"', "=", "x", "+", "-", ",", ":", "%", " ",
         str(FIRST), f"{FIRST}-{FIRST + 2}", "0.5", "1e9", "1e400", "40:160:13", "a", "b, the other", "Far", "origin",
         "dearer a", "limit of a", "price of b / the other", "\u00d7", "\n", "\u0662", "nan", "inf", ";"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=50, deadline=2000)
@given(st.one_of(PIECES, st.text(max_size=60)))
@example("supplies.price[a] = 1:1.0000000000000002:1000")
@example("supplies.price[a] = 0:1e-300:7")
@example("supplies.price[a] x 1e30, -1e30")
@example("[" * 900)
@example('"' * 2000)
def test_any_text_is_a_vary_or_an_answer(text: str) -> None:
    try:
        found = parse_vary(MARKET, text)
    except ValueError as reason:
        assert str(reason) and not isinstance(reason, UnicodeError)
        return
    assert found.values and len(set(found.values)) == len(found.values) <= 1000
    assert all(found.shown(value) for value in found.values)
    changed(MARKET, found.changes(found.values[-1]), "test", decided=False)
