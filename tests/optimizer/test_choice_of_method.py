"""What `method='auto'` chooses: one model of all futures, unless it would be too large and futures can be taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from magnet_sourcing import Case, solve, solving

pytest.importorskip("mpisppy", reason="the extra 'decomposition' is not installed")


def equally_likely(count: int) -> Case:
    """The small case with so many futures, all as the tables stand."""
    case = Case.small()
    rows = [{"scenario": f"future {i}", "probability": 1 / count} for i in range(count)]
    case.tables["scenarios"] = pd.DataFrame(rows, dtype=object)
    case.tables["disruptions"] = case.tables["disruptions"].iloc[:0]
    return case


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The method `solve` takes, without solving."""

    def noting(name: str) -> Callable[..., str]:
        return lambda *_, **__: name

    monkeypatch.setattr(solving, "_decomposed", noting("decomposition"))
    monkeypatch.setattr(solving, "solve_several", noting("extensive"))

    def method(futures: int, **asked: Any) -> str:
        return solve(equally_likely(futures), scenarios="all", **asked)  # type: ignore[return-value]

    return method


def test_by_size(chosen: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    one = len(solving.known_alone(*_first(20)).matrix.cost)
    assert chosen(20) == "extensive"  # a small case, however many futures
    monkeypatch.setattr(solving, "_LARGE", 20 * one - 1)
    assert chosen(20) == "decomposition"
    monkeypatch.setattr(solving, "_LARGE", 20 * one)
    assert chosen(20) == "extensive"


def test_what_ties_futures_together_or_is_missing(chosen: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "_LARGE", 0)
    assert chosen(20) == "decomposition"
    assert chosen(19) == "extensive"  # few futures
    assert chosen(20, at_most={"index": 0.9}) == "extensive"
    assert chosen(20, method="extensive") == "extensive"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert chosen(20) == "extensive"  # the extra is not there


def _first(count: int) -> tuple[Case, str, Case, Any]:
    from magnet_sourcing.problem import Wish
    from magnet_sourcing.scenarios import checked_futures

    case = equally_likely(count)
    return case, "future 0", checked_futures(case, ["future 0"])["future 0"], Wish()
