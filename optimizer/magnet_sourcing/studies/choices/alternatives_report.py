"""Near-optimal plans in words, as tables, and as a workbook with every plan beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ... import summary
from ...book import write_study
from ...plan import Plan

if TYPE_CHECKING:
    from .alternatives import Alternative, Alternatives

PLAN_COLUMNS = {
    "plan": "", "cost": "money", "more_least": "money", "more_most": "money", "share": "fraction", "gap": "fraction",
    "index": "fraction", "distance": "choices", "countries": "", "audit": "", "status": "",
}  # fmt: skip


def sentences(study: Alternatives) -> list[str]:
    """The whole answer, most important first."""
    return [summary.headline(study.optimum), *found(study), *shared(study), *differing(study)]


def found(study: Alternatives) -> list[str]:
    """How many plans, how dear, how different, and whether there are more."""
    if not study.plans:
        return [summary.ending(study.optimum)] if summary.ending(study.optimum) else []
    lines = []
    others = study.plans[1:]
    budget = f"{summary.money(study.optimum, study.budget)} ({_percent(study.within)} more than the least)"
    if others:
        nearest = min(a.distance or 0.0 for a in others)
        lines.append(
            f"{len(others)} other plan{'' if len(others) == 1 else 's'} found that cost{'s' if len(others) == 1 else ''} at "
            f"most {budget}; each differs from all others in at least {nearest:g} "
            f"choice{'' if nearest == 1 else 's'} (a route, an expansion, or a country as a whole)."
        )
    else:
        lines.append(f"No other plan that costs at most {budget} was found.")
    lines.append(
        {
            "complete": "These are all: it is proved that no plan within the tolerance makes other choices in earnest.",
            "found as many as asked": "There may be more: ask for a greater count.",
            "no more found in time": "There may be more: the search ended at its time limit.",
            "interrupted": "Interrupted: these are the plans found until then.",
        }.get(study.status, study.status)
    )
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:g}%"


def shared(study: Alternatives) -> list[str]:
    """What every plan has, and what none has."""
    if len(study.plans) < 2:
        return []
    note = (
        "proved for every plan within the tolerance"
        if study.complete
        else "among those found, which is no proof; `options` prices each"
    )
    lines = []
    if has := [o for o in study.shared() if study.kinds[o] != "country"]:
        lines.append(f"In every plan ({note}): {', '.join(has)}.")
    if lacks := [o for o in study.shared(False) if study.kinds[o] != "country"]:
        lines.append(f"In no plan ({note}): {', '.join(lacks)}.")
    return lines or ["No route and no expansion is in every plan, or in none."]


def differing(study: Alternatives) -> list[str]:
    """Where the plans part, and what each does that the cheapest does not."""
    if len(study.plans) < 2:
        return []
    lines = [f"They differ in: {', '.join(o for o in study.differing() if study.kinds[o] != 'country')}."]
    cheapest = study.plans[0]
    for i, a in enumerate(study.plans[1:], start=1):
        more = [o for o in study.kinds if a.chosen[o] and not cheapest.chosen[o] and study.kinds[o] != "country"]
        less = [o for o in study.kinds if cheapest.chosen[o] and not a.chosen[o] and study.kinds[o] != "country"]
        said = f"Alternative {i} costs {_more(study, a)} more"
        if a.mean_index is not None and cheapest.mean_index is not None:
            said += f", mean index {a.mean_index:.0%} against {cheapest.mean_index:.0%}"
        said += f"; with {', '.join(more)}" if more else ""
        said += f"; without {', '.join(less)}" if less else ""
        lines.append(f"{said}.")
    return lines


def _interval(study: Alternatives, a: Alternative) -> tuple[float, float]:
    """By how much it costs more than the least possible cost: at least, at most."""
    optimum = study.optimum
    cost = a.plan.cost or 0.0
    return max(0.0, cost - (optimum.cost or 0.0)), max(0.0, cost - (optimum.bound or 0.0))


def _more(study: Alternatives, a: Alternative) -> str:
    low, high = _interval(study, a)
    unit, divisor = summary.money_unit(study.optimum)
    least, most = f"{low / divisor:,.1f}", f"{high / divisor:,.1f}"
    share = high / abs(study.optimum.cost) if study.optimum.cost else 0.0
    return f"{most if least == most else f'{least}-{most}'} {unit} ({share:.1%})"


def name_of(i: int) -> str:
    return f"alternative {i}" if i else "cheapest"


# ---------------------------------------------------------------- tables


def plans_table(study: Alternatives) -> pd.DataFrame:
    """One row a plan."""
    rows = []
    for i, a in enumerate(study.plans):
        low, high = _interval(study, a)
        share = high / abs(study.optimum.cost) if study.optimum.cost else None
        passed = "" if a.plan.audit is None else "passed" if a.plan.audit.passed else "FAILED"
        rows.append(
            (name_of(i), a.plan.cost, low, high, share, a.gap, a.mean_index, a.distance, ", ".join(a.used), passed,
             a.plan.status)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(PLAN_COLUMNS))


def choices_table(study: Alternatives) -> pd.DataFrame:
    """Options down, plans across: the year a route is signed, the size and first year of a build, yes or nothing."""
    table = _by_plan(study, [_told(a) for a in study.plans])
    count = len(study.plans)
    table.insert(2, "in_plans", [f"{sum(a.chosen[o] for a in study.plans)} of {count}" for o in study.kinds])
    return table


def years_table(study: Alternatives) -> pd.DataFrame:
    """The same with years only, narrow enough for a first page."""
    return _by_plan(study, [{o: said.rpartition(" ")[2] for o, said in _told(a).items()} for a in study.plans])


def _by_plan(study: Alternatives, told: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    rows = []
    for option, kind in study.kinds.items():
        name = option.removesuffix(f" ({kind})")
        cells = [w.get(name, "yes") if a.chosen[option] else "" for a, w in zip(study.plans, told, strict=True)]
        rows.append((option, kind, *cells))
    return pd.DataFrame(rows, columns=["choice", "kind", *(name_of(i) for i in range(len(study.plans)))])


def first_page(study: Alternatives) -> dict[str, pd.DataFrame]:
    """The plans' figures and choices, short."""
    unit, divisor = summary.money_unit(study.optimum)
    plans = plans_table(study)[["plan", "countries", "cost", "more_most", "share", "index", "distance"]]
    plans["cost"], plans["more_most"] = plans["cost"] / divisor, plans["more_most"] / divisor
    plans["countries"] = [f"{len(a.used)}" for a in study.plans]
    years = years_table(study)
    years.columns = pd.Index([c.removeprefix("alternative ") for c in years.columns])
    return {
        f"The plans (money in {unit}; at most so much more than the least possible cost)": plans,
        "Year in which each choice is made": years,
    }


