"""The benchmark of scaling out runs at its smallest size, and what its made-up futures are."""

from __future__ import annotations

import numpy as np
import pytest
from generator import Size, chain
from magnet_sourcing import Case
from magnet_sourcing.scenarios import checked_futures, chosen
from scale_out import main
from scale_out_futures import with_futures

SMALL = ["--share", "0.002"]


def test_runs_on_engines(capsys: pytest.CaptureFixture[str]) -> None:
    engines = ["here", "here, kept in a folder", "pool of 1"]
    main(["runs", "--quick", *SMALL, "--studies", "small case, free", "--engines", *engines])
    said = capsys.readouterr().out
    assert all(engine in said for engine in engines)
    assert "once to each worker" in said


def test_futures_each_way(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mpisppy", reason="the extra 'decomposition' is not installed")
    ways = ["extensive", "decomposition"]
    main(["futures", "--case", "small", "--futures", "2", "--limit", "20", "--gap", "0.01", "--ways", *ways])
    assert capsys.readouterr().out.count("optimal") == 2 * len(ways)  # a line each as it comes, and in the table


@pytest.mark.parametrize("name", ["reference", "chain"])
def test_made_up_futures_are_other_futures_of_the_case(name: str) -> None:
    chained = Size(plants=3, lanes=2, markets=2, years=4, builds=2, contracts=1)
    case = Case.reference() if name == "reference" else chain(chained)
    made = with_futures(case, 5)
    probability = chosen(made, "all")
    assert list(probability.values()) == pytest.approx([0.2] * 5)
    futures = checked_futures(made, list(probability))  # raises for one that does not pass its checks
    needed = [[q for r in f.rows("demands") for q in r.quantity.values()] for f in futures.values()]
    first = len(case.periods)
    assert all(row[:2] == needed[0][:2] for row in needed)  # the first two periods are as they are
    assert len(np.unique([row[first - 1] for row in needed])) == 5  # of what may go unmet, the last is not
    assert {r.scenario for r in case.rows("scenarios")} <= {r.scenario for r in made.rows("scenarios")}
    assert with_futures(case, 5).hash == made.hash
