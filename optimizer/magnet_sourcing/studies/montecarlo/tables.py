"""The tables of a Monte Carlo study; docs/montecarlo.md defines their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import statistics
from .frequencies import said
from .statistics import Estimate

if TYPE_CHECKING:
    from .running import MonteCarlo

QUANTILES = (0.05, 0.5, 0.95)
# Columns of the table worlds that a workbook shows: the strongest drivers. A folder has all.
_IN_WORKBOOK = 20

# Units that differ from row to row.
_AS_MEASURED = dict.fromkeys(
    ("value", "first_half", "moved", "standard_error", "from", "to", "above", "mean_below", "mean_above", "difference",
     "difference_low", "difference_high", "low", "high"),
    "as the measure",
)  # fmt: skip

Described = tuple[str, pd.DataFrame, Mapping[str, str]]


def tables(found: MonteCarlo, whole: bool = True) -> dict[str, Described]:
    """Sheet -> what it holds, rows, units. whole: every range in the table worlds."""
    units = {m: unit(found, m) for m in found.measures}
    drawn = found.drawn.shape[1]
    chance = statistics.by_chance(len(found.best), drawn)
    return {
        "summary": (
            "Figures over the worlds solved, with intervals of 95 %; for each also from the first half of the worlds, "
            "and how many worlds would bring the interval within 1 % of the value.",
            summary_table(found),
            _AS_MEASURED,
        ),
        "thresholds": (
            "Share of worlds in which a measure is above a value; surely: whatever the gap of the solve leaves.",
            thresholds_table(found),
            _AS_MEASURED,
        ),
        "distribution": (
            "How the measures spread: worlds in bins of equal width, and the share of worlds up to the bin's end.",
            distribution_table(found),
            _AS_MEASURED,
        ),
        "frequencies": (
            "Share of worlds whose best plan takes a decision: in any year (year blank), and in each year.",
            frequencies_table(found),
            {"size": "t/y, median", "usual_year": "year", "year": "year"},
        ),
        "sets": (
            f"Worlds whose best plans take the same decisions in {_span(found.years)}, whatever their sizes.",
            sets_table(found),
            {},
        ),
        "regret": (
            "Plans held in every world while operations adapt. Regret: cost above the best of the world, at least and at "
            "most, since every solve stops at a gap.",
            regret := regret_table(found),
            {c: "money" for c in regret.columns if c.startswith(("cost_", "regret_"))}
            | {"unmet_mean": "t", "unmet_worst": "t"},
        ),
        "drivers": (
            f"Rank correlation (Spearman) of each range with a measure, with its bootstrap interval. {chance:.2f} is what "
            f"chance alone stays below among {drawn} ranges and {len(found.best)} worlds, 95 times of 100.",
            drivers_table(found),
            _AS_MEASURED | {"low": "correlation", "high": "correlation"},
        ),
        "separators": (
            "For a decision taken in some worlds only: the range that best tells them apart, and where.",
            separators_table(found),
            {},
        ),
        "weak_numbers": (
            "Ranges of low confidence or estimates, by how far cost moves with them: which to firm up first.",
            found.weak.firm_up,
            {"span": "money"},
        ),
        "worlds": (
            "The worlds: how each ended, its best plan's measures, and the value of each range"
            + ("." if whole else f" (of the {_IN_WORKBOOK} that drive cost most; a folder as output has all)."),
            worlds_table(found, None if whole else _IN_WORKBOOK),
            units | {"bound": units["cost"], "gap": "fraction"},
        ),
        "runs": ("Every run: the world, the plan held, and how it ended.", runs_table(found),
                 units | {"bound": units["cost"]}),
        "decisions": ("What the best plan of each world decides.", decisions_table(found), {"amount": "1, or t/y"}),
        "provenance": ("What is needed to draw and solve the same again.", provenance_table(found), {}),
    }


def unit(found: MonteCarlo, measure: str) -> str:
    kind = measure.split(" ")[0]
    money = str(found.asked.settings.get("currency") or "money")
    return {"cost": money, "unmet": "t", "impact": "as the impact"}.get(kind, "fraction")


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


# ---------------------------------------------------------------- figures


def figures(values: np.ndarray) -> dict[str, Estimate]:
    """The mean and quantiles of a measure, with their intervals."""
    found = {"mean": statistics.mean(values)}
    return found | {f"{100 * q:.0f} % quantile": statistics.quantile(values, q) for q in QUANTILES}


def summary_table(found: MonteCarlo) -> pd.DataFrame:
    """A row for each measure and figure."""
    rows = []
    for measure in found.measures if found.best else ():
        values = found.values(measure)
        half = figures(values[: max(1, len(values) // 2)])
        for name, x in figures(values).items():
            error = statistics.standard_error(values) if name == "mean" and len(values) > 1 else None
            moved = x.value - half[name].value
            wanted = statistics.needed(len(values), x)
            rows.append((measure, name, *x, error, half[name].value, moved, wanted, unit(found, measure)))
    heads = (
        "measure", "figure", "value", "low", "high", "standard_error", "first_half", "moved", "worlds_for_1_percent", "unit",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(heads))


def thresholds_table(found: MonteCarlo) -> pd.DataFrame:
    rows = []
    for measure, value in found.thresholds if found.best else ():
        above, surely = found.above(measure, value)
        rows.append((measure, value, above, surely, len(found.best), *statistics.share(above, len(found.best))))
    heads = ["measure", "above", "in_worlds", "surely_in", "of_worlds", "share", "share_low", "share_high"]
    return pd.DataFrame(rows, columns=heads)


def distribution_table(found: MonteCarlo) -> pd.DataFrame:
    rows = []
    for measure in found.measures if found.best else ():
        values, done = found.values(measure), 0
        for low, high, count in statistics.histogram(values):
            done += count
            rows.append((measure, low, high, count, done / len(values), unit(found, measure)))
    return pd.DataFrame(rows, columns=["measure", "from", "to", "worlds", "share_up_to", "unit"])


# ---------------------------------------------------------------- decisions


def frequencies_table(found: MonteCarlo) -> pd.DataFrame:
    overall, yearly = found.frequencies
    rows = [
        (f.kind, f.name, f.year, f.worlds, *f.share, f.size, None if f.year else f.usual, f.stands)
        for f in (*overall, *yearly)
    ]
    heads = ["kind", "name", "year", "worlds", "share", "share_low", "share_high", "size", "usual_year", "as_it_stands"]
    return pd.DataFrame(rows, columns=heads)


def sets_table(found: MonteCarlo) -> pd.DataFrame:
    tested = {name for name in found.plans if name.startswith("set ")}
    rows = [
        (c.name, len(c.worlds), *c.share, "; ".join(map(said, sorted(c.taken, key=lambda k: (k[2], k)))) or "nothing",
         c.nearest, c.name in tested)
        for c in found.clusters
    ]  # fmt: skip
    heads = ["set", "worlds", "share", "share_low", "share_high", "decisions", "nearest_world", "tried_as_plan"]
    return pd.DataFrame(rows, columns=heads)


def regret_table(found: MonteCarlo) -> pd.DataFrame:
    """A row for each plan; blank where it can be kept in no world."""
    rows = []
    for f in found.fates:
        row: dict[str, Any] = {"plan": f.plan, "is": found.plans[f.plan], "worlds": len(f.worlds)}
        row |= {"no_plan_in": len(f.impossible), "not_found_in": len(f.unknown)}
        if len(f.worlds):
            row |= {f"cost_{name.split()[0]}": x.value for name, x in figures(f.cost).items()}
            for name, (low, high) in {"mean": f.mean(), "90": f.at(0.9), "worst": f.worst()}.items():
                row |= {f"regret_{name}_low": low, f"regret_{name}_high": high}
            row |= {"worst_world": f.worst_world()}
            row |= {"near_share_low": f.near().low, "near_share_high": f.near().high}
            row |= {"unmet_mean": float(f.unmet.mean()), "unmet_worst": float(f.unmet.max())}
        rows.append(row)
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- ranges


def drivers_table(found: MonteCarlo) -> pd.DataFrame:
    rows = []
    for measure, drivers in found.drivers.items():
        for d in drivers:
            r = found.ranges[d.range]
            apart = d.apart or (None, None, None)
            rows.append(
                (measure, r.name, *d.correlation, d.beyond, d.below, d.above, *apart, r.shown(0), r.confidence)
            )
    heads = [
        "measure", "range", "correlation", "low", "high", "beyond_chance", "mean_below", "mean_above", "difference",
        "difference_low", "difference_high", "as_it_stands", "confidence",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=heads)


def separators_table(found: MonteCarlo) -> pd.DataFrame:
    rows = [
        (s.kind, s.name, found.ranges[s.range].name, found.ranges[s.range].shown(s.at), s.below, s.above, s.right, s.guess)
        for s in found.splits
    ]
    heads = ["kind", "name", "range", "at", "share_below", "share_above", "sorted_right", "guessing"]
    return pd.DataFrame(rows, columns=heads)


# ---------------------------------------------------------------- worlds and runs


def worlds_table(found: MonteCarlo, most: int | None) -> pd.DataFrame:
    """A row for each world. most: only so many ranges, those with the strongest correlation with cost."""
    frame = runs_table(found)
    frame = frame[frame["plan"] == _best()].drop(columns=["run", "plan"], errors="ignore").reset_index(drop=True)
    chosen = range(len(found.ranges))
    if most is not None and len(found.ranges) > most:
        chosen = [d.range for d in found.drivers.get("cost", ())][:most]  # type: ignore[assignment]
    columns = {
        _heading(found, j): [found.ranges[j].value(float(x)) for x in found.positions[:, j]] for j in chosen
    }
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1)


def _best() -> str:
    from .running import BEST

    return BEST


def _heading(found: MonteCarlo, j: int) -> str:
    r = found.ranges[j]
    return f"{r.name}, {r.unit}" if r.unit else r.name


def runs_table(found: MonteCarlo) -> pd.DataFrame:
    """Both studies as one, numbered on."""
    first = found.free.runs()
    if found.held is None:
        return first
    second = found.held.runs()
    second["run"] += len(first)
    return pd.concat([first, second], ignore_index=True)


def decisions_table(found: MonteCarlo) -> pd.DataFrame:
    """Of the runs with all decisions free, by world."""
    rows = [
        (world, kind, name, year, x)
        for world, r in found.best.items()
        for (kind, name, year), x in sorted(r.decisions.items())
    ]
    return pd.DataFrame(rows, columns=["world", "kind", "name", "year", "amount"])


def provenance_table(found: MonteCarlo) -> pd.DataFrame:
    record = {**found.options, "seconds": round(found.seconds, 1)}
    record |= {f"worlds ended {ending}": n for ending, n in found.endings().items()}
    record["worlds with outputs cut to what goes in"] = len(found.cut)
    record["cut by at most"] = max(found.cut, default=0.0)
    record |= {f"not drawn: {reason}": "; ".join(names) for reason, names in found.still.items()}
    return pd.DataFrame({"field": list(record), "value": pd.Series(list(record.values()), dtype=object)})
