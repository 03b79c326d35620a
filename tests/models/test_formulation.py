"""docs/formulation.md, the Pyomo components and the files of models/magnet_models name the same things."""

from __future__ import annotations

import re
from pathlib import Path

import magnet_models
import pytest

ROOT = Path(__file__).parents[2]
DOC = ROOT / "docs" / "formulation.md"
CODE = Path(magnet_models.__file__).parent

ADDED = re.compile(
    r"""\b(variables|grid|binaries|constrain|constrain_all|gathered\.constrain|_add_totals)\(\s*(?:s\.|self\._s\.|self\.)?(?:block|pyomo),\s*(?:data,\s*)?"(\w+)\""""
)
TIERS = {"buy_full", "sell_full", "buy_tier", "sell_tier", "buy_filled", "sell_filled"}
# Named by the aim: risk.py.
RELIEF = {"relief": "relief.py"}  # grows while the rows are stated
GREATEST = {"worst", "regret", "worst_of", "regret_of"}


def documented() -> dict[str, str]:
    """Name of each variable and constraint in the tables of the page, with the file it says."""
    found = {}
    for line in DOC.read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")] if line.startswith("| `") else []
        if len(cells) >= 3 and cells[-1].endswith(".py"):
            for name in re.findall(r"`(\w+)\[", cells[0]):
                found[name] = cells[-1]
    return found


def in_code() -> dict[str, str]:
    """Name of each component added to the model, with the file that adds it."""
    found = {}
    for file in sorted(CODE.glob("*.py")):
        text = re.sub(r"\n\s*", " ", file.read_text(encoding="utf-8"))
        for _, name in ADDED.findall(text):
            found[name] = file.name
    return found | dict.fromkeys(TIERS, "trade.py") | dict.fromkeys(GREATEST, "risk.py") | RELIEF


def test_every_component_is_documented_with_its_file() -> None:
    assert in_code() == documented()


@pytest.mark.parametrize("name", ["objective_value"])
def test_the_objective_is_documented(name: str) -> None:
    assert f"`{name}`" in DOC.read_text(encoding="utf-8")
    assert name in (CODE / "model.py").read_text(encoding="utf-8")