def _told(a: Alternative) -> dict[str, str]:
    """Option -> when, and how large."""
    plan = a.plan if isinstance(a.plan, Plan) else a.plan.decided
    words = {r.route: f"{r.period}" for r in plan.tables["signings"].itertuples()}
    for name, rows in plan.tables["builds"].groupby("expansion"):
        words[str(name)] = f"{rows['size'].sum():,.0f} t/y, {rows['period'].min()}"
    return words


def terminal_table(study: Alternatives) -> list[str]:
    """The table of choices in fixed columns; numbers of plans above."""
    table = _by_plan(study, [_told(a) for a in study.plans])
    table = table[[k != "country" for k in table["kind"]]]
    heads = ["cheapest", *(str(i) for i in range(1, len(study.plans)))]
    first = max((len(c) for c in table["choice"]), default=0) + 2
    lines = [f"{'':<{first}}" + "".join(f"{h:>18}" for h in heads)]
    for row in table.itertuples(index=False):
        lines.append(f"{row[0]:<{first}}" + "".join(f"{cell or '-':>18}" for cell in row[2:]))
    return lines


# ---------------------------------------------------------------- files


def write_alternatives(study: Alternatives, path: Path) -> list[Path]:
    """Writes the study, then every plan; a plan whose audit failed under a name that says so."""
    solver = {**study.optimum.options, **study.asked, "ended": study.status, "budget": study.budget}
    written = [
        write_study(
            path,
            f"{study.case.settings['name']}: plans that cost at most {_percent(study.within)} more",
            summary.headline(study.optimum),
            {
                "In sum": found(study),
                "What they share": shared(study),
                "Where they differ": differing(study),
                "How to read it": reading(study),
            },
            {
                "plans": ("One row a plan.", plans_table(study), PLAN_COLUMNS),
                "choices": (
                    "Year signed; size and first year built; blank: not in the plan.",
                    choices_table(study),
                    {},
                ),
                "solver": (
                    "How it was solved.",
                    pd.DataFrame({"field": list(solver), "value": list(solver.values())}, dtype=object),
                    {},
                ),
            },
            first=first_page(study),
            currency=str(study.case.settings.get("currency") or "money"),
        )
    ]
    folder = path.with_name(f"{path.stem}-plans")
    folder.mkdir(exist_ok=True)
    for i, a in enumerate(study.plans):
        failed = "" if a.plan.audit is None or a.plan.audit.passed else "-FAILED-AUDIT"
        written.append(a.plan.write(folder / f"{name_of(i).replace(' ', '-')}{failed}.xlsx"))
    return written


def reading(study: Alternatives) -> list[str]:
    """How the figures are to be read."""
    return [
        "Each plan is the cheapest for its choices (routes signed, expansions built), audited, and written in full to the "
        "folder beside this file.",
        "Its cost is more than the least possible one by an interval, since the least cost is known between a bound and "
        "a plan.",
        "What a plan adds counts as a difference only if it is used in earnest: a route for "
        f"{study.asked['use']:.0%} of the tonnes it could carry, a build for as much of the years and of its plant's load "
        "it could have.",
        "Years and sizes are not choices: two plans that differ in these alone count as one.",
    ]
