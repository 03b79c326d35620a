"""A sweep drawn as text for the terminal: a line for one that varies, tables for two."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .words import money_unit, short, unproved

if TYPE_CHECKING:
    from ..runs.study import Result
    from .sweeping import Sweep

_FIELD = 40  # characters of a line


def picture(found: Sweep) -> dict[str, list[str]]:
    """Heading -> lines: a line drawn as text for one that varies, a table for two; nothing for more."""
    if len(found.varies) == 1 or found.paired:
        return {_line_title(found): _line(found)}
    if len(found.varies) == 2:
        return _two_way(found)
    return {}


def _line_title(found: Sweep) -> str:
    unit, _ = money_unit(found)
    names = " and ".join(short(v)[0] for v in found.varies)
    dependence = f" and dependence on {found.case.settings['exposed_country']} (o)" if _indices(found) else ""
    return f"{names}: cost in {unit} (*){dependence}"


def _indices(found: Sweep) -> list[float]:
    return [r.values["index"] for r in found.done.results if r is not None and "index" in r.values]


def _line(found: Sweep) -> list[str]:
    """A row for each value, lowest first: value, cost, index, region, and both drawn between their ends."""
    _, divisor = money_unit(found)
    texts = [dict(zip(v.values, short(v)[1], strict=True)) for v in found.varies]
    places = [" and ".join(t[x] for t, x in zip(texts, cell, strict=True)) for cell in found.cells]
    width = max(len(p) for p in places)
    costs = [r.cost for r in found.done.results if r is not None and r.cost is not None]
    indices = _indices(found)
    lines = []
    for i in sorted(range(len(found.cells)), key=lambda i: found.cells[i]):
        r = found.done.results[i]
        letter = "" if found.regions is None else found.regions.letter.get(i, "")
        if r is None or r.cost is None:
            lines.append(f"{places[i]:>{width}}  {'not run' if r is None else r.status}")
            continue
        drawn = [" "] * _FIELD
        share = ""
        if indices:
            index = r.values.get("index", math.nan)
            share = f"{index:>7.1%}"
            drawn[_place(index, indices)] = "o"
        drawn[_place(r.cost, costs)] = "*"
        mark = "" if r.proved else f" ({r.status})"
        lines.append(f"{places[i]:>{width}} {r.cost / divisor:>12,.2f} {share} {letter:<2} |{''.join(drawn)}|{mark}")
    return lines


def _place(value: float, among: list[float]) -> int:
    low, high = min(among), max(among)
    return round((value - low) / (high - low) * (_FIELD - 1)) if high > low else 0


def _two_way(found: Sweep) -> dict[str, list[str]]:
    unit, divisor = money_unit(found)
    said = f"{short(found.varies[0])[0]} down; {short(found.varies[1])[0]} across"
    tables = {f"Cost, {unit}: {said}": [_money_cell(r, divisor) for r in found.done.results]}
    if _indices(found):
        country = found.case.settings["exposed_country"]
        tables[f"Dependence on {country}: {said}"] = [_index_cell(r) for r in found.done.results]
    if found.regions is not None:
        letter = found.regions.letter
        tables[f"Which plan: {said}"] = [
            letter.get(i, "-" if r is None else unproved(r)) for i, r in enumerate(found.done.results)
        ]
    return {head: _grid(found, texts) for head, texts in tables.items()}


def _money_cell(r: Result | None, divisor: float) -> str:
    if r is None or r.cost is None:
        return "-" if r is None else unproved(r)
    return f"{r.cost / divisor:,.1f}" + ("" if r.proved else "?")


def _index_cell(r: Result | None) -> str:
    if r is None or "index" not in r.values:
        return "-" if r is None else unproved(r)
    return f"{r.values['index']:.1%}"


def _grid(found: Sweep, texts: list[str]) -> list[str]:
    (_, sides), (_, heads) = (short(v) for v in found.varies)
    width = max(len(x) for x in (*heads, *texts)) + 2
    side = max(len(x) for x in sides)
    lines = [" " * side + "".join(f"{x:>{width}}" for x in heads)]
    n = len(heads)
    for i, name in enumerate(sides):
        lines.append(f"{name:>{side}}" + "".join(f"{x:>{width}}" for x in texts[i * n : (i + 1) * n]))
    return lines
