"""`write_report`: a plan, and the studies made of it, as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import scenario_summary, summary
from ..files import replace_file
from ..plan import Plan
from ..plan_reading import index_caps, measures_held
from ..scenario_plan import SCENARIO_COLUMNS, ScenarioPlan
from .packing import Head, packed, units_of
from .page import page
from .plan_sections import sections_of
from .study_sections import brief_section, plans_of, study_sections, title_of

if TYPE_CHECKING:
    from ..studies.compare.comparing import Comparison
    from ..studies.frontier.tracing import Frontier
    from ..studies.sensitivity.studying import Sensitivity
    from ..studies.stress.testing import Stress
    from .study_sections.why import Reasons


def write_report(
    path: str | Path,
    plan: Plan | ScenarioPlan,
    *,
    frontier: Frontier | None = None,
    stress: Stress | None = None,
    sensitivity: Sensitivity | None = None,
    why: Reasons | None = None,
    comparison: Comparison | None = None,
) -> Path:
    """Writes the report of a plan as one HTML file that opens by itself; returns the path written.

    A plan for several futures is shown as it unfolds in each. The studies, where given, are those of the same case.
    Raises ValueError if there is no plan to show or the path does not end in .html.
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{target}: a report is written as .html")
    text = report_text(plan, frontier=frontier, stress=stress, sensitivity=sensitivity, why=why, comparison=comparison)
    return replace_file(target, lambda place: _write(place, text))


def _write(place: Path, text: str) -> None:
    place.write_text(text, encoding="utf-8", newline="\n")


def report_text(
    plan: Plan | ScenarioPlan,
    *,
    frontier: Frontier | None = None,
    stress: Stress | None = None,
    sensitivity: Sensitivity | None = None,
    why: Reasons | None = None,
    comparison: Comparison | None = None,
) -> str:
    """The page `write_report` writes. The same plan and studies, the same text."""
    if not plan.has_plan:
        raise ValueError(f"there is no plan to report: it ended {plan.status}. {summary.ending(plan)}".strip())
    plans: dict[str, Plan] = dict(plan.plans) if isinstance(plan, ScenarioPlan) else {"plan": plan}
    titles = {key: f"in the future '{key}'" if isinstance(plan, ScenarioPlan) else "the plan" for key in plans}
    if frontier is not None:  # each of its points is a plan of the page
        plans |= plans_of(frontier)
        titles |= title_of(frontier)
    title = str(plan.case.settings.get("name") or "Plan")
    given = study_sections(
        plan, frontier=frontier, stress=stress, sensitivity=sensitivity, why=why, comparison=comparison
    )
    brief = [brief_section(why, plan, others=len(plans) > 1)] if why is not None else []
    return page(title, about(plan, plans, titles), [*brief, *sections_of(plans), *given])


def about(whole: Plan | ScenarioPlan, plans: Mapping[str, Plan], titles: Mapping[str, str]) -> dict[str, Any]:
    """What the top of the page and the kit need: units, and for each plan its headline, alarms and notes."""
    settings = whole.case.settings
    unit, divisor = summary.money_unit(whole)
    return {
        "currency": str(settings.get("currency") or ""),
        "mass_unit": str(settings.get("mass_unit") or "t"),
        "money_unit": {"name": unit, "divisor": divisor},
        "futures": _futures(whole),
        "plans": [
            {
                "key": key,
                "title": titles[key],
                "headline": summary.headline(whole if isinstance(whole, ScenarioPlan) else plan),
                "alarms": list(dict.fromkeys([*alarms(whole), *alarms(plan)])),
                "notes": notes(plan),
            }
            for key, plan in plans.items()
        ],
    }


def _futures(whole: Plan | ScenarioPlan) -> dict[str, Any] | None:
    """What a plan for several futures decides in common, and what becomes of it in each; None for one future."""
    if not isinstance(whole, ScenarioPlan):
        return None
    settings = whole.case.settings
    units = units_of(settings)
    scenarios = whole.scenarios().dropna(axis="columns", how="all")
    heads = [
        Head(name.replace("_", " "), "" if unit == "fraction" else units.get(unit, unit),
             "text" if name == "scenario" else "percent" if unit == "fraction" else "number")
        for name, unit in SCENARIO_COLUMNS.items()
        if name in scenarios
    ]  # fmt: skip
    later = scenario_summary.later(whole)
    return {
        "words": [
            ("The decision, the same whatever happens", summary.decisions(whole.decided)),
            (f"Decided from {whole.wish.adapt_from} on, when the future is known", later),
            ("In sum", [*scenario_summary.findings(whole), summary.verdict(whole.audit)]),
        ],
        "table": packed(heads, scenarios.astype(object).itertuples(index=False, name=None)),
    }


def alarms(plan: Plan | ScenarioPlan) -> list[str]:
    """What must not be overlooked: an audit that failed or was not made, an ending without proof."""
    found = []
    if plan.audit is None or not plan.audit.passed:
        found.append(summary.verdict(plan.audit))
    if plan.status != "optimal" and summary.ending(plan):
        found.append(summary.ending(plan))
    return found


def notes(plan: Plan) -> list[str]:
    """What the case is about, what was asked of this plan, and what it was made from."""
    described, asked = str(plan.case.settings.get("description") or ""), _asked(plan)
    made = f"Made by magnet-sourcing {plan.options.get('magnet-sourcing')}"
    made += f" from the case with the mark {str(plan.options.get('case hash'))[:12]} (table solver)."
    return [line for line in (described, "Asked: " + "; ".join(asked) + "." if asked else "", made) if line]


def _asked(plan: Plan) -> list[str]:
    """What a plan had to keep to beyond its case, as the record of its solver says."""
    options, found = plan.options, []
    if (measure := options.get("objective measure", "cost")) != "cost":
        found.append(f"least {measure}")
    held = measures_held(options.get("at most"))
    found += [f"{measure} at most {_amount(plan, measure, most)}" for measure, most in held.items()]
    if caps := index_caps(options.get("china cap")):
        found.append("dependence index at most " + ", ".join(f"{cap:.1%} in {t}" for t, cap in caps.items()))
    if price := float(options.get("china price") or 0.0):
        found.append(f"{summary.money(plan, price)} a tonne of exposure added to what is made least")
    return found


def _amount(plan: Plan, measure: str, amount: float) -> str:
    """An amount of a measure with its unit, if it is one of its own."""
    if measure.startswith(("index", "country share", "not free")):
        return f"{amount:.1%}"
    if measure.startswith("cost"):
        return summary.money(plan, amount)
    return summary.tonnes(plan, amount) if measure.startswith("unmet") else f"{amount:,.6g}"
