"""The generated chain stated by others, from the case's tables and none of our code, has our optimum."""

from __future__ import annotations

from dataclasses import replace

import pytest
from generator import SIZES, chain
from magnet_sourcing import solve
from peers.data import prepare

HIGHS = {"output_flag": False, "threads": 1, "mip_rel_gap": 1e-6, "time_limit": 60.0}


@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("whole", [False, True], ids=["lp", "mip"])
def test_linopy_reaches_our_optimum(whole: bool, sparse: bool) -> None:
    pytest.importorskip("linopy")
    from peers import with_linopy

    case = chain(replace(SIZES["2k"], whole=whole))
    ours = solve(case, gap=1e-6, time_limit=60, tie_break=False)
    data = prepare(case)
    model = with_linopy.build(data, sparse)
    theirs = with_linopy.solve(model, with_linopy.hand_over(model, HIGHS))
    assert ours.status == "optimal"  # type: ignore[union-attr]
    assert (theirs + data.fixed) * 1e6 == pytest.approx(ours.objective, rel=2e-6)  # type: ignore[union-attr]


def test_plain_pyomo_reaches_our_optimum() -> None:
    from peers import with_pyomo

    case = chain(replace(SIZES["2k"], whole=True))
    ours = solve(case, gap=1e-6, time_limit=60, tie_break=False)
    data = prepare(case)
    model = with_pyomo.build(data)
    theirs = with_pyomo.solve_lp(model, with_pyomo.hand_over_lp(model, HIGHS))
    assert (theirs + data.fixed) * 1e6 == pytest.approx(ours.objective, rel=2e-6)  # type: ignore[union-attr]
