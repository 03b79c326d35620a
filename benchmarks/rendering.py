"""The generated part of docs/performance.md, from what the suite measured."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- measured: written by benchmarks/suite.py -->", "<!-- end of measured -->"
BEFORE = ("parse", "check", "build", "hand over")
AFTER = ("tables", "audit")
STEPS = (*BEFORE, "solve", *AFTER)
SIZES = ("2k", "50k", "300k", "1.5M")
KINDS = {"lp": "linear", "mip": "with whole numbers"}
LINOPY = ("linopy", "linopy, sparse")


def write(results: dict[str, Any], path: Path) -> None:
    """Puts the tables between the markers; raises ValueError if the page has none."""
    before, _, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{path} has no place for the tables: {BEGIN} ... {END}")
    path.write_text(f"{before}{BEGIN}\n\n{page(results)}\n\n{END}{after}")


def page(results: dict[str, Any]) -> str:
    chains = {f"{s} {k}": results[f"{s} {k}"] for k in KINDS for s in SIZES if f"{s} {k}" in results}
    others = {name: r for name, r in results.items() if name not in chains}
    parts = [_measured_when(results), _targets(chains)]
    for kind, words in KINDS.items():
        chosen = {s: chains[f"{s} {kind}"] for s in SIZES if f"{s} {kind}" in chains}
        if chosen:
            parts += [f"### Build and hand over, {words}", _peers(chosen)]
            parts += [f"### Ours by step, {words}", _steps(chosen)]
            parts += [f"### Solved by each, {words}", _solved(chosen)]
    if others:
        parts += ["### The reference case and published ones", _others(others)]
    return "\n\n".join(parts)


def _measured_when(results: dict[str, Any]) -> str:
    rows = []
    for name, r in results.items():
        a, made = r["about"], r["made"]
        size = [f"{made[x]:,}" for x in ("columns", "rows", "entries", "whole")]
        rows.append([name, *size, str(r["rounds"]), a["date"], _cell(made.get("prepare"))])
    head = ["case", "columns", "rows", "entries", "whole", "rounds", "date", "frames prepared, CPU s"]
    packages = {
        ", ".join(f"{n} {v}" for n, v in r["about"].items() if n not in ("date", "command")) for r in results.values()
    }
    commands = sorted({r["about"]["command"] for r in results.values()})
    said = "Commands: " + "; ".join(f"`{c}`" for c in commands) + ". Versions: " + "; ".join(sorted(packages)) + "."
    return said + "\n\n" + _table(head, rows)


# ---------------------------------------------------------------- tables


def _handing(m: dict[str, Any]) -> float | None:
    """Build and hand over; ours with the reading of the tables into rows, which peers get as prepared frames."""
    return None if "stopped" in m else m["cpu"].get("build", 0.0) + m["cpu"].get("hand over", 0.0)


def _end_to_end(m: dict[str, Any]) -> float | None:
    """Processor seconds from the tables to the audited plan."""
    if "stopped" in m or not all(step in m["cpu"] for step in AFTER):
        return None
    return sum(m["cpu"][step] for step in STEPS)


def _floor(m: dict[str, Any]) -> float | None:
    return None if "stopped" in m or "solve" not in m["cpu"] else sum(m["cpu"].values())


def _largest(m: dict[str, Any]) -> float | None:
    """Peak once handed over; what came after differs from way to way."""
    return None if "stopped" in m else m["peak"].get("hand over", m["peak"].get("build"))


def _peers(chosen: dict[str, Any]) -> str:
    """Ways by size."""
    ways = [w for w in next(iter(chosen.values()))["ways"] if w != "ours, by default"]
    head = ["way"] + [f"{s}: {x}" for s in chosen for x in ("CPU s", "times ours", "peak MB")]
    rows = []
    for way in ways:
        row = [way]
        for r in chosen.values():
            m = r["ways"].get(way)
            if m is None:
                row += ["not run", "", ""]
            elif "stopped" in m:
                row += [_stopped(m), "", ""]
            else:
                row += [_cell(_handing(m)), _cell(_ratio(_handing(m), _handing(r["ways"]["ours"]))), _cell(_largest(m))]
        rows.append(row)
    return _table(head, rows)


def _steps(chosen: dict[str, Any]) -> str:
    """Steps by size, and how each grows: the exponent between the smallest and the largest size."""
    head = ["step", *(f"{s}, CPU s" for s in chosen), "seconds for ten times the size"]
    ours = [r["ways"]["ours"] for r in chosen.values()]
    columns = [r["made"]["columns"] for r in chosen.values()]
    rows = []
    for step in (*STEPS, "prices", "write"):
        seconds = [m.get("cpu", {}).get(step) for m in ours]
        if any(x is not None for x in seconds):
            rows.append([step, *map(_cell, seconds), _growth(columns, seconds)])
    for name, seconds in (
        ("end to end, tables to audited plan", [_end_to_end(m) for m in ours]),
        ("HiGHS alone", [_floor(r["ways"]["floor"]) for r in chosen.values()]),
    ):
        rows.append([name, *map(_cell, seconds), _growth(columns, seconds)])
    default = [r["ways"].get("ours, by default", {}) for r in chosen.values()]
    rows.append(["`solve` by default: ties broken, prices", *(_everything(m) for m in default), ""])
    return _table(head, rows)


def _everything(m: dict[str, Any]) -> str:
    return _stopped(m) if "stopped" in m else _cell(m.get("cpu", {}).get("everything"))


def _solved(chosen: dict[str, Any]) -> str:
    head = ["way", *(f"{s}: solve, CPU s" for s in chosen), *(f"{s}: ends" for s in chosen)]
    rows = []
    for way in next(iter(chosen.values()))["ways"]:
        found = [r["ways"].get(way, {}) for r in chosen.values()]
        if any("solve" in m.get("cpu", {}) for m in found):
            ends = [m.get("said", {}).get("status") or _money(m.get("objective")) for m in found]
            rows.append([way, *(_cell(m.get("cpu", {}).get("solve")) for m in found), *ends])
    return _table(head, rows)


def _others(others: dict[str, Any]) -> str:
    head = ["case", "build and hand over, CPU s", "solve", "end to end", "HiGHS alone", "times HiGHS alone", "objective"]
    rows = []
    for name, r in others.items():
        ours, low = r["ways"]["ours"], r["ways"]["floor"]
        whole, alone = _end_to_end(ours), _floor(low)
        solve = ours.get("cpu", {}).get("solve")
        amounts = [_cell(x) for x in (_handing(ours), solve, whole, alone, _ratio(whole, alone))]
        rows.append([name, *amounts, _money(ours.get("objective"))])
    return _table(head, rows)


def _targets(chains: dict[str, Any]) -> str:
    """Each target of the project at each size: met or not, and by how much."""
    rows = []
    for name, r in chains.items():
        ways, ours = r["ways"], r["ways"]["ours"]
        linopy = [ways[w] for w in LINOPY if w in ways]
        pyomo = [ways[w] for w in ways if w.startswith("Pyomo")]
        rows += _target(name, "build and hand over, of linopy's", 1 / 3, _handing(ours), map(_handing, linopy))
        rows += _target(name, "build and hand over, of plain Pyomo's", 1 / 15, _handing(ours), map(_handing, pyomo))
        rows += _target(name, "peak memory, of linopy's", 1.5, _largest(ours), map(_largest, linopy))
        if r["made"]["columns"] > 200_000:
            rows += _target(name, "end to end, of HiGHS alone", 1.25, _end_to_end(ours), [_floor(ways["floor"])])
    return _table(["case", "target", "at most", "measured", ""], rows)


def _target(case: str, what: str, most: float, ours: float | None, theirs: Any) -> list[list[str]]:
    """Against the best of the peer's ways."""
    known = [x for x in theirs if x is not None]
    if ours is None or not known:
        return [[case, what, f"{most:.3g}", "not finished", "not known"]]
    ratio = ours / min(known)
    return [[case, what, f"{most:.3g}", f"{ratio:.3g}", "met" if ratio <= most else "**not met**"]]


# ---------------------------------------------------------------- cells


def _growth(columns: list[int], seconds: list[float | None]) -> str:
    known = [(n, s) for n, s in zip(columns, seconds, strict=True) if s and s > 0.01]
    if len(known) < 2:
        return ""
    (n, s), (big, later) = known[0], known[-1]
    return f"x {10 ** (math.log(later / s) / math.log(big / n)):.1f}"


def _ratio(a: float | None, b: float | None) -> float | None:
    return None if a is None or not b else a / b


def _cell(x: float | None) -> str:
    if x is None:
        return "-"
    return f"{x:,.0f}" if abs(x) >= 100 else f"{x:.3g}"


def _money(x: float | None) -> str:
    return "-" if x is None else f"{x:.7g}"


def _stopped(m: dict[str, Any]) -> str:
    s = m["stopped"]
    return f"stopped: {s}" if isinstance(s, str) else f"stopped after {s:,.0f} s"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
