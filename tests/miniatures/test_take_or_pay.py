"""Take-or-pay with make-up credit: deliveries above the minimum bank credit, credit covers later shortfalls.

The contract asks for 10 to 30 t a year at a tariff of 2; a tonne missed costs 5; a tonne above the minimum banks 0.9.
What is delivered is fixed by the demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from magnet_sourcing import Case
from pytest import approx, mark

from .cases import best, case, need, offer, route, yearly


def contract(deliveries: Sequence[float], periods: Any = None, **columns: Any) -> Case:
    row = {"minimum": 10, "maximum": 30, "shortfall_cost": 5, "credit_rate": 0.9, "must_sign": True}
    periods = periods or [{"period": 2030 + i} for i in range(len(deliveries))]
    wanted = {p["period"]: q for p, q in zip(periods, deliveries, strict=True)}
    return case(periods=periods, routes=[route("contract", **(row | columns))],
                supplies=[offer("contract", 2, route="contract")], demands=[need(wanted)])


@mark.parametrize(
    "deliveries, columns, paid",
    [
        # 6: 12 + 4 missed x 5. 14: 28, banks 0.9 x 4 = 3.6. 7: 14, the 3 missed are covered.
        ((6, 14, 7), {}, (32, 28, 14)),
        # The last period may be above the minimum; its credit is lost.
        ((14,), {}, (28,)),
        ((14, 10), {"credit_cap": 2}, (28, 20)),
        # Only 2 of 3 missed are covered by capped credit: 14 + 5.
        ((14, 7), {"credit_cap": 2}, (28, 19)),
        # 2 t above bank 1.8; 1.2 of 3 missed are paid: 14 + 6.
        ((12, 7), {}, (24, 20)),
        # Credit does not work backwards.
        ((7, 14), {}, (29, 28)),
        # Banked in 2030, usable to 2031 only: in 2032 all 3 missed are paid.
        ((14, 10, 7), {"credit_years": 1}, (28, 20, 29)),
        ((14, 10, 7), {"credit_years": 2}, (28, 20, 14)),
        # A credit is spent once: 3.6 cover 3, then 0.6 of 3.
        ((14, 7, 7), {}, (28, 14, 14 + 2.4 * 5)),
        # No credit at all: every tonne missed is paid.
        ((14, 7), {"credit_rate": 0}, (28, 29)),
    ],
)
def test_paid_by_year(deliveries: tuple[float, ...], columns: dict[str, Any], paid: tuple[float, ...]) -> None:
    plan = best(contract(deliveries, **columns))
    assert plan.objective == approx(sum(paid))
    # Without discounting it is the same whether a credit covers this year's shortfall or the next one's.
    assert sorted(yearly(plan, "costs", "amount")) == approx(sorted(paid))


def test_credit_in_long_periods() -> None:
    """14 t in one year bank 3.6 t; in two years of 8 t 4 t are missed, 0.4 of them paid: 28 + 2 x 16 + 2."""
    made = contract((14, 8), [{"period": 2030}, {"period": 2031, "years": 2}])
    assert best(made).objective == approx(62)


def test_credit_table_says_where_it_came_from() -> None:
    """3 t of the 3.6 banked in 2031 are used in 2032."""
    credits = best(contract((6, 14, 7))).tables["credits"]
    used = [(r.banked_in, r.used_in, r.used) for r in credits.itertuples() if r.used > 1e-9]
    assert used == [(2031, 2032, approx(3))]
