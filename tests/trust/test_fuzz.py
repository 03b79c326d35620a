"""Random files and expressions, a few hundred of each: only our own clear errors come out. More are in docs/trust.md."""

from __future__ import annotations

import pytest

from .fuzz import TARGETS, run

EXECUTIONS = {"workbook": 150, "xml": 150, "folder": 80, "vary": 400, "condition": 1000}


@pytest.mark.parametrize("name", TARGETS)
def test_only_clear_errors_come_out(name: str) -> None:
    counts = run(name, EXECUTIONS[name], 11)
    assert counts.total() == EXECUTIONS[name]
    assert counts["refused"] > 0


def test_a_failure_tells_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TARGETS, "vary", lambda data: str(1 / 0))
    with pytest.raises(AssertionError, match="vary, input .*ZeroDivisionError"):
        run("vary", 1, 1)
