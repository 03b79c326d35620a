"""Many comparisons at once are the same comparisons."""

import math
import random

import pytest
from magnet_sourcing.audit.report import AuditReport

ODD = [0.0, 1.0, -1.0, 1e-9, 1e9, 1e9 + 1, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["same", "at_most"])
def test_at_once_or_one_by_one(kind: str, seed: int) -> None:
    draw = random.Random(seed)
    amounts = [draw.choice([*ODD, draw.uniform(-5, 5)]) for _ in range(200)]
    others = [x if draw.random() < 0.5 else draw.choice(ODD) for x in amounts]
    scale = [draw.choice([0.0, 1e6]) for _ in amounts]
    one, many = AuditReport(), AuditReport()
    for i, (a, b, size) in enumerate(zip(amounts, others, scale, strict=True)):
        getattr(one, kind)("check", f"line {i} of {{x}}", a, b, 1e-6, size)
    lines = [(a, b, i, "{x}") for i, (a, b) in enumerate(zip(amounts, others, strict=True))]
    getattr(many, f"{kind}_all")("check", "line {0} of {1}", lines, 1e-6, scale)
    assert one.failures
    assert many.failures == one.failures
    assert (many.checks[0].compared, many.checks[0].worst) == (one.checks[0].compared, one.checks[0].worst)


def test_none_at_once() -> None:
    report = AuditReport()
    report.same_all("check", "{0}", [], 1e-6)
    report.true_all("check", 3, [])
    assert report.passed
    assert report.checks[0].compared == 3
    report.true_all("check", 1, ["wrong"])
    assert report.failures == ["check: wrong"]
