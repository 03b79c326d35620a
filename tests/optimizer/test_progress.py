"""Whoever waits for a search is told how it goes, and nothing is written to the terminal."""

from __future__ import annotations

import pytest
from magnet_sourcing import Case, solve
from magnet_sourcing.session import Progress


def test_a_search_tells_how_it_goes(capfd: pytest.CaptureFixture[str]) -> None:
    seen: list[Progress] = []
    plan = solve(Case.small(), gap=0, tie_break=False, prices=False, progress=seen.append)
    assert seen and seen[-1].incumbent is not None and seen[-1].bound is not None
    assert seen[-1].bound <= plan.objective * (1 + 1e-9) and seen[-1].incumbent >= plan.objective * (1 - 1e-9)
    assert capfd.readouterr() == ("", "")
